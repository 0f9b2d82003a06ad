"""``rewrite``: change what is there as told, in the whole page, in one field or in one block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wagtail_ai_content.core.engine.function import Parsed, Prepared, Task
from wagtail_ai_content.core.engine.phases import Phase
from wagtail_ai_content.core.engine.schema import ReplySchema
from wagtail_ai_content.core.errors import InvalidInput
from wagtail_ai_content.core.text import gettext_noop

from .base import OpenPage, WritingFunction, unknown
from .edits import parsed_edits, prepared_edits, swept
from .targets import TextTarget
from .units import Edits

NO_INSTRUCTION = gettext_noop("Say how the text is to be changed, e.g. “shorter” or “for children”.")


class Rewrite(WritingFunction):
    """Payload: ``instruction``; ``field`` (optional): a field, or the path of a block; ``headings`` (optional)."""

    name = "rewrite"
    title = gettext_noop("Rewrite")
    description = gettext_noop("Changes the text as told; links, images and everything not asked for stay.")
    max_tokens = 8000
    messages: Mapping[Phase, str] = {
        Phase.INIT: gettext_noop("Checking the instruction"),
        Phase.PREP: gettext_noop("Taking the text of %(target)s apart"),
        Phase.AI_CALL: gettext_noop("%(model)s is rewriting"),
        Phase.PARSE: gettext_noop("Comparing the new text with the old one"),
        Phase.SAVE: gettext_noop("Putting the changes into the page (%(count)s)"),
        Phase.DONE: gettext_noop("The rewrite is ready"),
    }

    def validate(self, task: Task) -> None:
        super().validate(task)
        if not task.payload.get("instruction", "").strip():
            raise InvalidInput(NO_INSTRUCTION)

    def prepare(self, task: Task) -> Prepared:
        opened = OpenPage.of(task)
        named = named_path(task)
        chosen = _chosen(opened.targets, named) if named else swept(opened.targets)
        return prepared_edits(self, opened, chosen, task=task, named=named)

    def reply_schema(self, prepared: Prepared) -> ReplySchema[Any]:
        return ReplySchema(Edits)

    def parse_response(self, text: str, prepared: Prepared) -> Parsed:
        return parsed_edits(text, prepared)


def named_path(task: Task) -> str:
    """The place the request is about; empty for the whole page."""
    named = str(task.payload.get("field", "")).strip()
    return named or (task.target.path if task.target else "")


def _chosen(targets: Sequence[TextTarget], named: str) -> list[TextTarget]:
    """The writable texts at or inside ``named``. Raises: ``UnknownTarget``."""
    found = [target for target in targets if target.path == named or target.path.startswith(f"{named}.")]
    chosen = [target for target in found if target.writable]
    if not chosen:
        raise unknown(named, found)
    return chosen if len(chosen) == 1 else swept(chosen) or chosen
