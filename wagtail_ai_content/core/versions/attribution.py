"""Whose words they are: an author for each word of a text, found again after people have edited it.

Each time an AI writes a text it is kept as an :class:`Entry`: the text with the author of each word. Whose words a
later text holds is worked out from the entries alone, never from what was worked out before, so that a revert, a move
or a block put back needs no care. A word is an AI's as long as it stands among words it was written with: a run of
three, or a shorter one between two runs. Single words that any two texts share prove nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, islice, repeat
from typing import Any, Final

from .sequences import matches

PERSON: Final = ""
"""The author of every word that is not known to be an AI's."""
RUN: Final = 3
"""Words in a row that make a text the same text."""
SHORT: Final = 8
"""A text, or a gap between two runs, of so many words is compared word by word."""
PLACES_OF_A_RUN: Final = 8
"""How many places of the same three words are looked at."""

# Scripts that do not part words with spaces: each character counts.
_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
# What parts words. Not \W, to which the vowel signs of Indic scripts belong.
_BETWEEN = (
    r"\s\x00-/:-@\[-`{-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf×÷\u2000-\u200b\u200e-\u206f،؛؟۔।॥\u3001-\u303f"
    r"\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
_WORD = re.compile(rf"[{_UNSPACED}]|[^{_BETWEEN}{_UNSPACED}]+")

Run = tuple[str, int]
"""An author (a generation, or :data:`PERSON`) and how many words in a row are theirs."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A text as a generation left it."""

    text: str
    authors: tuple[Run, ...]

    def as_json(self) -> dict[str, Any]:
        return {"text": self.text, "authors": [list(run) for run in self.authors]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Entry:
        return cls(text=data["text"], authors=tuple((author, count) for author, count in data["authors"]))

    @property
    def written(self) -> int:
        """How many of its words are an AI's."""
        return sum(count for author, count in self.authors if author != PERSON)


@dataclass(frozen=True, kw_only=True)
class Attribution:
    """Whose words a text holds."""

    authors: tuple[Run, ...]
    there: int = 0
    """Words of the entry it is nearest to that an AI wrote and that are still there."""
    written: int = 0
    """Words of that entry that an AI wrote."""


def words(text: str) -> list[str]:
    """The words of ``text`` as they are compared: without case and punctuation."""
    return _WORD.findall(text.casefold())


def count(text: str) -> int:
    """How many words ``text`` has."""
    return len(_WORD.findall(text))


def runs_of(text: Sequence[str], length: int = RUN) -> Iterator[tuple[str, ...]]:
    """Each ``length`` words in a row."""
    return zip(*(text[ahead:] for ahead in range(length)), strict=False)


def attribute(text: str, entries: Sequence[Entry]) -> Attribution:
    """Whose words ``text`` holds; ``entries`` are what AIs wrote at its place, oldest first."""
    for entry in reversed(entries):
        if entry.text == text:
            return Attribution(authors=entry.authors, there=entry.written, written=entry.written)
    mine = words(text)
    runs = set(runs_of(mine))
    found: list[str | None] = [None] * len(mine)
    there, written = 0, entries[-1].written if entries else 0
    for entry in reversed(entries):
        theirs = words(entry.text)
        if runs.isdisjoint(runs_of(theirs)) and not _are_short(theirs, mine):
            continue
        authors = _each(entry.authors, len(theirs))
        taken = _taken_over(theirs, mine)
        here = {at for at in taken if at is not None and authors[at] != PERSON}
        if len(here) > there:
            there, written = len(here), entry.written
        for position, at in enumerate(taken):
            if found[position] is None and at is not None:
                found[position] = authors[at]
        if None not in found:
            break
    return Attribution(authors=_runs(author or PERSON for author in found), there=there, written=written)


def write(text: str, *, generation: str, old: str, entries: Sequence[Entry], proposed: str | None) -> Entry | None:
    """``text`` as ``generation`` left it, written over ``old``; None when none of its words are new.

    Words taken over from ``old``, and words that ``entries`` know, keep their author. Another word is the generation's,
    unless the AI's own text is given (``proposed``) and it is not in there: then a person changed the proposal before
    taking it.
    """
    mine, theirs = words(text), words(old)
    before = _each(attribute(old, entries).authors, len(theirs))
    kept, known = _taken_over(theirs, mine), _each(attribute(text, entries).authors, len(mine))
    said = repeat(0) if proposed is None or proposed == text else _taken_over(words(proposed), mine)
    news = False
    authors: list[str] = []
    for at, author, source in zip(kept, known, said, strict=False):
        is_new = at is None and author == PERSON and source is not None
        authors.append(generation if is_new else author if at is None else before[at])
        news = news or is_new
    return Entry(text=text, authors=_runs(authors)) if news else None


def cut(entry: Entry, text: str) -> Entry | None:
    """The part of ``entry`` that ``text`` was made of; None when it is not, or hardly, an AI's words from there."""
    theirs, mine = words(entry.text), words(text)
    taken = [at for at in _taken_over(theirs, mine) if at is not None]
    authors = _each(entry.authors, len(theirs))
    if 2 * sum(authors[at] != PERSON for at in taken) <= len(mine):
        return None
    first, end = min(taken), max(taken) + 1
    return Entry(text=" ".join(theirs[first:end]), authors=_runs(authors[first:end]))


def by_a_person(text: str) -> Entry:
    """``text`` as nobody but people wrote it."""
    return Entry(text=text, authors=((PERSON, count(text)),))


def by_author(authors: Iterable[Run]) -> Counter[str]:
    """How many words each author has."""
    total: Counter[str] = Counter()
    for author, number in authors:
        total[author] += number
    return total


def _each(authors: Iterable[Run], number: int) -> list[str]:
    """The author of each of ``number`` words; a release that counted words in another way leaves none without one."""
    runs = chain.from_iterable(repeat(author, length) for author, length in authors)
    return list(islice(chain(runs, repeat(PERSON)), number))


def _runs(authors: Iterable[str]) -> tuple[Run, ...]:
    return tuple((author, sum(1 for _ in group)) for author, group in groupby(authors))


# --- the words of one text in another


def _taken_over(old: Sequence[str], new: Sequence[str]) -> list[int | None]:
    """For each word of ``new`` the position in ``old`` it comes from; runs are found wherever they were moved to.

    Takes a few passes over both, whatever they hold.
    """
    if _are_short(old, new):
        return _in_order(old, new)
    found: list[int | None] = [None] * len(new)
    places = _places_of_runs(old)
    position = 0
    while position + RUN <= len(new):
        start, length = _longest(old, new, position, places.get(tuple(new[position : position + RUN]), ()))
        found[position : position + length] = range(start, start + length)
        position += length or 1
    _fill_gaps(old, new, found)
    return found


def _are_short(old: Sequence[str], new: Sequence[str]) -> bool:
    return len(old) <= SHORT and len(new) <= SHORT


def _in_order(old: Sequence[str], new: Sequence[str]) -> list[int | None]:
    pairs = {there: here for here, there in matches(old, new)}
    return [pairs.get(position) for position in range(len(new))]


def _places_of_runs(old: Sequence[str]) -> dict[tuple[str, ...], list[int]]:
    places: dict[tuple[str, ...], list[int]] = {}
    for position, run in enumerate(runs_of(old)):
        known = places.setdefault(run, [])
        if len(known) < PLACES_OF_A_RUN:
            known.append(position)
    return places


def _longest(old: Sequence[str], new: Sequence[str], position: int, starts: Sequence[int]) -> tuple[int, int]:
    """Where in ``old`` the longest run begins that stands at ``position`` of ``new``, and its length; 0 for none."""
    best = (0, 0)
    for start in starts:
        length = RUN
        while (
            start + length < len(old) and position + length < len(new) and old[start + length] == new[position + length]
        ):
            length += 1
        if length > best[1]:
            best = (start, length)
    return best


def _fill_gaps(old: Sequence[str], new: Sequence[str], found: list[int | None]) -> None:
    """Match the words of short gaps between two runs, or between a run and an end of the text."""
    position = 0
    while position < len(new):
        end = position
        while end < len(new) and found[end] is None:
            end += 1
        start_there = 0 if position == 0 else _after(found[position - 1])
        end_there = len(old) if end == len(new) else found[end]
        if 0 < end - position <= SHORT and end_there is not None and 0 < end_there - start_there <= SHORT:
            for here, there in matches(old[start_there:end_there], new[position:end]):
                found[position + there] = start_there + here
        position = end + 1


def _after(position: int | None) -> int:
    return 0 if position is None else position + 1
