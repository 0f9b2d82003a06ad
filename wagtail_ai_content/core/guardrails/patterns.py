"""What a site looks for in texts: words and patterns, found in linear time whatever somebody wrote into a rule.

The only importer of google-re2. Python's own ``re`` could be brought to a halt by a rule, or by a text made for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import re2

from ..text import Text, gettext_noop

MEMORY: Final = 8 * 1024 * 1024
"""Bytes one pattern may take."""
LONGEST: Final = 1000
"""Characters of a pattern or phrase."""

SAMPLES: Final = ("a", "Ü", "7", "?")

EMPTY = gettext_noop("it is empty")
TOO_LONG = gettext_noop("it is longer than 1,000 characters")
FINDS_ALWAYS = gettext_noop("it finds something in nearly every text")
NO_LETTERS = gettext_noop("it has neither a letter nor a digit")
INVALID = gettext_noop("it is not a pattern that can be used (in RE2's words: %(words)s)")

_INVISIBLE: Final = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]"
)
_SPACES: Final = r"[\s\pZ]+"
_UNSPACED: Final = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")
"""Scripts that write words without spaces between them: a letter of theirs is never the middle of somebody's word."""
_OTHER: Final = r"[^\pL\pN]|[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"


class Unusable(Exception):
    """A rule that cannot be used. ``text`` says why, to follow “because”."""

    def __init__(self, template: str, **params: str) -> None:
        self.text = Text(template, params)
        super().__init__(str(self.text))


@dataclass(frozen=True, kw_only=True)
class Hit:
    """Something that was found."""

    start: int
    end: int


class Pattern:
    """A compiled pattern."""

    def __init__(self, source: str, compiled: Any) -> None:
        self.source = source
        self._compiled = compiled

    def find(self, text: str) -> Hit | None:
        """The first place where it stands in ``text``. Raises: anything RE2 raises, such as for want of memory."""
        found = self._compiled.search(text)
        return Hit(start=found.start(), end=found.end()) if found else None


def compiled(source: str) -> Pattern:
    """A regular expression in RE2's syntax, in which capitals do not matter, for texts made :func:`plain`.

    Raises: ``Unusable`` for what RE2 cannot do, and for what would be found in every text.
    """
    if not source.strip():
        raise Unusable(EMPTY)
    if len(source) > LONGEST:
        raise Unusable(TOO_LONG)
    pattern = Pattern(source, _compiled(plain(source, keep_spaces=True)))
    if pattern.find("") or all(pattern.find(sample) for sample in SAMPLES):
        raise Unusable(FINDS_ALWAYS)
    return pattern


def phrases(every: Iterable[str]) -> Pattern:
    """Any of some phrases, capitals and spaces left aside: whole words, and with ``*`` at the end any ending.

    To be used on texts made :func:`folded`. Raises: ``Unusable``.
    """
    sources = list(every)
    if not sources:
        raise Unusable(EMPTY)
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)  # so that what is around a word is compiled once
    for before, words, after in map(_of_phrase, sources):
        alike[before, after].append(words)
    parts = [f"{before}(?:{'|'.join(words)}){after}" for (before, after), words in alike.items()]
    return Pattern("\n".join(sources), _compiled("|".join(parts)))


def _of_phrase(source: str) -> tuple[str, str, str]:
    """What must stand before a phrase, the phrase, and what must stand after it."""
    wanted = folded(source).strip()
    if not wanted:
        raise Unusable(EMPTY)
    if len(wanted) > LONGEST:
        raise Unusable(TOO_LONG)
    stem = wanted.rstrip("*").rstrip()
    if not any(char.isalnum() for char in stem):
        raise Unusable(NO_LETTERS)
    before = f"(?:^|{_OTHER})" if _bounded(stem[0]) else ""
    after = f"(?:{_OTHER}|$)" if stem == wanted and _bounded(stem[-1]) else ""
    return before, _SPACES.join(re2.escape(word) for word in stem.split()), after


def plain(text: str, *, keep_spaces: bool = False) -> str:
    """``text`` as rules see it: one form for each character (NFKC), without those nobody sees.

    ``keep_spaces``: for a pattern, whose own spaces mean what they are.
    """
    known = unicodedata.normalize("NFC" if keep_spaces else "NFKC", text)
    return _INVISIBLE.sub("", known)


def folded(text: str) -> str:
    """``text`` as phrases see it: :func:`plain`, and without the difference that capitals make."""
    return plain(text).casefold()


def _compiled(source: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = MEMORY
    options.log_errors = False
    try:
        return re2.compile(source, options)
    except re2.error as error:
        words = error.args[0] if error.args else ""
        known = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
        raise Unusable(INVALID, words=known[:200]) from None


def _bounded(char: str) -> bool:
    return char.isalnum() and not unicodedata.name(char, "").startswith(_UNSPACED)
