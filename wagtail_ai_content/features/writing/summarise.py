"""``summarise``: the page in a few sentences, as an answer or into a field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from wagtail_ai_content.core.engine.function import Parsed, Prepared, Task
from wagtail_ai_content.core.engine.phases import Phase
from wagtail_ai_content.core.engine.schema import ReplySchema
from wagtail_ai_content.core.errors import MalformedReply
from wagtail_ai_content.core.text import Text, gettext_noop
from wagtail_ai_content.core.versions.markup import visible
from wagtail_ai_content.pipeline.gate import without_breaks

from .base import OpenPage, WritingFunction, remark, require_text
from .markup import paragraphs
from .targets import TextTarget
from .units import OVER_LENGTH, UNCHANGED, plain


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The form of the reply."""

    summary: str
    note: str = ""


class Summarise(WritingFunction):
    """Payload: ``instruction`` (optional); ``into`` (optional): the field or block that takes the summary."""

    name = "summarise"
    title = gettext_noop("Summarise")
    description = gettext_noop("Says in a few sentences what the page is about.")
    max_tokens = 1000
    messages: Mapping[Phase, str] = {
        Phase.INIT: gettext_noop("Checking the request for %(target)s"),
        Phase.PREP: gettext_noop("Reading the page"),
        Phase.AI_CALL: gettext_noop("%(model)s is summarising"),
        Phase.PARSE: gettext_noop("Checking the summary"),
        Phase.SAVE: gettext_noop("Keeping the summary"),
        Phase.DONE: gettext_noop("The summary is ready"),
    }

    def prepare(self, task: Task) -> Prepared:
        opened = OpenPage.of(task)
        into = task.payload.get("into", "").strip()
        target = opened.writable(into) if into else None
        context = opened.context()
        require_text(context, opened)
        return self.prepared(opened, context, task=task, notes={"into": asdict(target) if target else None})

    def reply_schema(self, prepared: Prepared) -> ReplySchema[Any]:
        return ReplySchema(Summary)

    def parse_response(self, text: str, prepared: Prepared) -> Parsed:
        reply = ReplySchema(Summary).parse(text)
        summary = plain(reply.summary, multiline=True)
        if not summary:
            raise MalformedReply(reason="no summary")
        into = prepared.notes["into"]
        if into is None:
            return Parsed(value=summary, warnings=remark(reply.note))
        changes, told = _placed(summary, TextTarget(**into))
        return Parsed(changes=changes, value=summary, warnings=(*remark(reply.note), *told))


def _placed(summary: str, target: TextTarget) -> tuple[dict[str, str], tuple[Text, ...]]:
    """The summary as a change of ``target``, or why it is none."""
    text = summary if target.multiline else without_breaks(summary)
    value = paragraphs(summary, target.features or ()) if target.kind == "rich" else text
    length = len(visible(value) if target.kind == "rich" else value)
    if target.max_length is not None and length > target.max_length:
        return {}, (Text(OVER_LENGTH, {"label": target.label, "length": length, "most": target.max_length}),)
    return ({}, (Text(UNCHANGED),)) if value == target.value else ({target.path: value}, ())
