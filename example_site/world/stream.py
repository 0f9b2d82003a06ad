"""The body of an article file, as the raw data of its StreamField.

``##`` opens a heading block; text up to the next block is one paragraph block; everything else stands between a line
``::: name argument`` and a line ``:::``. A table has a row a line and ``|`` between its cells; its first line has the
headings, of which one in asterisks stands above rich text.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

from .markup import Places, rich_text

FENCE = re.compile(r"^::: ?(\w+) ?(.*)\n((?:.*\n)*?):::$|^## (.+)$", re.MULTILINE)
SPACE = uuid.UUID("5f0a2f6e-6d0b-4b54-9a55-0d7c1a3b8e11")
"""Ids of blocks are made from the slug and the place, so that they are the same in every copy of the world."""


def stream_data(source: str, *, slug: str, places: Places) -> list[dict[str, Any]]:
    """``source`` as the ``raw_data`` of ``ArticleBody``."""
    return [
        {"type": kind, "value": value, "id": _id(f"{slug}/{number}")}
        for number, (kind, value) in enumerate(_blocks(source, slug, places))
    ]


def _blocks(source: str, slug: str, places: Places) -> Iterator[tuple[str, Any]]:
    position = 0
    for fence in FENCE.finditer(source):
        yield from _paragraph(source[position : fence.start()], places)
        position = fence.end()
        if fence[4]:
            yield "heading", fence[4]
        else:
            yield fence[1], _value(fence[1], fence[2], fence[3].strip(), slug=slug, places=places)
    yield from _paragraph(source[position:], places)


def _paragraph(text: str, places: Places) -> Iterator[tuple[str, str]]:
    if text.strip():
        yield "paragraph", rich_text(text, places=places)


def _value(kind: str, argument: str, text: str, *, slug: str, places: Places) -> Any:
    match kind:
        case "quote":
            return {"text": text, "source": argument}
        case "image":
            return {"image": places.find("picture", argument), "alt_text": text, "decorative": False}
        case "facts":
            return [_fact(line, f"{slug}/fact/{line}") for line in text.splitlines()]
        case "table":
            return _table(argument, text, places)
        case "aside":
            return _aside(text, slug, places)
        case "embed":
            return argument
        case "raw_html":
            return text
        case "related":
            return places.find("page", argument)
    raise ValueError(f"There is no block “{kind}” in articles. Correct the name in the content file.")


def _fact(line: str, name: str) -> dict[str, Any]:
    label, _, value = line.partition(": ")
    return {"type": "item", "value": {"label": label, "value": value}, "id": _id(name)}


def _table(caption: str, text: str, places: Places) -> dict[str, Any]:
    headings, *rows = ([cell.strip() for cell in line.split("|")] for line in text.splitlines())
    kinds = ["rich_text" if heading.startswith("*") else "text" for heading in headings]
    columns = [{"type": kind, "heading": heading.strip("*")} for kind, heading in zip(kinds, headings, strict=True)]
    values = [
        [rich_text(cell, places=places) if kind == "rich_text" else cell for kind, cell in zip(kinds, row, strict=True)]
        for row in rows
    ]
    return {"columns": columns, "rows": [{"values": row} for row in values], "caption": caption}


def _aside(text: str, slug: str, places: Places) -> list[dict[str, Any]]:
    blocks = []
    for line in text.splitlines():
        note = line.startswith("! ")
        value = line[2:] if note else rich_text(line, places=places)
        blocks.append({"type": "note" if note else "paragraph", "value": value, "id": _id(f"{slug}/aside/{line}")})
    return blocks


def _id(name: str) -> str:
    return str(uuid.uuid5(SPACE, name))
