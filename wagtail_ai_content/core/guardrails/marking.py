"""Where what a guardrail has found stands in the whole text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

CUT = "…"
"""Stands in an excerpt for what is before and after it."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of a text."""

    text: str
    is_found: bool
    """Whether an excerpt tells of it."""


def pieces(text: str, excerpts: Iterable[str]) -> list[Piece]:
    """``text`` in parts, with each excerpt set apart where it stands first, however its spaces and capitals run.

    What was found in another form of the text only, such as the one without its tags, is not set apart.
    """
    made: list[Piece] = []
    at = 0
    for start, end in _places(text, excerpts):
        begin = max(at, start)
        made.append(Piece(text=text[at:begin], is_found=False))
        made.append(Piece(text=text[begin:end], is_found=True))
        at = max(at, end)
    return [piece for piece in [*made, Piece(text=text[at:], is_found=False)] if piece.text]


def _places(text: str, excerpts: Iterable[str]) -> list[tuple[int, int]]:
    wanted = [excerpt.strip(CUT).split() for excerpt in excerpts]
    found = (re.search(r"\s+".join(map(re.escape, words)), text, re.IGNORECASE) for words in wanted if words)
    return sorted(match.span() for match in found if match)
