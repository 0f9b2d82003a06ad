"""``layout``: two or three arrangements of blocks for a place in a page, to look at and to put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from wagtail_ai_content import conf
from wagtail_ai_content.core.engine.function import AIFunction, Parsed, Prepared, Saved, Task
from wagtail_ai_content.core.engine.phases import Phase
from wagtail_ai_content.core.errors import InvalidInput, MalformedReply, TooLong
from wagtail_ai_content.core.text import Text, gettext_noop

from .arrangements import ArrangementsSchema, Sieve
from .forms import Form, offered, stream_at
from .outline import outline
from .values import Reader

MOST_BRIEF: Final = 4000
MOST_NOTE: Final = 500
MOST_PRESENT: Final = 10_000
TEXTS: Final = ("model", "place", "instruction", "content_language", "page_title", "page_text")

NOT_TEXT = gettext_noop("“%(name)s” must be a text.")
BRIEF_TOO_LONG = gettext_noop("The brief is longer than %(most)s characters. Say it in fewer words.")
NO_BRIEF = gettext_noop("Write in the brief what this part of the page is for, then try again.")
WRONG_PRESENT = gettext_noop("“present” must say how many blocks of each type are there.")
PAGE_TOO_LONG = gettext_noop(
    "The texts of this page have more than %(limit)s characters, more than can be read at once. Shorten the page."
)
ANSWER_READY = gettext_noop("The arrangements are ready.")
ONLY_ONE = gettext_noop("Only one arrangement could be used.")


class Layout(AIFunction):
    """Payload: ``model`` and ``place`` (the stream), ``instruction`` (the brief), ``content_language``, ``page_title``,
    ``page_text``, ``hosts``; ``variables`` may hold ``present``, the number of blocks of each type in the stream."""

    name = "layout"
    title = gettext_noop("Suggest a layout")
    description = gettext_noop("Suggests two or three arrangements of blocks for a part of the page.")
    editor_params = ("model", "path", "place", "instruction", "content_language", "page_title", "page_text", "hosts")
    max_tokens = 6000
    messages: Mapping[Phase, str] = {
        Phase.INIT: gettext_noop("Checking the request"),
        Phase.PREP: gettext_noop("Looking at the blocks that may stand here"),
        Phase.AI_CALL: gettext_noop("%(model)s is arranging blocks"),
        Phase.PARSE: gettext_noop("Checking each block"),
        Phase.SAVE: gettext_noop("Keeping the arrangements"),
        Phase.DONE: gettext_noop("The arrangements are ready"),
    }

    def validate(self, task: Task) -> None:
        for name in TEXTS:
            if not isinstance(task.payload.get(name, ""), str):
                raise InvalidInput(NOT_TEXT, name=name)
        if len(task.payload.get("instruction", "")) > MOST_BRIEF:
            raise InvalidInput(BRIEF_TOO_LONG, most=MOST_BRIEF)
        if not task.payload.get("instruction", "").strip():
            raise InvalidInput(NO_BRIEF)
        limit: int = conf.get("MAX_SOURCE_CHARS")
        if len(task.payload.get("page_text", "")) > limit:
            raise TooLong(PAGE_TOO_LONG, limit=limit)
        _offered(task.payload)

    def prepare(self, task: Task) -> Prepared:
        payload = task.payload
        form = _offered(payload)
        variables = {
            "function": self.name,
            "language": payload.get("content_language", ""),
            "page_title": payload.get("page_title", ""),
            "text": payload.get("page_text", ""),
            "instruction": payload["instruction"].strip(),
            "outline": outline(form),
            "room": form.most,
            "blocks": [asdict(child) for child in form.children],
        }
        notes = {
            "model": payload["model"],
            "place": payload["place"],
            "present": _present(payload),
            "hosts": [host for host in payload.get("hosts", ()) if isinstance(host, str)],
        }
        return Prepared(variables=variables, notes=notes)

    def reply_schema(self, prepared: Prepared) -> ArrangementsSchema:
        return ArrangementsSchema(_form(prepared))

    def parse_response(self, text: str, prepared: Prepared) -> Parsed:
        form, notes = _form(prepared), prepared.notes
        reply = ArrangementsSchema(form).parse(text)
        reader = Reader(hosts=frozenset({*notes["hosts"], *conf.get("ALLOWED_LINK_HOSTS")}))
        sieve = Sieve(stream=stream_at(notes["model"], notes["place"]), form=form, reader=reader)
        found = sieve.sift(reply["arrangements"])
        if not found:
            raise MalformedReply(reason="no block that may stand here")
        return Parsed(
            value={"arrangements": [asdict(each) for each in found]},
            warnings=(*_remark(reply["note"]), *sieve.warnings, *reader.warnings.values(), *_few(len(found))),
            count=len(found),
        )

    def save_output(self, parsed: Parsed, prepared: Prepared, task: Task) -> Saved:
        return Saved(outcome="value", message=Text(ANSWER_READY))


def _offered(payload: Mapping[str, Any]) -> Form:
    return offered(payload.get("model", ""), payload.get("place", ""), _present(payload))


def _form(prepared: Prepared) -> Form:
    return offered(prepared.notes["model"], prepared.notes["place"], prepared.notes["present"])


def _present(payload: Mapping[str, Any]) -> dict[str, int]:
    """Raises: ``InvalidInput``."""
    given = payload.get("variables", {}).get("present", {})
    if not isinstance(given, dict) or not all(map(_is_count, given.values())):
        raise InvalidInput(WRONG_PRESENT)
    return given


def _is_count(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= MOST_PRESENT


def _remark(note: str) -> tuple[Text, ...]:
    line = " ".join(note.split())[:MOST_NOTE]
    return (Text(line),) if line else ()


def _few(count: int) -> tuple[Text, ...]:
    return (Text(ONLY_ONE),) if count == 1 else ()
