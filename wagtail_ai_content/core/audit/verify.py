"""Is the trail whole? Reads the entries once, in order, and names the first that is not as it was written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, Literal

from .anchors import Anchor
from .chain import FIRST, KEY, PREVIOUS, SEAL, SEQUENCE, Keys, Row, fits, seal

Kind = Literal["changed", "missing", "inserted", "moved", "unlinked", "cut", "rewritten", "unknown_key"]

NEARBY: Final = 10_000
"""How far from its place a moved entry is looked for."""


@dataclass(frozen=True, kw_only=True)
class Broken:
    """The first entry at which the trail is not what was written, and what happened to it.

    ``changed``: a fact or the seal is another. ``missing``: it is not there. ``inserted``: it was never written by us.
    ``moved``: it stood elsewhere. ``unlinked``: it is ours, but does not follow the entry before. ``cut``: from here on
    there is nothing, though an anchor or the end of the trail says there was. ``rewritten``: everything fits, but it is
    not what was anchored: somebody with the key wrote the trail anew. ``unknown_key``: sealed with a key that is gone.
    """

    sequence: int
    kind: Kind


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What a look at the whole trail gave."""

    entries: int
    """How many were read and found right."""
    anchors: int
    """How many anchors agreed with them."""
    head: str
    """The seal of the last right entry."""
    broken: Broken | None


def verify(
    rows: Iterable[Row],
    keys: Keys,
    *,
    anchors: Sequence[Anchor] = (),
    last: Callable[[], int | None] = lambda: None,
) -> Verified:
    """Check rows in the order of their numbers, from the first one of all.

    Args:
        anchors: What was noted of the trail, in any order.
        last: Gives the number that the last entry has now; None when that is not known. It is asked before and after
            reading, since entries may be added meanwhile.
    """
    least = last()
    walk = _Walk(keys, anchors)
    broken = walk.over(iter(rows))
    if broken is None:
        broken = walk.end(least, last())
    return Verified(entries=walk.entries, anchors=walk.agreed, head=walk.head, broken=broken)


class _Walk:
    def __init__(self, keys: Keys, anchors: Sequence[Anchor]) -> None:
        self._keys = keys
        self._anchors = sorted(anchors, key=lambda anchor: anchor.sequence)
        self.entries = 0
        self.agreed = 0
        self.head = FIRST
        self._trusted = 0
        """Up to here an anchor says that nothing was written anew."""

    def over(self, rows: Iterator[Row]) -> Broken | None:
        waiting = self._anchors
        upcoming = waiting[0].sequence if waiting else -1
        keys, head = self._keys, self.head
        for number, row in enumerate(rows, start=1):
            secret = keys.get(row[KEY])
            if (
                row[SEQUENCE] != number
                or row[PREVIOUS] != head
                or secret is None
                or seal(row[:SEAL], secret) != row[SEAL]
            ):
                self.head = head
                return self._diagnose(row, rows)
            head = row[SEAL]
            self.entries = number
            if number == upcoming:
                self.head = head
                if not self._agrees():
                    return Broken(sequence=self._trusted + 1, kind="rewritten")
                upcoming = waiting[0].sequence if waiting else -1
        self.head = head
        return None

    def _agrees(self) -> bool:
        """Whether all anchors at the entry just read say what it says."""
        while self._anchors and self._anchors[0].sequence == self.entries:
            anchor = self._anchors.pop(0)
            if anchor.head != self.head or anchor.count != self.entries:
                return False
            self.agreed += 1
        self._trusted = self.entries
        return True

    def end(self, least: int | None, most: int | None) -> Broken | None:
        """What is wrong with where the trail ends."""
        noted = max([least or 0, *(anchor.sequence for anchor in self._anchors)])
        if self.entries < noted:
            return Broken(sequence=self.entries + 1, kind="cut")
        if most is not None and self.entries > most:
            return Broken(sequence=most + 1, kind="inserted")
        return None

    def _diagnose(self, row: Row, rest: Iterator[Row]) -> Broken:
        place = self.entries + 1
        return Broken(sequence=place, kind=self._kind(row, place=place, after=next(rest, None)))

    def _kind(self, row: Row, *, place: int, after: Row | None) -> Kind:
        if row[SEQUENCE] != place:
            return "missing"
        if row[KEY] not in self._keys:
            return "unknown_key"
        if fits(row, self._keys):
            return "unlinked"
        was = self._written_at(row)
        if was is None:
            is_beside = after is not None and after[PREVIOUS] == self.head
            return "inserted" if is_beside else "changed"
        return "missing" if was == place + 1 and self._is_renumbered(after, place + 1) else "moved"

    def _is_renumbered(self, after: Row | None, place: int) -> bool:
        """Whether the next entry was counted down as well, to hide that one is gone."""
        return after is None or self._written_at(after) == place + 1

    def _written_at(self, row: Row) -> int | None:
        """The number with which a row was sealed, where that is near the one it has now."""
        number, secret = row[SEQUENCE], self._keys.get(row[KEY])
        if secret is None:
            return None
        near = chain.from_iterable((number + step, number - step) for step in range(NEARBY))
        facts = row[SEQUENCE + 1 : SEAL]
        return next((at for at in near if at > 0 and seal((at, *facts), secret) == row[SEAL]), None)
