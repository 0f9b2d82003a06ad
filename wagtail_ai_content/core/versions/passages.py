"""The texts of a content, each at a place that stays the same when blocks move.

A path leads through a content and changes when a block is moved; a place does not: it begins at the nearest block or
list item that has an id, ``<id>`` or ``<id>.<struct key>``, or at the field. The rows of inline children have no number
that lasts, so their texts of one field are one passage, ``<relation>.<field>``; nor have the cells of a table, which is
one passage with its caption.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from . import tables
from .shape import Children, ContentShape, ListOf, RichText, Shape, Stream, Struct, Table, Text

_INLINE = "a|abbr|b|bdi|bdo|cite|code|del|em|i|ins|kbd|mark|q|s|small|span|strong|sub|sup|u|var"
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE})(?:\s[^<>]*+)?/?>", re.IGNORECASE)
_OTHER_TAG = re.compile(r"</?[a-zA-Z][^<>]*+>")


@dataclass(frozen=True, kw_only=True)
class Part:
    """A field, a block, an item or a place: whatever a share can be told of."""

    key: str
    """A field's name, a block's id, or ``<id>.<struct key>``: what stays the same."""
    path: str
    """Where it is now."""


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A text that is not empty, as a reader sees it."""

    parts: tuple[Part, ...]
    """What it is in, outermost first; the last is its own place."""
    text: str

    @property
    def place(self) -> str:
        return self.parts[-1].key


def passages(content: Mapping[str, Any], shape: ContentShape) -> dict[str, Passage]:
    """The texts of ``content`` by place. What does not have the shape it should holds no text."""
    found: dict[str, Passage] = {}
    for field, field_shape in shape.items():
        for passage in _walk(content.get(field), field_shape, parts=(Part(key=field, path=field),)):
            twin = found.get(passage.place)
            text = f"{twin.text}\n{passage.text}" if twin else passage.text
            found[passage.place] = Passage(parts=passage.parts, text=text)
    return found


def visible_text(html: str) -> str:
    """The words of rich text, a line for each element."""
    text = unescape(_OTHER_TAG.sub("\n", _INLINE_TAG.sub("", html))) if "<" in html or "&" in html else html
    return "\n".join(line for line in (line.strip() for line in text.split("\n")) if line)


def words_in(value: Any, shape: Shape) -> str:
    """All that a reader sees of a value, a line for each text."""
    return "\n".join(passage.text for passage in _walk(value, shape, parts=(Part(key="", path=""),)))


def _walk(value: Any, shape: Shape, *, parts: tuple[Part, ...]) -> Iterator[Passage]:
    match shape:
        case RichText() if isinstance(value, str):
            yield from _passage(visible_text(value), parts)
        case Text() if isinstance(value, str):
            yield from _passage(value.strip(), parts)
        case Struct(children=children) if isinstance(value, Mapping):
            for key, child in children.items():
                yield from _walk(value.get(key), child, parts=_inside(parts, key))
        case Stream(children=children):
            for item, item_parts in _items(value, parts):
                if isinstance(item, Mapping) and isinstance(item.get("type"), str) and item["type"] in children:
                    yield from _walk(item.get("value"), children[item["type"]], parts=item_parts)
        case ListOf(child=child):
            for item, item_parts in _items(value, parts):
                plain = not (isinstance(item, Mapping) and item.get("type") == "item" and "value" in item)
                yield from _walk(item if plain else item["value"], child, parts=item_parts)
        case Table():
            yield from _passage(_in_table(value, shape), parts)
        case Children(fields=fields) if isinstance(value, list):
            for row in value:
                for key, child in fields.items():
                    yield from _walk(
                        row.get(key) if isinstance(row, Mapping) else None, child, parts=_inside(parts, key)
                    )
        case _:
            return


def _in_table(value: Any, shape: Table) -> str:
    cells = [[tables.caption(value)], *tables.rows(value, shape)]
    return tables.lines([words_in(cell.value, cell.shape) for cell in row] for row in cells)


def _passage(text: str, parts: tuple[Part, ...]) -> Iterator[Passage]:
    if text:
        yield Passage(parts=parts, text=text)


def _inside(parts: tuple[Part, ...], key: str) -> tuple[Part, ...]:
    around = parts[-1]
    return (*parts, Part(key=f"{around.key}.{key}", path=f"{around.path}.{key}"))


def _items(value: Any, parts: tuple[Part, ...]) -> Iterator[tuple[Any, tuple[Part, ...]]]:
    """The members of a stream or list; one without an id is known by its number."""
    around = parts[-1]
    for index, item in enumerate(_list(value)):
        name = item.get("id") if isinstance(item, Mapping) else None
        if isinstance(name, str) and name:
            yield item, (*parts, Part(key=name, path=f"{around.path}.{name}"))
        else:
            yield item, _inside(parts, str(index))


def _list(value: Any) -> list[Any]:
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return []
    return value if isinstance(value, list) else []
