"""A text as a reader sees it, and what its markup holds beside the words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Literal

from ..markup import Tag, pieces
from ..richtext import BLOCKS, OTHER_BREAKS

Kind = Literal["number", "date", "money", "name", "quotation", "link", "embed", "image", "block", "phrase"]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something a text states that must not change unseen."""

    kind: Kind
    text: str
    """As shown."""
    key: str
    """Normalised: two facts of one kind with the same key are the same fact."""


Placed = tuple[int, Fact]
"""A fact and where in the visible text it begins."""

_INVISIBLE = dict.fromkeys(map(ord, "\xad\u200b\u2060\ufeff"))
_BREAKS = (BLOCKS | OTHER_BREAKS) - {"br"}
_PLAYERS = frozenset({"iframe", "video", "audio", "source", "object"})


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The visible text, NFC, white space folded; a line for each block or line of the source."""

    text: str
    marks: tuple[Placed, ...]
    """Links, embeds, images and block quotations of the markup."""
    wraps: bool
    """True where a single line break is white space and not the end of a block."""


def read(source: str, *, rich: bool) -> Reading:
    """``source`` as a person reads it."""
    return _Reader().read(source) if rich else Reading(text=_lines(source), marks=(), wraps=True)


def folded(text: str) -> str:
    """``text`` in NFC with single spaces, without soft hyphens and zero-width spaces."""
    return " ".join(_clean(text).split())


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text).translate(_INVISIBLE)


def _lines(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in _clean(text).split("\n"))


class _Reader:
    """One pass over rich text."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._marks: list[Placed] = []
        self._quotes: list[tuple[int, int]] = []

    def read(self, html: str) -> Reading:
        for piece in pieces(html):
            if isinstance(piece, str):
                self._add(re.sub(r"\s+", " ", _clean(unescape(piece))))
            else:
                self._tag(piece)
        return Reading(text="".join(self._parts), marks=tuple(self._marks), wraps=False)

    def _add(self, text: str) -> None:
        if not self._parts or self._parts[-1].endswith((" ", "\n")):
            text = text.lstrip(" ")
        if text:
            self._parts.append(text)
            self._length += len(text)

    def _tag(self, tag: Tag) -> None:
        if tag.name == "blockquote":
            self._quote(tag)
        if tag.name in _BREAKS:
            self._break()
        elif tag.name == "br":
            self._add(" ")
        if not tag.closing:
            self._marks += [(self._length, fact) for fact in _held(tag)]

    def _break(self) -> None:
        if self._parts and not self._parts[-1].endswith("\n"):
            self._parts.append("\n")
            self._length += 1

    def _quote(self, tag: Tag) -> None:
        if not tag.closing:
            self._quotes.append((len(self._parts), self._length))
        elif self._quotes:
            first, at = self._quotes.pop()
            # The outermost only, so that nested ones cannot make the time quadratic.
            said = quotation("".join(self._parts[first:])) if not self._quotes else None
            if said:
                self._marks.append((at, said))


def quotation(words: str) -> Fact | None:
    """What was said, whatever the quotation marks; None when there is no word in it."""
    key = " ".join(words.split()).strip(" .,;:!?…")
    return Fact(kind="quotation", text=" ".join(words.split()), key=key) if key else None


def _held(tag: Tag) -> Iterator[Fact]:
    """What a tag leads to or shows."""
    if tag.name == "a":
        yield from _leads(tag)
    elif tag.name == "img" or (tag.name == "embed" and tag.get("embedtype") == "image"):
        yield from _shown("image", tag.get("id") or tag.get("src"))
    elif tag.name == "embed" or tag.name in _PLAYERS:
        yield from _shown("embed", tag.get("url") or tag.get("src") or tag.get("id"))


def _leads(tag: Tag) -> Iterator[Fact]:
    kind, number = tag.get("linktype"), tag.get("id")
    yield from _shown("link", f"{kind}:{number}" if kind else tag.get("href"))


def _shown(kind: Kind, key: str | None) -> Iterator[Fact]:
    if key and key.strip():
        yield Fact(kind=kind, text=key.strip(), key=key.strip())
