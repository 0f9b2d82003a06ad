"""The texts of a page that can be written, wherever they stand in it.

Works on the page's content as stored (see ``Prepared.base``), guided by the block definitions, so that every place
found is a place that can be written back. Content that does not fit its definitions (left over from an older model)
is passed over, never an error.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from html import unescape
from itertools import islice
from typing import Any, Final, Literal

from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import get_language
from wagtail.blocks import (
    Block,
    BlockQuoteBlock,
    CharBlock,
    ListBlock,
    RichTextBlock,
    StreamBlock,
    StructBlock,
    TextBlock,
)
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.contrib.typed_table_block.blocks import BaseTypedTableBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.rich_text import features as rich_text_features

from wagtail_ai_content.core.versions import tables
from wagtail_ai_content.core.versions.markup import pieces
from wagtail_ai_content.core.versions.passages import words_in
from wagtail_ai_content.pipeline.shapes import block_shape, is_instruction

from .fields import FieldRules, TextPanel, editable_fields, rules_for, text_panels

Role = Literal["prose", "heading", "quotation", "label", "table"]

TITLE_FIELDS: Final = frozenset({"title", "seo_title", "search_description", "slug"})
"""They belong to functions of their own; work on “the text of the page” leaves them alone."""
MOST_PLACES: Final = 2_000
MOST_LEVELS: Final = 20
HEADING_NAMES: Final = frozenset({"heading", "headline", "header", "title", "subheading", "subtitle", "question"})
QUOTATION_NAMES: Final = frozenset({"quote", "quotation", "blockquote", "block_quote", "pullquote", "pull_quote"})


@dataclass(frozen=True, kw_only=True)
class TextTarget:
    """One text on a page."""

    path: str
    """``field``, or ``field.<block id>.<struct key>.<item id>``."""
    place: str
    """The same with the types of the blocks for their ids, as in the ``FIELDS`` setting: ``body.quote.source``."""
    kind: Literal["plain", "rich"]
    value: str
    """As stored: plain text, or HTML in Wagtail's database format; of a table its rows, a line each."""
    label: str
    """What the edit form calls it."""
    role: Role
    """``prose``; a ``heading``; a ``quotation`` (somebody else's words); a ``table``, which is read and never written;
    a ``label``: any other short text."""
    max_length: int | None
    """In characters of plain text."""
    multiline: bool
    features: tuple[str, ...] | None
    """Rich text features that may be used; None for plain text."""
    writable: bool
    private: bool
    """Never leaves the site and is never written."""

    @property
    def field(self) -> str:
        return self.path.partition(".")[0]


@dataclass(frozen=True, kw_only=True)
class _Spot:
    """Where the walk through a StreamField stands."""

    path: str
    place: str
    label: str
    quoted: bool = False
    """Inside a block that is a quotation by its name."""
    listed: bool = False
    """A direct item of a list."""

    def into(self, name: str, *, key: str, block: Block) -> _Spot:
        return _Spot(
            path=f"{self.path}.{key}",
            place=f"{self.place}.{name}",
            label=f"{self.label}: {capfirst(str(block.label or name))}",
            quoted=self.quoted or name in QUOTATION_NAMES,
        )

    def item(self, key: str) -> _Spot:
        return _Spot(path=f"{self.path}.{key}", place=self.place, label=self.label, quoted=self.quoted, listed=True)


def text_targets(
    model: type[models.Model], content: Mapping[str, Any], *, user: PermissionsMixin | None
) -> list[TextTarget]:
    """All texts of a page's stored ``content``, in the order of the edit form, private ones included and marked."""
    return list(walk(model, content.get, user=user))


