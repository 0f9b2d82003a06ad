"""Values as they are stored: the JSON of a StreamField, and whether two values are the same to a person."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .elements import plain
from .places import canonical, same
from .shape import MISSING, Children, ContentShape, Many, Part, Row, Stream, Value


def decoded(value: Any) -> Any:
    """The blocks in a StreamField's JSON; None where it cannot be read."""
    try:
        return json.loads(value)
    except (TypeError, ValueError, RecursionError):
        return None


def opened(content: Mapping[str, Any]) -> dict[str, Any]:
    """``content`` with its StreamFields as lists, to look up many places in it."""
    return {name: _blocks(value) if isinstance(value, str) else value for name, value in content.items()}


def _blocks(text: str) -> Any:
    found = decoded(text) if text.startswith("[") else None
    is_stream = isinstance(found, list) and all(isinstance(item, dict) and "type" in item for item in found)
    return found if is_stream else text


def encoded(value: Any) -> str:
    """The JSON of a StreamField, as Wagtail writes it."""
    return json.dumps(value)


def is_same(shape: Part, one: Any, other: Any) -> bool:
    """Whether a person would see no difference between two values.

    Content nested too deeply to be compared is different from everything but itself.
    """
    try:
        return is_surely_same(one, other) or _is_same(shape, one, other)
    except RecursionError:
        return False


def _is_same(shape: Part, one: Any, other: Any) -> bool:
    if one is MISSING or other is MISSING:
        return False
    if isinstance(one, str) and isinstance(other, str):
        return one == other or (_same_json(one, other) if isinstance(shape, Stream) else plain(one) == plain(other))
    match shape:
        case Row() if isinstance(one, dict) and isinstance(other, dict):
            return _same_fields(shape.fields, one, other)
        case Children() if _are_rows(one) and _are_rows(other):
            return len(one) == len(other) and all(
                _same_fields(shape.fields, row, twin) for row, twin in zip(one, other, strict=True)
            )
        case Many() if isinstance(one, list) and isinstance(other, list):
            return members(shape, one).keys() == members(shape, other).keys()
    return same(one, other)


def is_surely_same(one: Any, other: Any) -> bool:
    """What :func:`is_same` says, where that can be told at once; else False."""
    if one is other:
        return True
    # Equal is not enough: to Python, True is 1.
    return one == other and (isinstance(one, str) or repr(one) == repr(other))


def members(shape: Many, value: Sequence[Any]) -> dict[str, Any]:
    """The members of a set, by what tells them apart."""
    if not shape.by:
        return {canonical(item): item for item in value}
    return {canonical(item.get(shape.by) if isinstance(item, dict) else item): item for item in value}


def block_ids(value: Any) -> Iterator[str]:
    """The ids of all blocks and list items in a value, at any depth."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += [item for item in node if isinstance(item, dict | list)]
        elif isinstance(node, dict):
            if isinstance(found := node.get("id"), str) and "value" in node and "type" in node:
                yield found
            waiting += [item for item in node.values() if isinstance(item, dict | list)]


def _same_fields(fields: ContentShape, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(is_same(shape, one.get(name, MISSING), other.get(name, MISSING)) for name, shape in fields.items())


def _are_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def _same_json(one: str, other: str) -> bool:
    loaded = decoded(one)
    return loaded is not None and is_same(Value(), loaded, decoded(other))
