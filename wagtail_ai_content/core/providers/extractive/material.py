"""The request's plain data, read tolerantly: whatever is missing or of the wrong type is simply not there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# More than anybody reads on one page; keeps the time of one answer bounded whatever is sent.
MOST_CHARACTERS = 400_000
# Lone surrogates cannot be stored or sent; the other control characters mean nothing in a text.
_UNUSABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_NOT_CONTENT = {"function", "language", "instruction", "instruction_kind", "limits", "locked", "position", "units"}


@dataclass(frozen=True, kw_only=True)
class SourcePage:
    """A page of the section."""

    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A text to revise."""

    id: str
    kind: str
    """``text`` or ``heading``."""
    html: str
    plain: bool
    """True for HTML-escaped text without tags."""
    max_length: int | None
    """Characters a reader sees; None for no limit."""
    multiline: bool
    """True where line breaks in a plain text mean something."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Most characters of each kind of short text."""

    title: int = 60
    seo_title: int = 60
    search_description: int = 160
    summary: int = 600


@dataclass(frozen=True, kw_only=True)
class Material:
    """All the engine works from."""

    function: str
    language: str
    title: str
    """The section's."""
    summary: str
    """The section's."""
    pages: tuple[SourcePage, ...]
    """The section's, in their order."""
    position: int | None
    """Index of the page to write among ``pages``; None where it is not one of them."""
    page_title: str
    text: str
    units: tuple[Unit, ...]
    instruction: str
    instruction_kind: str
    limits: Limits
    rest: tuple[str, ...]
    """Every other text in the data, e.g. the keywords a site's own function passes."""


def read(data: Mapping[str, Any]) -> Material:
    """Never raises: odd data is left out."""
    return Material(
        function=_text(data.get("function")),
        language=_text(data.get("language")),
        title=_line(data.get("title")),
        summary=_text(data.get("summary")),
        pages=tuple(
            SourcePage(title=_line(page.get("title")), text=_text(page.get("text")))
            for page in _maps(data.get("pages"))
        ),
        position=_number(data.get("position")),
        page_title=_line(data.get("page_title")),
        text=_text(data.get("text")),
        units=tuple(_unit(unit) for unit in _maps(data.get("units"))),
        instruction=_text(data.get("instruction")),
        instruction_kind=_text(data.get("instruction_kind")),
        limits=_limits(data.get("limits")),
        rest=tuple(_rest(data)),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    return _UNUSABLE.sub("", value[:MOST_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n")).strip()


def _line(value: Any) -> str:
    return " ".join(_text(value).split())


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _maps(value: Any) -> Iterator[Mapping[str, Any]]:
    """The mappings in a list, as long as they stay within the bound together."""
    room = MOST_CHARACTERS
    for item in value if isinstance(value, list | tuple) else ():
        if isinstance(item, Mapping):
            room -= sum(len(text) for text in item.values() if isinstance(text, str))
            if room < 0:
                return
            yield item


def _unit(data: Mapping[str, Any]) -> Unit:
    name, html = data.get("id"), data.get("html")
    return Unit(
        id=name if isinstance(name, str) else "",
        kind=_text(data.get("kind")) or "text",
        html=_UNUSABLE.sub("", html) if isinstance(html, str) else "",
        plain=data.get("plain") is True,
        max_length=_number(data.get("max_length")),
        multiline=data.get("multiline") is True,
    )


def _limits(value: Any) -> Limits:
    data = value if isinstance(value, Mapping) else {}
    given = {name: _number(data.get(name)) for name in ("title", "seo_title", "search_description", "summary")}
    return Limits(**{name: number for name, number in given.items() if number})


def _rest(data: Mapping[str, Any]) -> Iterator[str]:
    """Breadth first, so that no depth of nesting is too much."""
    waiting: list[Any] = [value for key, value in data.items() if key not in _NOT_CONTENT]
    room = MOST_CHARACTERS
    for value in waiting:
        if isinstance(value, Mapping):
            waiting.extend(value.values())
        elif isinstance(value, list | tuple):
            waiting.extend(value)
        elif (text := _text(value)) and room > 0:
            room -= len(text)
            yield text
