"""Changing what the AI wrote before it is accepted, with the editor the field itself has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.rich_text.editors.draftail import DraftailRichTextArea
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.blocks import Block, ListBlock, RichTextBlock, StreamBlock, StructBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.rich_text import features as feature_registry

from .rows import Row


class EditForm(forms.Form):
    """One field with the text of one change."""

    def __init__(self, row: Row, target: Any, *, data: Any = None) -> None:
        super().__init__(data)
        if row.is_rich:
            widget = DraftailRichTextArea(features=_features(target, row.item.change.path))
        else:
            widget = AdminAutoHeightTextInput()
        self.name = f"edit-{row.item.change.id}"
        self.fields[self.name] = forms.CharField(
            label=_("Your wording"), initial=row.item.change.after, required=False, strip=False, widget=widget
        )

    def value(self) -> str | None:
        """What a person made of it, as the database keeps it; None when nothing readable was sent.

        Rich text passes Wagtail's converter, which keeps what the field's own editor could have written.
        """
        try:
            given = self.fields[self.name].widget.value_from_datadict(self.data, {}, self.name)
        except (ValueError, KeyError, TypeError):
            return None
        return given if isinstance(given, str) else None


def _features(target: Any, path: str) -> list[str]:
    """The rich text features of the field or block at ``path`` of ``target``."""
    name, *parts = path.split(".")
    field = target._meta.get_field(name)
    if isinstance(field, RichTextField):
        own = field.features
    elif isinstance(field, StreamField):
        raw = list(getattr(target, name).raw_data)
        own = getattr(_block(field.stream_block, raw, parts), "features", None)
    else:
        own = None
    return list(own if own is not None else feature_registry.get_default_features())


def _block(block: Block, raw: Any, parts: list[str]) -> Block | None:
    """The block that stands at ``parts`` below ``block``."""
    if not parts:
        return block if isinstance(block, RichTextBlock) else None
    if isinstance(block, StructBlock) and isinstance(raw, Mapping):
        child = block.child_blocks.get(parts[0])
        return _block(child, raw.get(parts[0]), parts[1:]) if child else None
    found = next((item for item in raw or () if isinstance(item, Mapping) and item.get("id") == parts[0]), None)
    if found is None:
        return None
    child = block.child_block if isinstance(block, ListBlock) else _child_of(block, str(found.get("type")))
    return _block(child, found.get("value"), parts[1:]) if child else None


def _child_of(block: Block, kind: str) -> Block | None:
    return block.child_blocks.get(kind) if isinstance(block, StreamBlock) else None
