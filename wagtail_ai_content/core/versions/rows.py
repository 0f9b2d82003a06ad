"""Inline children: which row of one version is which of another, though a row has no number until it is published."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

from .elements import counted, likeness
from .places import canonical
from .sequences import Pair, alike
from .shape import Children, ContentShape
from .stored import is_same

Row: TypeAlias = dict[str, Any]

NUMBERS = ("pk", "translation_key")
"""What tells rows apart, where they have it."""


def matched_rows(shape: Children, versions: Sequence[Sequence[Row]]) -> list[dict[str, Row]]:
    """The rows of each version by key, in order. A row has one key in all versions, the first being the base."""
    base, *others = versions
    found = [_named(base, {}, taken=(), prefix="row")]
    keys = list(found[0])
    new: dict[str, Row] = {}
    for number, rows in enumerate(others, start=1):
        names = {a: keys[b] for b, a in _versions(shape.fields, base, rows, new=list(new.values()))}
        names |= _equal(shape.fields, rows, names, new)
        named = _named(rows, names, taken={*keys, *new}, prefix=f"new{number}-")
        new |= {key: row for key, row in named.items() if key not in found[0]}
        found.append(named)
    return found


def numbered(rows: Sequence[Row], order: str, *, like: Sequence[Row]) -> list[Row]:
    """``rows`` with ascending numbers in the field ``order``: their own, those of ``like``, or new ones."""
    if _ascend([row.get(order) for row in rows]):
        return list(rows)
    numbers: Sequence[Any] = [row.get(order) for row in like]
    if len(numbers) != len(rows) or not _ascend(numbers):
        numbers = range(len(rows))
    return [
        row if row.get(order) == number else {**row, order: number} for row, number in zip(rows, numbers, strict=True)
    ]


def _ascend(numbers: Sequence[Any]) -> bool:
    whole = all(isinstance(number, int) for number in numbers)
    return whole and all(one < two for one, two in pairwise(numbers))


def _named(rows: Sequence[Row], names: Mapping[int, str], *, taken: Collection[str], prefix: str) -> dict[str, Row]:
    used = {*taken, *names.values()}
    found: dict[str, Row] = {}
    for index, row in enumerate(rows):
        own = next((str(row[name]) for name in NUMBERS if row.get(name) is not None), "")
        key = names.get(index) or (own if own and own not in used else f"{prefix}{index}")
        used.add(key)
        found[key] = row
    return found


def _equal(
    fields: ContentShape, rows: Sequence[Row], names: Mapping[int, str], new: Mapping[str, Row]
) -> dict[int, str]:
    """Names for rows that another version added as well, word for word."""
    keys = {_written(fields, row): key for key, row in new.items()}
    found = {index: keys.pop(_written(fields, row), "") for index, row in enumerate(rows) if index not in names}
    return {index: key for index, key in found.items() if key}


def _versions(fields: ContentShape, before: Sequence[Row], after: Sequence[Row], *, new: Sequence[Row]) -> list[Pair]:
    """Pairs of positions: by number, by equal content, and by likeness among those not equal to a ``new`` row."""
    pairs: dict[int, int] = {}
    for name in NUMBERS:
        pairs = {a: b for b, a in _by_number(name, before, after)} | pairs
    pairs = {a: b for b, a in {b: a for a, b in pairs.items()}.items()}
    befores = [b for b in range(len(before)) if b not in set(pairs.values())]
    afters = [a for a in range(len(after)) if a not in pairs]
    rest = _by_content(fields, [before[b] for b in befores], [after[a] for a in afters], new=new)
    return [*((b, a) for a, b in pairs.items()), *((befores[b], afters[a]) for b, a in rest)]


def _by_number(name: str, before: Sequence[Row], after: Sequence[Row]) -> list[Pair]:
    places = _single(name, before)
    return [(places[number], a) for number, a in _single(name, after).items() if number in places]


def _single(name: str, rows: Sequence[Row]) -> dict[str, int]:
    """Positions by number, of the rows that share it with no other."""
    found: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        if row.get(name) is not None:
            found.setdefault(str(row[name]), []).append(index)
    return {number: places[0] for number, places in found.items() if len(places) == 1}


def _by_content(fields: ContentShape, before: Sequence[Row], after: Sequence[Row], *, new: Sequence[Row]) -> list[Pair]:
    def may(b: int, a: int) -> bool:
        return before[b].get("pk") is None or after[a].get("pk") is None

    def likeness_of(b: int, a: int) -> float:
        return _likeness(fields, before[b], after[a]) if may(b, a) else 0.0

    def level(b: int, a: int) -> bool:
        return before[b].get("pk") is None

    places: dict[str, list[int]] = {}
    for a, row in reversed(list(enumerate(after))):
        places.setdefault(_written(fields, row), []).append(a)
    equal = [(b, twins.pop()) for b, row in enumerate(before) if (twins := places.get(_written(fields, row)))]
    pairs = {b: a for b, a in equal if may(b, a)}
    known = {_written(fields, row) for row in new}
    lefts = [b for b in range(len(before)) if b not in pairs]
    taken = set(pairs.values())
    rights = [a for a, row in enumerate(after) if a not in taken and _written(fields, row) not in known]
    return [*pairs.items(), *alike(lefts, rights, likeness=likeness_of, level=level)]


def _likeness(fields: ContentShape, one: Row, other: Row) -> float:
    """The mean likeness of the fields that say something, from 0 to 1."""
    told = [name for name in fields if one.get(name) or other.get(name)]
    total = sum(_field_likeness(fields[name], one.get(name), other.get(name)) for name in told)
    return total / len(told) if told else 1.0


def _field_likeness(shape: Any, one: Any, other: Any) -> float:
    if is_same(shape, one, other):
        return 1.0
    return likeness(counted(one), counted(other)) if isinstance(one, str) and isinstance(other, str) else 0.0


def _written(fields: ContentShape, row: Row) -> str:
    try:
        return canonical({name: row.get(name) for name in fields})
    except RecursionError:
        return f"too deep {id(row)}"
