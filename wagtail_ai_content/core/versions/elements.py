"""Rich text as a list of top-level elements, and which element of one version is which of another.

An element is a unit of :mod:`.richtext` with the white space behind it: the sources joined are the text again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from .inline import BLOCK_KEY, words
from .markup import visible
from .richtext import split
from .sequences import Pair, alike, gaps, increasing, matches

_TAG = re.compile(r"\s*<([a-zA-Z][a-zA-Z0-9]*)")


@dataclass(frozen=True)
class Element:
    """A top-level element."""

    source: str
    """The exact slice."""

    @cached_property
    def same(self) -> str:
        """Equal for elements between which a person sees no difference."""
        return plain(self.source)

    @cached_property
    def key(self) -> str:
        """The key that the editor gave its first block; empty when it has none."""
        found = BLOCK_KEY.search(self.source)
        return found[1] if found else ""

    @cached_property
    def tag(self) -> str:
        found = _TAG.match(self.source)
        return found[1].lower() if found else ""

    @cached_property
    def words(self) -> Counter[str]:
        return counted(visible(self.source))


def plain(html: str) -> str:
    """``html`` without the editor's keys."""
    return BLOCK_KEY.sub("", html) if "data-block-key" in html else html


def elements(html: str) -> list[Element]:
    """The top-level elements of ``html``, in order."""
    sources: list[str] = []
    for unit in split(html):
        if sources and not unit.source.strip():
            sources[-1] += unit.source
        else:
            sources.append(unit.source)
    return [Element(source) for source in sources]


def versions(before: Sequence[Element], after: Sequence[Element], *, new: Collection[str] = ()) -> list[Pair]:
    """Pairs of positions of the same element, ascending: equal, with the editor's key in common, or alike.

    Elements of ``after`` that are the same as one that is known to be ``new`` are no versions of another.
    """
    pairs = matches([element.same for element in before], [element.same for element in after])
    lengths = len(before), len(after)
    skip = {position for position, element in enumerate(after) if element.same in new}
    keyed = [pair for gap in gaps(pairs, lengths, skip=skip) for pair in _keyed(*gap, before, after)]
    pairs = sorted([*pairs, *keyed])
    rest = [pair for gap in gaps(pairs, lengths, skip=skip) for pair in _alike(*gap, before, after)]
    return sorted([*pairs, *rest])


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """The share of words that two texts have in common, from 0 to 1."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0


def counted(text: str) -> Counter[str]:
    """The words of a plain text, to tell how alike two are."""
    return Counter(word.lower() for word in words(text) if word[0].isalnum())


def without_keys(source: str, keys: Collection[str]) -> str:
    """``source`` without those of the editor's keys that are in ``keys``."""
    return BLOCK_KEY.sub(lambda found: "" if found[1] in keys else found[0], source)


def _keyed(
    befores: Sequence[int], afters: Sequence[int], before: Sequence[Element], after: Sequence[Element]
) -> list[Pair]:
    keys = {after[a].key: a for a in afters if after[a].key}
    pairs = [(b, keys[before[b].key]) for b in befores if before[b].key in keys]
    return [pairs[position] for position in increasing([a for _, a in pairs])]


def _alike(
    befores: Sequence[int], afters: Sequence[int], before: Sequence[Element], after: Sequence[Element]
) -> Iterator[Pair]:
    return alike(
        befores,
        afters,
        likeness=lambda b, a: likeness(before[b].words, after[a].words),
        level=lambda b, a: before[b].tag == after[a].tag,
    )
