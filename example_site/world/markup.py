"""The small markup of the content files, as Wagtail's rich text.

Paragraphs are divided by empty lines. ``##`` and ``###`` open a heading, ``-`` and ``1.`` a list, ``>`` a quotation;
``**bold**``, ``*italic*``; ``[text](page:slug)``, ``[text](document:name)``, ``[text](https://…)``;
``![alternative text](picture:slug)`` alone in a paragraph is a picture.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

BOLD = re.compile(r"\*\*(.+?)\*\*")
ITALIC = re.compile(r"\*(.+?)\*")
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
PICTURE = re.compile(r"!\[([^\]]*)\]\(picture:([\w-]+)\)$")
BULLET = re.compile(r"- ")
NUMBER = re.compile(r"\d+\. ")


class UnknownPlace(LookupError):
    """A content file points at something that is not there."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """What content files point at by name, as ids in the database."""

    pages: Mapping[str, int] = field(default_factory=dict)
    """By slug."""
    documents: Mapping[str, int] = field(default_factory=dict)
    """By file name without its ending."""
    pictures: Mapping[str, int] = field(default_factory=dict)
    """By slug."""

    def find(self, kind: str, name: str) -> int:
        known = {"page": self.pages, "document": self.documents, "picture": self.pictures}[kind]
        if name not in known:
            raise UnknownPlace(f"There is no {kind} “{name}”. Correct the name in the content file.")
        return known[name]


def rich_text(source: str, *, places: Places) -> str:
    """``source`` as Wagtail stores rich text."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", source) if part.strip()]
    return "".join(_part(part, places) for part in parts)


def _part(part: str, places: Places) -> str:
    if picture := PICTURE.match(part):
        alt = html.escape(picture[1])
        return f'<embed embedtype="image" id="{places.find("picture", picture[2])}" alt="{alt}" format="fullwidth"/>'
    if part.startswith("### "):
        return f"<h3>{_inline(part[4:], places)}</h3>"
    if part.startswith("## "):
        return f"<h2>{_inline(part[3:], places)}</h2>"
    if part.startswith("> "):
        return f"<blockquote>{_inline(part[2:], places)}</blockquote>"
    for pattern, tag in ((BULLET, "ul"), (NUMBER, "ol")):
        if pattern.match(part):
            return _list(part, pattern, tag, places)
    return f"<p>{_inline(' '.join(part.splitlines()), places)}</p>"


def _list(part: str, pattern: re.Pattern[str], tag: str, places: Places) -> str:
    items = (pattern.sub("", line, count=1) for line in part.splitlines())
    return f"<{tag}>{''.join(f'<li>{_inline(item, places)}</li>' for item in items)}</{tag}>"


def _inline(text: str, places: Places) -> str:
    text = html.escape(text, quote=False)
    text = ITALIC.sub(r"<i>\1</i>", BOLD.sub(r"<b>\1</b>", text))
    return LINK.sub(lambda link: _link(link[1], link[2], places), text)


def _link(text: str, target: str, places: Places) -> str:
    kind, _, name = target.partition(":")
    if kind in ("page", "document"):
        return f'<a linktype="{kind}" id="{places.find(kind, name)}">{text}</a>'
    return f'<a href="{html.escape(target)}">{text}</a>'
