"""What an editor asks for one text of the open form: the parameters of ``assist``, looked at before anything is done.

The text comes with the request, because the form may hold words that were never saved. So nothing is read from the
page's tables here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from wagtail_ai_content.core.errors import InvalidInput, NothingToWorkOn
from wagtail_ai_content.core.quality.lengths import LIMITS
from wagtail_ai_content.core.text import gettext_noop
from wagtail_ai_content.core.versions.markup import visible

from .actions import EVERY_USE, Action, Tone, action_named, tone_named
from .base import INSTRUCTION_TOO_LONG, MAX_INSTRUCTION, NOT_BOOLEAN, NOT_TEXT

MOST_OPTIONS: Final = 4
ASK: Final = "ask"

UNKNOWN_ACTION = gettext_noop("There is no action “%(name)s”. Choose one of the menu.")
NOT_A_CHOICE = gettext_noop("“%(name)s” cannot be “%(value)s”.")
NOT_TEXTS = gettext_noop("“%(name)s” must be a list of texts.")
NOT_A_LENGTH = gettext_noop("“%(name)s” must be a whole number above 0, or nothing.")
OPTIONS_OUTSIDE = gettext_noop("Ask for 1 to %(most)s versions.")
NEEDS_TONE = gettext_noop("Choose how the text should sound.")
NEEDS_LANGUAGE = gettext_noop("Choose the language to translate into.")
NEEDS_INSTRUCTION = gettext_noop("Say what you would like to have.")
REFINE_HOW = gettext_noop("Say how the result should be changed.")
HAS_NO_WORDS = gettext_noop("This text")

_TEXTS = ("action", "source", "label", "role", "instruction", "tone", "language", "earlier", "content_language")
_OTHER_TEXTS = ("page_title", "page_text")
_SOUNDING = ("tone", "write")
"""Actions that heed a tone: the first must have one, an AI text block may."""
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,3}")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One request about one text."""

    action: Action
    kind: str
    source: str
    earlier: str
    """The result that is to be refined; empty otherwise."""
    features: tuple[str, ...]
    multiline: bool
    max_length: int | None
    label: str
    role: str
    use: str
    selected: bool
    """Whether the source is a selected part of the field's text."""
    instruction: str
    tone: Tone | None
    language: str
    """To write in: that of the page, or the one to translate into."""
    options: int
    page_title: str
    page_text: str
    hosts: tuple[str, ...]

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Wish:
        """Raises: ``InvalidInput``, ``NothingToWorkOn``."""
        _check_types(payload)
        action = _action(payload)
        translated = payload.get("language", "") if action.needs == "language" else ""
        reads_page = action.reads_page or payload.get("prompt")
        wish = cls(
            action=action,
            kind=payload.get("kind", "plain"),
            source=payload.get("source", ""),
            earlier=payload.get("earlier", ""),
            features=tuple(payload.get("features") or ()),
            multiline=payload.get("multiline", False),
            max_length=payload.get("max_length"),
            label=payload.get("label", ""),
            role=payload.get("role", ""),
            use=payload.get("use", "text"),
            selected=payload.get("selected", False),
            instruction=payload.get("instruction", "").strip(),
            tone=tone_named(payload.get("tone", "")) if action.name in _SOUNDING else None,
            language=translated or payload.get("content_language", ""),
            options=payload.get("options", 1),
            page_title=payload.get("page_title", ""),
            page_text=payload.get("page_text", "") if reads_page else "",
            hosts=tuple(payload.get("hosts") or ()),
        )
        wish._check(payload)
        return wish

    @property
    def one_line(self) -> bool:
        return self.kind == "plain" and not self.multiline

    @property
    def wants(self) -> int | None:
        """The best length, in characters."""
        return LIMITS.get(self.use)

    @property
    def whole(self) -> bool:
        """Whether the answer takes the place of the source."""
        return self.action.name != "continue"

    @property
    def most(self) -> int | None:
        """The longest answer, in characters: what the field takes, and for a suggestion what is best there."""
        limits = [self.wants] if self.action.name == "suggest" else []
        if self.max_length is not None and not self.selected:
            beside = 0 if self.whole else len(visible(self.source) if self.kind == "rich" else self.source) + 1
            limits.append(self.max_length - beside)
        return min((limit for limit in limits if limit is not None), default=None)

    def _check(self, payload: Mapping[str, Any]) -> None:
        if self.action.needs == "tone" and self.tone is None:
            raise InvalidInput(NEEDS_TONE)
        if self.action.needs == "language" and not _LANGUAGE.fullmatch(payload.get("language", "")):
            raise InvalidInput(NEEDS_LANGUAGE)
        if self.action.needs == "instruction" and not (self.instruction or payload.get("prompt")):
            raise InvalidInput(NEEDS_INSTRUCTION)
        if self.earlier and not self.instruction:
            raise InvalidInput(REFINE_HOW)
        if len(self.instruction) > MAX_INSTRUCTION:
            raise InvalidInput(INSTRUCTION_TOO_LONG, most=MAX_INSTRUCTION)
        may_be_empty = "empty" in self.action.when or payload.get("prompt")
        if not (may_be_empty or visible(self.source).strip()):
            raise NothingToWorkOn(title=self.label or HAS_NO_WORDS)


def _action(payload: Mapping[str, Any]) -> Action:
    name = payload.get("action", "") or (ASK if payload.get("prompt") else "")
    action = action_named(name)
    if action is None:
        raise InvalidInput(UNKNOWN_ACTION, name=name)
    return action


def _check_types(payload: Mapping[str, Any]) -> None:
    for name in (*_TEXTS, *_OTHER_TEXTS):
        if not isinstance(payload.get(name, ""), str):
            raise InvalidInput(NOT_TEXT, name=name)
    for name in ("multiline", "selected"):
        if not isinstance(payload.get(name, False), bool):
            raise InvalidInput(NOT_BOOLEAN, name=name)
    for name in ("features", "hosts"):
        value = payload.get(name) or ()
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            raise InvalidInput(NOT_TEXTS, name=name)
    for name, known, usual in (("kind", ("plain", "rich"), "plain"), ("use", EVERY_USE, "text")):
        if payload.get(name, usual) not in known:
            raise InvalidInput(NOT_A_CHOICE, name=name, value=str(payload[name])[:40])
    _check_numbers(payload)


def _check_numbers(payload: Mapping[str, Any]) -> None:
    most = payload.get("max_length")
    if most is not None and (type(most) is not int or most < 1):
        raise InvalidInput(NOT_A_LENGTH, name="max_length")
    options = payload.get("options", 1)
    if type(options) is not int or not 1 <= options <= MOST_OPTIONS:
        raise InvalidInput(OPTIONS_OUTSIDE, most=MOST_OPTIONS)
