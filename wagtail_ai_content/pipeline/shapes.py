"""The shape of a model's content, and what its places are called in the edit form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst
from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import get_all_child_m2m_relations, get_all_child_relations
from taggit.models import ItemBase
from wagtail.blocks import (
    Block,
    CharBlock,
    ChooserBlock,
    DateBlock,
    DateTimeBlock,
    DecimalBlock,
    FloatBlock,
    IntegerBlock,
    ListBlock,
    RawHTMLBlock,
    RichTextBlock,
    StreamBlock,
    StructBlock,
    TextBlock,
    TimeBlock,
    URLBlock,
)
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.contrib.typed_table_block.blocks import BaseTypedTableBlock
from wagtail.embeds.blocks import EmbedBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.images.blocks import ImageBlock
from wagtail.models import AbstractPage

from wagtail_ai_content.core.versions.places import CHILD_META, META
from wagtail_ai_content.core.versions.shape import (
    Children,
    ContentShape,
    ListOf,
    Many,
    RichText,
    Shape,
    Stream,
    Struct,
    Table,
    Text,
    Value,
)
from wagtail_ai_content.core.versions.stored import decoded

NOT_PROSE = (models.SlugField, models.URLField, models.EmailField)
"""Kinds of short text that are one thing, like a number."""
SAID_IN_TABLES = (IntegerBlock, FloatBlock, DecimalBlock, DateBlock, TimeBlock, DateTimeBlock)
"""What is read as words in a cell: a table is made of its numbers."""


@cache
def content_shape(model: type[models.Model]) -> ContentShape:
    """The shapes of what a revision of ``model`` holds, by field name.

    Left out are fields that hold one value and neither show nor lead to anything.
    """
    shapes = {field.name: _of_field(field) for field in model._meta.get_fields() if field.name not in META}
    shapes |= {relation.get_accessor_name(): _of_relation(relation) for relation in get_all_child_relations(model)}
    return {name: shape for name, shape in shapes.items() if shape != Value() and name not in META}


def label_of(model: type[models.Model], content: Mapping[str, Any], path: str) -> str:
    """What an editor calls the place at ``path`` in ``content``: “Body: Section 3: Text”.

    Blocks are numbered among those of their type where there are several. Of a place that is not in ``content`` the
    part of the way that is there is named.
    """
    name, *parts = path.partition("#")[0].split(".")
    relations = {relation.get_accessor_name(): relation.related_model for relation in get_all_child_relations(model)}
    if name in relations:
        return ": ".join([_spoken(name), *_row_labels(relations[name], content.get(name), parts)])
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        return _spoken(name)
    is_stream = isinstance(field, StreamField)
    value = content.get(name)
    blocks = decoded(value) if isinstance(value, str) else value
    inside = _block_labels(field.stream_block, blocks, parts) if is_stream else []
    return ": ".join([capfirst(str(getattr(field, "verbose_name", name))), *inside])


# --- shapes


def _of_field(field: Any) -> Shape:
    match field:
        case StreamField():
            return block_shape(field.stream_block)
        case RichTextField():
            return RichText()
        case ParentalManyToManyField():
            return Many()
        case models.CharField() | models.TextField() if not field.choices and not isinstance(field, NOT_PROSE):
            return Text()
        case models.URLField():
            return Value(holds="link")
        case models.ForeignKey() if not field.remote_field.parent_link:
            return Value(holds=_led_to(field.related_model))
    return Value()


def _of_relation(relation: Any) -> Shape:
    """Inline children, or the rows that tie tags to the page."""
    child = relation.related_model
    if issubclass(child, ItemBase):
        return Many(by="tag")
    order = getattr(child, "sort_order_field", "")
    about = {*CHILD_META, order, relation.field.name}
    fields = {
        field.name: _of_field(field)
        for field in [*child._meta.fields, *get_all_child_m2m_relations(child)]
        if field.name not in about and field.serialize and not field.primary_key
    }
    nested = {inner.get_accessor_name(): _of_relation(inner) for inner in get_all_child_relations(child)}
    return Children(fields | nested, order=order)


def is_instruction(block: Block) -> bool:
    """Whether the text of ``block`` is a note to an AI and no part of the content, as its Meta says."""
    return bool(getattr(block.meta, "ai_instruction", False))


def block_shape(block: Block) -> Shape:
    """The shape of the values of ``block``."""
    if is_instruction(block):
        return Value()
    match block:
        case ImageBlock():
            return Value(holds="image")  # A picture and its description are one thing.
        case StreamBlock():
            return Stream({name: block_shape(child) for name, child in block.child_blocks.items()})
        case ListBlock():
            return ListOf(block_shape(block.child_block))
        case StructBlock():
            return Struct({name: block_shape(child) for name, child in block.child_blocks.items()})
        case TableBlock():
            return Table()
        case BaseTypedTableBlock():
            return Table({name: _of_cell(child) for name, child in block.child_blocks.items()})
        case RichTextBlock():
            return RichText()
        case CharBlock() | TextBlock() | RawHTMLBlock():
            return Text()
        case EmbedBlock():
            return Value(holds="embed")
        case URLBlock():
            return Value(holds="link")
        case ChooserBlock():
            return Value(holds=_led_to(block.target_model))
    return Value()


def _of_cell(block: Block) -> Shape:
    return Text() if isinstance(block, SAID_IN_TABLES) else block_shape(block)


def _led_to(model: Any) -> Literal["", "image", "link"]:
    """What a reader sees of a chosen object: a picture, or a link to a page or document; their apps may be missing."""
    if hasattr(model, "get_rendition"):
        return "image"
    return "link" if issubclass(model, AbstractPage) or hasattr(model, "get_file_hash") else ""


# --- labels


def _row_labels(child: type[models.Model], rows: Any, parts: list[str]) -> list[str]:
    """The number of a row among its own, and the field in it."""
    if not parts:
        return []
    key, *rest = parts
    numbers = [str(row.get("pk") or row.get("translation_key")) for row in rows or () if isinstance(row, dict)]
    place = re.search(r"^(?:row|new\d+-)(\d+)$", key)
    number = numbers.index(key) if key in numbers else int(place[1]) if place else None
    shown = [] if number is None else [str(number + 1)]
    return [*shown, label_of(child, {}, ".".join(rest))] if rest else shown


def _block_labels(block: Block, value: Any, parts: list[str]) -> list[str]:
    if not parts:
        return []
    key, *rest = parts
    if isinstance(block, StructBlock) and key in block.child_blocks:
        child = block.child_blocks[key]
        inside = value.get(key) if isinstance(value, dict) else None
        return [_block_name(child, key), *_block_labels(child, inside, rest)]
    items = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    here = next((item for item in items if item.get("id") == key), None)
    if here is None:
        return []
    if isinstance(block, ListBlock):
        return [str(items.index(here) + 1), *_block_labels(block.child_block, here.get("value"), rest)]
    name = str(here.get("type"))
    if not isinstance(block, StreamBlock) or name not in block.child_blocks:
        return [_spoken(name)]
    child, twins = block.child_blocks[name], [item for item in items if item.get("type") == name]
    number = f" {twins.index(here) + 1}" if len(twins) > 1 else ""
    return [_block_name(child, name) + number, *_block_labels(child, here.get("value"), rest)]


def _block_name(block: Block, name: str) -> str:
    return capfirst(str(block.label or name))


def _spoken(name: str) -> str:
    return capfirst(name.replace("_", " "))
