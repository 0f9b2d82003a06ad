"""Cutting a text to a number of characters where a reader would."""

from __future__ import annotations

import re
import unicodedata

from .languages import Language
from .words import is_stopword

ELLIPSIS = "…"
_MARKS = " \t\r\n\f\v.,;:!?…،؛؟۔।。、，；：！？-–—\xa0"
_OPENERS = "([{“„«‘‚「『（"
_CLAUSE = re.compile(r"[,;:–—،؛，；：、](?=\s|$)|[，；：、]|\s[–—-](?=\s)")
# A clause that fills less than this share of the room says too little to stand for the sentence.
_LEAST_SHARE = 0.5


def trim(text: str, limit: int) -> str:
    """``text`` in at most ``limit`` characters: whole, or cut after a word with an ellipsis."""
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    cut = _at_word(text, limit - 1).rstrip(_MARKS + _OPENERS)
    return f"{cut}{ELLIPSIS}" if cut else _whole_characters(text, limit)


def headline(text: str, limit: int, *, language: Language) -> str:
    """``text`` as a heading of at most ``limit`` characters: no closing mark, no dangling function word."""
    text = " ".join(text.split()).strip(_MARKS).lstrip("•*# ")
    if len(text) > limit:
        text = _first_clause(text, limit) or _drop_dangling(_at_word(text, limit), language)
    text = text.rstrip(_MARKS + _OPENERS)
    return text[:1].upper() + text[1:] if len(text[:1].upper()) == 1 else text


def _first_clause(text: str, limit: int) -> str:
    ends = [match.start() for match in _CLAUSE.finditer(text) if limit * _LEAST_SHARE <= match.start() <= limit]
    return text[: ends[-1]] if ends else ""


def _drop_dangling(text: str, language: Language) -> str:
    words = text.split()
    while len(words) > 2 and is_stopword(words[-1].strip(_MARKS), language):
        words.pop()
    return " ".join(words)


def _at_word(text: str, limit: int) -> str:
    """The words of ``text`` that fit; its first characters where a single word is too long (or not parted)."""
    if text[limit : limit + 1].isspace():
        return text[:limit]
    start = max((at for at in range(limit, 0, -1) if text[at - 1].isspace()), default=0)
    return text[:start] if start > limit // 2 else _whole_characters(text, limit)


def _whole_characters(text: str, limit: int) -> str:
    """Never parts a letter from its accents or vowel signs, unless there is no room for even one with all of them."""
    end = limit
    while 0 < end < len(text) and (unicodedata.combining(text[end]) or unicodedata.category(text[end]) == "Mc"):
        end -= 1
    return text[:end] or text[:limit]
