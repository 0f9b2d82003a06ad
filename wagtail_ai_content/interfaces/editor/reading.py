"""A reply made readable while it arrives: without its tags, which may come in pieces, and without entities."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

from wagtail_ai_content.core.guardrails.formats import NEXT_OPTION

LONGEST_TAG: Final = 4_000
"""Characters; what opens like a tag and does not end in so many is text."""
_BREAK = re.compile(r"\s*<(?:/(?:p|h[1-6]|li|ul|ol|blockquote|div)|br\s*/?|hr\s*/?)\s*>\s*", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->", re.DOTALL)
_OPEN_TAG = re.compile(r"\s*<(?:[a-zA-Z/!][^<>]*)?\Z")
_OPEN_ENTITY = re.compile(r"&[#a-zA-Z0-9]{0,31}\Z")
_SPACE = re.compile(r"\s+\Z")


class Reader:
    """Turns the pieces of one reply into what a person may read of it."""

    def __init__(self, *, rich: bool) -> None:
        self._rich = rich
        self._held = ""
        self._at_line_start = True

    def read(self, piece: str) -> str:
        """What has become readable with ``piece``; may be empty."""
        text = self._held + piece
        cut = self._end_of_whole(text)
        self._held = text[cut:]
        return self._shown(text[:cut])

    def rest(self) -> str:
        """What was held back for something that never came."""
        text, self._held = self._held, ""
        return self._shown(text)

    def _end_of_whole(self, text: str) -> int:
        """Where that part ends of which nothing can change any more."""
        ends = [len(text)]
        patterns = (_OPEN_TAG, _OPEN_ENTITY, _SPACE) if self._rich else (_SPACE,)
        for pattern in patterns:
            found = pattern.search(text)
            if found and len(text) - found.start() <= LONGEST_TAG:
                ends.append(found.start())
        line = text.rpartition("\n")[2]
        if line and NEXT_OPTION.startswith(line.strip()[: len(NEXT_OPTION)]):
            ends.append(len(text) - len(line))
        return min(ends)

    def _shown(self, text: str) -> str:
        if self._rich:
            text = unescape(_TAG.sub("", _BREAK.sub("\n", text)))
        text = text.replace(NEXT_OPTION, "")
        text = text.lstrip() if self._at_line_start else text
        if text:
            self._at_line_start = self._rich and text.endswith("\n")
        return text
