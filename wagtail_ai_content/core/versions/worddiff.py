"""What changed between two texts, word by word, for people to read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .elements import elements, versions
from .inline import Token, edits, words
from .richtext import plain_text


@dataclass(frozen=True, kw_only=True)
class Run:
    """A stretch of text that is the same, or on one side only."""

    kind: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True, kw_only=True)
class Pair:
    """An element of rich text in two versions; empty on the side that has none."""

    before: str
    after: str


def diff(before: str, after: str, *, rich: bool) -> tuple[Run, ...]:
    """The visible text of both: ``same`` and ``removed`` joined are the one before, ``same`` and ``added`` the other.

    Rich text is shown a line for each block, with images and media named. The time is bounded: of texts that repeat
    themselves beyond reason, the part that differs is removed and added as a whole.
    """
    if rich:
        before, after = plain_text(before), plain_text(after)
    return tuple(run for run in _runs(_tokens(before), _tokens(after)) if run.text)


def blocks(before: str, after: str) -> tuple[Pair, ...]:
    """The top-level elements of two rich texts side by side, in reading order; joined they are the two texts."""
    lefts, rights = elements(before), elements(after)
    left = right = 0
    found: list[Pair] = []
    for b, a in [*versions(lefts, rights), (len(lefts), len(rights))]:
        found += [Pair(before=element.source, after="") for element in lefts[left:b]]
        found += [Pair(before="", after=element.source) for element in rights[right:a]]
        if b < len(lefts):
            found.append(Pair(before=lefts[b].source, after=rights[a].source))
        left, right = b + 1, a + 1
    return tuple(found)


def _tokens(text: str) -> list[Token]:
    return [Token(word, word) for word in words(text)]


def _runs(before: list[Token], after: list[Token]) -> Iterator[Run]:
    done = 0
    for edit in edits(before, after):
        yield Run(kind="same", text=_text(before[done : edit.start]))
        yield Run(kind="removed", text=_text(before[edit.start : edit.end]))
        yield Run(kind="added", text=_text(edit.tokens))
        done = edit.end
    yield Run(kind="same", text=_text(before[done:]))


def _text(found: list[Token] | tuple[Token, ...]) -> str:
    return "".join(token.source for token in found)
