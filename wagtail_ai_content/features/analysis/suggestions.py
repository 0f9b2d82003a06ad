"""``suggestions``: what could be better in the texts of the open form, each tied to its text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from wagtail_ai_content import conf
from wagtail_ai_content.core.engine.function import AIFunction, Parsed, Prepared, Saved, Task
from wagtail_ai_content.core.engine.phases import Phase
from wagtail_ai_content.core.engine.reply import without_hidden
from wagtail_ai_content.core.engine.schema import ReplySchema
from wagtail_ai_content.core.errors import InvalidInput, MalformedReply, NothingToWorkOn, TooLong
from wagtail_ai_content.core.text import Text, gettext_noop
from wagtail_ai_content.core.versions.markup import visible
from wagtail_ai_content.pipeline import invariants
from wagtail_ai_content.pipeline.gate import gated, same, words_of

from .texts import OpenText, read_texts

KINDS: Final[Mapping[str, str]] = {
    "clarity": gettext_noop("Clarity"),
    "structure": gettext_noop("Structure"),
    "missing": gettext_noop("Missing"),
    "tone": gettext_noop("Tone"),
    "readability": gettext_noop("Readability"),
}
"""What a person calls each kind; to be translated with ``gettext`` where it is shown."""
MOST: Final = 20
MOST_MESSAGE: Final = 400
MOST_NOTE: Final = 500

NOT_TEXT = gettext_noop("“%(name)s” must be a text.")
FORM_TOO_LONG = gettext_noop(
    "The texts of this form are longer than %(limit)s characters together, the most an AI may be given here. "
    "Ask for help with a single field instead."
)
LEFT_OUT = gettext_noop("Suggestions that could not be used were left out (%(count)s).")
ABOUT_TEXT = gettext_noop("“%(label)s”: %(reason)s")
NO_WORDS = gettext_noop("This form")
READY = gettext_noop("The suggestions are ready.")


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """One suggestion, as the model sends it."""

    id: str
    kind: str
    message: str
    replacement: str = ""


@dataclass(frozen=True, kw_only=True)
class Found:
    """The form of the reply."""

    suggestions: tuple[Suggestion, ...]
    note: str = ""


class Suggestions(AIFunction):
    """Payload: ``texts``, a list of ``{path, label, role, html or plain}`` without private ones, where a text to be
    replaced also has ``features``, ``multiline`` and ``max_length``; ``content_language``, ``page_title``, ``hosts``.

    The value is a list of ``{path, kind, message, replacement, key}``: ``path`` is empty where all texts are meant,
    ``replacement`` None where none is offered. ``key`` stays the same until the text changes.
    """

    name = "suggestions"
    title = gettext_noop("Suggestions")
    description = gettext_noop("Says what could be better in the texts of the open page.")
    editor_params = ("texts", "content_language", "page_title", "hosts", "parent")
    max_tokens = 4000
    messages: Mapping[Phase, str] = {
        Phase.INIT: gettext_noop("Checking the request"),
        Phase.PREP: gettext_noop("Reading the texts"),
        Phase.AI_CALL: gettext_noop("%(model)s is looking for what could be better"),
        Phase.PARSE: gettext_noop("Checking the suggestions"),
        Phase.SAVE: gettext_noop("Keeping the suggestions"),
        Phase.DONE: gettext_noop("The suggestions are ready"),
    }

    def validate(self, task: Task) -> None:
        for name in ("content_language", "page_title"):
            if not isinstance(task.payload.get(name, ""), str):
                raise InvalidInput(NOT_TEXT, name=name)
        if not any(text.words.strip() for text in read_texts(task.payload)):
            raise NothingToWorkOn(title=task.payload.get("page_title") or NO_WORDS)

    def prepare(self, task: Task) -> Prepared:
        texts = read_texts(task.payload)
        variables = [_shown(text) for text in texts]
        limit: int = conf.get("MAX_SOURCE_CHARS")
        if sum(len(each["html"]) for each in variables) > limit:
            raise TooLong(FORM_TOO_LONG, limit=limit)
        locked = invariants.locked_in("\n".join(text.words for text in texts), invariants.phrases_of(task))
        return Prepared(
            variables={
                "function": self.name,
                "language": task.payload.get("content_language", ""),
                "page_title": task.payload.get("page_title", ""),
                "texts": variables,
                "locked": list(locked),
                "kinds": list(KINDS),
                "most": MOST,
            },
            notes={
                "texts": list(task.payload["texts"]),
                "hosts": list(task.payload.get("hosts") or ()),
                "locked": list(locked),
            },
        )

    def reply_schema(self, prepared: Prepared) -> ReplySchema[Any]:
        return ReplySchema(Found)

    def parse_response(self, text: str, prepared: Prepared) -> Parsed:
        reply = ReplySchema(Found).parse(text)
        reading = _Reading(prepared)
        done = [reading.of(suggestion) for suggestion in reply.suggestions]
        # One of a kind for each text: its key could not tell two apart.
        usable = {item["key"]: item for item in reversed(done) if item is not None}
        value = list(reversed(usable.values()))[:MOST]
        warnings = [Text(note)] if (note := " ".join(reply.note.split())[:MOST_NOTE]) else []
        if unusable := done.count(None):
            warnings.append(Text(LEFT_OUT, {"count": unusable}))
        return Parsed(value=value, warnings=(*warnings, *reading.warnings), count=len(value))

    def save_output(self, parsed: Parsed, prepared: Prepared, task: Task) -> Saved:
        return Saved(outcome="value", message=Text(READY))


class _Reading:
    """The suggestions of one reply, held against the texts they are about."""

    def __init__(self, prepared: Prepared) -> None:
        self._texts = {text.id: text for text in read_texts(prepared.notes)}
        self._hosts = frozenset({*prepared.notes["hosts"], *conf.get("ALLOWED_LINK_HOSTS")})
        self._locked: Sequence[str] = prepared.notes["locked"]
        self.warnings: list[Text] = []

    def of(self, suggestion: Suggestion) -> dict[str, Any] | None:
        """As plain data; None for one that says nothing, or is about no text that was sent."""
        text = self._texts.get(suggestion.id)
        message = " ".join(without_hidden(visible(suggestion.message)).split())[:MOST_MESSAGE]
        if not message or suggestion.kind not in KINDS or (text is None and suggestion.id):
            return None
        about = text.words if text else "\n".join(each.words for each in self._texts.values())
        return {
            "path": text.path if text else "",
            "kind": suggestion.kind,
            "message": message,
            "replacement": self._replacement(suggestion.replacement, text) if text else None,
            "key": key_of(suggestion.kind, about, path=text.path if text else ""),
        }

    def _replacement(self, reply: str, text: OpenText) -> str | None:
        """A text that may take the place of ``text``; None where there is none or it must not be used."""
        if not reply.strip() or not text.replaceable:
            return None
        try:
            done = gated(reply, into=text.field(self._hosts), source=text.value, protected=text.protected, whole=True)
        except MalformedReply:
            return None
        words = words_of(done.text, kind=text.kind)
        too_long = text.max_length is not None and len(words) > text.max_length
        said = invariants.locked_in(words_of(text.value, kind=text.kind), self._locked)
        lost = set(said) - set(invariants.locked_in(words, said))
        if not words.strip() or too_long or lost or same(done.text, text.value):
            return None
        self.warnings += (Text(ABOUT_TEXT, {"label": text.label, "reason": str(told)}) for told in done.warnings)
        return done.text


def key_of(kind: str, words: str, *, path: str) -> str:
    """Of a suggestion: what it is remembered by when it was dismissed, until the words it is about change."""
    folded = " ".join(words.split())
    return hashlib.sha256(f"{kind}\n{path}\n{folded}".encode("utf-8", "replace")).hexdigest()[:32]


def _shown(text: OpenText) -> dict[str, Any]:
    return {
        "id": text.id,
        "path": text.path,
        "label": text.label,
        "role": text.role,
        "plain": text.kind == "plain",
        "html": text.protected.html,
        "replaceable": text.replaceable,
    }
