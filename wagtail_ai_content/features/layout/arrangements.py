"""The form of an answer with arrangements, and what of an answer holds up."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from wagtail.blocks import StreamBlock

from wagtail_ai_content.core.engine.reply import read_json
from wagtail_ai_content.core.engine.schema import ReplySchema
from wagtail_ai_content.core.errors import MalformedReply
from wagtail_ai_content.core.text import Text, gettext_noop

from .forms import Form
from .values import Reader, Unfit

MOST: Final = 3
"""Arrangements of one answer; more are passed over."""
MOST_BLOCKS: Final = 40
LONGEST_NAME: Final = 80
LONGEST_REASON: Final = 300

LEFT_OUT = gettext_noop("“%(name)s”: a block (%(label)s) was left out. %(reason)s")
UNKNOWN_BLOCK = gettext_noop("“%(name)s”: a block was left out, because its type is not offered here.")
NO_ROOM = gettext_noop("“%(name)s”: a block (%(label)s) was left out, because there is no room for it here.")
DROPPED = gettext_noop("“%(name)s” was left out, because none of its blocks could be used.")
UNNAMED = gettext_noop("Arrangement %(number)s")


@dataclass(frozen=True, kw_only=True)
class Arrangement:
    """One way to lay it out; every block has passed its own ``clean()``."""

    name: str
    reason: str
    blocks: tuple[Mapping[str, Any], ...]
    """Each with ``type``, ``label``, ``id`` and ``value``, the raw data of a StreamField."""


class ArrangementsSchema(ReplySchema[Any]):
    """The form of the answer, with a form of its own for each block type that is offered."""

    def __init__(self, form: Form) -> None:
        self._stream = form

    def json_schema(self) -> Mapping[str, Any]:
        text = {"type": "string"}
        arrangement = {"name": text, "reason": text, "blocks": {"type": "array", "items": _any_of(self._stream)}}
        arrangements = {"type": "array", "items": _closed(arrangement)}
        return _closed({"arrangements": arrangements, "note": text})

    def parse(self, text: str) -> Any:
        """The answer as plain data. Raises: ``MalformedReply``."""
        data = read_json(text)
        given = data.get("arrangements") if isinstance(data, dict) else None
        if not isinstance(given, list) or not all(_is_arrangement(each) for each in given):
            raise MalformedReply(reason="no arrangements")
        note = data.get("note", "")
        return {"arrangements": given[:MOST], "note": note if isinstance(note, str) else ""}


@dataclass(kw_only=True)
class Sieve:
    """Keeps of an answer what can be put into the stream."""

    stream: StreamBlock
    form: Form
    reader: Reader
    warnings: list[Text] = field(default_factory=list)

    def sift(self, given: list[dict[str, Any]]) -> list[Arrangement]:
        """The arrangements of which at least one block holds up."""
        found = []
        for number, each in enumerate(given, start=1):
            name = _line(each["name"], LONGEST_NAME) or str(Text(UNNAMED, {"number": number}))
            blocks = tuple(self._blocks(name, each["blocks"]))
            if blocks:
                found.append(
                    Arrangement(name=name, reason=_line(each.get("reason", ""), LONGEST_REASON), blocks=blocks)
                )
            else:
                self.warnings.append(Text(DROPPED, {"name": name}))
        return found

    def _blocks(self, name: str, given: list[Any]) -> Iterator[Mapping[str, Any]]:
        kept: Counter[str] = Counter()
        for each in given[:MOST_BLOCKS]:
            form = self.form.child(str(each.get("type"))) if isinstance(each, dict) else None
            if form is None:
                self.warnings.append(Text(UNKNOWN_BLOCK, {"name": name}))
            elif self._is_full(form, kept):
                self.warnings.append(Text(NO_ROOM, {"name": name, "label": form.label}))
            else:
                try:
                    value = self._value(form, each.get("value"))
                except Unfit as error:
                    told = {"name": name, "label": form.label, "reason": str(error.reason)}
                    self.warnings.append(Text(LEFT_OUT, told))
                else:
                    kept[form.name] += 1
                    yield {"type": form.name, "label": form.label, "id": str(uuid4()), "value": value}

    def _is_full(self, form: Form, kept: Counter[str]) -> bool:
        no_more_of_it = form.times is not None and kept[form.name] >= form.times
        return no_more_of_it or (self.form.most is not None and kept.total() >= self.form.most)

    def _value(self, form: Form, given: Any) -> Any:
        """Raises: ``Unfit`` also for what the block itself refuses."""
        block = self.stream.child_blocks[form.name]
        raw = self.reader.read(form, given)
        try:
            value = block.get_prep_value(block.clean(block.to_python(raw)))
        except ValidationError as error:
            raise Unfit("%(label)s", Form(name="", label=_said(error), kind="nothing")) from None
        return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def _any_of(form: Form) -> dict[str, Any]:
    """A block of one of the stream's types."""
    kinds = [
        _closed({"type": {"type": "string", "enum": [child.name]}, "value": _schema(child)}) for child in form.children
    ]
    return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}


def _schema(form: Form) -> dict[str, Any]:
    match form.kind:
        case "number" | "boolean":
            return {"type": form.kind}
        case "whole":
            return {"type": "integer"}
        case "nothing":
            return {"type": "null"}
        case "choice":
            return {"type": "string", "enum": [*form.choices, *([] if form.required else [""])]}
        case "choices":
            return {"type": "array", "items": {"type": "string", "enum": list(form.choices)}}
        case "object":
            return _closed({child.name: _schema(child) for child in form.shown})
        case "list":
            return {"type": "array", "items": _schema(form.children[0])}
        case "stream":
            return {"type": "array", "items": _any_of(form)}
    return {"type": "string"}


def _closed(properties: Mapping[str, Any]) -> dict[str, Any]:
    """An object in the strict dialect of structured outputs: all keys required, no others allowed."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _is_arrangement(given: Any) -> bool:
    return (
        isinstance(given, dict)
        and isinstance(given.get("name"), str)
        and isinstance(given.get("reason", ""), str)
        and isinstance(given.get("blocks"), list)
    )


def _line(text: str, most: int) -> str:
    return " ".join(text.split())[:most]


def _said(error: ValidationError) -> str:
    """The first thing a block's own check says, wherever in it that is."""
    inner = getattr(error, "block_errors", None)
    if inner:
        found = inner.values() if isinstance(inner, Mapping) else inner
        return next((_said(each) for each in found if isinstance(each, ValidationError)), "")
    whole = getattr(error, "non_block_errors", None)
    messages = list(whole) if whole else error.messages
    return str(messages[0]) if messages else ""
