"""``title``: a title for a written page, and others to choose from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wagtail_ai_content.core.engine.function import Parsed, Prepared, Task
from wagtail_ai_content.core.engine.phases import Phase
from wagtail_ai_content.core.engine.schema import ReplySchema
from wagtail_ai_content.core.errors import MalformedReply
from wagtail_ai_content.core.text import Text, gettext_noop

from .base import OpenPage, WritingFunction, remark, require_text
from .units import UNCHANGED, plain

MOST = 3


@dataclass(frozen=True, kw_only=True)
class Titles:
    """The form of the reply."""

    titles: tuple[str, ...]
    note: str = ""


class Title(WritingFunction):
    """Payload: ``instruction`` (optional). The first title becomes a change, the others are the value."""

    name = "title"
    title = gettext_noop("Suggest a title")
    description = gettext_noop("Suggests up to three titles for the page and writes the first.")
    max_tokens = 500
    messages: Mapping[Phase, str] = {
        Phase.INIT: gettext_noop("Checking the request for %(target)s"),
        Phase.PREP: gettext_noop("Reading the page"),
        Phase.AI_CALL: gettext_noop("%(model)s is looking for titles"),
        Phase.PARSE: gettext_noop("Choosing among the titles"),
        Phase.SAVE: gettext_noop("Setting the title"),
        Phase.DONE: gettext_noop("The titles are ready"),
    }

    def prepare(self, task: Task) -> Prepared:
        opened = OpenPage.of(task)
        target = opened.writable("title")
        context = opened.context()
        require_text(context, opened)
        notes = {"current": target.value, "max_length": target.max_length}
        return self.prepared(opened, context, task=task, notes=notes)

    def reply_schema(self, prepared: Prepared) -> ReplySchema[Any]:
        return ReplySchema(Titles)

    def parse_response(self, text: str, prepared: Prepared) -> Parsed:
        reply = ReplySchema(Titles).parse(text)
        found = list(_usable(reply.titles, most=prepared.notes["max_length"]))
        if not found:
            raise MalformedReply(reason="no title")
        new = [title for title in found if title != prepared.notes["current"]][:MOST]
        if not new:
            return Parsed(warnings=(*remark(reply.note), Text(UNCHANGED)), count=0)
        first, *others = new
        return Parsed(changes={"title": first}, value=others or None, warnings=remark(reply.note), count=len(new))


def _usable(titles: Iterable[str], *, most: int | None) -> Iterator[str]:
    """The different titles on one line each that the field can hold."""
    lines = dict.fromkeys(plain(title, multiline=False) for title in titles)
    yield from (line for line in lines if line and (most is None or len(line) <= most))
