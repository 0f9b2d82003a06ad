"""A shape with everything a content may hold, short contents of it, and the merge of three of them."""

from __future__ import annotations

import json
from typing import Any

from wagtail_ai_content.core.versions.merge import Merged, merge
from wagtail_ai_content.core.versions.shape import (
    Children,
    ContentShape,
    ListOf,
    Many,
    RichText,
    Stream,
    Struct,
    Text,
    Value,
)

CARD = Struct({"title": Text(), "text": RichText(), "picture": Value(), "points": ListOf(Text())})
SHAPE: ContentShape = {
    "title": Text(),
    "intro": RichText(),
    "body": Stream({"heading": Text(), "text": RichText(), "card": CARD, "box": Stream({"note": Text()})}),
    "tags": Many(),
    "tagged": Many(by="tag"),
    "links": Children({"title": Text(), "address": Value()}, order="sort_order"),
}


def block(key: str, value: Any, kind: str = "heading") -> dict[str, Any]:
    return {"type": kind, "value": value, "id": key}


def content(*blocks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"pk": 3, "title": "Tea", "body": json.dumps(blocks), **fields}


def merged(base: dict[str, Any], ai: dict[str, Any], now: dict[str, Any], **chosen: Any) -> Merged:
    return merge(base, ai, now, shape=SHAPE, **chosen)


def ids(content: dict[str, Any]) -> str:
    return "".join(item["id"] for item in json.loads(content["body"]))


def letters(text: str) -> dict[str, Any]:
    return content(*(block(letter, letter) for letter in text))


def intro(*elements: str) -> dict[str, Any]:
    return {"intro": "".join(elements)}
