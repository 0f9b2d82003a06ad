"""``page_text``: write the text of a blank page, or revise the text of a written one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from wagtail.fields import StreamField

from wagtail_ai_content.core.engine.function import Parsed, Prepared, Task
from wagtail_ai_content.core.engine.phases import Phase
from wagtail_ai_content.core.engine.schema import ReplySchema
from wagtail_ai_content.core.errors import InvalidInput, MalformedReply
from wagtail_ai_content.core.guardrails.html import clean_html
from wagtail_ai_content.core.text import Text, gettext_noop
from wagtail_ai_content.core.versions.markup import visible

from .base import OpenPage, WritingFunction, allowed_hosts, remark
from .blocks import body_field, build
from .edits import parsed_edits, prepared_edits, swept
from .fields import rules_for
from .markup import NewBlock, one_line
from .targets import TextTarget, has_words, raw_stream
from .units import Edits

NO_BODY = gettext_noop("“%(title)s” has no field an AI may write a text into. Choose another page.")
FIT_LATER = gettext_noop("Some of the new blocks are not complete. Look at them before you publish the page.")
BODY_TOO_LONG = gettext_noop("The new text has %(length)s characters, the field takes %(most)s. It was not used.")


@dataclass(frozen=True, kw_only=True)
class NewText:
    """The form of a reply for a blank page."""

    blocks: tuple[NewBlock, ...]
    note: str = ""


class PageText(WritingFunction):
    """Payload: ``instruction`` (optional), ``headings`` (true: headings may be changed too)."""

    name = "page_text"
    title = gettext_noop("Write or revise the page")
    description = gettext_noop("Writes the text of a blank page, or revises the text of a written one.")
    max_tokens = 8000
    messages: Mapping[Phase, str] = {
        Phase.INIT: gettext_noop("Checking the request for %(target)s"),
        Phase.PREP: gettext_noop("Reading the page and the pages around it"),
        Phase.AI_CALL: gettext_noop("%(model)s is writing"),
        Phase.PARSE: gettext_noop("Checking the text, its links and its form"),
        Phase.SAVE: gettext_noop("Putting the changes into the page (%(count)s)"),
        Phase.DONE: gettext_noop("The text is ready"),
    }

    def prepare(self, task: Task) -> Prepared:
        opened = OpenPage.of(task)
        field = body_field(type(opened.page), user=opened.user)
        if field is not None and _is_blank(field.name, opened.targets):
            notes = {"mode": "write", "field": field.name, "hosts": opened.link_hosts()}
            return self.prepared(opened, opened.context(), task=task, notes=notes)
        targets = swept(opened.targets)
        if field is None and not targets:
            raise InvalidInput(NO_BODY, title=opened.page.get_admin_display_title())
        return prepared_edits(self, opened, targets, task=task)

    def reply_schema(self, prepared: Prepared) -> ReplySchema[Any]:
        return ReplySchema(NewText if prepared.notes["mode"] == "write" else Edits)

    def parse_response(self, text: str, prepared: Prepared) -> Parsed:
        if prepared.notes["mode"] == "write":
            return _written(ReplySchema(NewText).parse(text), prepared)
        return parsed_edits(text, prepared)


def _is_blank(field: str, targets: Sequence[TextTarget]) -> bool:
    """Whether the field has no prose yet; headings and pictures without text below them are still blank."""
    texts = (target for target in targets if target.field == field and target.role == "prose")
    return not any(has_words(target) for target in texts)


def _written(reply: NewText, prepared: Prepared) -> Parsed:
    blocks, warnings = _cleaned(reply.blocks, allowed_hosts(prepared))
    if not blocks:
        raise MalformedReply(reason="no text")
    model: type[models.Model] = apps.get_model(prepared.notes["model"])
    name = prepared.notes["field"]
    field: Any = model._meta.get_field(name)
    present = (prepared.base or {}).get(name)
    value = build(field, blocks, present=present, rules=rules_for(model))
    problem, usable = _checked(field, value, new=len(raw_stream(present)))
    return Parsed(
        changes={name: value} if usable else {},
        warnings=(*remark(reply.note), *warnings, *problem),
        count=len(blocks),
    )


def _cleaned(blocks: Sequence[NewBlock], hosts: frozenset[str]) -> tuple[list[NewBlock], list[Text]]:
    """What a person could read of ``blocks``, with nothing but allowed markup, and what was taken out."""
    warnings: list[Text] = []

    def clean(html: str) -> str:
        done = clean_html(html, allowed_hosts=hosts)
        warnings.extend(done.warnings)
        return done.html if one_line(done.html) else ""

    done = (
        replace(block, text=clean(block.text), items=tuple(filter(None, map(clean, block.items)))) for block in blocks
    )
    return [block for block in done if block.text or block.items], warnings


def _checked(field: models.Field[Any, Any], value: Any, *, new: int) -> tuple[list[Text], bool]:
    """What is to be said about a new text, and whether it can be used. ``new``: where in a stream it begins; what
    stands before it is not looked at, for an embed there would be fetched."""
    if isinstance(field, StreamField):
        blocks = field.stream_block.child_blocks
        try:
            for child in value[new:]:
                blocks[child["type"]].clean(blocks[child["type"]].to_python(child["value"]))
        except ValidationError:
            return [Text(FIT_LATER)], True
        return [], True
    most = getattr(field, "max_length", None)
    length = len(visible(value))
    if most is not None and length > most:
        return [Text(BODY_TOO_LONG, {"length": length, "most": most})], False
    return [], True
