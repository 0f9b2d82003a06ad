"""A unit's HTML taken apart into pieces of whole sentences, never through a tag, and put together again.

What is taken apart always joins to exactly what it was, so markup that is not understood can only make a piece larger.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape

from .languages import Language
from .material import Unit
from .sentences import spans

_BLOCK = re.compile(r"(</?(?:p|ul|ol|li|blockquote)(?:\s[^<>]*)?>)", re.IGNORECASE)
_TOKEN = re.compile(
    r"<(?P<close>/?)(?P<name>[a-zA-Z][\w:-]*)[^<>]*>|(?P<entity>&#?\w{1,32};)|(?P<text>[^<&]+|.)", re.DOTALL
)
_BREAK = re.compile(r"</?(?:p|ul|ol|li|blockquote|br)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_NAME = re.compile(r"</?([a-z]+)", re.IGNORECASE)
_CLOSE_OR_SPACE = re.compile(r"</[a-zA-Z][\w:-]*\s*>|\s|&nbsp;")
_SPACE = re.compile(r"(?:\s|&nbsp;|&#160;|<br\s*/?>)*")
_LINK = re.compile(r"<a\b|ref:", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One or more whole sentences with their tags, balanced."""

    html: str
    plain: str
    space: str
    """What parts it from the next piece."""

    @property
    def is_linked(self) -> bool:
        """True where it carries a link, which must survive."""
        return bool(_LINK.search(self.html))


@dataclass(frozen=True, kw_only=True)
class Run:
    """The text between two block tags (in a plain text: between two line breaks)."""

    place: int
    """Index into the parts of the unit."""
    html: str
    stack: tuple[str, ...]
    """Names of the block elements it stands in, outermost first."""
    is_paragraph: bool = False
    """True where it is all there is between ``<p>`` and ``</p>``."""

    @property
    def is_prose(self) -> bool:
        """True for a paragraph; a list's items and a quotation are other people's order and words."""
        return self.stack in ((), ("p",))


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A unit taken apart: ``"".join(parts)`` is its HTML."""

    unit: Unit
    parts: tuple[str, ...]
    runs: tuple[Run, ...]

    def rebuilt(self, change: Callable[[Run], str]) -> str:
        """The unit's HTML with each run changed; a paragraph that is now empty or a list loses its ``p`` tags."""
        parts = list(self.parts)
        for run in self.runs:
            parts[run.place] = change(run)
            if run.is_paragraph and (not parts[run.place] or parts[run.place].startswith("<ul>")):
                parts[run.place - 1] = parts[run.place + 1] = ""
        return "".join(parts)


def take_apart(unit: Unit) -> Taken:
    splitter = re.compile(r"(\n+)") if unit.plain else _BLOCK
    parts = tuple(splitter.split(unit.html)) if not unit.plain or unit.multiline else (unit.html,)
    stack: list[str] = []
    runs = []
    for place, part in enumerate(parts):
        if place % 2 and not unit.plain:
            _step(stack, part)
        elif place % 2 == 0 and part.strip():
            names = tuple(stack)
            runs.append(
                Run(place=place, html=part, stack=names, is_paragraph=names == ("p",) and _framed(parts, place))
            )
    return Taken(unit=unit, parts=parts, runs=tuple(runs))


def pieces(html: str, language: Language) -> list[Piece]:
    """``html`` (of one run) in pieces as small as its tags allow; their html and space join to ``html``."""
    scan = _scan(html)
    if scan is None:
        return [Piece(html=html, plain=plain_text(html), space="")]
    found = []
    start = 0
    sentence = 0
    for _, end in spans(scan.plain, language):
        cut = _clean_cut(html, scan.ends[end - 1], depth=scan.depths[end - 1])
        if cut is None:
            continue
        space = _SPACE.match(html, cut)
        after = space.end() if space else cut
        found.append(Piece(html=html[start:cut], plain=scan.plain[sentence:end].strip(), space=html[cut:after]))
        start, sentence = after, end
    if start < len(html):
        found.append(Piece(html=html[start:], plain=scan.plain[sentence:].strip(), space=""))
    return found


def plain_text(html: str) -> str:
    """What a reader sees of ``html``, on one line."""
    return " ".join(unescape(_TAG.sub("", _BREAK.sub(" ", html))).split())


@dataclass(frozen=True, kw_only=True)
class _Scan:
    """The characters a reader sees, with where each ends in the HTML and how many tags are open there."""

    plain: str
    ends: list[int]
    depths: list[int]


def _scan(html: str) -> _Scan | None:
    """None where the tags do not match up."""
    plain: list[str] = []
    ends: list[int] = []
    depths: list[int] = []
    open_tags: list[str] = []
    for match in _TOKEN.finditer(html):
        if match["name"]:
            name = match["name"].lower()
            if name != "br" and not _follow(open_tags, name, closing=bool(match["close"])):
                return None
            text, stops = ("\n", [match.end()]) if name == "br" else ("", [])
        elif match["entity"]:
            text = unescape(match["entity"])
            stops = [match.end()] * len(text)
        else:
            text = match["text"].replace("\n", " ")
            stops = list(range(match.start() + 1, match.end() + 1))
        plain.append(text)
        ends += stops
        depths += [len(open_tags)] * len(stops)
    return None if open_tags else _Scan(plain="".join(plain), ends=ends, depths=depths)


def _follow(open_tags: list[str], name: str, *, closing: bool) -> bool:
    if not closing:
        open_tags.append(name)
        return True
    return bool(open_tags) and open_tags.pop() == name


def _clean_cut(html: str, at: int, *, depth: int) -> int | None:
    """The first place from ``at`` on where no tag is open, with nothing but closing tags and space before it."""
    while depth:
        match = _CLOSE_OR_SPACE.match(html, at)
        if match is None:
            return None
        depth -= match.group().startswith("<")
        at = match.end()
    return at


def _step(stack: list[str], tag: str) -> None:
    name = _name(tag)
    if not name.startswith("</"):
        stack.append(name[1:])
    elif stack and stack[-1] == name[2:]:
        stack.pop()


def _framed(parts: tuple[str, ...], place: int) -> bool:
    before, after = parts[place - 1 : place], parts[place + 1 : place + 2]
    return [_name(part) for part in (*before, *after)] == ["<p", "</p"]


def _name(tag: str) -> str:
    match = _NAME.match(tag)
    return match.group().lower() if match else ""
