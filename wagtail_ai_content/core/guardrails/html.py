"""The one door for a model's HTML: size limits, nh3 with the short list, then our own rule for links.

The only importer of nh3, and only when HTML is first cleaned. Nothing here depends on a field; Wagtail's converter,
above ``core``, narrows the result to the features of the field it is for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..engine.reply import HIDDEN, without_hidden
from ..errors import MalformedReply
from ..text import Text, gettext_noop
from ..versions.markup import pieces, tags
from .links import Link, judge

TAGS = frozenset(
    {"h2", "h3", "h4", "p", "br", "b", "strong", "i", "em", "ol", "ul", "li", "hr", "a"}
    | {"sub", "sup", "s", "blockquote", "code"}
)
MORE_HEADINGS = frozenset({"h1", "h5", "h6"})
"""Not for a model to choose, only to keep."""
DROPPED_WITH_CONTENT = frozenset(
    {"script", "style", "svg", "math", "template", "iframe", "object", "textarea", "select", "title", "noscript"}
)
SCHEMES = frozenset({"http", "https", "mailto", "tel", "ref"})

MOST_BYTES = 200_000
MOST_TAGS = 5_000
MOST_DEPTH = 100
MOST_STYLED = 50
"""Formatting tags with attributes. A parser repeats open ones in each paragraph that follows: 27 kB of them, within all
other limits, took 1 GB of memory inside nh3. Ones without attributes are repeated three times at most."""
MOST_PASSES = 5
MOST_TOLD = 20
"""Links that were taken out, each told with its address."""

_OPENING = re.compile(r"<[a-zA-Z]")
_WRAPPER = re.compile(r"</?(?:div|span|section|article|main)\b[^<>]*>", re.IGNORECASE)
_STYLED = re.compile(r"<(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/]+[^\s/>]", re.IGNORECASE)
_IMAGE = re.compile(r"<(?:img|picture|image)\b", re.IGNORECASE)
_REF = re.compile(r"ref:([1-9][0-9]{0,4})")

_IMAGE_GONE = gettext_noop("An image was taken out of the answer. Choose one from the image library instead.")
_LINK_GONE = gettext_noop(
    "A link was taken out of the answer, because its address is not a plain one. Its words were kept."
)
_ADDRESS_GONE = gettext_noop(
    "A link was taken out of the answer, because its address is not a plain one: %(address)s. Its words were kept."
)
_HOST_GONE = gettext_noop(
    "A link was taken out of the answer, because the original text does not link to %(host)s. Its words were kept; add "
    "the link yourself if you trust it: %(address)s"
)
_MORE_GONE = gettext_noop("More links were taken out of the answer (%(count)s). Their words were kept.")


@dataclass(frozen=True, kw_only=True)
class CleanHTML:
    """HTML that may go on to Wagtail's converter."""

    html: str
    warnings: tuple[Text, ...] = ()
    """What was taken out and a person should know."""


def clean_html(
    html: str, *, allowed_hosts: frozenset[str], refs: int = 0, headings: frozenset[str] = frozenset()
) -> CleanHTML:
    """A model's HTML with nothing but the tags and links it may write; cleaning twice changes nothing.

    ``allowed_hosts``: where links may go (from the source text and the site's list). ``refs``: how many ``ref:N``
    links it was given. ``headings``: those of ``MORE_HEADINGS`` that the source text has. Raises: ``MalformedReply``
    when there is too much of anything.
    """
    _check_size(html)
    html = _WRAPPER.sub("", html)
    _check_tags(html)
    warnings = [Text(_IMAGE_GONE)] if _IMAGE.search(html) else []
    refused: dict[str, Link] = {}
    hidden = False
    for _ in range(MOST_PASSES):
        before = html
        cleaned, gone = _clean_once(
            before, allowed_hosts=allowed_hosts, refs=refs, known=TAGS | (headings & MORE_HEADINGS)
        )
        html = without_hidden(cleaned)
        hidden = hidden or html != cleaned
        refused |= {link.address: link for link in gone}
        _check_size(html, most=2 * MOST_BYTES)
        if html == before:
            _check_depth(html)
            warnings += [Text(HIDDEN)] if hidden else []
            return CleanHTML(html=html, warnings=(*warnings, *_told(list(refused.values()))))
    raise MalformedReply(reason="markup that cannot be read")


