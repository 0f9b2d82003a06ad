"""The gate for a model's text on its way into one field: from a reply in whatever form to what the field can hold.

Wagtail's own converter has the last word on rich text, so what comes out is what the field's editor would store.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from wagtail_ai_content.core.engine.reply import without_hidden
from wagtail_ai_content.core.guardrails.formats import as_html, as_words, looks_like_html
from wagtail_ai_content.core.guardrails.html import clean_html
from wagtail_ai_content.core.text import Text, gettext_noop
from wagtail_ai_content.core.versions.flat import flat
from wagtail_ai_content.core.versions.fragments import (
    Part,
    ProtectedFragment,
    RestoredFragment,
    has_blanks,
    protect_fragment,
    restore_fragment,
)
from wagtail_ai_content.core.versions.markup import Tag, pieces, tags, visible
from wagtail_ai_content.core.versions.richtext import BLOCKS, LISTS

ATOM_PUT_BACK = gettext_noop("The answer left out “%(what)s”. It was put back where it stood.")
RULE_PUT_BACK = gettext_noop("The answer left out a horizontal line. It was put back where it stood.")
LINK_LOST = gettext_noop("The answer leaves out the link on “%(words)s”. Check whether it is still needed.")
LONGEST_SHOWN = 80

_KEY = re.compile(r' data-block-key="[^"]*"')
_LINK = re.compile(r"<a(?:\s[^<>]*)?>")
_MASK = re.compile(r'<a href="#(\d+)">')
_PARAGRAPH_END = re.compile(r"</(?:p|h[1-6]|blockquote|ul|ol)>", re.IGNORECASE)
_LINE_END = re.compile(r"<(?:br|hr)\s*/?>|</li>", re.IGNORECASE)
_TAG_LIKE = re.compile(r"<(?=[a-zA-Z/!?])")
_MANY_LINES = re.compile(r"\n(?:[^\S\n]*\n){2,}")
_BREAKS = re.compile(r"\s*[\r\n\u2028\u2029]\s*")


@dataclass(frozen=True, kw_only=True)
class Field:
    """What a field can hold."""

    kind: str
    """``plain`` or ``rich``."""
    features: tuple[str, ...] = ()
    """Of rich text."""
    multiline: bool = True
    """Of plain text: whether a line end means anything."""
    hosts: frozenset[str] = frozenset()
    """Where links of a model's own may lead."""


@dataclass(frozen=True, kw_only=True)
class Gated:
    """A text that its field can hold."""

    text: str
    """Plain text, or Wagtail's database HTML; empty where nothing was left."""
    warnings: tuple[Text, ...] = field(default=())


def gated(reply: str, *, into: Field, source: str, protected: ProtectedFragment, whole: bool) -> Gated:
    """``reply`` as a text for the field ``into``, where ``source`` stands.

    ``protected``: what of a rich source a model was shown. ``whole``: the reply takes the place of the source, so that
    nothing but words may go from it. Raises: ``MalformedReply``.
    """
    if into.kind == "plain":
        return _gated_words(reply, into=into, source=source)
    return _gated_html(reply, into=into, source=source if whole else "", protected=protected)


def shown(source: str, *, into: Field) -> ProtectedFragment:
    """What a model may see of the ``source`` in a field."""
    return protect_fragment(source) if into.kind == "rich" else ProtectedFragment(html=source, refs=())


def fit(html: str, features: Iterable[str]) -> str:
    """``html`` as the editor of a field with these features stores it: what the field lacks is unwrapped.

    Blocks without a key get none; the editor gives them one when it first saves them.
    """
    known = set(_KEY.findall(html))
    converter = ContentstateConverter(features=list(features))
    stored = converter.to_database_format(converter.from_database_format(html))
    return _KEY.sub(lambda found: found[0] if found[0] in known else "", stored)


def same(one: str, other: str) -> bool:
    """Whether two texts of a field differ in no more than the keys of their blocks."""
    return _KEY.sub("", one).strip() == _KEY.sub("", other).strip()


def words_of(text: str, *, kind: str) -> str:
    """What people read of a text, to count and to compare it."""
    return visible(text) if kind == "rich" else text


def without_breaks(text: str) -> str:
    return _BREAKS.sub(" ", text).strip()


