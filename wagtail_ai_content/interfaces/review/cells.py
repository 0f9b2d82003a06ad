"""One side of a change, as a reviewer sees it: formatted, and exactly as it is stored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from wagtail_ai_content.core.versions import tables
from wagtail_ai_content.core.versions.passages import words_in
from wagtail_ai_content.core.versions.shape import (
    MISSING,
    Children,
    ContentShape,
    ListOf,
    RichText,
    Row,
    Shape,
    Stream,
    Struct,
    Table,
)  # fmt: skip
from wagtail_ai_content.core.versions.stored import decoded

from .preview import preview, source

MOST_DEPTH: Final = 20
"""Blocks inside blocks; what lies deeper is shown as source."""
NOTHING: Final = (None, "", MISSING)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A value of a change."""

    value: Any
    """A text, rich text, plain JSON data, a raw block or a row; ``MISSING`` for nothing."""
    shape: Shape | Row | None
    """What the place holds; None for a place that the site's code does not know any more."""
    marked: SafeString | None = None
    """The same for people, with the words marked that only this side has; None to show it plainly."""

    @cached_property
    def rendered(self) -> SafeString:
        """For people."""
        if self.value in NOTHING:
            return format_html('<p class="wac-review-nothing">{}</p>', gettext("(nothing)"))
        return _outline(self.value, self.shape) if self.marked is None else self.marked

    @cached_property
    def source(self) -> SafeString:
        """As it is stored."""
        return source(self.as_text)

    @property
    def readable(self) -> str:
        """As it is stored; a table by its rows, a line each."""
        value = self.value["value"] if isinstance(self.value, Mapping) and _is_block(self.value) else self.value
        return words_in(value, self.shape) if isinstance(self.shape, Table) else self.as_text

    @property
    def as_text(self) -> str:
        """The same, not escaped; empty for nothing."""
        if self.value in NOTHING:
            return ""
        return self.value if isinstance(self.value, str) else json.dumps(self.value, indent=2, ensure_ascii=False)


def _outline(value: Any, shape: Shape | Row | None, depth: int = 0) -> SafeString:
    """A text or rich text; a block or other data by its names and texts."""
    if depth > MOST_DEPTH:
        return source(json.dumps(value, ensure_ascii=False))
    if isinstance(shape, Stream) and isinstance(value, str):
        value = decoded(value) or value
    if isinstance(shape, Table) and (rows := tables.rows(value, shape)):
        return _table(tables.caption(value), rows, depth)
    if isinstance(value, Mapping):
        return _named(value, shape, depth)
    if isinstance(value, list):
        items = ((_outline(item, _inside(shape, item), depth + 1),) for item in value)
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", items))
    if isinstance(shape, RichText) and isinstance(value, str):
        return preview(value)
    return format_html('<p class="wac-review-text" dir="auto">{}</p>', "" if value is None else value)


def _named(value: Mapping[str, Any], shape: Shape | Row | None, depth: int) -> SafeString:
    """A block under the name of its type, a struct or a row with a line for each of its parts."""
    if _is_block(value):
        if value["type"] == "item":
            return _outline(value["value"], shape, depth + 1)
        lines = [(_name(value["type"]), _outline(value["value"], shape, depth + 1))]
    else:
        parts = (
            shape.children if isinstance(shape, Struct) else shape.fields if isinstance(shape, Row | Children) else {}
        )
        lines = [(_name(key), _outline(part, parts.get(key), depth + 1)) for key, part in value.items()]
    return format_html("<dl>{}</dl>", format_html_join("", "<dt>{}</dt><dd>{}</dd>", lines))


def _table(caption: tables.Cell, rows: list[list[tables.Cell]], depth: int) -> SafeString:
    frames = {True: "<th>{}</th>", False: "<td>{}</td>"}
    shown = (
        (
            format_html_join(
                "",
                "{}",
                ((format_html(frames[cell.heading], _outline(cell.value, cell.shape, depth + 1)),) for cell in row),
            ),
        )
        for row in rows
    )
    title = format_html("<caption>{}</caption>", caption.value) if caption.value else ""
    return format_html(
        '<div class="wac-review-table"><table>{}{}</table></div>', title, format_html_join("", "<tr>{}</tr>", shown)
    )


def _parts(shape: Shape | Row | None) -> ContentShape:
    if isinstance(shape, Struct):
        return shape.children
    return shape.fields if isinstance(shape, Row | Children) else {}


def _inside(shape: Shape | Row | None, item: Any) -> Shape | Row | None:
    """The shape of a member of a list."""
    if isinstance(shape, Stream) and isinstance(item, Mapping):
        return shape.children.get(str(item.get("type")))
    return shape.child if isinstance(shape, ListOf) else shape if isinstance(shape, Children) else None


def _is_block(value: Mapping[str, Any]) -> bool:
    return {"type", "value"} <= value.keys()


def _name(key: Any) -> str:
    return str(key).replace("_", " ").capitalize()
