"""Proper names by their capitals, where capitals say something.

A run of capitalised words that does not open a sentence, after the classical rule; where every noun has a capital, only
runs of two or more. Acronyms and words with a capital inside count anywhere. A line in which all words are capitalised,
and a sentence that shouts, say nothing. In scripts without capitals there are none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ...providers.extractive.languages import Language
from .terms import NOT_NAMES, PARTICLES

LONGEST = 6
"""Words of a name; a longer run is a title or a shout."""

_WORD = re.compile(r"[^\W\d_]++(?:['’.‐‑-]?+[^\W\d_]++)*+")
_POSSESSIVE = ("'s", "’s")
_ENDS = frozenset(".!?…:;\n•")
_OPENERS = frozenset('"“„«»‹›‘‚([')
_TITLE_WORDS = 4


@dataclass(frozen=True, kw_only=True)
class Name:
    """A name in a text."""

    start: int
    text: str
    """Its words with single spaces, possessive ``'s`` taken off."""


@dataclass(kw_only=True, slots=True)
class _Word:
    text: str
    start: int
    opens: bool
    """True where a capital is owed to the beginning of a sentence."""
    joins: bool
    """True where nothing but a space, or the full stop of an abbreviation, parts it from the word before."""

    @property
    def capital(self) -> bool:
        return self.text[0].isupper() or self.marked

    @property
    def marked(self) -> bool:
        """An acronym, or a capital inside: a name wherever it stands."""
        return self.text[1:] != self.text[1:].lower()


def names(text: str, language: Language) -> Iterator[Name]:
    """The names in ``text``, a line for each paragraph, in order."""
    at = 0
    for line in text.split("\n"):
        words = _words(line, at, language)
        if not _is_title(line, words, language):
            for run in _runs(words, language):
                yield from _name(run, language)
        at += len(line) + 1


def said(names: Collection[str], texts: Iterable[str]) -> set[str]:
    """Those of ``names`` whose words stand side by side in one of ``texts``, wherever in a sentence."""
    wanted = set(names)
    lengths = {name.count(" ") + 1 for name in wanted}
    found: set[str] = set()
    for text in texts if wanted else ():
        words = [_bare(word) for word in _WORD.findall(text)]
        for length in lengths:
            runs = (" ".join(words[at : at + length]) for at in range(len(words) - length + 1))
            found.update(run for run in runs if run in wanted)
    return found


def _bare(word: str) -> str:
    return (word[:-2] if word.endswith(_POSSESSIVE) else word).replace("’", "'")


def _words(line: str, at: int, language: Language) -> list[_Word]:
    found: list[_Word] = []
    end = 0
    for match in _WORD.finditer(line):
        gap = line[end : match.start()]
        before = found[-1].text if found else ""
        if gap == " ":
            opens, joins = not found, bool(found) and not before.endswith(_POSSESSIVE)
        else:
            joins = gap == ". " and _is_short(before, language)
            opens = not found or not (joins or (_ENDS.isdisjoint(gap) and _OPENERS.isdisjoint(gap)))
        found.append(_Word(text=match[0], start=at + match.start(), opens=opens, joins=joins))
        end = match.end()
    return found


def _is_short(word: str, language: Language) -> bool:
    """An initial or an abbreviation: the full stop behind it ends no sentence."""
    return (len(word) == 1 and word.isupper()) or word.casefold() in language.abbreviations


def _is_title(line: str, words: Sequence[_Word], language: Language) -> bool:
    carrying = [word for word in words if word.text.casefold() not in language.stopwords]
    if len(words) < _TITLE_WORDS or len(carrying) < _TITLE_WORDS - 1 or line.endswith((".", "!", "?", "…")):
        return False
    return all(word.capital for word in carrying)


def _runs(words: Sequence[_Word], language: Language) -> Iterator[list[_Word]]:
    """Capitalised words side by side, with up to two particles between them."""
    run: list[_Word] = []
    waiting: list[_Word] = []
    particles = frozenset[str]() if language.capital_nouns else PARTICLES
    for word in words:
        is_part = word.capital and (not word.opens or word.marked)
        if run and not (word.joins and (is_part or (word.text in particles and len(waiting) < 2))):
            yield run
            run, waiting = [], []
        if is_part:
            run += [*waiting, word]
            waiting = []
        elif run:
            waiting.append(word)
    if run:
        yield run


def _name(run: list[_Word], language: Language) -> Iterator[Name]:
    while run and _is_common(run[0], language):
        run = run[1:]
    while run and (not run[-1].capital or _is_common(run[-1], language)):
        run = run[:-1]
    if not run or len(run) > LONGEST or (len(run) > 2 and all(word.text.isupper() for word in run)):
        return
    if language.capital_nouns and len(run) == 1 and not run[0].marked:
        return
    yield Name(start=run[0].start, text=" ".join(_bare(word.text) for word in run))


def _is_common(word: _Word, language: Language) -> bool:
    folded = word.text.casefold().replace("’", "'")
    return folded in NOT_NAMES or (folded in language.determiners and not word.marked) or len(folded) == 1