def _gated_words(reply: str, *, into: Field, source: str) -> Gated:
    spoken = None
    if looks_like_html(reply, given=source):
        spoken = _spoken(clean_html(reply, allowed_hosts=frozenset()).html)
    read = as_words(reply, given=source, spoken=spoken)
    text = without_hidden(read.texts[0])
    return Gated(text=text if into.multiline else without_breaks(text), warnings=read.warnings)


def _spoken(html: str) -> str:
    """HTML as plain text: paragraphs apart by an empty line, list items on lines of their own."""
    text = _PARAGRAPH_END.sub("\n\n", _LINE_END.sub("\n", html.replace("\n", " ")))
    lines = (line.strip() for line in visible(text.replace("<li>", "- ")).split("\n"))
    words = _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()
    # What was escaped stays so: a plain text of a model never holds anything that looks like a tag.
    return _TAG_LIKE.sub("&lt;", words)


def _gated_html(reply: str, *, into: Field, source: str, protected: ProtectedFragment) -> Gated:
    read = as_html(reply, given=visible(protected.html))
    headings = frozenset(tag.name for tag in tags(protected.html))
    clean = clean_html(read.texts[0], allowed_hosts=into.hosts, refs=len(protected.refs), headings=headings)
    shown_of_source = protected if source else ProtectedFragment(html="", refs=protected.refs)
    restored = restore_fragment(clean.html, source=source, protected=shown_of_source)
    # A text that is added to another one must not bring its images along a second time.
    parts = [part for part in restored.parts if source or not part.atom or part.html not in protected.refs]
    html = "".join(_fitted(parts, into.features, own=protected.refs))
    if not visible(html).strip():
        return Gated(text="")
    return Gated(text=html, warnings=(*read.warnings, *clean.warnings, *_told(restored)))


def _told(restored: RestoredFragment) -> Iterator[Text]:
    for what in restored.put_back:
        yield Text(ATOM_PUT_BACK, {"what": what[:LONGEST_SHOWN]}) if what else Text(RULE_PUT_BACK)
    for words in restored.lost_links:
        yield Text(LINK_LOST, {"words": words[:LONGEST_SHOWN]})


def _fitted(parts: Sequence[Part], features: Sequence[str], *, own: Sequence[str]) -> Iterator[str]:
    """Runs of text through Wagtail's converter; what is no text stays as it was."""
    run: list[str] = []
    for part in parts:
        if not part.atom:
            run.append(part.html)
            continue
        yield _fitted_text("".join(run), features)
        run = []
        # An image or embed was there before; only a rule can be the model's own.
        yield part.html if part.html in own or "hr" in features else ""
    yield _fitted_text("".join(run), features)


def _fitted_text(html: str, features: Sequence[str]) -> str:
    """``html`` with the field's features; links keep their own tags, and the converter need not look up their pages."""
    if not html:
        return ""
    known = "".join(_with_known_blocks("".join(_with_known_links(html, features)), features))
    html = "".join(flat(known, blanks=has_blanks(html)))
    links = _LINK.findall(html)
    masks = (f'<a href="#{number}">' for number in count())
    fitted = fit(_LINK.sub(lambda _: next(masks), html), {*features, "link"} if links else features)
    return _MASK.sub(lambda found: links[int(found[1])], fitted)


def _with_known_blocks(html: str, features: Collection[str]) -> Iterator[str]:
    """``html`` with the blocks that the field can hold: of two kinds of lists the other one, else paragraphs."""
    other = {"ul": "ol", "ol": "ul"}
    for piece in pieces(html):
        if isinstance(piece, str) or piece.name not in BLOCKS - {"p"} or piece.name in features:
            yield piece if isinstance(piece, str) else piece.source
            continue
        name = other.get(piece.name, "p")
        if piece.name == "li":
            name = "li" if LISTS.intersection(features) else "p"
        if name in features or name in ("p", "li"):
            yield f"</{name}>" if piece.closing else f"<{name}>"


def _with_known_links(html: str, features: Collection[str]) -> Iterator[str]:
    """``html`` without the links that the field cannot hold."""
    kept: list[bool] = []
    for piece in pieces(html):
        if isinstance(piece, str) or piece.name != "a":
            yield piece if isinstance(piece, str) else piece.source
        elif piece.closing:
            yield piece.source if kept and kept.pop() else ""
        else:
            kept.append(_needed(piece) in features)
            yield piece.source if kept[-1] else ""


def _needed(link: Tag) -> str:
    return "document-link" if link.get("linktype") == "document" else "link"
