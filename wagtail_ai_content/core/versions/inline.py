"""The words inside one element of rich text: what was edited, and the edits of two sides in one text.

An element is a list of tokens: words, spaces, signs, and whole tags. An edit replaces a stretch of tokens by another;
both are balanced by themselves, so that marks and links are kept whole and any selection of edits leaves valid HTML.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from .markup import Tag, is_broken, pieces
from .sequences import matches

BLOCK_KEY = re.compile(r'\sdata-block-key="([^"<>]*)"')

REACH = 64
"""How far an insertion may slide to keep its tags together."""

_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Written without spaces: each is a word of its own."""
_SIGNS = "\x00-\x2f:-@\\[-`{-\x7f\xa1-\xbf\u2000-\u200b\u200e-\u206f\u3000-\u303f\uff00-\uff0f"
_WORD = re.compile(
    rf"&#?\w+;|\d+(?:[.,:]\d+)*|\s+|[{_IDEOGRAPHS}]|[^\s\d&{_SIGNS}{_IDEOGRAPHS}][^\s&{_SIGNS}{_IDEOGRAPHS}]*"
    rf"(?:['’][^\s&{_SIGNS}{_IDEOGRAPHS}]+)*|.",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a run of white space, a sign, or a tag."""

    source: str
    """Byte for byte."""
    key: str
    """What it is compared by: the source, tags without their block key."""
    step: int = 0
    """1 for a tag that opens, -1 for one that closes, 0 for everything else."""

    @property
    def weight(self) -> int:
        """How many characters of words it shows."""
        return len(self.source) if not self.step and self.source[:1].isalnum() else 0


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One stretch of tokens replaced by another, balanced on both sides."""

    start: int
    """Position in the text before; the end is not included."""
    end: int
    tokens: tuple[Token, ...]
    """What stands there afterwards."""

    def touches(self, other: Edit) -> bool:
        """Whether both are about the same words, or about words with nothing between them."""
        return self.start <= other.end and other.start <= self.end

    def equals(self, other: Edit) -> bool:
        """Whether both do the same."""
        span = (self.start, self.end) == (other.start, other.end)
        return span and [token.key for token in self.tokens] == [token.key for token in other.tokens]


def words(text: str) -> list[str]:
    """``text`` in words, runs of white space and signs; joined they are the text again."""
    return _WORD.findall(text)


def tokens(html: str) -> list[Token] | None:
    """The tokens of an element; None for markup that is not well-formed and is compared as a whole."""
    found: list[Token] = []
    names: list[str] = []
    for piece in pieces(html):
        if isinstance(piece, Tag):
            step = 0 if piece.void else -1 if piece.closing else 1
            if step > 0:
                names.append(piece.name)
            elif step < 0 and (not names or names.pop() != piece.name):
                return None
            found.append(Token(piece.source, BLOCK_KEY.sub("", piece.source), step))
        elif is_broken(piece):
            return None
        else:
            found += [Token(word, word) for word in words(piece)]
    return None if names else found


def edits(before: Sequence[Token], after: Sequence[Token]) -> list[Edit]:
    """What was edited between two versions of an element, in order; no two edits overlap."""
    pairs = matches([token.key for token in before], [token.key for token in after])
    spans = _absorbed(_spans(pairs, len(before), len(after)), before, after)
    texts = _Text.of(before), _Text.of(after)
    ends = [0, *(span.end for span in spans)]
    starts = [*(span.start for span in spans), len(before)]
    for position, span in enumerate(spans):
        _slide(span, texts, back=span.start - ends[position], forth=starts[position + 1] - span.end)
    return [
        Edit(start=span.start, end=span.end, tokens=tuple(after[span.other_start : span.other_end]))
        for span in _balanced(spans, texts)
    ]


def applied(before: Sequence[Token], chosen: Collection[Edit]) -> str:
    """The source of the element with only the ``chosen`` of its edits."""
    parts: list[str] = []
    done = 0
    for edit in sorted(chosen, key=lambda edit: edit.start):
        parts += [token.source for token in before[done : edit.start]]
        parts += [token.source for token in edit.tokens]
        done = edit.end
    return "".join([*parts, *(token.source for token in before[done:])])


def merged(base: str, ai: str, now: str) -> str | None:
    """``now`` with what ``ai`` edited in ``base``; None when both edited the same words, or in broken markup."""
    sides = tokens(base), tokens(ai), tokens(now)
    if sides[0] is None or sides[1] is None or sides[2] is None:
        return None
    ours = edits(sides[0], sides[2])
    chosen: list[Edit] = []
    for edit in edits(sides[0], sides[1]):
        met = [other for other in _near(ours, edit) if edit.touches(other)]
        if any(not edit.equals(other) for other in met):
            return None
        if not met:
            chosen.append(_on(ours, edit))
    return applied(sides[2], chosen)


# --- two sides


def _near(ours: list[Edit], edit: Edit) -> list[Edit]:
    """Those of ``ours`` that may touch ``edit``."""
    first = bisect_left(ours, edit.start, key=lambda other: other.end)
    last = bisect_right(ours, edit.end, key=lambda other: other.start)
    return ours[first:last]


def _on(ours: list[Edit], edit: Edit) -> Edit:
    """``edit``, that touches none of ``ours``, with its places in the text after them."""
    before = ours[: bisect_left(ours, edit.start, key=lambda other: other.end)]
    shift = sum(len(other.tokens) - (other.end - other.start) for other in before)
    return replace(edit, start=edit.start + shift, end=edit.end + shift)


# --- finding edits


@dataclass(slots=True)
class _Span:
    """A stretch that differs: positions in the text before, and in the other."""

    start: int
    end: int
    other_start: int
    other_end: int

    def sides(self) -> tuple[tuple[int, int], tuple[int, int]]:
        return (self.start, self.end), (self.other_start, self.other_end)

    def shift(self, start: int, end: int) -> None:
        """Move both starts by ``start`` and both ends by ``end`` tokens."""
        self.start, self.other_start = self.start + start, self.other_start + start
        self.end, self.other_end = self.end + end, self.other_end + end

    def follows(self, other: _Span) -> bool:
        """Whether nothing stands between ``other`` and this."""
        return (other.end, other.other_end) == (self.start, self.other_start)

    def join(self, other: _Span) -> None:
        """Take in a neighbour, and what stands between."""
        self.start, self.end = min(self.start, other.start), max(self.end, other.end)
        self.other_start, self.other_end = (
            min(self.other_start, other.other_start),
            max(self.other_end, other.other_end),
        )


@dataclass(frozen=True, kw_only=True)
class _Text:
    """Tokens, and how many tags are open before each of them and at the end."""

    keys: list[str]
    depths: list[int]

    @classmethod
    def of(cls, found: Sequence[Token]) -> _Text:
        return cls(keys=[t.key for t in found], depths=list(accumulate((t.step for t in found), initial=0)))

    def is_balanced(self, start: int, end: int) -> bool:
        """Whether a stretch opens and closes its own tags."""
        depth = self.depths[start]
        return depth == self.depths[end] and depth == min(self.depths[start : end + 1])


def _spans(pairs: list[tuple[int, int]], length: int, other_length: int) -> list[_Span]:
    found = []
    start = other_start = 0
    for end, other_end in [*pairs, (length, other_length)]:
        if end > start or other_end > other_start:
            found.append(_Span(start, end, other_start, other_end))
        start, other_start = end + 1, other_end + 1
    return found


def _absorbed(spans: list[_Span], before: Sequence[Token], after: Sequence[Token]) -> list[_Span]:
    """Spans joined where what they have between them is little beside them: a text written anew is one edit.

    Tags and ends of lines keep them apart.
    """
    weights = _sums(before), _sums(after)
    walls = list(accumulate((t.source[:1] == "<" or "\n" in t.source for t in before), initial=0))
    found: list[_Span] = []
    for span in spans:
        while found:
            last = found[-1]
            island = weights[0][span.start] - weights[0][last.end]
            if walls[span.start] > walls[last.end] or 2 * island > min(_size(last, weights), _size(span, weights)):
                break
            span.join(found.pop())
        found.append(span)
    return found


def _sums(found: Sequence[Token]) -> list[int]:
    return list(accumulate((token.weight for token in found), initial=0))


def _size(span: _Span, weights: tuple[list[int], list[int]]) -> int:
    return max(sums[end] - sums[start] for sums, (start, end) in zip(weights, span.sides(), strict=True))


def _slide(span: _Span, texts: tuple[_Text, _Text], *, back: int, forth: int) -> None:
    """Of all places where an insertion or deletion can be read, take the last at which it keeps its tags together.

    So ``b</li><li>`` becomes ``<li>b</li>``, and two sides that insert the same do it at the same place. ``back`` and
    ``forth`` say how many tokens that did not change stand on either side.
    """
    (start, end), (other_start, other_end) = span.sides()
    if (start == end) == (other_start == other_end):
        return
    text, start, end = (texts[0], start, end) if start < end else (texts[1], other_start, other_end)
    first = -_repeats(text.keys, start - 1, end - 1, step=-1, most=min(back, REACH))
    last = _repeats(text.keys, start, end, step=1, most=min(forth, REACH))
    steps = range(last, first - 1, -1)
    step = next((step for step in steps if text.is_balanced(start + step, end + step)), last)
    span.shift(step, step)


def _repeats(keys: list[str], one: int, other: int, *, step: int, most: int) -> int:
    """How many tokens from ``one`` on, at most ``most``, are those from ``other`` on."""
    return next((n for n in range(most) if keys[one + n * step] != keys[other + n * step]), most)


def _balanced(spans: list[_Span], texts: tuple[_Text, _Text]) -> list[_Span]:
    """Spans widened until each opens and closes its own tags, on both sides."""
    waiting = spans[::-1]
    found: list[_Span] = []
    while waiting:
        span = waiting.pop()
        lowest = _lowest(span, texts)
        while True:
            starts, ends = _depths_at(span, texts)
            if starts != lowest:
                if found and span.follows(found[-1]):
                    span.join(found.pop())
                else:
                    span.shift(-1, 0)
            elif ends != lowest:
                if waiting and waiting[-1].follows(span):
                    lowest = _least(lowest, _lowest(waiting[-1], texts))
                    span.join(waiting.pop())
                else:
                    span.shift(0, 1)
            else:
                break
            lowest = _least(lowest, *_depths_at(span, texts))
        found.append(span)
    return found


def _lowest(span: _Span, texts: tuple[_Text, _Text]) -> list[int]:
    """How few tags are open anywhere in a span, on each side."""
    return [min(text.depths[start : end + 1]) for text, (start, end) in zip(texts, span.sides(), strict=True)]


def _depths_at(span: _Span, texts: tuple[_Text, _Text]) -> tuple[list[int], list[int]]:
    """How many tags are open at the start and at the end of a span, on each side."""
    both = list(zip(texts, span.sides(), strict=True))
    return [text.depths[start] for text, (start, _) in both], [text.depths[end] for text, (_, end) in both]


def _least(*depths: list[int]) -> list[int]:
    return [min(side) for side in zip(*depths, strict=True)]