def walk(
    model: type[models.Model], read: Callable[[str], Any], *, user: PermissionsMixin | None
) -> Iterator[TextTarget]:
    """As ``text_targets``, of whatever ``read`` gives for a field's name (stored form)."""
    rules = rules_for(model)
    for field in editable_fields(model, user):
        value = read(field.name)
        if isinstance(field, StreamField):
            spot = _Spot(path=field.name, place=field.name, label=capfirst(str(field.verbose_name)))
            yield from _in_block(field.stream_block, raw_stream(value), spot, rules)
        else:
            yield _of_field(field, value if isinstance(value, str) else "", rules)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A text that a form may hold, known from the definitions alone."""

    target: TextTarget
    """With its place for its path, and no value."""
    actions: tuple[str, ...] | None
    """Names of what may be asked for there, as the panel or block says; None where it leaves that open."""


@dataclass(frozen=True, kw_only=True)
class _Defined:
    panel: TextPanel
    target: TextTarget
    actions: tuple[str, ...] | None


def places_of(model: type[models.Model], *, user: PermissionsMixin | None) -> dict[str, Place]:
    """The places whose texts an AI may write for ``user``, in the order of the form, without looking at any content."""
    rules = rules_for(model)
    return {
        place.target.place: place
        for place in _places(model, user)
        if rules.allow(place.target.place) and not rules.hide(place.target.place)
    }


def is_private(model: type[models.Model], place: str) -> bool:
    """Whether the site keeps ``place`` from every AI."""
    return rules_for(model).hide(place)


def _places(model: type[models.Model], user: PermissionsMixin | None) -> Iterator[Place]:
    """The first panel that shows a field decides, as in the form."""
    deciding: dict[str, TextPanel] = {}
    for defined in _defined(model, get_language()):
        if not defined.panel.shown_to(user):
            continue
        if deciding.setdefault(defined.target.field, defined.panel) is defined.panel:
            yield Place(target=defined.target, actions=defined.actions)


@lru_cache(maxsize=256)
def _defined(model: type[models.Model], language: str | None) -> tuple[_Defined, ...]:
    """``language``: that of the labels."""
    return tuple(islice(_all_defined(model), MOST_PLACES))


def _all_defined(model: type[models.Model]) -> Iterator[_Defined]:
    for panel in text_panels(model):
        field = panel.field
        if not getattr(panel.panel, "ai", True):
            continue
        actions = getattr(panel.panel, "ai_actions", None)
        if isinstance(field, StreamField):
            spot = _Spot(path=field.name, place=field.name, label=capfirst(str(field.verbose_name)))
            for target, named in _definitions(field.stream_block, spot, above=(), actions=actions):
                yield _Defined(panel=panel, target=target, actions=named)
        else:
            yield _Defined(panel=panel, target=_of_field(field, "", FieldRules()), actions=actions)


def _definitions(
    block: Block, spot: _Spot, *, above: tuple[Block, ...], actions: tuple[str, ...] | None
) -> Iterator[tuple[TextTarget, tuple[str, ...] | None]]:
    """The texts that ``block`` may hold. A block that may hold itself is not entered a second time."""
    if block in above or len(above) > MOST_LEVELS or not getattr(block.meta, "ai", True) or is_instruction(block):
        return
    actions = getattr(block.meta, "ai_actions", actions)
    inside = (*above, block)
    if isinstance(block, ListBlock):
        yield from _definitions(block.child_block, spot.item(""), above=inside, actions=actions)
    elif isinstance(block, (StreamBlock, StructBlock)):
        for name, child in block.child_blocks.items():
            yield from _definitions(child, spot.into(name, key=name, block=child), above=inside, actions=actions)
    elif isinstance(block, (CharBlock, TextBlock, RichTextBlock)):
        yield replace(_of_block(block, "", spot, FieldRules()), path=spot.place), actions


def has_words(target: TextTarget) -> bool:
    """Whether a person sees any text there, pictures and empty paragraphs aside."""
    if target.kind == "plain":
        return bool(target.value.strip())
    return any(isinstance(piece, str) and unescape(piece).strip() for piece in pieces(target.value))


def raw_stream(value: Any) -> list[Any]:
    """A StreamField's stored value as its list of raw children; empty where it is not one."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return []
    return value if isinstance(value, list) else []


def _of_field(field: models.Field[Any, Any], value: str, rules: FieldRules) -> TextTarget:
    rich = isinstance(field, RichTextField)
    multiline = isinstance(field, models.TextField)
    return TextTarget(
        path=field.name,
        place=field.name,
        kind="rich" if rich else "plain",
        value=value,
        label=capfirst(str(field.verbose_name)),
        role=_role(field.name, long=multiline, quoted=field.name in QUOTATION_NAMES),
        max_length=getattr(field, "max_length", None),
        multiline=multiline,
        features=_features(getattr(field, "features", None)) if rich else None,
        writable=rules.allow(field.name),
        private=rules.hide(field.name),
    )


