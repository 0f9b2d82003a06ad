"""What the browser has to do so that the open form holds another content, as steps for Wagtail's own form API.

A step is JSON with ``do`` and ``path`` (Wagtail's content path):

- ``set``: ``state``, for a field or block with a widget;
- ``rewrite``: ``hunks`` and ``entityMap``, for rich text, see ``rewriting``;
- ``insert``: ``id``, ``type``, ``state``, behind the sibling ``after`` (None: first) of the stream or list at ``path``;
- ``delete``: ``id``; ``move``: ``id``, ``after``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from wagtail.admin.rich_text.editors.draftail import DraftailRichTextArea
from wagtail.blocks import Block, BlockField, FieldBlock, ListBlock, StreamBlock, StructBlock

from wagtail_ai_content.core.versions.places import canonical
from wagtail_ai_content.core.versions.sequences import moved

from .fields import OpenForm, child_of, state_of
from .rewriting import rewriting

Step = dict[str, Any]


def steps_between(before: Mapping[str, Any], after: Mapping[str, Any], form: OpenForm) -> list[Step]:
    """From the content ``before`` to ``after``; fields that the form has not are passed over."""
    return [
        step
        for name, value in after.items()
        if name in before and (field := form.field(name)) is not None
        for step in _field(field, before[name], value, path=name)
    ]


def _field(field: forms.Field, before: Any, after: Any, *, path: str) -> Iterator[Step]:
    if isinstance(field, BlockField):
        yield from _block(field.block, json.loads(before or "[]"), json.loads(after or "[]"), path=path)
    elif not _is_same(before, after):
        yield from _leaf(field.widget, before, after, path=path, state=lambda: state_of(field, after))


def _block(block: Block, before: Any, after: Any, *, path: str) -> Iterator[Step]:
    if _is_same(before, after):
        return
    if isinstance(block, StructBlock) and isinstance(before, dict) and isinstance(after, dict):
        for name, child in block.child_blocks.items():
            yield from _block(child, before.get(name), after.get(name), path=f"{path}.{name}")
    elif isinstance(block, StreamBlock | ListBlock) and _has_ids(before) and _has_ids(after):
        yield from _sequence(block, before, after, path=path)
    else:
        widget = block.field.widget if isinstance(block, FieldBlock) else None
        yield from _leaf(widget, before, after, path=path, state=lambda: _form_state(block, after))


def _leaf(widget: Any, before: Any, after: Any, *, path: str, state: Any) -> Iterator[Step]:
    if isinstance(widget, DraftailRichTextArea):
        exchange = rewriting(widget.format_value(before), widget.format_value(after))
        if exchange is not None:
            yield {"do": "rewrite", "path": path, **exchange}
    else:
        yield {"do": "set", "path": path, "state": state()}


def _sequence(block: Block, before: list[Any], after: list[Any], *, path: str) -> Iterator[Step]:
    old, new = ({item["id"]: item for item in items} for items in (before, after))
    replaced = {key for key in old.keys() & new.keys() if old[key].get("type") != new[key].get("type")}
    for key in old:
        if key not in new or key in replaced:
            yield {"do": "delete", "path": path, "id": key}
    displaced = moved([key for key in old if key not in replaced], list(new))
    previous: str | None = None
    for key, item in new.items():
        child = child_of(block, item.get("type"))
        if child is None:
            continue
        if key not in old or key in replaced:
            state = _form_state(child, item["value"])
            yield {"do": "insert", "path": path, "id": key, "type": item.get("type"), "state": state, "after": previous}
        else:
            if key in displaced:
                yield {"do": "move", "path": path, "id": key, "after": previous}
            yield from _block(child, old[key]["value"], item["value"], path=f"{path}.{key}")
        previous = key


def _has_ids(raw: Any) -> bool:
    return isinstance(raw, list) and all(isinstance(item, dict) and item.get("id") for item in raw)


def _form_state(block: Block, raw: Any) -> Any:
    return block.get_form_state(block.to_python(raw))


def _is_same(one: Any, other: Any) -> bool:
    return one == other or canonical(one) == canonical(other)
