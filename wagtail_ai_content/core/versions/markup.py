"""Tags with their places in the source, so that what is not changed can be copied byte for byte.

Stricter than a browser on purpose: a tag is what Wagtail writes, with no ``<`` or ``>`` inside its attributes. Anything
else stays text, and :func:`is_broken` tells. One regular expression without nested repetition keeps the time linear
also for hostile input, which the parsers of the standard library do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

VOID_TAGS = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
)

_VALUE = r"""(?:"[^"<>]*+"|'[^'<>]*+'|[^\s"'=<>`]++)"""
_ATTRIBUTE = rf"""\s++([^\s"'<>/=]++)(?:\s*+=\s*+({_VALUE}))?+"""
_TAG = re.compile(rf"<(/?)([a-zA-Z][a-zA-Z0-9-]*+)((?:{_ATTRIBUTE})*+)\s*+/?>")
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_OPENS_SOMETHING = re.compile(r"<[a-zA-Z/!?]")


@dataclass(frozen=True, kw_only=True)
class Tag:
    """One tag as it stands in the source."""

    name: str
    """In lower case."""
    closing: bool
    source: str
    """The whole tag, byte for byte."""
    attributes: str
    """What stands between the name and the end, unparsed; empty when there is nothing."""
    start: int
    end: int

    @property
    def void(self) -> bool:
        """True for a tag that never has content."""
        return self.name in VOID_TAGS

    def get(self, name: str) -> str | None:
        """The value of an attribute, entities resolved; None when it is not there."""
        for key, value in _ATTRIBUTES.findall(self.attributes):
            if key.lower() == name:
                return unescape(value[1:-1] if value[:1] in ("'", '"') else value)
        return None


def tags(html: str) -> Iterator[Tag]:
    """The tags of ``html`` in order."""
    for match in _TAG.finditer(html):
        yield Tag(
            name=match[2].lower(),
            closing=bool(match[1]),
            source=match[0],
            attributes=match[3],
            start=match.start(),
            end=match.end(),
        )


def pieces(html: str) -> Iterator[Tag | str]:
    """Tags and the texts between them; joined they are ``html`` again."""
    done = 0
    for tag in tags(html):
        if tag.start > done:
            yield html[done : tag.start]
        yield tag
        done = tag.end
    if done < len(html):
        yield html[done:]


def is_broken(text: str) -> bool:
    """True when a text between tags holds a comment, a declaration or a tag that cannot be read."""
    return bool(_OPENS_SOMETHING.search(text))


def visible(html: str) -> str:
    """The text of ``html`` without its tags, entities resolved, white space as it stands."""
    return unescape("".join(piece for piece in pieces(html) if isinstance(piece, str)))
