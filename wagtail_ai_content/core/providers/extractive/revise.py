"""Texts that are there: which instruction is meant, and the edits it leads to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from . import notes
from .languages import Language
from .markup import Run, Taken, pieces, plain_text, take_apart
from .material import Unit
from .shorten import shorten
from .tidy import tidy

_SHORTEN = re.compile(
    r"\b(?:shorten|shorter|summari[sz]e|condense|tighten|trim|cut down|more concise|concise|brief(?:er)?)\b"
)
# “Write it for the mailing list” asks for no list.
_LIST = re.compile(r"^list$|\b(?:bullets?|bulleted|enumerate|(?:as|into|in|to|make|with) (?:a |an )?(?:\w+ )?list)\b")
_TIDY = re.compile(r"\b(?:tidy|clean ?up|clean)\b")
_NOT = re.compile(r"\b(?:not|don['’]?t|never|no|without)\b[^.;,]{0,20}$")
_FOR_NAMES = str.maketrans("_-", "  ")


@dataclass(frozen=True, kw_only=True)
class Edit:
    """A text that changed."""

    id: str
    html: str


@dataclass(frozen=True, kw_only=True)
class Revision:
    """What became of the texts."""

    edits: tuple[Edit, ...]
    note: str


def revise(units: Sequence[Unit], language: Language, *, instruction: str, kind: str) -> Revision:
    """Only the texts that changed; nothing that would break a limit it kept before."""
    texts = [take_apart(unit) for unit in units]
    meant = _meant(kind.translate(_FOR_NAMES).casefold()) or _meant(instruction.casefold())
    if meant == "shorten":
        results, note = shorten(texts, language), notes.SHORTENED
    elif meant == "list":
        results, note = [_as_list(taken, language) for taken in texts], notes.LISTED
    else:
        understood = meant == "tidy" or not (instruction or kind)
        results, note = [tidy(taken, language) for taken in texts], notes.TIDIED if understood else notes.TIDIED_ONLY
    edits = tuple(
        Edit(id=taken.unit.id, html=html)
        for taken, html in zip(texts, results, strict=True)
        if _is_wanted(taken.unit, html)
    )
    return Revision(edits=edits, note=note if edits else _unchanged(note))


def _meant(text: str) -> str:
    """Which of the few instructions the engine can follow; empty for any other."""
    for name, pattern in (("list", _LIST), ("shorten", _SHORTEN), ("tidy", _TIDY)):
        match = pattern.search(text)
        if match and not _NOT.search(text[: match.start()]):
            return name
    return ""


def _unchanged(note: str) -> str:
    return notes.UNCHANGED_ONLY if note == notes.TIDIED_ONLY else notes.UNCHANGED


def _is_wanted(unit: Unit, html: str) -> bool:
    if html == unit.html or not plain_text(html):
        return False
    length = len(plain_text(html))
    return unit.max_length is None or length <= unit.max_length or length < len(plain_text(unit.html))


def _as_list(taken: Taken, language: Language) -> str:
    if taken.unit.plain or taken.unit.kind == "heading":
        return taken.unit.html
    return taken.rebuilt(lambda run: _items(run, language))


def _items(run: Run, language: Language) -> str:
    found = pieces(run.html, language)
    if not run.is_paragraph or len(found) < 2:
        return run.html
    return f"<ul>{''.join(f'<li>{piece.html.strip()}</li>' for piece in found)}</ul>"
