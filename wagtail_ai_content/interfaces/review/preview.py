"""Rich text as a reviewer may safely see it: formatted, but without anything that loads, runs or leads away.

Links and embeds become marks that name their address as text. What is left has passed the HTML gate, and is written out
anew with no attributes but our own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape

from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from wagtail_ai_content.core.errors import MalformedReply
from wagtail_ai_content.core.guardrails.html import TAGS, clean_html
from wagtail_ai_content.core.versions import inline
from wagtail_ai_content.core.versions.markup import Tag, pieces

_NO_LINK = re.compile(r"ref:([1-9][0-9]*)")
_OBJECTS = frozenset({"embed", "a"})
_START, _END = "\ue000", "\ue001"
"""Around marked words: characters for private use, which pass the gate as text and stand for nothing else here."""

_SIGN = re.compile(r"[\ue000\ue001]|&#(?:x0*e00[01]|0*5734[45]);?", re.IGNORECASE)


def preview(html: str, *, mark: str = "") -> SafeString:
    """``html`` of a rich text field, formatted; as plain source when it is too much or too deep to be read.

    ``mark``: ``ins`` or ``del``, the tag for the words that :func:`marked` has marked.
    """
    marks: list[str] = []
    html = html if mark else _without_signs(html)
    numbered = "".join(_numbered(piece, marks) for piece in pieces(html))
    try:
        clean = clean_html(numbered, allowed_hosts=frozenset(), refs=len(marks)).html
    except MalformedReply:
        return source(_without_signs(html))
    written = "".join(_written(clean, marks)).replace(_END + _START, "")
    opening, closing = (f"<{mark}>", f"</{mark}>") if mark else ("", "")
    # Each piece is escaped or on the list of tags; marked words lie inside one piece of text.
    return mark_safe(f'<div dir="auto">{written.replace(_START, opening).replace(_END, closing)}</div>')  # noqa: S308


def marked(before: str, after: str) -> tuple[str, str]:
    """Two versions of an element with the words marked that only one of them has; as they are where that is not one."""
    left, right = inline.tokens(_without_signs(before)), inline.tokens(_without_signs(after))
    if left is None or right is None:
        return _without_signs(before), _without_signs(after)
    edits = inline.edits(left, right)
    gone = "".join(_with_signs(left, [(edit.start, edit.end) for edit in edits]))
    return gone, "".join(_with_signs(right, list(_spans_after(edits))))


def _spans_after(edits: Iterable[inline.Edit]) -> Iterator[tuple[int, int]]:
    shift = 0
    for edit in edits:
        start = edit.start + shift
        yield start, start + len(edit.tokens)
        shift += len(edit.tokens) - (edit.end - edit.start)


def _with_signs(tokens: list[inline.Token], spans: list[tuple[int, int]]) -> Iterator[str]:
    """The sources of ``tokens``; the texts in ``spans`` between signs, each by itself."""
    inside = {index for start, end in spans for index in range(start, end)}
    for index, token in enumerate(tokens):
        is_text = index in inside and not token.source.startswith("<")
        yield f"{_START}{token.source}{_END}" if is_text else token.source


def _without_signs(html: str) -> str:
    return _SIGN.sub("", html)


def source(text: str) -> SafeString:
    """``text`` exactly as it is stored."""
    return format_html("<pre>{}</pre>", text)


def _numbered(piece: Tag | str, marks: list[str]) -> str:
    """A link or an embed as a numbered reference, which the gate lets pass; ``marks`` collects what they stand for."""
    if isinstance(piece, str) or piece.name not in _OBJECTS:
        return piece if isinstance(piece, str) else piece.source
    if piece.closing:
        return piece.source
    if piece.name == "a":
        marks.append(_address(piece))
        return f'<a href="ref:{len(marks)}">'
    marks.append("")
    return f'<a href="ref:{len(marks)}">{escape(_embed(piece))}</a>'


def _address(tag: Tag) -> str:
    kind, number = tag.get("linktype"), tag.get("id") or ""
    if kind == "page":
        return gettext("page %(number)s") % {"number": number}
    if kind == "document":
        return gettext("document %(number)s") % {"number": number}
    return (tag.get("href") or "").strip()


def _embed(tag: Tag) -> str:
    if tag.get("embedtype") == "image":
        return gettext("[Image %(number)s: %(alt)s]") % {"number": tag.get("id") or "", "alt": tag.get("alt") or ""}
    return gettext("[Embed: %(address)s]") % {"address": tag.get("url") or ""}


def _written(clean: str, marks: list[str]) -> Iterator[str]:
    """The gate's output written out anew, every tag closed."""
    open_names: list[tuple[str, str]] = []
    for piece in pieces(clean):
        if isinstance(piece, str):
            yield conditional_escape(unescape(piece))
        elif piece.name not in TAGS:
            continue
        elif piece.void:
            yield f"<{piece.name}>"
        elif piece.closing:
            yield from _closed(piece.name, open_names)
        elif piece.name == "a":
            open_names.append(("a", _end_of_link(piece, marks)))
            yield '<span class="wac-review-link">'
        else:
            open_names.append((piece.name, f"</{piece.name}>"))
            yield f"<{piece.name}>"
    yield from (end for _, end in reversed(open_names))


def _closed(name: str, open_names: list[tuple[str, str]]) -> Iterator[str]:
    if name not in (opened for opened, _ in open_names):
        return
    while True:
        opened, end = open_names.pop()
        yield end
        if opened == name:
            return


def _end_of_link(tag: Tag, marks: list[str]) -> str:
    number = _NO_LINK.fullmatch(tag.get("href") or "")
    address = marks[int(number[1]) - 1] if number and int(number[1]) <= len(marks) else ""
    return str(format_html('</span> <span class="wac-review-address">{}</span>', address)) if address else "</span>"
