"""Locked phrases in a text: exactly these words, case kept, white space folded."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from .reading import Reading, folded


def occurrences(reading: Reading, phrases: Collection[str]) -> Iterator[tuple[int, str]]:
    """Where each phrase stands, as whole words."""
    flat = reading.text.replace("\n", " ") if reading.wraps else reading.text
    for phrase in dict.fromkeys(folded(phrase) for phrase in phrases):
        if phrase:
            yield from ((at, phrase) for at in _places(flat, phrase))


def _places(text: str, phrase: str) -> Iterator[int]:
    at = text.find(phrase)
    while at >= 0:
        end = at + len(phrase)
        if not (_joined(text[at - 1 : at], phrase[0]) or _joined(phrase[-1], text[end : end + 1])):
            yield at
        at = text.find(phrase, at + 1)


def _joined(left: str, right: str) -> bool:
    """True where a phrase would begin or end inside a word."""
    return bool(left and right) and left.isalnum() and right.isalnum()
