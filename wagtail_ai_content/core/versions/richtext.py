"""Rich text in units: exact slices of the source, what a model may see of one, and the way back.

A unit is one paragraph, heading, list or quote at the top level. What a model answers for it is put together again
from the original's own tags, so that links, block keys and everything nobody asked to change stay byte for byte.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape
from typing import Literal

from ..text import Text, gettext_noop
from .markup import Tag, is_broken, pieces, tags, visible

LISTS = frozenset({"ul", "ol"})
TEXTS = frozenset({"p", "blockquote"}) | LISTS
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
LEAVES = frozenset({"p", "li", "blockquote"}) | HEADINGS
"""The elements that carry a ``data-block-key``, one for each block of the editor."""
BLOCKS = LEAVES | LISTS
INLINE = frozenset({"a", "b", "strong", "i", "em", "s", "sub", "sup", "code", "br"})
"""What a model may see and write inside a block; a unit with any other tag is left alone rather than flattened."""
BLANKS = " \t\r\n\xa0\u200b\u200c\u200d\u2060\ufeff"
"""What a link cannot consist of."""
OTHER_BREAKS = frozenset({"hr", "br", "div", "pre", "table", "tr", "section", "figure", "figcaption", "dt", "dd"})


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A top-level piece of rich text."""

    source: str
    """The exact slice: the sources of all units joined are the text they came from."""
    tag: str
    """Its outer tag; empty for text that stands in no element."""
    kind: Literal["text", "heading", "fixed"]
    """``fixed``: embeds, rules, white space, unknown or unreadable markup; never given to a model to change."""
    index: int


@dataclass(frozen=True, kw_only=True)
class Protected:
    """What a model may see of a unit."""

    html: str
    """No attributes; each link is ``<a href="ref:N">``, N from 1."""
    refs: tuple[str, ...]
    """The opening tags that ``ref:1``, ``ref:2``, … stand for."""


@dataclass(frozen=True, kw_only=True)
class Restored:
    """The model's text for a unit, as database HTML."""

    html: str


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """The model's text for a unit cannot be used; the original stays."""

    reason: Text


def split(html: str) -> tuple[Unit, ...]:
    """The top-level units of ``html``, in order."""
    groups = [group for group in _groups(html) if group]
    return tuple(_unit(group, index) for index, group in enumerate(groups))


def protect(unit: Unit) -> Protected:
    """What a model may see of ``unit``. Raises: ``ValueError`` for a fixed one, which is not for models."""
    if unit.kind == "fixed":
        raise ValueError("A fixed unit is never given to a model.")
    refs: list[str] = []
    html = "".join(_bare(piece, refs) for piece in pieces(unit.source))
    return Protected(html=html if unit.tag else f"<p>{html.strip()}</p>", refs=tuple(refs))


def restore(reply_html: str, unit: Unit, *, protected: Protected) -> Restored | Rejected:
    """A model's HTML for ``unit`` (inner or outer, already cleaned) as database HTML."""
    blocks = _reply_blocks(reply_html, unit)
    problem = _link_problem(blocks, len(protected.refs)) or _form_problem(blocks, unit)
    if problem:
        return Rejected(reason=Text(problem))
    reply = "".join(block.source for block in blocks)
    if _canonical(reply) == _canonical(protected.html):
        return Restored(html=unit.source)
    return Restored(html="".join(_rebuilt(reply, unit, protected.refs)))


