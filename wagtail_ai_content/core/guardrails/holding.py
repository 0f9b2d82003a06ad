"""What of a streamed answer may be shown before all of it has been judged."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ..versions.markup import visible
from .patterns import plain

CONTEXT: Final = 80
"""Characters of what was shown that are looked at again, for what stands before a word decides whether it is one."""
_BETWEEN_WORDS: Final = re.compile(r"\s|(?=[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff])")
"""Where a text may be cut without making two words of one."""
_OPEN_TAG: Final = re.compile(r"<[a-zA-Z/!]")


class HoldBack:
    """Lets a text through behind a distance in which everything that would stop it is found.

    ``reach``: that distance in characters; 0 where nothing stops it, None where only the whole can be judged.
    ``stops``: whether something stops a piece of text.
    """

    def __init__(self, *, reach: int | None, stops: Callable[[str], bool]) -> None:
        self._reach = reach
        self._stops = stops
        self._shown = ""
        self._held = ""
        self._stopped = False

    def read(self, piece: str) -> str:
        """What can be shown by now; nothing more once something was found."""
        if self._reach == 0:
            return piece
        if self._reach is None or self._stopped:
            return ""
        self._held += piece
        self._stopped = self._stops(self._shown + self._held)
        if self._stopped:
            return ""
        cut = self._cut(self._reach)
        ready, self._held = self._held[:cut], self._held[cut:]
        self._shown = _whole_words((self._shown + ready)[-CONTEXT:])
        return ready

    def _cut(self, reach: int) -> int:
        """The last place after which a reader sees as much as ``reach``."""
        places = [found.end() for found in _BETWEEN_WORDS.finditer(self._held, 0, max(0, len(self._held) - reach))]
        return next((place for place in reversed(places) if self._may_be_cut(place, reach)), 0)

    def _may_be_cut(self, place: int, reach: int) -> bool:
        inside_a_tag = _OPEN_TAG.search(self._held, self._held.rfind(">", 0, place) + 1, place)
        return not inside_a_tag and _seen(self._held[place:]) >= reach


def _whole_words(text: str) -> str:
    """``text`` from its first beginning of a word."""
    begins = _BETWEEN_WORDS.search(text)
    return text[begins.end() :] if begins else ""


def _seen(text: str) -> int:
    return len(plain(visible(text)))