def _in_block(block: Block, raw: Any, spot: _Spot, rules: FieldRules) -> Iterator[TextTarget]:
    if is_instruction(block):
        return
    if isinstance(block, StreamBlock):
        yield from _in_stream(block, raw, spot, rules)
    elif isinstance(block, ListBlock):
        yield from _in_list(block, raw, spot, rules)
    elif isinstance(block, StructBlock):
        yield from _in_struct(block, raw, spot, rules)
    elif isinstance(block, (TableBlock, BaseTypedTableBlock)):
        yield from _in_table(block, raw, spot, rules)
    elif isinstance(block, (CharBlock, TextBlock, RichTextBlock)) and isinstance(raw, str):
        yield _of_block(block, raw, spot, rules)


def _in_table(block: Block, raw: Any, spot: _Spot, rules: FieldRules) -> Iterator[TextTarget]:
    """What a table says, and apart from that what a private column does. Nothing of it is written: no cell has a name
    by which it would be found again after somebody put a row above it."""
    read = tables.rows(raw, block_shape(block))
    hidden = {cell.column for row in read for cell in row if cell.column and rules.hide(f"{spot.place}.{cell.column}")}
    shown = [[cell for cell in row if cell.column not in hidden] for row in [[tables.caption(raw)], *read]]
    yield _of_table(shown, spot, private=rules.hide(spot.place))
    for column in sorted(hidden):
        yield _of_table([[cell for cell in row if cell.column == column] for row in read], spot, private=True)


def _of_table(rows: list[list[tables.Cell]], spot: _Spot, *, private: bool) -> TextTarget:
    return TextTarget(
        path=spot.path,
        place=spot.place,
        kind="plain",
        value=tables.lines([words_in(cell.value, cell.shape) for cell in row] for row in rows),
        label=spot.label,
        role="table",
        max_length=None,
        multiline=True,
        features=None,
        writable=False,
        private=private,
    )


def _in_stream(block: StreamBlock, raw: Any, spot: _Spot, rules: FieldRules) -> Iterator[TextTarget]:
    for child in raw if isinstance(raw, list) else ():
        name, key = _item(child)
        if key and name in block.child_blocks:
            known = block.child_blocks[name]
            yield from _in_block(known, child.get("value"), spot.into(name, key=key, block=known), rules)


def _in_list(block: ListBlock, raw: Any, spot: _Spot, rules: FieldRules) -> Iterator[TextTarget]:
    for child in raw if isinstance(raw, list) else ():
        _, key = _item(child)
        if key:
            yield from _in_block(block.child_block, child.get("value"), spot.item(key), rules)


def _in_struct(block: StructBlock, raw: Any, spot: _Spot, rules: FieldRules) -> Iterator[TextTarget]:
    for name, child in block.child_blocks.items():
        if isinstance(raw, dict) and name in raw:
            yield from _in_block(child, raw[name], spot.into(name, key=name, block=child), rules)


def _item(child: Any) -> tuple[str, str]:
    """Type and id of a raw child; empty where it has none and so cannot be addressed."""
    if not isinstance(child, dict):
        return "", ""
    name, key = child.get("type"), child.get("id")
    return (name, key) if isinstance(name, str) and isinstance(key, str) else ("", "")


def _of_block(block: Block, value: str, spot: _Spot, rules: FieldRules) -> TextTarget:
    rich = isinstance(block, RichTextBlock)
    multiline = rich or isinstance(block, TextBlock)
    quoted = spot.quoted or isinstance(block, BlockQuoteBlock)
    return TextTarget(
        path=spot.path,
        place=spot.place,
        kind="rich" if rich else "plain",
        value=value,
        label=spot.label,
        role=_role(spot.place.rpartition(".")[2], long=multiline or spot.listed, quoted=quoted),
        max_length=block.max_length if rich else block.field.max_length,
        multiline=multiline,
        features=_features(block.features) if rich else None,
        writable=rules.allow(spot.place),
        private=rules.hide(spot.place),
    )


def _role(name: str, *, long: bool, quoted: bool) -> Role:
    if quoted:
        return "quotation"
    if long:
        return "prose"
    return "heading" if name in HEADING_NAMES else "label"


def _features(features: list[str] | None) -> tuple[str, ...]:
    return tuple(rich_text_features.get_default_features() if features is None else features)
