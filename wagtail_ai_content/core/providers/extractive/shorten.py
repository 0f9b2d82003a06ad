"""Shortening by leaving out the sentences that say least."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .languages import Language
from .markup import Piece, Taken, pieces, plain_text
from .rank import by_position, choose, rank
from .sentences import leans
from .tidy import joined
from .words import bag, count

_KEEP = 0.5


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A piece of prose that may be kept or left out."""

    unit: int
    run: int
    piece: Piece
    words: int
    leans: bool
    """True where it can only be kept together with the one before."""


def shorten(texts: Sequence[Taken], language: Language) -> list[str]:
    """Each text with the most telling half of its prose, in its order.

    All texts are ranked together. Kept in any case: headings, lists, quotations, every sentence with a link, and the
    best sentence of each text, so that none is left empty. A text that has room for fewer characters than that loses
    more sentences, as long as one is left.
    """
    found = [candidate for unit, taken in enumerate(texts) for candidate in _candidates(unit, taken, language=language)]
    bags = [bag(candidate.piece.plain, language) for candidate in found]
    scores = rank(bags, bias=by_position(len(found))).sentences
    order = choose(bags, scores, most=len(found))
    kept = _keep(found, order)
    return [_fit(taken, unit, found=found, kept=kept, order=order) for unit, taken in enumerate(texts)]


def _candidates(unit: int, taken: Taken, *, language: Language) -> Iterator[Candidate]:
    if taken.unit.kind == "heading":
        return
    for number, run in enumerate(taken.runs):
        if run.is_prose:
            for at, piece in enumerate(pieces(run.html, language)):
                yield Candidate(
                    unit=unit,
                    run=number,
                    piece=piece,
                    words=count(piece.plain),
                    leans=at > 0 and leans(piece.plain, language),
                )


def _keep(found: Sequence[Candidate], order: Sequence[int]) -> set[int]:
    kept = {place for place, candidate in enumerate(found) if candidate.piece.is_linked}
    covered = {found[place].unit for place in kept}
    for place in order:
        if found[place].unit not in covered:
            kept.update(_with_support(found, place))
            covered.add(found[place].unit)
    room = _KEEP * sum(candidate.words for candidate in found) - sum(found[place].words for place in kept)
    for place in order:
        new = [at for at in _with_support(found, place) if at not in kept]
        cost = sum(found[at].words for at in new)
        if 0 < cost <= room:
            kept.update(new)
            room -= cost
    return kept


def _with_support(found: Sequence[Candidate], place: int) -> list[int]:
    """The sentence and those before it that it leans on."""
    group = [place]
    while found[group[-1]].leans:
        group.append(group[-1] - 1)
    return group


def _fit(taken: Taken, unit: int, *, found: Sequence[Candidate], kept: set[int], order: Sequence[int]) -> str:
    """The text from its kept pieces; while it is too long, without the least of them that may go."""
    mine = {place for place in kept if found[place].unit == unit}
    may_go = [place for place in reversed(order) if place in mine and not found[place].piece.is_linked]
    html = _rebuild(taken, unit, found=found, kept=mine)
    while (
        taken.unit.max_length is not None and len(plain_text(html)) > taken.unit.max_length and may_go and len(mine) > 1
    ):
        mine.discard(may_go.pop(0))
        html = _rebuild(taken, unit, found=found, kept=mine)
    return html


def _rebuild(taken: Taken, unit: int, *, found: Sequence[Candidate], kept: set[int]) -> str:
    pieces_of: dict[int, list[Piece]] = {}
    for place, candidate in enumerate(found):
        if candidate.unit == unit:
            pieces_of.setdefault(taken.runs[candidate.run].place, [])
            if place in kept:
                pieces_of[taken.runs[candidate.run].place].append(candidate.piece)
    return taken.rebuilt(lambda run: joined(pieces_of[run.place]) if run.place in pieces_of else run.html)
