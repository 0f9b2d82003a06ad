"""Sequences compared: which members are the same, which were moved, and in which order those of two sides stand.

Pure list work on keys or tokens. Every function takes a bounded time, whatever it is given.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from itertools import pairwise

ROUNDS = 24
"""How often a stretch is cut at its unique members before what is left counts as replaced."""
CELLS = 250_000
"""Comparisons spent on stretches without unique members, in one comparison of two sequences."""
ALIKE = 0.4
"""The likeness from which two members are two versions of one."""
AHEAD = 8
"""How many members further on a version is looked for."""

Pair = tuple[int, int]


def matches(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[Pair]:
    """Pairs of positions with the same member, ascending on both sides.

    A patience diff: members that stand once on each side are matched first, which keeps to what a reader would call
    the same; stretches without any get their longest common subsequence. Never longer than a few passes over both;
    hostile repetition counts as replaced.
    """
    found: list[Pair] = []
    stretches = [(0, len(before), 0, len(after), 0)]
    budget = CELLS
    while stretches:
        b_start, b_end, a_start, a_end, depth = stretches.pop()
        while b_start < b_end and a_start < a_end and before[b_start] == after[a_start]:
            found.append((b_start, a_start))
            b_start, a_start = b_start + 1, a_start + 1
        while b_start < b_end and a_start < a_end and before[b_end - 1] == after[a_end - 1]:
            b_end, a_end = b_end - 1, a_end - 1
            found.append((b_end, a_end))
        if b_start == b_end or a_start == a_end or depth == ROUNDS:
            continue
        anchors = _anchors(before, after, b_start, b_end, a_start, a_end)
        if anchors:
            cuts = [(b_start - 1, a_start - 1), *anchors, (b_end, a_end)]
            found += anchors
            stretches += [(b + 1, b2, a + 1, a2, depth + 1) for (b, a), (b2, a2) in pairwise(cuts)]
        elif (cells := (b_end - b_start) * (a_end - a_start)) <= budget:
            budget -= cells
            found += _common(before, after, b_start, b_end, a_start, a_end)
    return sorted(found)


def increasing(numbers: Sequence[int]) -> list[int]:
    """Positions of a longest strictly increasing subsequence."""
    ends: list[int] = []
    positions: list[int] = []
    previous: list[int] = []
    for position, number in enumerate(numbers):
        length = bisect_left(ends, number)
        if length == len(ends):
            ends.append(number)
            positions.append(position)
        else:
            ends[length], positions[length] = number, position
        previous.append(positions[length - 1] if length else -1)
    chain: list[int] = []
    position = positions[-1] if positions else -1
    while position >= 0:
        chain.append(position)
        position = previous[position]
    return chain[::-1]


def moved(before: Collection[str], after: Collection[str]) -> frozenset[str]:
    """The fewest keys whose moving explains the order of ``after``; keys of one side alone do not count."""
    places = {key: place for place, key in enumerate(before)}
    common = [key for key in after if key in places]
    numbers = [places[key] for key in common]
    if all(one < two for one, two in pairwise(numbers)):
        return frozenset()
    kept = increasing(numbers)
    return frozenset(common) - {common[position] for position in kept}


def arrange(
    start: Collection[str],
    order: Collection[str],
    *,
    drop: Collection[str],
    place: Collection[str],
    loose: Collection[str],
) -> list[str]:
    """``start`` with the keys ``drop`` taken out and the keys ``place`` put where ``order`` has them.

    Each is put behind its nearest predecessor in ``order`` that is there and not ``loose``; loose keys (what a person
    added or moved) stay directly behind what they follow. With nothing loose and every difference in ``drop`` or
    ``place``, the result is ``order``.
    """
    gone, placed, free = set(drop), set(place), set(loose)
    rest = [key for key in start if key not in gone and key not in placed]
    present = set(rest)
    following: dict[str | None, str | None] = dict(zip([None, *rest], [*rest, None], strict=True))
    anchor: str | None = None
    for key in order:
        if key in placed:
            while (after := following[anchor]) is not None and after in free:
                anchor = after
            following[anchor], following[key] = key, following[anchor]
            anchor = key
        elif key in present and key not in free:
            anchor = key
    return list(_chain(following))


def gaps(pairs: Iterable[Pair], lengths: Pair, *, skip: Collection[int] = ()) -> Iterator[tuple[list[int], list[int]]]:
    """The positions between ``pairs``, where there are any on both sides; those after without the ones to ``skip``."""
    for (b, a), (b_end, a_end) in pairwise([(-1, -1), *pairs, lengths]):
        before = list(range(b + 1, b_end))
        after = [position for position in range(a + 1, a_end) if position not in skip]
        if before and after:
            yield before, after


def alike(
    before: Sequence[int],
    after: Sequence[int],
    *,
    likeness: Callable[[int, int], float],
    level: Callable[[int, int], bool],
) -> Iterator[Pair]:
    """Pairs, ascending, of positions whose members are alike, from 0 to 1.

    Where there are as many on each side, a member without any like it is a version of the one opposite, if ``level``
    agrees.
    """
    cursor = 0
    for place, b in enumerate(before):
        near = {other: likeness(b, after[other]) for other in range(cursor, min(cursor + AHEAD, len(after)))}
        best = max(near, key=near.__getitem__, default=None)
        if best is None or near[best] < ALIKE:
            opposite = len(before) == len(after) and place >= cursor and level(b, after[place])
            best = place if opposite else None
        if best is not None:
            yield b, after[best]
            cursor = best + 1


def _chain(following: dict[str | None, str | None]) -> Iterator[str]:
    key = following[None]
    while key is not None:
        yield key
        key = following[key]


def _anchors(
    before: Sequence[Hashable], after: Sequence[Hashable], b_start: int, b_end: int, a_start: int, a_end: int
) -> list[Pair]:
    """Members that stand once in either stretch, those of them that stand in the same order."""
    in_before, in_after = Counter(before[b_start:b_end]), Counter(after[a_start:a_end])
    places = {after[a]: a for a in range(a_start, a_end) if in_after[after[a]] == 1 and in_before[after[a]] == 1}
    pairs = [(b, places[before[b]]) for b in range(b_start, b_end) if before[b] in places]
    return [pairs[position] for position in increasing([a for _, a in pairs])]


def _common(
    before: Sequence[Hashable], after: Sequence[Hashable], b_start: int, b_end: int, a_start: int, a_end: int
) -> list[Pair]:
    """A longest common subsequence, by the table."""
    width = a_end - a_start
    table = [[0] * (width + 1)]
    for b in range(b_end - 1, b_start - 1, -1):
        below, row = table[-1], [0] * (width + 1)
        for column in range(width - 1, -1, -1):
            same = before[b] == after[a_start + column]
            row[column] = below[column + 1] + 1 if same else max(below[column], row[column + 1])
        table.append(row)
    table.reverse()
    found: list[Pair] = []
    b, column = b_start, 0
    while b < b_end and column < width:
        if before[b] == after[a_start + column]:
            found.append((b, a_start + column))
            b, column = b + 1, column + 1
        elif table[b - b_start + 1][column] >= table[b - b_start][column + 1]:
            b += 1
        else:
            column += 1
    return found
