"""A new text built into the field it belongs in: rich text, a StreamField's blocks, or plain paragraphs.

Only block types the site allows are used, and they are made through Wagtail's own block classes, so that they have ids
and the shape the editor expects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from wagtail.blocks import (
    Block,
    BlockQuoteBlock,
    CharBlock,
    RichTextBlock,
    StreamBlock,
    StreamValue,
    StructBlock,
    TextBlock,
)
from wagtail.fields import RichTextField, StreamField
from wagtail.rich_text import features as rich_text_features

from wagtail_ai_content.core.versions.richtext import split
from wagtail_ai_content.pipeline.blocks import is_makeable, may_make

from .fields import FieldRules, editable_fields, rules_for
from .markup import NewBlock, as_lines, as_rich_text
from .targets import HEADING_NAMES, QUOTATION_NAMES, TITLE_FIELDS, raw_stream

BODY_NAMES: Final = frozenset({"body", "content", "main", "text", "article", "story"})
WORDLESS_TAGS: Final = frozenset({"embed", "hr"})
PARAGRAPH_NAMES: Final = frozenset({"paragraph", "text", "rich_text", "richtext", "body", "content"})


@dataclass(frozen=True, kw_only=True)
class _Slot:
    """Where in a stream a run of paragraphs goes."""

    type: str
    block: Block
    """The text block itself."""
    key: str = ""
    """Its key, where the stream's child is a struct around it."""
    heading_key: str = ""
    """Key of the struct's heading; empty where it has none."""


@dataclass(frozen=True, kw_only=True)
class _Run:
    """Paragraphs and lists, with the heading above them."""

    heading: str
    blocks: tuple[NewBlock, ...]


def body_field(model: type[models.Model], *, user: PermissionsMixin | None) -> models.Field[Any, Any] | None:
    """The field a page's main text is written into; None where the page type has none."""
    rules = rules_for(model)
    fields = [field for field in editable_fields(model, user) if field.name not in TITLE_FIELDS]
    usable = [field for field in fields if _rank(field, rules) is not None]
    return min(usable, key=lambda field: (field.name not in BODY_NAMES, _rank(field, rules)), default=None)


def _rank(field: models.Field[Any, Any], rules: FieldRules) -> int | None:
    if isinstance(field, StreamField):
        return 0 if _slot(field.stream_block, field.name, rules) else None
    if not rules.allow(field.name):
        return None
    if isinstance(field, RichTextField):
        return 1
    return 2 if isinstance(field, models.TextField) else None


def build(field: models.Field[Any, Any], blocks: Sequence[NewBlock], *, present: Any, rules: FieldRules) -> Any:
    """New content for ``field``: ``blocks`` below whatever (an image, say) is ``present`` in it already.

    Raw children for a StreamField, text for the others. Raises: ``LookupError`` when the field no longer takes any.
    """
    if isinstance(field, StreamField):
        return raw_stream(present) + _children(field, blocks, rules)
    if not isinstance(field, RichTextField):
        return as_lines(blocks)
    chosen = field.features if field.features is not None else rich_text_features.get_default_features()
    html = as_rich_text(blocks, chosen)
    kept = (unit.source for unit in split(present or "") if unit.tag in WORDLESS_TAGS)
    return "".join(kept) + html


def _children(field: StreamField, blocks: Sequence[NewBlock], rules: FieldRules) -> list[Any]:
    stream = field.stream_block
    slot = _slot(stream, field.name, rules)
    if slot is None:
        raise LookupError(field.name)
    heading = "" if slot.key else _heading_type(stream, field.name, rules)
    raw = [child for run in _runs(blocks) for child in _of_run(run, slot, heading)]
    if not _fits(stream, raw):
        raw = [{"type": slot.type, "value": _wrapped(slot, _text(slot.block, blocks), heading="")}]
    values = [(child["type"], stream.child_blocks[child["type"]].to_python(child["value"])) for child in raw]
    # Through the blocks' own values, not the raw data: only so do missing keys and ids get what the editor would give.
    prepared: list[Any] = StreamValue(stream, values).get_prep_value()
    return prepared


