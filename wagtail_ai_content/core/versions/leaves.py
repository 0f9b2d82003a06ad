"""The values at the ends of a content, each with its path, and the ids of its blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import tables
from .shape import Children, ContentShape, ListOf, RichText, Shape, Stream, Struct, Table, Text, Value
from .stored import decoded

DEEPEST = 100
"""Levels of nesting that are opened; no editor can make as many."""


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A value that is not opened further."""

    path: str
    shape: Text | RichText | Value
    value: Any


@dataclass(frozen=True, kw_only=True)
class Block:
    """A child of a stream."""

    path: str
    type: str


def leaves(content: Mapping[str, Any], shape: ContentShape, *, cells: bool = True) -> Iterator[Leaf | Block]:
    """The leaves and blocks of ``content`` in reading order. What does not have the shape it should holds none.

    ``cells``: those of tables, too.
    """
    waiting: list[tuple[str, Any, Shape, int] | Block] = [
        (field, content[field], shape[field], 0) for field in reversed(list(shape)) if field in content
    ]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Block):
            yield part
            continue
        path, value, kind, depth = part
        if isinstance(kind, Value) or (isinstance(kind, Text | RichText) and isinstance(value, str)):
            yield Leaf(path=path, shape=kind, value=value)
        elif depth < DEEPEST and (cells or not isinstance(kind, Table)):
            inside = _inside(path, value, kind)
            waiting += reversed([part if isinstance(part, Block) else (*part, depth + 1) for part in inside])


def _inside(path: str, value: Any, shape: Shape) -> Iterator[tuple[str, Any, Shape] | Block]:
    match shape:
        case Struct(children=children) if isinstance(value, Mapping):
            yield from ((f"{path}.{key}", value[key], child) for key, child in children.items() if key in value)
        case Stream(children=children):
            for name, block in _items(value):
                if isinstance(block, Mapping) and isinstance(block.get("type"), str):
                    yield Block(path=f"{path}.{name}", type=block["type"])
                    if block["type"] in children:
                        yield f"{path}.{name}", block.get("value"), children[block["type"]]
        case ListOf(child=child):
            for name, item in _items(value):
                wrapped = isinstance(item, Mapping) and item.get("type") == "item" and "value" in item
                yield f"{path}.{name}", item["value"] if wrapped else item, child
        case Table():
            for cell in (cell for row in [[tables.caption(value)], *tables.rows(value, shape)] for cell in row):
                yield f"{path}.{cell.path}", cell.value, cell.shape
        case Children(fields=fields) if isinstance(value, list):
            for number, row in enumerate(value):
                if isinstance(row, Mapping):
                    own = f"{path}.{row.get('pk') or row.get('translation_key') or f'row{number}'}"
                    yield from ((f"{own}.{key}", row[key], kind) for key, kind in fields.items() if key in row)


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    """The members of a stream or list with their ids; one without an id is known by its number."""
    if isinstance(value, str):
        value = decoded(value)
    for index, item in enumerate(value if isinstance(value, list) else ()):
        name = item.get("id") if isinstance(item, Mapping) else None
        yield name if isinstance(name, str) and name else str(index), item
