"""The form a person has open, read as content: what each field would be stored as, and what puts a value into it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from itertools import zip_longest
from typing import Any

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from wagtail.admin.panels import get_edit_handler
from wagtail.admin.rich_text.editors.draftail import DraftailRichTextArea
from wagtail.admin.widgets import BaseChooser
from wagtail.blocks import Block, BlockField, FieldBlock, ListBlock, StreamBlock, StructBlock
from wagtail.contrib.typed_table_block.blocks import BaseTypedTableBlock

from wagtail_ai_content.core.versions.elements import plain
from wagtail_ai_content.core.versions.shape import Children, ContentShape, Many
from wagtail_ai_content.pipeline.shapes import content_shape

UNREAD = (Children, Many)
"""Inline children and sets of tags: Wagtail has no way to put them into an open form."""


class OpenForm:
    """The edit form of ``instance`` for ``user``, with what is typed in it."""

    def __init__(self, instance: Any, user: Any, *, data: Any, files: Any) -> None:
        model: Any = type(instance)
        self.model = model
        self.shape: ContentShape = content_shape(model)
        form_class = _edit_handler(model).get_form_class()
        self._form = form_class(instance=instance, for_user=user)
        self._data, self._files = data, files

    def field(self, name: str) -> forms.Field | None:
        """A form field that can be read and written here; None for any other."""
        field = self._form.fields.get(name)
        if field is None or isinstance(self.shape.get(name), UNREAD):
            return None
        prefixed = self._form.add_prefix(name)
        is_checkbox = isinstance(field.widget, forms.CheckboxInput)
        omitted = field.widget.value_omitted_from_data(self._data, self._files, prefixed)
        return field if is_checkbox or not omitted else None

    def content(self, names: Collection[str]) -> dict[str, Any]:
        """What is in the form, as a revision would hold it, for those of the fields ``names`` that can be read."""
        fields = {name: self.field(name) for name in names}
        return {name: self._value(name, field) for name, field in fields.items() if field is not None}

    def _value(self, name: str, field: forms.Field) -> Any:
        given = field.widget.value_from_datadict(self._data, self._files, self._form.add_prefix(name))
        if isinstance(field, BlockField):
            return json.dumps(_lines(_as_json(field.block.get_prep_value(given))))
        try:
            return _lines(_as_json(field.prepare_value(field.to_python(given))))
        except forms.ValidationError:
            return _lines(given)

    def as_sent(self, content: Mapping[str, Any], *, names: Collection[str], now: Mapping[str, Any]) -> dict[str, Any]:
        """The fields ``names`` of ``content`` as this form would send them back untouched.

        Wagtail's editor writes rich text in its own way; without this, text nobody touched would differ from itself.
        ``now`` is what the form holds: texts that stand in it are in that form already.
        """
        rewrite = _Rewrite(known=frozenset(map(plain, _strings(list(now.values())))))
        result = {}
        for name in names:
            field, value = self._form.fields[name], content.get(name)
            result[name] = value
            if isinstance(field, BlockField) and isinstance(value, str):
                result[name] = json.dumps(rewrite.block(field.block, _lines(json.loads(value))))
            elif isinstance(value, str):
                result[name] = rewrite.text(field.widget, _lines(value))
        return result


class _Rewrite:
    """Rich texts written as the editor writes them, each once."""

    def __init__(self, *, known: Collection[str]) -> None:
        self._known = known
        self._done: dict[tuple[int, str], str] = {}

    def text(self, widget: Any, value: str) -> str:
        if not isinstance(widget, DraftailRichTextArea) or plain(value) in self._known:
            return value
        key = (id(widget), value)
        if key not in self._done:
            self._done[key] = widget.value_from_datadict({"text": widget.format_value(value)}, {}, "text") or ""
        return self._done[key]

    def block(self, block: Block | None, raw: Any) -> Any:
        if isinstance(block, StructBlock) and isinstance(raw, dict):
            return {name: self.block(block.child_blocks.get(name), value) for name, value in raw.items()}
        if isinstance(block, StreamBlock | ListBlock) and isinstance(raw, list):
            return [self._item(block, item) for item in raw]
        if isinstance(block, BaseTypedTableBlock) and isinstance(raw, dict) and raw:
            columns = [block.child_blocks.get(column["type"]) for column in raw["columns"]]
            return {**raw, "rows": [self._row(columns, row) for row in raw["rows"]]}
        if isinstance(block, FieldBlock) and isinstance(raw, str):
            return self.text(block.field.widget, raw)
        return raw

    def _row(self, columns: list[Block | None], row: Any) -> Any:
        values = row["values"]
        return {**row, "values": [self.block(*cell) for cell in zip_longest(columns[: len(values)], values)]}

    def _item(self, block: Block, item: Any) -> Any:
        if not (isinstance(item, dict) and "value" in item):
            return item
        return {**item, "value": self.block(child_of(block, item.get("type")), item["value"])}


def child_of(block: Block, kind: Any) -> Block | None:
    """The block that items of type ``kind`` of a stream or list are made from."""
    return block.child_block if isinstance(block, ListBlock) else block.child_blocks.get(kind)


def state_of(field: forms.Field, value: Any) -> Any:
    """What the browser's widget for ``field`` takes to show ``value``."""
    widget = field.widget
    if isinstance(widget, BaseChooser):
        return widget.get_value_data(value)
    if isinstance(widget, forms.CheckboxInput):
        return bool(value)
    if isinstance(widget, forms.Select):
        return [str(item) for item in (value if isinstance(value, list) else [value]) if item is not None]
    return "" if value is None else str(value)


def _edit_handler(model: type[Any]) -> Any:
    viewset = getattr(model, "snippet_viewset", None)
    own = viewset.get_edit_handler() if viewset is not None else None
    return own or get_edit_handler(model)


def _as_json(value: Any) -> Any:
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def _lines(value: Any) -> Any:
    """Forms are sent with the line ends of Windows; content is compared with the simple ones."""
    return _each(value, lambda text: text.replace("\r\n", "\n"))


def _each(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _each(item, change) for key, item in value.items()}
    return [_each(item, change) for item in value] if isinstance(value, list) else value


def _strings(value: Any) -> list[str]:
    """All texts in a content, those in StreamFields too."""
    found: list[str] = []
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            found.append(node)
            if node.startswith("["):
                waiting += _loaded(node)
        elif isinstance(node, dict):
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return found


def _loaded(text: str) -> list[Any]:
    try:
        loaded = json.loads(text)
    except ValueError:
        return []
    return loaded if isinstance(loaded, list) else []
