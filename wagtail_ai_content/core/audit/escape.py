"""Texts of people and models where they could do harm: in cells of a spreadsheet, in lines of a log or a terminal."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LIVE: Final = "=+-@|%"
"""With these a spreadsheet's formula may begin."""
MOST: Final = 500

_NUMBER = re.compile(r"[+-]?\d[\d .,]*\Z", re.ASCII)
_LINES = re.compile(r"(?<=[\r\n])")
_KEPT_FORMATS: Final = frozenset("\u200c\u200d")
"""Joiners, which emoji and several scripts need."""


def csv_safe(text: str) -> str:
    """``text`` with an apostrophe before whatever a spreadsheet could take for a formula, in each of its lines.

    Numbers and telephone numbers stay as they are. :func:`csv_plain` gives the text back.
    """
    return "".join(f"'{line}" if _is_live(line.lstrip("'")) else line for line in _LINES.split(text))


def csv_plain(cell: str) -> str:
    """The text that :func:`csv_safe` made ``cell`` of."""
    return "".join(
        line[1:] if line.startswith("'") and _is_live(line.lstrip("'")) else line for line in _LINES.split(cell)
    )


def _is_live(line: str) -> bool:
    """As an importer may see it: normalised, and without blanks, quotes and what is not seen at its beginning."""
    if _NUMBER.match(line):
        return False
    bare = unicodedata.normalize("NFKC", line)
    begins = next((char for char in bare if not _is_skipped(char)), "")
    return begins in LIVE if begins else False


def _is_skipped(char: str) -> bool:
    return char in "\"'" or char.isspace() or unicodedata.category(char) in ("Cc", "Cf")


def printable(text: str) -> str:
    """Without what a spreadsheet file cannot hold."""
    return "".join(char for char in text if char in "\t\n\r" or char >= " ")


def one_line(text: str, *, most: int = MOST) -> str:
    """``text`` on one line and of at most ``most`` characters; what would act on a terminal or hide is spelt out."""
    short = text if len(text) <= most else f"{text[: most - 1]}…"
    return "".join(_spelt(char) if _acts(char) else char for char in unicodedata.normalize("NFC", short))


def _acts(char: str) -> bool:
    category = unicodedata.category(char)
    if category == "Cf":
        return char not in _KEPT_FORMATS and not _is_tag(char)
    return category in ("Cc", "Zl", "Zp", "Cs")


def _is_tag(char: str) -> bool:
    """Letters of flags such as that of Scotland."""
    return "\U000e0020" <= char <= "\U000e007f"


def _spelt(char: str) -> str:
    return f"\\u{ord(char):04x}"
