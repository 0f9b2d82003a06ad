"""Any HTML of known tags in the shape that Wagtail's editor knows: blocks beside each other, inline tags inside.

Models write paragraphs inside list items, bold around two paragraphs, list items without a list. Wagtail's converter
stops at some of these and loses words at others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, groupby

from .markup import Tag, pieces, visible
from .richtext import HEADINGS, INLINE, LISTS

_Lists = tuple[tuple[int, str], ...]
"""The lists an item stands in, outermost first: a number to tell them apart, and ``ul`` or ``ol``."""


@dataclass(frozen=True, kw_only=True)
class _Leaf:
    """One block of the editor."""

    name: str
    html: str
    """What stands inside of it."""
    lists: _Lists
    """Of a list item."""


def flat(html: str, *, blanks: bool = False) -> list[str]:
    """The top-level blocks of ``html``; a list is one. None of them is empty, or with ``blanks`` only paragraphs."""
    reader = _Reader(blanks=blanks)
    for piece in pieces(html):
        reader.take(piece)
    reader.end_leaf()
    found: list[str] = []
    for is_item, leaves in groupby(reader.leaves, key=lambda leaf: bool(leaf.lists)):
        if is_item:
            found += _lists(list(leaves))
        else:
            found += [f"<{leaf.name}>{leaf.html}</{leaf.name}>" for leaf in leaves]
    return found


@dataclass
class _Reader:
    """What is open at one place of the HTML."""

    blanks: bool
    leaves: list[_Leaf] = field(default_factory=list)
    _lists: list[tuple[int, str]] = field(default_factory=list)
    _quotes: int = 0
    _name: str = ""
    """Of the block that comes next or is open, where that is said."""
    _inline: list[Tag] = field(default_factory=list)
    _parts: list[str] | None = None
    """The leaf that is open."""
    _said: bool = False
    """Whether there are words in it."""
    _numbers: Iterator[int] = field(default_factory=count)

    def take(self, piece: Tag | str) -> None:
        if isinstance(piece, str):
            self._text(piece)
        elif piece.void:
            self._break()
        elif piece.name in INLINE:
            self._of_inline(piece)
        elif piece.name in LISTS:
            self._of_list(piece)
        else:
            self._of_block(piece)

    def end_leaf(self) -> None:
        parts, self._parts, self._said = self._parts, None, False
        html = "".join([*(parts or ()), *(f"</{tag.name}>" for tag in reversed(self._inline))])
        if parts is not None and visible(html).strip():
            lists = tuple(self._lists)
            if self._name == "li" and not lists:
                lists = ((-1, "ul"),)
            name = "li" if lists else "blockquote" if self._quotes else self._name or "p"
            self.leaves.append(_Leaf(name=name, html=_trimmed(html), lists=lists))

    def _text(self, text: str) -> None:
        if self._parts is None and not text.strip():
            return
        self._open().append(text)
        self._said = self._said or bool(text.strip())

    def _open(self) -> list[str]:
        if self._parts is None:
            self._parts = [tag.source for tag in self._inline]
        return self._parts

    def _break(self) -> None:
        if self._parts is not None:
            self._parts.append("<br/>")

    def _of_inline(self, tag: Tag) -> None:
        if not tag.closing:
            self._inline.append(tag)
        elif not self._inline or self._inline[-1].name != tag.name:
            return
        else:
            self._inline.pop()
        if self._parts is not None:
            self._parts.append(tag.source)

    def _of_list(self, tag: Tag) -> None:
        self.end_leaf()
        self._name = ""
        if not tag.closing:
            self._lists.append((next(self._numbers), tag.name))
        elif self._lists:
            self._lists.pop()

    def _of_block(self, tag: Tag) -> None:
        if self._lists and tag.name != "li":
            # A paragraph inside an item is a line of it.
            if not tag.closing and self._said:
                self._break()
            return
        if self.blanks and tag.closing and tag.name == self._name == "p" and self._parts is None:
            self.leaves.append(_Leaf(name="p", html="", lists=()))
        self.end_leaf()
        if tag.name == "blockquote":
            self._quotes = max(0, self._quotes + (-1 if tag.closing else 1))
        self._name = "" if tag.closing or tag.name not in HEADINGS | {"p", "li"} else tag.name


def _trimmed(html: str) -> str:
    """Without the line ends that make markup readable; other space may have been there before."""
    inner = html.strip(" \t\n")
    start = html.index(inner)
    before, after = html[:start], html[start + len(inner) :]
    return ("" if "\n" in before else before) + inner + ("" if "\n" in after else after)


def _lists(items: Sequence[_Leaf]) -> list[str]:
    """Items as lists inside each other, each item at most one level deeper than the one before."""
    done: list[str] = []
    open_lists: list[tuple[int, str]] = []
    html = ""
    for item in items:
        shared = 0
        while shared < min(len(open_lists), len(item.lists)) and open_lists[shared] == item.lists[shared]:
            shared += 1
        while len(open_lists) > shared:
            html += f"</li></{open_lists.pop()[1]}>"
        if not open_lists and html:
            done, html = [*done, html], ""
        if shared == len(item.lists):
            html += "</li><li>"
        else:
            open_lists.append(item.lists[shared])
            html += f"<{item.lists[shared][1]}><li>"
        html += item.html
    closing = "".join(f"</li></{name}>" for _, name in reversed(open_lists))
    return [*done, html + closing]
