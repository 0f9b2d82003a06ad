"""``assist``: one text of the open form, changed, continued or written as its editor asks, as an answer to choose from.

The reply is free text, so that it can be shown while it arrives. Nothing is written: the browser puts into the form
what the editor takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from wagtail_ai_content import conf
from wagtail_ai_content.core.engine.function import AIFunction, Parsed, Prepared, Saved, Task
from wagtail_ai_content.core.engine.phases import Phase
from wagtail_ai_content.core.errors import MalformedReply, TooLong
from wagtail_ai_content.core.guardrails.formats import NEXT_OPTION, read_options
from wagtail_ai_content.core.text import Text, gettext_noop
from wagtail_ai_content.core.versions.fragments import ProtectedFragment, protect_fragment
from wagtail_ai_content.core.versions.richtext import split
from wagtail_ai_content.pipeline import invariants
from wagtail_ai_content.pipeline.gate import Field, Gated, gated, same, shown, words_of

from .actions import HEADING_FEATURES
from .base import ANSWER_READY, allowed_hosts
from .markup import within
from .units import UNCHANGED
from .wishes import Wish

TEXT_TOO_LONG = gettext_noop(
    "This text is longer than %(limit)s characters, the most an AI may be given here. Select a part of it."
)
FEWER = gettext_noop("You asked for %(asked)s versions; %(count)s of them can be used.")
OVER_DROPPED = gettext_noop("Versions of more than %(most)s characters were left out (%(count)s).")
OVER_CUT = gettext_noop("The answer was longer than %(most)s characters and was cut at the end of a word.")
OVER_FIELD = gettext_noop(
    "The new text has %(length)s characters, and there is room for %(most)s. Shorten it before you save."
)
LOCKED_GONE = gettext_noop("“%(phrase)s” is locked, but the answer leaves it out or changes it. Keep it as it was.")

ELEMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    **{heading: (heading,) for heading in sorted(HEADING_FEATURES)},
    "ul": ("ul", "li"),
    "ol": ("ol", "li"),
    "bold": ("b",),
    "italic": ("i",),
    "superscript": ("sup",),
    "subscript": ("sub",),
    "strikethrough": ("s",),
    "code": ("code",),
    "blockquote": ("blockquote",),
    "hr": ("hr",),
}
"""HTML that a model may write, by the feature of the field."""
KEEPING: Final = frozenset({"improve", "fix", "shorten", "expand", "simplify", "tone", "translate", "list", "headings"})
"""Actions after which all is said that was said before."""
LEAST_ROOM: Final = 10
"""Characters; an answer cut to fewer is none."""


class Assist(AIFunction):
    """Payload: see “What the function gets” in the documentation of the editor. No target is needed."""

    name = "assist"
    title = gettext_noop("Help with a text")
    description = gettext_noop("Changes, continues or writes one text in the editor, to be taken or left.")
    editor_params = (
        "action", "kind", "source", "features", "multiline", "max_length", "label", "role", "use", "selected",
        "instruction", "tone", "language", "options", "earlier", "content_language", "page_title", "page_text", "hosts",
        "parent",
    )  # fmt: skip
    max_tokens = 8000
    messages: Mapping[Phase, str] = {
        Phase.INIT: gettext_noop("Checking the request"),
        Phase.PREP: gettext_noop("Reading the text"),
        Phase.AI_CALL: gettext_noop("%(model)s is writing"),
        Phase.PARSE: gettext_noop("Checking the text, its links and its form"),
        Phase.SAVE: gettext_noop("Keeping the answer"),
        Phase.DONE: gettext_noop("The text is ready"),
    }

    def validate(self, task: Task) -> None:
        Wish.of(task.payload)

    def prepare(self, task: Task) -> Prepared:
        wish = Wish.of(task.payload)
        field = _field(wish, frozenset(wish.hosts))
        protected = shown(wish.source, into=field)
        earlier = protect_fragment(wish.earlier, refs=protected.refs) if wish.kind == "rich" else None
        source = protected.html if wish.source.strip() else ""
        before = earlier.html if earlier else wish.earlier
        room = conf.get("MAX_SOURCE_CHARS") - len(source) - len(before)
        if room < 0:
            raise TooLong(TEXT_TOO_LONG, limit=conf.get("MAX_SOURCE_CHARS"))
        locked = invariants.locked_in(words_of(source, kind=wish.kind), invariants.phrases_of(task))
        variables = {
            **_said(wish, page_text=wish.page_text[:room]),
            "function": self.name,
            "text": source,
            "earlier": before,
            "has_refs": bool(protected.refs),
            "locked": list(locked),
        }
        refs = list(earlier.refs if earlier else protected.refs)
        return Prepared(variables=variables, notes=_notes(wish, refs=refs, locked=locked))

    def reply_schema(self, prepared: Prepared) -> None:
        """Free text."""
        return None

    def parse_response(self, text: str, prepared: Prepared) -> Parsed:
        """One text at least. What could not be used of the reply is told."""
        notes, given = prepared.notes, prepared.variables["text"]
        wish = Wish.of(notes["payload"])
        read = read_options(text, asked=wish.options, given=given, lines=wish.one_line)
        found = _usable(read.texts, wish, prepared=prepared)
        warnings = [*read.warnings, *(warning for each in found for warning in each.warnings)]
        new = list(dict.fromkeys(each.text for each in found if not (wish.whole and same(each.text, wish.source))))
        options, told = _sized(new, wish)
        warnings += [*told, *_missing(options, wish, locked=notes["locked"])]
        if not options:
            return _parsed(wish, [wish.source], [*warnings, Text(UNCHANGED)])
        if len(options) < wish.options:
            warnings.append(Text(FEWER, {"asked": wish.options, "count": len(options)}))
        return _parsed(wish, options, warnings)

    def save_output(self, parsed: Parsed, prepared: Prepared, task: Task) -> Saved:
        return Saved(outcome="value", message=Text(ANSWER_READY))


def _field(wish: Wish, hosts: frozenset[str]) -> Field:
    return Field(kind=wish.kind, features=wish.features, multiline=wish.multiline, hosts=hosts)


def _said(wish: Wish, *, page_text: str) -> dict[str, Any]:
    """The variables that say what is asked for."""
    elements = ["p", "br", *(tag for feature in wish.features for tag in ELEMENTS.get(feature, ()))]
    return {
        "language": wish.language,
        "action": wish.action.name,
        "instruction": wish.instruction,
        "tone": wish.tone.meaning if wish.tone else "",
        "kind": wish.kind,
        "use": wish.use,
        "role": wish.role,
        "label": wish.label,
        "selected": wish.selected,
        "multiline": wish.multiline or wish.kind == "rich",
        "elements": list(dict.fromkeys(elements)) if wish.kind == "rich" else [],
        "most": wish.most or 0,
        "wants": wish.wants or 0,
        "options": wish.options,
        "next_option": NEXT_OPTION,
        "page_title": wish.page_title,
        "page_text": page_text,
    }


def _notes(wish: Wish, *, refs: Sequence[str], locked: Sequence[str]) -> dict[str, Any]:
    """What reading the reply takes: the wish as it was given, without what only the prompt needs."""
    payload = {
        "action": wish.action.name,
        "kind": wish.kind,
        "source": wish.source,
        "earlier": wish.earlier,
        "features": list(wish.features),
        "multiline": wish.multiline,
        "max_length": wish.max_length,
        "label": wish.label,
        "use": wish.use,
        "selected": wish.selected,
        "instruction": wish.instruction,
        "tone": wish.tone.value if wish.tone else "",
        "language": wish.language,
        "options": wish.options,
        "prompt": "given",  # whether one was is looked at before the request, not after
    }
    return {"payload": payload, "refs": list(refs), "hosts": list(wish.hosts), "locked": list(locked)}


def _usable(versions: Sequence[str], wish: Wish, *, prepared: Prepared) -> list[Gated]:
    """The versions that have words and could be read. Raises: ``MalformedReply`` when there is none."""
    into = _field(wish, allowed_hosts(prepared))
    # Of an earlier version there may be links that the source does not have, and images that only the source has.
    protected = ProtectedFragment(html=prepared.variables["text"], refs=tuple(prepared.notes["refs"]))
    found: list[Gated] = []
    problem = MalformedReply(reason="no text")
    for version in versions:
        try:
            each = gated(version, into=into, source=wish.source, protected=protected, whole=wish.whole)
        except MalformedReply as error:
            problem = error
            continue
        text = each.text if wish.whole else _without_source(each.text, wish)
        if text.strip():
            found.append(Gated(text=text, warnings=each.warnings))
    if not found:
        raise problem
    return found


def _without_source(text: str, wish: Wish) -> str:
    """A continuation without what it repeats of the text before it."""
    if wish.kind == "plain":
        return text.removeprefix(wish.source.strip()).lstrip()
    said = {_folded(unit.source) for unit in split(wish.source)}
    units = list(split(text))
    while units and _folded(units[0].source) in said:
        units.pop(0)
    return "".join(unit.source for unit in units)


def _folded(html: str) -> str:
    return " ".join(words_of(html, kind="rich").split())


def _sized(texts: Sequence[str], wish: Wish) -> tuple[list[str], list[Text]]:
    """The texts there is room for; where there is for none, the first, cut if it is plain."""
    most = wish.most
    if most is None or not texts:
        return list(texts), []
    fitting = [text for text in texts if len(words_of(text, kind=wish.kind)) <= most]
    if fitting:
        left_out = len(texts) - len(fitting)
        return fitting, [Text(OVER_DROPPED, {"most": most, "count": left_out})] if left_out else []
    if wish.kind == "plain" and most >= LEAST_ROOM:
        return list(dict.fromkeys(within(text, most) for text in texts)), [Text(OVER_CUT, {"most": most})]
    length = len(words_of(texts[0], kind=wish.kind))
    return list(texts), [Text(OVER_FIELD, {"length": length, "most": max(most, 0)})]


def _missing(texts: Sequence[str], wish: Wish, *, locked: Sequence[str]) -> Iterator[Text]:
    """Locked phrases that one of the texts no longer says."""
    for text in texts if wish.action.name in KEEPING else ():
        kept = invariants.locked_in(words_of(text, kind=wish.kind), locked)
        yield from (Text(LOCKED_GONE, {"phrase": phrase}) for phrase in locked if phrase not in kept)


def _parsed(wish: Wish, options: Sequence[str], warnings: Sequence[Text]) -> Parsed:
    told = {(str(warning)): warning for warning in warnings}
    return Parsed(
        value={"kind": wish.kind, "options": list(options)}, warnings=tuple(told.values()), count=len(options)
    )
