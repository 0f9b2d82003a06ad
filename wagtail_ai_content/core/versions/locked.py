"""Locked phrases put back: of what an AI proposes, the changes that drop one are not made.

The smallest ones that hold it, as :mod:`.changes` tells them apart: an edit of words, an element, a block. Where that
is not enough all changes of the place are taken back, then all of the field.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .changes import Change, changes, select
from .facts.phrases import occurrences
from .facts.reading import read
from .invariants import Difference, content_differences
from .leaves import Leaf, leaves
from .shape import ContentShape, RichText, Text

Count = Counter[str]
"""How often each phrase is said."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A proposed content in which locked phrases are kept as far as possible."""

    content: dict[str, Any]
    differences: tuple[Difference, ...]
    """Between the base and ``content``."""
    put_back: tuple[Difference, ...]
    """Locked phrases that had been lost or changed and are there again."""

    @property
    def refused(self) -> tuple[Difference, ...]:
        """Locked phrases that are still lost or changed: this content must not be written."""
        return tuple(difference for difference in self.differences if difference.locked)


def keep(
    base: Mapping[str, Any],
    proposed: Mapping[str, Any],
    *,
    shape: ContentShape,
    language: str,
    locked: Collection[str] = (),
) -> Kept:
    """``proposed`` without the changes that drop a locked phrase of ``base``, and the facts in which it differs."""
    found = content_differences(base, proposed, shape=shape, language=language, locked=locked)
    lost = [difference for difference in found if difference.locked]
    if not lost:
        return Kept(content=dict(proposed), differences=found, put_back=())
    content = _put_back(base, proposed, shape=shape, locked=locked)
    found = content_differences(base, content, shape=shape, language=language, locked=locked)
    still = Counter(difference for difference in found if difference.locked)
    return Kept(content=content, differences=found, put_back=tuple((Counter(lost) - still).elements()))


def _put_back(
    base: Mapping[str, Any], proposed: Mapping[str, Any], *, shape: ContentShape, locked: Collection[str]
) -> dict[str, Any]:
    made = changes(base, proposed, shape=shape)
    wanted = _said(base, shape, locked)
    given_up: set[str] = set()
    content = dict(proposed)
    for choice in (_droppers, _of_place, _of_field):
        dropped = _Dropped(before=wanted, after=_said(content, shape, locked))
        if not dropped.fields:
            break
        rest = [change for change in made if change.id not in given_up]
        given_up |= {change.id for change in choice(rest, dropped, locked)}
        accepted = {change.id for change in made} - given_up
        content = select(base, proposed, shape=shape, accepted=accepted)
    return content


class _Dropped:
    """Where phrases are said less often than before."""

    def __init__(self, *, before: Mapping[str, tuple[Leaf, Count]], after: Mapping[str, tuple[Leaf, Count]]) -> None:
        self.places: dict[str, tuple[Leaf, Count]] = {}
        """Of each text that lost some: the text before, and how many it lost of which."""
        missing: dict[str, Count] = defaultdict(Counter)
        for path, (leaf, count) in before.items():
            missing[_field(path)] += count
            gone = count - (after[path][1] if path in after else Counter())
            if gone:
                self.places[path] = leaf, gone
        for path, (_, count) in after.items():
            missing[_field(path)].subtract(count)
        self.fields = {field: short for field, count in missing.items() if (short := +count)}
        """What is missing in each field."""


def _droppers(made: Collection[Change], dropped: _Dropped, locked: Collection[str]) -> Iterator[Change]:
    """Changes that by themselves drop a phrase, until nothing is missing."""
    missing = {field: count.copy() for field, count in dropped.fields.items()}
    for change in made:
        short = missing.get(_field(change.path))
        gone = _dropped_by(change, dropped, locked) if short else Counter[str]()
        if short and short & gone:
            short.subtract(gone)
            missing[_field(change.path)] = +short
            yield change


def _of_place(made: Collection[Change], dropped: _Dropped, locked: Collection[str]) -> Iterator[Change]:
    yield from (change for change in made if any(_covers(change, path) for path in dropped.places))


def _of_field(made: Collection[Change], dropped: _Dropped, locked: Collection[str]) -> Iterator[Change]:
    yield from (change for change in made if _field(change.path) in dropped.fields)


def _dropped_by(change: Change, dropped: _Dropped, locked: Collection[str]) -> Count:
    """What a change alone drops; of one that is no text, all that the texts in it lost."""
    gone: Count = Counter()
    if change.kind in ("insert", "move"):
        return gone
    for path, (leaf, count) in dropped.places.items():
        if path == change.path and isinstance(change.before, str) and isinstance(change.after, str):
            gone += _count(change.before, leaf, locked) - _count(change.after, leaf, locked)
        elif _covers(change, path):
            gone += count
    return gone


def _covers(change: Change, path: str) -> bool:
    return path == change.path or path.startswith(f"{change.path}.")


def _said(content: Mapping[str, Any], shape: ContentShape, locked: Collection[str]) -> dict[str, tuple[Leaf, Count]]:
    """The texts of a content by path, and how often they say each phrase."""
    return {
        part.path: (part, _count(part.value, part, locked))
        for part in leaves(content, shape)
        if isinstance(part, Leaf) and isinstance(part.shape, Text | RichText)
    }


def _count(text: str, leaf: Leaf, locked: Collection[str]) -> Count:
    reading = read(text, rich=isinstance(leaf.shape, RichText))
    return Counter(phrase for _, phrase in occurrences(reading, locked))


def _field(path: str) -> str:
    return path.partition(".")[0]
