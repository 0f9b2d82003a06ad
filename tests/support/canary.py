"""A provider's key that nobody may keep, and the forms it could hide in."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from html import escape
from urllib.parse import quote, quote_plus

KEY = "sk-canary-7d0b52e9/c1a8+4f36=="


def _in_base64(text: str) -> Iterator[str]:
    """As it is inside of something longer, at each of three places: without letters that its neighbours share."""
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + text.encode()).decode().rstrip("=")
        inside = coded[-(-before * 8 // 6) : (before + len(text)) * 8 // 6]
        yield inside
        yield inside.replace("+", "-").replace("/", "_")


FORMS = frozenset({KEY, quote(KEY), quote(KEY, safe=""), quote_plus(KEY), escape(KEY), *_in_base64(KEY)})


def holds_key(text: str) -> bool:
    return any(form in text for form in FORMS)


def leaks(kept: Iterable[tuple[str, str]]) -> list[str]:
    """The places where the key is, of places with what is there."""
    return [place for place, text in kept if holds_key(text)]
