"""Small repairs that change no meaning: spaces, doubled words, repeated sentences.

Doing it twice changes nothing more. Quotation marks, capitals and spelling stay as they are.
"""

from __future__ import annotations

import re

from .languages import Language
from .markup import Piece, Run, Taken, pieces, plain_text
from .words import count

# Not the no-break spaces: those were put there on purpose.
_SPACES = re.compile(r"[ \t\n\r\f\v]+")
_TAGS = re.compile(r"(<[^<>]*>)")
# A digit before a colon may be a ratio, a dot after a space may be “.NET”: only before a space or the end.
_SPACE_BEFORE_COMMA = re.compile(r"(?<=[^\W_]) (?=[,.](?:\s|$))")
_SPACE_BEFORE_MARK = re.compile(r"(?<=[^\W\d_]) (?=[;:!?](?:\s|$))")
_DOUBLED = re.compile(r"(?<![\w'’-])(\w+)(?: \1)+(?![\w'’-])", re.IGNORECASE)
# A short sentence may be repeated on purpose.
_LEAST_REPEATED_WORDS = 4


def tidy(taken: Taken, language: Language) -> str:
    """The unit's HTML, tidied."""
    told: set[str] = set()
    return taken.rebuilt(lambda run: _tidy_run(run, language, told=told))


def tidy_text(text: str, language: Language) -> str:
    """One paragraph of plain text, tidied."""
    text = _SPACES.sub(" ", text)
    text = _SPACE_BEFORE_COMMA.sub("", text)
    if not language.spaced_punctuation:
        text = _SPACE_BEFORE_MARK.sub("", text)
    return _DOUBLED.sub(lambda match: _once(match, language), text)


def _once(match: re.Match[str], language: Language) -> str:
    return match[1] if match[1].casefold() in language.doubled else match[0]


def _tidy_run(run: Run, language: Language, *, told: set[str]) -> str:
    html = _tidy_html(run.html, language).strip(" ")
    if not run.is_prose:
        return html
    kept = [piece for piece in pieces(html, language) if not _is_repeated(piece, told)]
    return joined(kept)


def _tidy_html(html: str, language: Language) -> str:
    """Only the text between tags, and none inside ``code``, where every space may count."""
    parts = _TAGS.split(html)
    in_code = False
    for place, part in enumerate(parts):
        if place % 2:
            in_code = part.lower().startswith("<code") or (in_code and not part.lower().startswith("</code"))
        elif not in_code:
            parts[place] = tidy_text(part, language)
    return "".join(parts)


def _is_repeated(piece: Piece, told: set[str]) -> bool:
    key = plain_text(piece.html).casefold()
    if count(key) < _LEAST_REPEATED_WORDS or piece.is_linked:
        return False
    if key in told:
        return True
    told.add(key)
    return False


def joined(kept: list[Piece]) -> str:
    """Pieces with the space that stood between them, and none after the last."""
    return "".join(piece.html + piece.space for piece in kept[:-1]) + "".join(piece.html for piece in kept[-1:])
