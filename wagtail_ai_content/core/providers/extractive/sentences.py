"""Where sentences begin and end.

A boundary is a closing mark, then closing quotes, then space, then something that can open a sentence. Not after
abbreviations and initials (unless a capitalised function word follows: the “frequent sentence starter” of Kiss and
Strunk's Punkt, 2006), not after the ordinals of German dates. Scripts with marks of their own (。！？ ؟ ۔ ।) need no
capital, and the Chinese and Japanese marks no space. A line break ends a sentence unless it merely wraps one.
"""

from __future__ import annotations

import re

from .languages import Language
from .words import CJK, WORD, is_stopword

_CLOSING = "\"'”’»)\\]』」›】）"
_OPENING = "\"'“‘«([„‚『「‹【（¿¡—–-"
_BOUNDARY = re.compile(
    rf"(?P<break>[^\S\n]*\n\s*)|[。！？｡]+[{_CLOSING}]*(?P<free>\s*)|(?P<mark>[.!?…؟۔।॥]+)[{_CLOSING}]*(?P<space>\s+)"
)
_LAST_WORD = re.compile(r"[^\s\"“”«»„‘()\[\]]+\Z")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]\Z")
_ENDS = tuple(".!?…؟۔।॥。！？｡:;：；")
_CLOSERS = _CLOSING.replace("\\", "")
# An abbreviation is short, so only the end of what stands before a boundary is looked at.
_LOOK_BACK = 40


def spans(text: str, language: Language) -> list[tuple[int, int]]:
    """Start and end of every sentence of ``text``, without the space around it."""
    found = []
    start = _skip_space(text, 0)
    for match in _BOUNDARY.finditer(text):
        if match.start() < start or not _ends_sentence(text, match, language=language):
            continue
        end = match.start() if match["break"] else match.end() - len(match["free"] or match["space"] or "")
        if end > start:
            found.append((start, end))
        start = match.end()
    end = len(text.rstrip())
    if end > start:
        found.append((start, end))
    return found


def split(text: str, language: Language) -> list[str]:
    """The sentences of ``text``, verbatim."""
    return [text[start:end] for start, end in spans(text, language)]


def paragraphs(text: str, language: Language) -> list[list[str]]:
    """The sentences of ``text`` by paragraph; a paragraph is what stands between line breaks."""
    found: list[list[str]] = []
    before = 0
    for start, end in spans(text, language):
        if not found or "\n" in text[before:start]:
            found.append([])
        found[-1].append(text[start:end])
        before = end
    return found


def is_complete(sentence: str) -> bool:
    """True for a sentence with a closing mark, false for a heading or a label."""
    return sentence.rstrip(_CLOSERS).endswith(_ENDS) and not sentence.endswith((":", "："))


def leans(sentence: str, language: Language) -> bool:
    """True for a sentence that needs the one before to be understood, by how it begins: “It …”, “After that …”."""
    if sentence.lstrip(_OPENING)[:1].islower():
        return True
    first, second = _first_words(sentence)
    return first in language.openers or (first in language.stopwords and second in language.openers)


def _first_words(sentence: str) -> tuple[str, str]:
    found = [match.group() for match, _ in zip(WORD.finditer(sentence), range(2), strict=False)]
    words = [word.casefold().replace("’", "'").split("'")[0] for word in found]
    return (words[0] if words else "", words[1] if len(words) > 1 else "")


def _skip_space(text: str, at: int) -> int:
    return len(text) - len(text[at:].lstrip()) if at < len(text) else len(text)


def _ends_sentence(text: str, match: re.Match[str], *, language: Language) -> bool:
    after = text[match.end() : match.end() + _LOOK_BACK]
    if match["break"] is not None:
        return _breaks(text, match, after=after)
    if match["mark"] is None:
        return True
    if not _opens(after):
        return False
    before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
    return match["mark"] != "." or not _is_abbreviation(before, after, language=language)


def _breaks(text: str, match: re.Match[str], *, after: str) -> bool:
    """A blank line always ends a sentence; a single break does not where it only wraps a line."""
    if match["break"].count("\n") > 1:
        return True
    return text[match.start() - 1 : match.start()] in _ENDS or not after[:1].islower()


def _opens(after: str) -> bool:
    first = after.lstrip(_OPENING)[:1]
    return not first or not first.islower()


def _is_abbreviation(before: str, after: str, *, language: Language) -> bool:
    word = _LAST_WORD.search(before)
    if word is None:
        return False
    last = word.group()
    if last.isdigit():
        return language.ordinals and len(last) <= 2
    known = last.casefold() in language.abbreviations
    if not known and not (_INITIALS.match(last) and last[0].isupper() and not CJK.match(last)):
        return False
    following = WORD.search(after)
    return following is None or not is_stopword(following.group(), language)
