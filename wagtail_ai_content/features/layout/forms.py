"""The blocks that a model may make at a place, described from their definitions.

A block that cannot be made without inventing something (an image, a page, an address, raw HTML) is not offered; a part
of that kind that may stay empty does stay empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst
from wagtail.blocks import (
    Block,
    BooleanBlock,
    CharBlock,
    ChoiceBlock,
    DecimalBlock,
    FieldBlock,
    FloatBlock,
    IntegerBlock,
    ListBlock,
    MultipleChoiceBlock,
    RichTextBlock,
    StaticBlock,
    StreamBlock,
    StructBlock,
    TextBlock,
)
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageBlock
from wagtail.rich_text import features as rich_text_features

from wagtail_ai_content.core.errors import InvalidInput, UnknownTarget
from wagtail_ai_content.core.text import gettext_noop
from wagtail_ai_content.pipeline.blocks import is_makeable, may_make
from wagtail_ai_content.pipeline.rules import FieldRules, rules_for

Simple = Literal["text", "long", "rich", "number", "whole", "boolean", "choice", "choices"]
Kind = Literal[Simple, "object", "list", "stream", "nothing", "blank"]
"""``nothing`` is a block without a value; ``blank`` a list that stays empty, which a new block would not be."""

MOST_LEVELS: Final = 5
NO_STREAM = gettext_noop("“%(name)s” is no place for blocks. Reload the page and try again.")
NOTHING_OFFERED = gettext_noop(
    "There is no block here that AI could make from words alone, or no room for more. Add blocks yourself."
)
SIMPLE: Final[Mapping[type[Block], Kind]] = {
    RichTextBlock: "rich",
    TextBlock: "long",
    CharBlock: "text",
    BooleanBlock: "boolean",
    IntegerBlock: "whole",
    FloatBlock: "number",
    DecimalBlock: "number",
    MultipleChoiceBlock: "choices",
    ChoiceBlock: "choice",
}
"""Blocks of one value; those derived from one of them are like it. Any other block of one value is left empty."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """A block, or a part of one, as a model may fill it in."""

    name: str
    """Its type in a stream, its key in a struct; empty for the items of a list."""
    label: str
    kind: Kind
    required: bool = True
    most: int | None = None
    """Characters of a text, items of a list or blocks of a stream, at most."""
    least: int | None = None
    choices: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    """Of rich text."""
    times: int | None = None
    """How many blocks of this type there is room for in its stream; None for any number."""
    children: tuple[Form, ...] = ()
    """Parts of an object; block types of a stream; the one kind of item of a list."""

    @property
    def shown(self) -> tuple[Form, ...]:
        """The parts that a model is asked for."""
        return tuple(child for child in self.children if child.kind != "blank")

    def child(self, name: str) -> Form | None:
        return next((child for child in self.children if child.name == name), None)


def stream_at(model: str, place: str) -> StreamBlock:
    """The stream at a place (``body``, ``body.aside``) of a model. Raises: ``UnknownTarget``, ``InvalidInput``."""
    name, *parts = place.split(".")
    try:
        field = apps.get_model(model)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        raise UnknownTarget(what="place", name=place) from None
    block: Block | None = field.stream_block if isinstance(field, StreamField) else None
    for part in parts:
        block = _child(block, part)
    while isinstance(block, ListBlock):
        block = block.child_block
    if not isinstance(block, StreamBlock):
        raise InvalidInput(NO_STREAM, name=place)
    return block


def offered(model: str, place: str, present: Mapping[str, int]) -> Form:
    """The stream at ``place`` with the block types a model may use there, given how many of each are ``present``.

    Raises: ``UnknownTarget``; ``InvalidInput`` when there are none.
    """
    block = stream_at(model, place)
    form = _stream(block, "", place, rules_for(apps.get_model(model)), present=present, level=0)
    if form is None or (form.most is not None and form.most < 1):
        raise InvalidInput(NOTHING_OFFERED)
    return form


def _child(block: Block | None, name: str) -> Block | None:
    """Items of a list have the place of their list."""
    while isinstance(block, ListBlock):
        block = block.child_block
    return block.child_blocks.get(name) if isinstance(block, (StreamBlock, StructBlock)) else None


def _form(block: Block, name: str, place: str, rules: FieldRules, *, level: int) -> Form | None:
    """None for what a model cannot make."""
    if isinstance(block, ImageBlock) or not is_makeable(block):
        return None
    if level > MOST_LEVELS:
        return None
    if isinstance(block, StreamBlock):
        return _stream(block, name, place, rules, present={}, level=level)
    if isinstance(block, ListBlock):
        return _list(block, name, place, rules, level=level)
    if isinstance(block, StructBlock):
        return _object(block, name, place, rules, level=level)
    if isinstance(block, StaticBlock):
        return Form(name=name, label=_label(block, name), kind="nothing")
    return _value(block, name) if rules.allow(place) else None


def _stream(
    block: StreamBlock, name: str, place: str, rules: FieldRules, *, present: Mapping[str, int], level: int
) -> Form | None:
    children = tuple(_types(block, place, rules, present=present, level=level))
    if not children:
        return None
    most = block.meta.max_num
    return Form(
        name=name,
        label=_label(block, name),
        kind="stream",
        required=bool(block.required),
        most=None if most is None else max(0, most - sum(present.values())),
        least=block.meta.min_num,
        children=children,
    )


def _types(
    block: StreamBlock, place: str, rules: FieldRules, *, present: Mapping[str, int], level: int
) -> Iterator[Form]:
    for name, child in block.child_blocks.items():
        most = block.meta.block_counts.get(name, {}).get("max_num")
        left = None if most is None else most - present.get(name, 0)
        made = may_make(child, name, field=place.partition(".")[0], rules=rules)
        form = _form(child, name, f"{place}.{name}", rules, level=level + 1) if made else None
        if form is not None and (left is None or left > 0):
            yield Form(**{**vars(form), "times": left})


def _list(block: ListBlock, name: str, place: str, rules: FieldRules, *, level: int) -> Form | None:
    item = _form(block.child_block, "", place, rules, level=level + 1)
    if item is None:
        return None
    return Form(
        name=name,
        label=_label(block, name),
        kind="list",
        required=bool(block.meta.min_num),
        most=block.meta.max_num,
        least=block.meta.min_num,
        children=(item,),
    )


def _object(block: StructBlock, name: str, place: str, rules: FieldRules, *, level: int) -> Form | None:
    """None where a part that must be filled in cannot be, or no part can."""
    children = []
    for key, part in block.child_blocks.items():
        form = _form(part, key, f"{place}.{key}", rules, level=level + 1)
        if form is None and _must_be_filled(part):
            return None
        if form is not None or isinstance(part, ListBlock):
            children.append(form or Form(name=key, label="", kind="blank", required=False))
    if all(child.kind == "blank" for child in children):
        return None
    required = any(child.required for child in children)
    return Form(name=name, label=_label(block, name), kind="object", required=required, children=tuple(children))


def _must_be_filled(block: Block) -> bool:
    """Whether an empty value would be refused, as far as the definition says; ``clean()`` has the last word."""
    if isinstance(block, ListBlock):
        return bool(block.meta.min_num)
    if isinstance(block, StructBlock) and not isinstance(block, ImageBlock):
        return any(_must_be_filled(part) for part in block.child_blocks.values())
    return bool(block.required)


def _value(block: Block, name: str) -> Form | None:
    kind = next((SIMPLE[base] for base in type(block).__mro__ if base in SIMPLE), None)
    if kind is None or not isinstance(block, FieldBlock):
        return None
    rich = isinstance(block, RichTextBlock)
    known = rich_text_features.get_default_features() if rich and block.features is None else ()
    return Form(
        name=name,
        label=_label(block, name),
        kind=kind,
        required=bool(block.required),
        most=block.max_length if rich else getattr(block.field, "max_length", None),
        choices=tuple(_choices(block)) if kind in ("choice", "choices") else (),
        features=tuple(known or block.features) if rich else (),
    )


def _choices(block: Any) -> Iterator[str]:
    """The values that can be chosen, those in groups too."""
    for value, label in block.field.choices:
        inside = [value for value, _ in label] if isinstance(label, (list, tuple)) else [value]
        yield from (str(each) for each in inside if each not in ("", None))


def _label(block: Block, name: str) -> str:
    return capfirst(str(block.label or name))
