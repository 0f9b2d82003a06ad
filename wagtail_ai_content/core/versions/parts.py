"""What a value of each shape consists of: named parts that two or three versions of it can be compared by.

:func:`sides` opens versions of a sequence into parts with keys; a part has the same key in all versions. What cannot be
opened (broken JSON, ids missing or repeated, another type than the shape says) is compared as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from .elements import Element, elements, versions
from .rows import matched_rows, numbered
from .shape import Children, ListOf, Markup, Part, RichText, Row, Stream, Value
from .stored import decoded, encoded

VALUE: Final = Value()
MARKUP: Final = Markup()
Parts: TypeAlias = dict[str, Any]
"""The raw parts of a sequence by key, in order: blocks and items with type, value and id; rows; sources of elements."""


def sides(shape: Part, *values: Any) -> list[Parts] | None:
    """The parts of each version of a sequence, the first being the base; None for what cannot be opened."""
    match shape:
        case Stream() | ListOf():
            opened = [parts for value in values if (parts := _by_id(value)) is not None]
            return opened if len(opened) == len(values) else None
        case Children() if shape.fields and all(isinstance(value, list) for value in values):
            are_rows = all(isinstance(row, dict) for value in values for row in value)
            return matched_rows(shape, values) if are_rows else None
        case RichText() if all(isinstance(value, str) for value in values):
            return _matched([elements(value) for value in values])
    return None


def held(shape: Part, raw: Any) -> tuple[Part, Any]:
    """The shape and the value of a raw part of a sequence."""
    match shape:
        case Stream():
            return shape.children.get(raw["type"], VALUE), raw["value"]
        case ListOf():
            return shape.child, raw["value"]
        case Children():
            return Row(shape.fields), raw
    return MARKUP, raw


def holding(shape: Part, raw: Any, value: Any) -> Any:
    """A raw part with another value."""
    return {**raw, "value": value} if isinstance(shape, Stream | ListOf) else value


def kind(shape: Part, raw: Any) -> str:
    """The type of a block; empty for parts that have none."""
    return raw["type"] if isinstance(shape, Stream) else ""


def joined(shape: Part, raws: Sequence[Any], *, like: Sequence[Any], whole: Any) -> Any:
    """A value of these parts, in the form of the value ``whole``; the numbers of rows as in ``like`` where they fit."""
    if isinstance(shape, RichText):
        return "".join(raws)
    if isinstance(shape, Children) and shape.order:
        return numbered(raws, shape.order, like=like)
    return encoded(list(raws)) if isinstance(whole, str) else list(raws)


def _by_id(value: Any) -> Parts | None:
    """Blocks or items by id; None where one could not be addressed by it."""
    blocks = decoded(value) if isinstance(value, str) else value
    if not isinstance(blocks, list):
        return None
    found = {block["id"]: block for block in blocks if _has_id(block)}
    return found if len(found) == len(blocks) else None


def _has_id(block: Any) -> bool:
    if not isinstance(block, dict) or "value" not in block:
        return False
    key = block.get("id")
    return isinstance(block.get("type"), str) and isinstance(key, str) and bool(key) and not {".", "#"} & set(key)


def _matched(texts: Sequence[Sequence[Element]]) -> list[Parts]:
    """Elements by key: that of the element of the base that they are versions of, or a new one."""
    base, *others = texts
    keys = _keys(base)
    found: list[Parts] = [{key: element.source for key, element in zip(keys, base, strict=True)}]
    new: dict[str, str] = {}
    for number, text in enumerate(others, start=1):
        names = {after: keys[before] for before, after in versions(base, text, new=new.values())}
        twins = {same: key for key, same in new.items()}
        named: Parts = {}
        for index, element in enumerate(text):
            key = names.get(index) or twins.pop(element.same, "") or f"new{number}-{index}"
            if key not in found[0]:
                new[key] = element.same
            named[key] = element.source
        found.append(named)
    return found


def _keys(base: Sequence[Element]) -> list[str]:
    """The editor's key where an element has one of its own, else its place."""
    found: dict[str, None] = {}
    for index, element in enumerate(base):
        own = element.key and element.key not in found and not element.key.startswith(("new", "at"))
        found[element.key if own else f"at{index}"] = None
    return list(found)
