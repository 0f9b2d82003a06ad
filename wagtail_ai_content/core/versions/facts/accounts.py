"""What became of each fact between two versions: kept, moved, changed, lost or new.

Places are compared one by one and then accounted for together, so that a fact that only moved is neither lost nor new.
Every step is about linear in the number of facts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from ..sequences import matches
from .names import said
from .reading import Fact

Key = tuple[str, str]


@dataclass(frozen=True)
class Side:
    """What one version has at a place."""

    text: str = ""
    """As a reader sees it; empty where there is none."""
    facts: tuple[Fact, ...] = ()

    @cached_property
    def keys(self) -> list[Key]:
        return [(fact.kind, fact.key) for fact in self.facts]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a fact: ``before`` alone was lost, ``after`` alone is new, both are one that changed."""

    path: str
    before: Fact | None
    after: Fact | None


class Place:
    """A place with both versions, and the facts that are not accounted for yet, by their position."""

    def __init__(self, path: str, before: Side, after: Side) -> None:
        self.path = path
        self.before, self.after = before, after
        same = matches(before.keys, after.keys)
        self._same_before, self._same_after = [b for b, _ in same], [a for _, a in same]
        self.lost = _rest(before, self._same_before)
        self.new = _rest(after, self._same_after)

    def drop(self, *, lost: Collection[int] = (), new: Collection[int] = ()) -> None:
        """Take facts out: they are accounted for."""
        self.lost = [index for index in self.lost if index not in lost]
        self.new = [index for index in self.new if index not in new]

    def changed(self) -> Iterator[Outcome]:
        """Takes out facts lost and new between the same neighbours, or with the same unit: one became the other."""
        for likeness in (_neighbours_and_unit, _neighbours, _unit_alone):
            free: dict[Hashable, list[int]] = defaultdict(list)
            for index in reversed(self.new):
                free[likeness(self.after.facts[index], bisect_left(self._same_after, index))].append(index)
            pairs: dict[int, int] = {}
            for index in self.lost:
                like = likeness(self.before.facts[index], bisect_left(self._same_before, index))
                if like is not None and free.get(like):
                    pairs[index] = free[like].pop()
            self.drop(lost=pairs.keys(), new=set(pairs.values()))
            for one, other in pairs.items():
                yield Outcome(path=self.path, before=self.before.facts[one], after=self.after.facts[other])

    def settle_repetitions(self) -> None:
        """A fact said less often than before, or more often, is still said; only a locked phrase is counted."""
        before, after = Counter(self.before.keys), Counter(self.after.keys)
        keys = self.before.keys
        self.lost = [index for index in self.lost if keys[index][0] == "phrase" or not after[keys[index]]]
        self.new = [index for index in self.new if not before[self.after.keys[index]]]

    def left(self) -> Iterator[Outcome]:
        """What is lost and what is new."""
        for index in self.lost:
            yield Outcome(path=self.path, before=self.before.facts[index], after=None)
        for index in self.new:
            yield Outcome(path=self.path, before=None, after=self.after.facts[index])


def outcomes(places: Collection[Place], *, elsewhere: Callable[[], Iterable[Side]]) -> Iterator[Outcome]:
    """What became of the facts of all places, in their order.

    ``elsewhere``: what stood on the whole page before, asked for only where a fact came up.
    """
    _settle_moves(places)
    _settle_names(places)
    changed = {id(place): list(place.changed()) for place in places}
    for place in places:
        place.settle_repetitions()
    if any(place.new for place in places):
        _settle_known(places, list(elsewhere()))
    for place in places:
        yield from changed[id(place)]
        yield from place.left()


def _rest(side: Side, same: Collection[int]) -> list[int]:
    known = set(same)
    return [index for index in range(len(side.facts)) if index not in known]


def _settle_moves(places: Collection[Place]) -> None:
    """What is lost at one place and new at another has moved; a locked phrase only within its field."""
    free: dict[Hashable, list[tuple[int, int]]] = defaultdict(list)
    for number, place in enumerate(places):
        for index in place.new:
            free[_roams(place, place.after.keys[index])].append((number, index))
    arrived: dict[int, set[int]] = defaultdict(set)
    for place in places:
        gone = set[int]()
        for index in place.lost:
            if there := free.get(_roams(place, place.before.keys[index])):
                number, position = there.pop()
                arrived[number].add(position)
                gone.add(index)
        place.drop(lost=gone)
    for number, place in enumerate(places):
        place.drop(new=arrived[number])


def _settle_names(places: Collection[Place]) -> None:
    """A name is still there when its words are, though a sentence begins with it now."""
    lost = {name for place in places for _, name in _names(place.before, place.lost)}
    new = {name for place in places for _, name in _names(place.after, place.new)}
    kept = said(lost, [place.after.text for place in places])
    known = said(new, [place.before.text for place in places])
    for place in places:
        place.drop(
            lost={index for index, name in _names(place.before, place.lost) if name in kept},
            new={index for index, name in _names(place.after, place.new) if name in known},
        )


def _settle_known(places: Collection[Place], whole: Collection[Side]) -> None:
    """What the page said before, wherever, is not new."""
    known = {key for side in whole for key in side.keys}
    names = said({name for place in places for _, name in _names(place.after, place.new)}, [s.text for s in whole])
    for place in places:
        keys = place.after.keys
        place.drop(
            new={
                index
                for index in place.new
                if keys[index] in known or (keys[index][0] == "name" and keys[index][1] in names)
            }
        )


def _names(side: Side, positions: Iterable[int]) -> list[tuple[int, str]]:
    return [(index, side.keys[index][1]) for index in positions if side.keys[index][0] == "name"]


def _roams(place: Place, key: Key) -> Hashable:
    """Equal for facts that may stand for each other at different places."""
    return (*key, place.path.partition(".")[0]) if key[0] == "phrase" else key


def _neighbours_and_unit(fact: Fact, gap: int) -> Hashable:
    return fact.kind, gap, _unit(fact)


def _neighbours(fact: Fact, gap: int) -> Hashable:
    return fact.kind, gap


def _unit_alone(fact: Fact, gap: int) -> Hashable:
    return (fact.kind, _unit(fact)) if _unit(fact) else None


def _unit(fact: Fact) -> str:
    return fact.key.partition(" ")[2] if fact.kind in ("number", "money") else ""
