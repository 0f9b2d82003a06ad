"""An edit form as a browser sends it back, from the content of its page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from wagtail.admin.rich_text.editors.draftail import DraftailRichTextArea
from wagtail.blocks import Block, ListBlock, StreamBlock, StructBlock
from wagtail.fields import RichTextField, StreamField


def sent(model: Any, content: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of the fields in ``content``."""
    data: dict[str, Any] = {}
    for name, value in content.items():
        field = model._meta.get_field(name)
        if isinstance(field, StreamField):
            data |= dict(_block(field.stream_block, json.loads(value), name))
        elif isinstance(field, RichTextField):
            data[name] = DraftailRichTextArea(features=field.features).format_value(value)
        else:
            data[name] = "" if value is None else value
    return data


def _block(block: Block, raw: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    if isinstance(block, StructBlock):
        for name, child in block.child_blocks.items():
            yield from _block(child, raw.get(name), f"{prefix}-{name}")
    elif isinstance(block, StreamBlock | ListBlock):
        yield f"{prefix}-count", str(len(raw))
        for index, item in enumerate(raw):
            own = f"{prefix}-{index}"
            yield from ((f"{own}-{name}", item[name]) for name in ("id", "type"))
            yield from ((f"{own}-order", str(index)), (f"{own}-deleted", ""))
            child = block.child_block if isinstance(block, ListBlock) else block.child_blocks[item["type"]]
            yield from _block(child, item["value"], f"{own}-value")
    elif isinstance(widget := getattr(getattr(block, "field", None), "widget", None), DraftailRichTextArea):
        yield prefix, widget.format_value(raw)
    elif raw is not None:
        yield prefix, raw
