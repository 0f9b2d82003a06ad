"""What can be counted in a text.

Readability is LIX (Björnsson 1968): words in a sentence, plus the share of words of more than six letters in per cent.
It needs neither syllables nor a dictionary, so that it works offline and in every language that parts its words, and it
is what Wagtail shows in its own content checks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ..providers.extractive.languages import Language
from ..providers.extractive.sentences import paragraphs
from ..providers.extractive.words import CJK, count, words

LONG_WORD: Final = 6
"""Letters; a word with more of them is long."""
RUN: Final = 4
"""Words in a row that, said again, are a repetition."""
FEWEST_WORDS: Final = 10
"""Fewer say nothing about how readable a text is."""


@dataclass(frozen=True, kw_only=True)
class Measures:
    """One text, counted."""

    words: int
    sentences: int
    paragraphs: tuple[int, ...]
    """Words of each paragraph."""
    lix: float | None
    """About 25 for children's books, 40 for newspapers, over 60 for law; None where it cannot be told."""
    repeated: float
    """Which part of its runs of four words stood there before, 0 to 1."""


def measure(text: str, language: Language) -> Measures:
    """``text``: as a reader sees it, a line for each paragraph."""
    blocks = paragraphs(text, language)
    sentences = [sentence for block in blocks for sentence in block]
    found = words(text)
    return Measures(
        words=count(text),
        sentences=len(sentences),
        paragraphs=tuple(sum(map(count, block)) for block in blocks),
        lix=None if CJK.search(text) else _lix(found, len(sentences)),
        repeated=_repeated([word.casefold() for word in found]),
    )


def _lix(found: Sequence[str], sentences: int) -> float | None:
    if len(found) < FEWEST_WORDS or not sentences:
        return None
    long = sum(len(word) > LONG_WORD for word in found)
    return len(found) / sentences + 100 * long / len(found)


def _repeated(found: Sequence[str]) -> float:
    runs = Counter(zip(*(found[ahead:] for ahead in range(RUN)), strict=False))
    total = runs.total()
    return (total - len(runs)) / total if total else 0.0