def _clean_once(
    html: str, *, allowed_hosts: frozenset[str], refs: int, known: frozenset[str]
) -> tuple[str, list[Link]]:
    import nh3

    refused: list[Link] = []

    def href_or_none(tag: str, attribute: str, value: str) -> str | None:
        link = _judge(value, allowed_hosts=allowed_hosts, refs=refs)
        if link.allowed:
            return value
        refused.append(link)
        return None

    cleaner = nh3.Cleaner(
        tags=set(known),
        clean_content_tags=set(DROPPED_WITH_CONTENT),
        attributes={"a": {"href"}},
        attribute_filter=href_or_none,
        url_schemes=set(SCHEMES),
        link_rel=None,
    )
    # nh3 itself takes the addresses with a forbidden scheme, without asking; those links show as ones without address.
    unwrapped: list[str] = []
    cleaned = "".join(_without_bare_links(cleaner.clean(html), unwrapped))
    if len(unwrapped) > len(refused):
        written = {tag.get("href") or "" for tag in tags(html) if tag.name == "a" and not tag.closing}
        judged = (_judge(href, allowed_hosts=allowed_hosts, refs=refs) for href in written)
        refused += [link for link in judged if not link.allowed]
    return cleaned, refused


def _judge(href: str, *, allowed_hosts: frozenset[str], refs: int) -> Link:
    ref = _REF.fullmatch(href)
    if ref or href.lower().startswith("ref:"):
        return Link(allowed=bool(ref) and int(ref[1] if ref else 0) <= refs, kind="own")
    return judge(href, allowed_hosts=allowed_hosts)


def _without_bare_links(html: str, unwrapped: list[str]) -> Iterator[str]:
    """``html`` without links that lost their address, which ``unwrapped`` collects."""
    kept: list[bool] = []
    for piece in pieces(html):
        if isinstance(piece, str):
            yield piece
        elif piece.name != "a":
            yield piece.source
        elif piece.closing:
            yield piece.source if kept and kept.pop() else ""
        else:
            kept.append(bool(piece.attributes))
            yield piece.source if kept[-1] else ""
            unwrapped += [] if piece.attributes else [piece.source]


def _told(refused: list[Link]) -> Iterator[Text]:
    yield from map(_warning, refused[:MOST_TOLD])
    if more := refused[MOST_TOLD:]:
        yield Text(_MORE_GONE, {"count": len(more)})


def _warning(link: Link) -> Text:
    if link.kind == "web" and link.host:
        return Text(_HOST_GONE, {"host": link.host, "address": link.address})
    return Text(_ADDRESS_GONE, {"address": link.address}) if link.address else Text(_LINK_GONE)


def _check_size(html: str, *, most: int = MOST_BYTES) -> None:
    if len(html) > most or len(html.encode("utf-8", "replace")) > most:
        raise MalformedReply(reason="too long")


def _check_tags(html: str) -> None:
    if len(_OPENING.findall(html)) > MOST_TAGS:
        raise MalformedReply(reason="too many tags")
    if len(_STYLED.findall(html)) > MOST_STYLED:
        raise MalformedReply(reason="too much formatting")


def _check_depth(html: str) -> None:
    """On the result, where every tag is closed, so that the count is exact."""
    depth = 0
    for tag in tags(html):
        depth += 0 if tag.void else -1 if tag.closing else 1
        if depth > MOST_DEPTH:
            raise MalformedReply(reason="tags too deep")
