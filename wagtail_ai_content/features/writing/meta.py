"""``meta``: the texts search engines show. Never the slug: an address is not a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from wagtail_ai_content.core.engine.function import Parsed, Prepared, Task
from wagtail_ai_content.core.engine.phases import Phase
from wagtail_ai_content.core.engine.schema import ReplySchema
from wagtail_ai_content.core.errors import MalformedReply, UnknownTarget
from wagtail_ai_content.core.quality.lengths import LIMITS
from wagtail_ai_content.core.text import Text, gettext_noop

from .base import OpenPage, WritingFunction, remark, require_text
from .markup import within
from .units import UNCHANGED, plain

FIELDS: Final = ("seo_title", "search_description")


@dataclass(frozen=True, kw_only=True)
class SearchTexts:
    """The form of the reply."""

    seo_title: str
    search_description: str
    note: str = ""


class Meta(WritingFunction):
    """Payload: ``instruction`` (optional)."""

    name = "meta"
    title = gettext_noop("Write the search texts")
    description = gettext_noop("Writes the title and the description that search engines show.")
    max_tokens = 500
    messages: Mapping[Phase, str] = {
        Phase.INIT: gettext_noop("Checking the request for %(target)s"),
        Phase.PREP: gettext_noop("Reading the page"),
        Phase.AI_CALL: gettext_noop("%(model)s is describing the page"),
        Phase.PARSE: gettext_noop("Checking the lengths"),
        Phase.SAVE: gettext_noop("Setting the search texts"),
        Phase.DONE: gettext_noop("The search texts are ready"),
    }

    def prepare(self, task: Task) -> Prepared:
        opened = OpenPage.of(task)
        current = {target.path: target.value for target in opened.targets if target.path in FIELDS and target.writable}
        if not current:
            raise UnknownTarget(what="field", name=FIELDS[-1])
        context = opened.context()
        require_text(context, opened)
        return self.prepared(opened, context, task=task, notes={"current": current})

    def reply_schema(self, prepared: Prepared) -> ReplySchema[Any]:
        return ReplySchema(SearchTexts)

    def parse_response(self, text: str, prepared: Prepared) -> Parsed:
        reply = ReplySchema(SearchTexts).parse(text)
        current: Mapping[str, str] = prepared.notes["current"]
        texts = {name: within(plain(getattr(reply, name), multiline=False), LIMITS[name]) for name in FIELDS}
        if not any(texts.values()):
            raise MalformedReply(reason="no text")
        changes = {name: new for name, new in texts.items() if new and name in current and new != current[name]}
        told = () if changes else (Text(UNCHANGED),)
        return Parsed(changes=changes, warnings=(*remark(reply.note), *told), count=len(changes))