def _of_run(run: _Run, slot: _Slot, heading_type: str) -> Iterator[dict[str, Any]]:
    blocks, heading = list(run.blocks), run.heading
    if heading and heading_type:
        yield {"type": heading_type, "value": heading}
    elif heading and not slot.heading_key:
        blocks.insert(0, NewBlock(kind="heading", text=heading))
    if blocks or (heading and slot.heading_key):
        yield {"type": slot.type, "value": _wrapped(slot, _text(slot.block, blocks), heading=heading)}


def _wrapped(slot: _Slot, text: str, *, heading: str) -> Any:
    if not slot.key:
        return text
    return {slot.key: text} | ({slot.heading_key: heading} if slot.heading_key else {})


def _text(block: Block, blocks: Sequence[NewBlock]) -> str:
    if not isinstance(block, RichTextBlock):
        return as_lines(blocks)
    return as_rich_text(
        blocks, block.features if block.features is not None else rich_text_features.get_default_features()
    )


def _runs(blocks: Sequence[NewBlock]) -> Iterator[_Run]:
    heading, waiting = "", list[NewBlock]()
    for block in blocks:
        if block.kind != "heading":
            waiting.append(block)
            continue
        if heading or waiting:
            yield _Run(heading=heading, blocks=tuple(waiting))
        heading, waiting = as_lines([block]), []
    if heading or waiting:
        yield _Run(heading=heading, blocks=tuple(waiting))


def _slot(stream: StreamBlock, field: str, rules: FieldRules) -> _Slot | None:
    """The best place for paragraphs: a rich text block (first one of a usual name), a text block, a struct with one."""
    made = (
        (name, block) for name, block in stream.child_blocks.items() if may_make(block, name, field=field, rules=rules)
    )
    slots = [slot for name, block in made if (slot := _as_slot(name, block))]
    allowed = [slot for slot in slots if rules.allow(".".join(part for part in (field, slot.type, slot.key) if part))]
    return min(allowed, key=_preference, default=None)


def _preference(slot: _Slot) -> tuple[bool, bool, bool]:
    return bool(slot.key), not isinstance(slot.block, RichTextBlock), slot.type not in PARAGRAPH_NAMES


def _as_slot(name: str, block: Block) -> _Slot | None:
    if _takes_paragraphs(name, block):
        return _Slot(type=name, block=block)
    if not isinstance(block, StructBlock) or name in QUOTATION_NAMES:
        return None
    key = next((key for key, child in block.child_blocks.items() if _takes_paragraphs(key, child)), "")
    if not key:
        return None
    headings = (key for key, child in block.child_blocks.items() if _takes_heading(key, child))
    slot = _Slot(type=name, block=block.child_blocks[key], key=key, heading_key=next(headings, ""))
    return slot if _complete(block, slot) else None


def _complete(struct: StructBlock, slot: _Slot) -> bool:
    """Whether a text (and a heading) is all that the struct needs to be valid: no image to choose, no list to fill."""
    try:
        struct.clean(struct.to_python(_wrapped(slot, "<p>x</p>", heading="x")))
    except ValidationError:
        return False
    return True


def _takes_paragraphs(name: str, block: Block) -> bool:
    text = isinstance(block, (RichTextBlock, TextBlock)) and not isinstance(block, BlockQuoteBlock)
    return text and name not in QUOTATION_NAMES and is_makeable(block)


def _takes_heading(name: str, block: Block) -> bool:
    return isinstance(block, CharBlock) and name in HEADING_NAMES and is_makeable(block)


def _heading_type(stream: StreamBlock, field: str, rules: FieldRules) -> str:
    names = (name for name, block in stream.child_blocks.items() if _takes_heading(name, block))
    return next((name for name in names if rules.allow(f"{field}.{name}") and rules.allow_block(field, name)), "")


def _fits(stream: StreamBlock, raw: Sequence[dict[str, Any]]) -> bool:
    """Whether the stream takes as many children of these types."""
    if stream.meta.max_num is not None and len(raw) > stream.meta.max_num:
        return False
    for name, bounds in stream.meta.block_counts.items():
        most = bounds.get("max_num")
        if most is not None and sum(child["type"] == name for child in raw) > most:
            return False
    return True