def plain_text(html: str) -> str:
    """``html`` as text for a prompt: a line for each block, ``- `` before list items, ``[image: alt]`` for images."""
    text = "".join(_spoken(piece) for piece in pieces(html))
    lines = (re.sub(r"[^\S\n]+", " ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line and line != "-")


# --- splitting


def _groups(html: str) -> Iterator[list[Tag | str]]:
    group: list[Tag | str] = []
    open_names: list[str] = []
    for piece in pieces(html):
        if not open_names and not _continues(group, piece):
            yield group
            group = []
        group.append(piece)
        _step(open_names, piece)
    yield group


def _continues(group: list[Tag | str], piece: Tag | str) -> bool:
    """Text and inline tags that stand in no block belong together; everything else begins a unit of its own."""
    return bool(group) and _is_inline(group[0]) and _is_inline(piece)


def _is_inline(piece: Tag | str) -> bool:
    return isinstance(piece, str) or (piece.name in INLINE and not piece.closing)


def _step(open_names: list[str], piece: Tag | str) -> None:
    if isinstance(piece, str) or piece.void:
        return
    if not piece.closing:
        open_names.append(piece.name)
    elif piece.name in open_names:
        while open_names.pop() != piece.name:
            continue


def _unit(group: list[Tag | str], index: int) -> Unit:
    first = group[0]
    tag = "" if _is_inline(first) or isinstance(first, str) else first.name
    source = "".join(piece if isinstance(piece, str) else piece.source for piece in group)
    kind: Literal["text", "heading", "fixed"] = "heading" if tag in HEADINGS else "text"
    if tag not in TEXTS | HEADINGS | {""} or not _is_editable(group) or not visible(source).strip():
        kind = "fixed"
    return Unit(source=source, tag=tag, kind=kind, index=index)


def _is_editable(group: list[Tag | str]) -> bool:
    """Whether a model's version could be put together again without losing anything."""
    open_names: list[str] = []
    for piece in group:
        if isinstance(piece, str):
            if is_broken(piece):
                return False
        elif not _fits(piece, open_names):
            return False
    links = "".join(piece if isinstance(piece, str) else piece.source for piece in group)
    return not open_names and all(text for _, text in links_in(links))


def _fits(tag: Tag, open_names: list[str]) -> bool:
    known = tag.name in BLOCKS | INLINE
    if tag.closing:
        return known and bool(open_names) and open_names.pop() == tag.name
    plain = not tag.attributes or tag.name in BLOCKS or (tag.name == "a" and "a" not in open_names)
    if not tag.void:
        open_names.append(tag.name)
    return known and plain


def links_in(html: str) -> list[tuple[str, str]]:
    """Address and visible text of each link."""
    found: list[tuple[str, str]] = []
    opening: Tag | None = None
    for tag in tags(html):
        if tag.name != "a":
            continue
        if tag.closing and opening:
            text = visible(html[opening.end : tag.start]).strip(BLANKS)
            found.append((opening.get("href") or "", text))
        opening = None if tag.closing else tag
    return found


# --- protecting


def _bare(piece: Tag | str, refs: list[str]) -> str:
    if isinstance(piece, str):
        return piece
    if piece.closing:
        return f"</{piece.name}>"
    if piece.name == "a":
        refs.append(piece.source)
        return f'<a href="ref:{len(refs)}">'
    return f"<{piece.name}/>" if piece.void else f"<{piece.name}>"


# --- restoring


def _reply_blocks(reply: str, unit: Unit) -> list[Unit]:
    """The blocks of a reply; what stands in no element is put into one of the unit's own kind."""
    if unit.tag in LISTS and reply.lstrip().startswith("<li"):
        reply = f"<{unit.tag}>{reply.strip()}</{unit.tag}>"
    own = unit.tag if unit.tag and unit.tag not in LISTS else "p"
    found: list[Unit] = []
    for block in split(reply):
        if block.tag == "" and visible(block.source).strip():
            found += split(f"<{own}>{block.source.strip()}</{own}>")
        elif block.tag not in BLOCKS | {""} or visible(block.source).strip():
            found.append(block)
    return found


def _link_problem(blocks: list[Unit], count: int) -> str:
    links = [link for block in blocks for link in links_in(block.source)]
    seen = Counter(href for href, _ in links if href.startswith("ref:"))
    expected = {f"ref:{number}" for number in range(1, count + 1)}
    if set(seen) - expected:
        return gettext_noop("The answer holds a link that was not in the original, so the original was kept.")
    if set(seen) != expected or any(times > 1 for times in seen.values()):
        return gettext_noop("The answer lost or repeated a link, so the original was kept.")
    if any(not text for _, text in links):
        return gettext_noop("The answer holds a link without text, so the original was kept.")
    return ""


def _form_problem(blocks: list[Unit], unit: Unit) -> str:
    if not blocks:
        return gettext_noop("The answer for this part was empty, so the original was kept.")
    if any(block.kind == "fixed" for block in blocks):
        return gettext_noop("The answer holds something that does not belong in text, so the original was kept.")
    if unit.kind == "heading" and [block.tag for block in blocks] != [unit.tag]:
        return gettext_noop("The answer is not one heading of the same level, so the original was kept.")
    if unit.kind == "text" and any(block.tag not in TEXTS for block in blocks):
        return gettext_noop("The answer turned a paragraph into something else, so the original was kept.")
    return ""


def _canonical(html: str) -> list[tuple[str, str]]:
    """What a browser would see, to tell a new spelling of the same text from a change."""
    return [
        ("", unescape(piece)) if isinstance(piece, str) else (f"{piece.closing}{piece.name}", piece.get("href") or "")
        for piece in pieces(html)
    ]


def _rebuilt(reply: str, unit: Unit, refs: tuple[str, ...]) -> Iterator[str]:
    """The reply with the original's own tags: links by their number, blocks in the order they had."""
    opening = [tag for tag in tags(unit.source) if not tag.closing]
    leaves = deque(tag for tag in opening if tag.name in LEAVES)
    lists = deque(tag for tag in opening if tag.name in LISTS)
    previous: Tag | str = ""
    for piece in pieces(reply):
        if isinstance(piece, str):
            yield "" if _is_layout(piece, previous) else piece
        elif piece.closing or piece.name in INLINE:
            yield _inline(piece, refs)
        elif piece.name in LEAVES:
            yield _opening(piece.name, leaves.popleft() if leaves else None)
        else:
            yield _opening(piece.name, lists.popleft() if lists else None)
        previous = piece


def _is_layout(text: str, previous: Tag | str) -> bool:
    """White space that a model put between blocks to make its answer readable."""
    return not text.strip() and isinstance(previous, Tag) and previous.name in BLOCKS


def _inline(tag: Tag, refs: tuple[str, ...]) -> str:
    if tag.closing:
        return f"</{tag.name}>"
    if tag.name == "br":
        return "<br/>"
    href = tag.get("href") or ""
    return refs[int(href[4:]) - 1] if href.startswith("ref:") else tag.source


def _opening(name: str, original: Tag | None) -> str:
    if original and original.name == name:
        return original.source
    key = original.get("data-block-key") if original else None
    return f'<{name} data-block-key="{escape(key)}">' if key else f"<{name}>"


# --- speaking


def _spoken(piece: Tag | str) -> str:
    if isinstance(piece, str):
        return re.sub(r"\s+", " ", unescape(piece))
    if piece.name == "embed" and piece.get("embedtype") != "image":
        return f"[media: {piece.get('url') or ''}]"
    if piece.name in ("embed", "img"):
        return f"[image: {piece.get('alt')}]" if piece.get("alt") else "[image]"
    if piece.name == "li" and not piece.closing:
        return "\n- "
    return "\n" if piece.name in BLOCKS | OTHER_BREAKS else ""
