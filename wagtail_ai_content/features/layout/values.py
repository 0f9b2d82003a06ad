"""What a model filled into a form, as raw data of a StreamField: HTML goes through the gate, types must be right."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from html import escape, unescape
from typing import Any, Final
from uuid import uuid4

from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from wagtail_ai_content.core.engine.reply import without_hidden
from wagtail_ai_content.core.errors import MalformedReply
from wagtail_ai_content.core.guardrails.blocks import LIST_ITEM
from wagtail_ai_content.core.guardrails.html import clean_html
from wagtail_ai_content.core.text import Text, gettext_noop
from wagtail_ai_content.core.versions.richtext import plain_text

from .forms import Form

MOST_ITEMS: Final = 60
NOT_SAID: Final[Mapping[str, Any]] = {
    "text": "", "long": "", "rich": "", "choice": "",
    "choices": [], "object": {}, "list": [], "stream": [], "boolean": False,
}  # fmt: skip
"""What stands for a part that the answer leaves out; for numbers nothing does."""

WRONG_TYPE = gettext_noop("“%(label)s” has a value of another kind.")
EMPTY = gettext_noop("“%(label)s” is empty.")
UNREADABLE = gettext_noop("“%(label)s” cannot be read.")
NO_CHOICE = gettext_noop("“%(label)s” is none of the choices.")
TOO_MANY = gettext_noop("“%(label)s” has too many parts.")
NOT_OFFERED = gettext_noop("“%(label)s” holds a block that may not stand there.")

_TAG = re.compile(r"<[a-zA-Z/][^<>]*>")
_KEY = re.compile(r' data-block-key="[^"]*"')


class Unfit(Exception):
    """A value that cannot be used."""

    def __init__(self, template: str, form: Form) -> None:
        self.reason = Text(template, {"label": form.label})
        super().__init__(template)


class Reader:
    """Values of one answer."""

    def __init__(self, *, hosts: frozenset[str]) -> None:
        self._hosts = hosts
        self.warnings: dict[str, Text] = {}
        """What the gate took out, each said once."""

    def read(self, form: Form, given: Any) -> Any:
        """``given`` as stored data. Raises: ``Unfit``."""
        if given is None:
            given = NOT_SAID.get(form.kind)
        reading: Mapping[str, Callable[[Form, Any], Any]] = {
            "text": self._text,
            "long": self._text,
            "rich": self._rich,
            "number": _number,
            "whole": _whole,
            "boolean": _boolean,
            "choice": _choice,
            "choices": _choices,
            "object": self._object,
            "list": self._list,
            "stream": self._stream,
            "nothing": lambda form, given: None,
            "blank": lambda form, given: [],
        }
        return reading[form.kind](form, given)

    def _text(self, form: Form, given: Any) -> str:
        text = without_hidden(unescape(_TAG.sub("", _of_type(form, given, str)))).strip()
        if form.kind == "text":
            text = " ".join(text.split())
        if form.required and not text:
            raise Unfit(EMPTY, form)
        return text

    def _rich(self, form: Form, given: Any) -> str:
        given = _of_type(form, given, str).strip()
        html = (
            given if "<" in given else "".join(f"<p>{escape(line)}</p>" for line in given.splitlines() if line.strip())
        )
        try:
            clean = clean_html(html, allowed_hosts=self._hosts)
        except MalformedReply:
            raise Unfit(UNREADABLE, form) from None
        self.warnings |= {str(warning): warning for warning in clean.warnings}
        if not plain_text(clean.html).strip():
            if form.required:
                raise Unfit(EMPTY, form)
            return ""
        return _stored(clean.html, form.features)

    def _object(self, form: Form, given: Any) -> dict[str, Any]:
        found: dict[str, Any] = _of_type(form, given, dict)
        return {child.name: self.read(child, found.get(child.name)) for child in form.children}

    def _list(self, form: Form, given: Any) -> list[dict[str, Any]]:
        return [_child(LIST_ITEM, self.read(form.children[0], each)) for each in _several(form, given)]

    def _stream(self, form: Form, given: Any) -> list[dict[str, Any]]:
        return [self._block(form, each) for each in _several(form, given)]

    def _block(self, form: Form, given: Any) -> dict[str, Any]:
        kind = given.get("type") if isinstance(given, dict) else None
        child = form.child(kind) if isinstance(kind, str) else None
        if child is None:
            raise Unfit(NOT_OFFERED, form)
        return _child(child.name, self.read(child, given.get("value")))


def _stored(html: str, features: Iterable[str]) -> str:
    """As the editor of a field with these features stores it; the editor gives keys when it first saves."""
    converter = ContentstateConverter(features=list(features))
    return _KEY.sub("", str(converter.to_database_format(converter.from_database_format(html))))


def _child(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value, "id": str(uuid4())}


def _several(form: Form, given: Any) -> list[Any]:
    found: list[Any] = _of_type(form, given, list)
    if len(found) > MOST_ITEMS:
        raise Unfit(TOO_MANY, form)
    return found


def _of_type(form: Form, given: Any, kind: type) -> Any:
    if not isinstance(given, kind):
        raise Unfit(WRONG_TYPE, form)
    return given


def _number(form: Form, given: Any) -> float | int | None:
    if given is None and not form.required:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise Unfit(WRONG_TYPE, form)
    return given


def _whole(form: Form, given: Any) -> float | int | None:
    if isinstance(given, float):
        raise Unfit(WRONG_TYPE, form)
    return _number(form, given)


def _boolean(form: Form, given: Any) -> bool:
    return bool(_of_type(form, given, bool))


def _choice(form: Form, given: Any) -> str:
    if given in form.choices or (given == "" and not form.required):
        return str(given)
    raise Unfit(NO_CHOICE, form)


def _choices(form: Form, given: Any) -> list[str]:
    found = _several(form, given)
    if any(each not in form.choices for each in found) or (form.required and not found):
        raise Unfit(NO_CHOICE, form)
    return [str(each) for each in found]
