"""What matters in a text: a random walk between its sentences and their words, and a choice without repetition."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

Bag = tuple[str, ...]
"""The distinct stems of one sentence, see ``words.bag``."""

_DAMPING = 0.85
_ROUNDS = 20
# How much of a sentence's worth depends on its being news.
_NOVELTY = 0.7


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """How much each sentence and each word matters; comparable within one text only."""

    sentences: tuple[float, ...]
    words: Mapping[str, float]


def rank(bags: Sequence[Bag], *, bias: Sequence[float]) -> Ranking:
    """Rank sentences by each other, leaning towards ``bias`` (one weight above zero a sentence).

    LexRank (Erkan and Radev 2004), with the biased restart of Otterbacher, Erkan and Radev (2009), walked over the
    graph of sentences *and words* as in Wan, Yang and Xiao (2007): a step goes from a sentence to one of its words and
    on to a sentence with that word. That is the same idea as walking over pairs of similar sentences, but costs time
    in proportion to the text and not to its square, and ranks the words as well. Words of one sentence only connect
    nothing and are left out. The score is divided by the root of the length, as a walk favours long sentences.
    """
    if not bags:
        return Ranking(sentences=(), words={})
    holders = _holders(bags)
    links = [tuple(word for word in bag if word in holders) for bag in bags]
    total = sum(bias)
    restart = [weight / total for weight in bias]
    scores, words = restart, dict.fromkeys(holders, 0.0)
    for _ in range(_ROUNDS):
        words = _to_words(scores, links, holders=holders)
        scores = _to_sentences(words, holders, restart=restart)
    return Ranking(
        sentences=tuple(score / sqrt(len(bag) + 1) for score, bag in zip(scores, bags, strict=True)), words=words
    )


def by_position(count: int) -> list[float]:
    """A bias for the sentences of one text: the opening says what it is about (Edmundson 1969)."""
    return [1 + 3 / (1 + place) for place in range(count)]


def choose(bags: Sequence[Bag], scores: Sequence[float], *, most: int) -> list[int]:
    """Up to ``most`` sentences, best first, each chosen for its score and for what the chosen have not said yet.

    Maximal marginal relevance (Carbonell and Goldstein 1998), with the share of words already said as the likeness to
    what was chosen. That share only grows, so a score in the heap can only be too high, and one look at the top is
    enough in most rounds (Minoux 1978).
    """
    told: set[str] = set()
    heap = [(-score, place) for place, score in enumerate(scores)]
    heapq.heapify(heap)
    chosen: list[int] = []
    while heap and len(chosen) < most:
        _, place = heapq.heappop(heap)
        value = -scores[place] * (1 - _NOVELTY * _share(bags[place], told))
        if heap and (value, place) > heap[0]:
            heapq.heappush(heap, (value, place))
            continue
        chosen.append(place)
        told.update(bags[place])
    return chosen


def _holders(bags: Sequence[Bag]) -> dict[str, list[int]]:
    """The sentences of each word that connects at least two."""
    holders: dict[str, list[int]] = {}
    for place, bag in enumerate(bags):
        for word in bag:
            holders.setdefault(word, []).append(place)
    return {word: places for word, places in holders.items() if len(places) > 1}


def _to_words(scores: Sequence[float], links: Sequence[Bag], *, holders: Mapping[str, list[int]]) -> dict[str, float]:
    words = dict.fromkeys(holders, 0.0)
    for score, linked in zip(scores, links, strict=True):
        if linked:
            share = score / len(linked)
            for word in linked:
                words[word] += share
    return words


def _to_sentences(
    words: Mapping[str, float], holders: Mapping[str, list[int]], *, restart: Sequence[float]
) -> list[float]:
    reached = [0.0] * len(restart)
    for word, places in holders.items():
        share = words[word] / len(places)
        for place in places:
            reached[place] += share
    return [_DAMPING * score + (1 - _DAMPING) * home for score, home in zip(reached, restart, strict=True)]


def _share(bag: Bag, told: set[str]) -> float:
    return sum(word in told for word in bag) / len(bag) if bag else 1.0
