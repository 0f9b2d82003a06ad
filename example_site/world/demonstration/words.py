"""What changed in a text, word by word, for a terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from difflib import SequenceMatcher

WORDS = re.compile(r"\S+")


def word_diff(before: str, after: str, *, width: int = 88) -> list[str]:
    """Lines of text in which ``[-gone-]`` and ``{+come+}`` mark the changes; unchanged paragraphs are only counted."""
    lines: list[str] = []
    for part in _parts(_paragraphs(before), _paragraphs(after)):
        lines += ["", *_wrapped(part, width)] if lines else _wrapped(part, width)
    return lines


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def _parts(before: list[str], after: list[str]) -> Iterator[str]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            yield _count(b - a)
            continue
        shared = min(b - a, d - c)
        yield from (_words(before[a + n], after[c + n]) for n in range(shared))
        yield from (f"[-{part}-]" for part in before[a + shared : b])
        yield from (f"{{+{part}+}}" for part in after[c + shared : d])


def _count(number: int) -> str:
    return f"({number} paragraph{'s' if number > 1 else ''} unchanged)"


def _words(before: str, after: str) -> str:
    old, new = WORDS.findall(before), WORDS.findall(after)
    pieces = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(" ".join(old[a:b]))
            continue
        gone, come = " ".join(old[a:b]), " ".join(new[c:d])
        pieces.append((f"[-{gone}-]" if gone else "") + (f"{{+{come}+}}" if come else ""))
    return " ".join(pieces)


def _wrapped(part: str, width: int) -> list[str]:
    return textwrap.wrap(part, width, break_long_words=False, break_on_hyphens=False)
