"""Which blocks an AI may make: asked for what is offered to a model, and again for what came of its answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from modelcluster.models import get_all_child_relations
from wagtail.blocks import Block, ListBlock, RawHTMLBlock, StreamBlock, StructBlock
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.contrib.typed_table_block.blocks import BaseTypedTableBlock
from wagtail.embeds.blocks import EmbedBlock
from wagtail.embeds.finders import get_finders
from wagtail.fields import StreamField

from wagtail_ai_content.core.errors import BlockNotAllowed
from wagtail_ai_content.core.guardrails.links import is_plain, legible
from wagtail_ai_content.core.text import Text, gettext_noop
from wagtail_ai_content.core.versions.stored import decoded
from wagtail_ai_content.core.versions.tables import rows

from .rules import FieldRules, labels_of, rules_for
from .shapes import block_shape, is_instruction

EMBED_PROPOSED = gettext_noop(
    "The AI wants to embed %(address)s. Nothing was fetched from there. Look at it yourself before you accept it."
)


def is_makeable(block: Block) -> bool:
    """Whether an AI may make such a block, or fill in such a part of one, as its class and its ``Meta`` say."""
    said = getattr(block.meta, "ai", True) and getattr(block.meta, "ai_create", True)
    return bool(said) and not _is_raw_html(block) and not is_instruction(block)


def _is_raw_html(block: Block) -> bool:
    """Raw HTML, or a table whose cells are."""
    return isinstance(block, RawHTMLBlock) or (isinstance(block, TableBlock) and block.is_html_renderer())


def may_make(block: Block, kind: str, *, field: str, rules: FieldRules) -> bool:
    """Whether an AI may make a ``block``, of the type ``kind``, in the StreamField ``field``, at whatever depth."""
    if not is_makeable(block):
        return False
    return rules.names_block(field, kind) if isinstance(block, EmbedBlock) else rules.allow_block(field, kind)


def makeable_in(label: str, field: str) -> frozenset[str] | None:
    """The types of blocks that an AI could make in the StreamField ``field`` of the model ``label``, or of those that
    inherit from it, at whatever depth; None where there is no such field."""
    heirs = [model for model in apps.get_models() if label.lower() in labels_of(model)]
    fields = [found for model in heirs for found in model._meta.get_fields() if found.name == field]
    streams = [found.stream_block for found in fields if isinstance(found, StreamField)]
    return frozenset(kind for stream in streams for kind in _kinds(stream)) if streams else None


def _kinds(block: Block) -> Iterator[str]:
    if isinstance(block, ListBlock):
        yield from _kinds(block.child_block)
    elif isinstance(block, (StreamBlock, StructBlock)):
        for name, child in block.child_blocks.items():
            if isinstance(block, StreamBlock) and is_makeable(child):
                yield name
            yield from _kinds(child)


def check_made(model: type[models.Model], before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Text, ...]:
    """Hold the blocks which ``after`` has and ``before`` has not against the rules; tell of each new embed.

    Both are contents of a ``model`` as revisions hold them. Nothing is fetched. Raises: ``BlockNotAllowed`` for a
    block, raw HTML or an embed that an AI may not make there.
    """
    known = Counter(part.identity for part in _of_model(model, before))
    addresses: list[str] = []
    for part in _of_model(model, after):
        known[part.identity] -= 1
        if known[part.identity] >= 0:
            continue
        if not _is_allowed(part):
            raise BlockNotAllowed(block=part.kind)
        addresses += [part.value] if part.value else []
    return tuple(Text(EMBED_PROPOSED, {"address": legible(address)}) for address in dict.fromkeys(addresses))


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where the walk through a StreamField stands."""

    field: str
    rules: FieldRules
    kind: str = ""
    """Type of the block of a stream that it is in."""


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A block of a stream, or the raw HTML or the embed in one."""

    block: Block
    kind: str
    """Type of the block that it is, or is in."""
    place: _Place
    key: str = ""
    """Of a block: its id."""
    value: str = ""
    """Of raw HTML and of an embed."""

    @property
    def identity(self) -> tuple[str, ...]:
        return self.place.field, self.kind, self.key, self.value


def _is_allowed(part: _Part) -> bool:
    field, rules = part.place.field, part.place.rules
    if part.value and isinstance(part.block, EmbedBlock):
        return rules.names_block(field, part.kind) and _is_embeddable(part.value)
    return may_make(part.block, part.kind, field=field, rules=rules)


def _is_embeddable(address: str) -> bool:
    """Whether one of the site's providers of embeds (``WAGTAILEMBEDS_FINDERS``) knows the address by its form."""
    return is_plain(address) and any(finder.accept(address) for finder in get_finders())


def _of_model(model: type[models.Model], content: Mapping[str, Any]) -> Iterator[_Part]:
    rules = rules_for(model)
    for field in model._meta.get_fields():
        if isinstance(field, StreamField):
            value = content.get(field.name)
            raw = decoded(value) if isinstance(value, str) else value
            yield from _in_block(field.stream_block, raw, _Place(field=field.name, rules=rules))
    for relation in get_all_child_relations(model):
        for row in content.get(relation.get_accessor_name()) or ():
            if isinstance(row, Mapping):
                yield from _of_model(relation.related_model, row)


def _in_block(block: Block, raw: Any, place: _Place) -> Iterator[_Part]:
    if isinstance(block, StreamBlock):
        yield from _in_stream(block, raw, place)
    elif isinstance(block, ListBlock):
        for item in raw if isinstance(raw, list) else ():
            yield from _in_block(block.child_block, _value_of(item), place)
    elif isinstance(block, StructBlock):
        for name, child in block.child_blocks.items():
            if isinstance(raw, Mapping):
                yield from _in_block(child, raw.get(name), place)
    elif isinstance(block, (TableBlock, BaseTypedTableBlock)):
        yield from _in_table(block, raw, place)
    elif isinstance(block, (RawHTMLBlock, EmbedBlock)) and raw:
        yield _Part(block=block, kind=place.kind, place=place, value=str(raw))


def _in_table(block: Block, raw: Any, place: _Place) -> Iterator[_Part]:
    for cell in (cell for row in rows(raw, block_shape(block)) for cell in row):
        if isinstance(block, BaseTypedTableBlock) and not cell.heading:
            yield from _in_block(block.child_blocks[cell.column], cell.value, place)
        elif _is_raw_html(block) and cell.value:
            yield _Part(block=block, kind=place.kind, place=place, value=cell.value)


def _in_stream(block: StreamBlock, raw: Any, place: _Place) -> Iterator[_Part]:
    for child in raw if isinstance(raw, list) else ():
        kind = child.get("type") if isinstance(child, Mapping) else None
        if isinstance(kind, str) and kind in block.child_blocks:
            inner = block.child_blocks[kind]
            yield _Part(block=inner, kind=kind, place=place, key=str(child.get("id")))
            yield from _in_block(inner, child.get("value"), _Place(field=place.field, rules=place.rules, kind=kind))


def _value_of(item: Any) -> Any:
    """Items of a list are blocks; those stored long ago are bare values."""
    return item["value"] if isinstance(item, Mapping) and {"type", "value"} <= item.keys() else item
