"""One text, ranked once, and the short texts drawn from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from .languages import Language
from .phrases import Phrase, distinct, key_phrases
from .rank import Ranking, by_position, choose, rank
from .sentences import is_complete, leans, split
from .trim import headline, trim
from .words import bag

# A title of one short word names nothing; a description that fills less than this share of its room says too little.
_LEAST_TITLE = 8
_LEAST_DESCRIPTION_SHARE = 0.4
_DESCRIPTION_CANDIDATES = 6
_TITLES = 3
_SUMMARY_SENTENCES = 4
# A sentence that leans on the one before (“It …”) is out of place in a text of one or two sentences.
_LEANING_FACTOR = 0.3
_LABEL_FACTOR = 0.2
# So is a question without its answer, or what somebody said.
_VOICED_FACTOR = 0.4
_QUOTES = ("“", "„", "«", '"', "‘")
_TITLE_PHRASES = 4


@dataclass(frozen=True, kw_only=True)
class Digest:
    """A text with at least one word, and what it comes down to."""

    text: str
    language: Language
    heading: str = ""
    """The title it already has; empty if none."""

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """Verbatim and in order, each once."""
        return tuple(dict.fromkeys(split(self.text, self.language)))

    @cached_property
    def _bags(self) -> tuple[tuple[str, ...], ...]:
        return tuple(bag(sentence, self.language) for sentence in self.sentences)

    @cached_property
    def ranking(self) -> Ranking:
        return rank(self._bags, bias=by_position(len(self.sentences)))

    @cached_property
    def phrases(self) -> tuple[Phrase, ...]:
        """Key phrases, best first, no two sharing a word."""
        found = key_phrases(self.sentences, self.ranking.words, language=self.language)
        return tuple(distinct(found, most=12))

    @cached_property
    def best(self) -> tuple[int, ...]:
        """The sentences that stand alone best, best first."""
        scores = [score * self._standing(place) for place, score in enumerate(self.ranking.sentences)]
        return tuple(choose(self._bags, scores, most=50))

    def _standing(self, place: int) -> float:
        sentence = self.sentences[place]
        factor = 1.0 if is_complete(sentence) else _LABEL_FACTOR
        if sentence.startswith(_QUOTES) or sentence.endswith(("?", "？", "؟")):
            factor *= _VOICED_FACTOR
        return factor * (_LEANING_FACTOR if place and leans(sentence, self.language) else 1.0)

    def summary(self, limit: int) -> str:
        """The best sentences in their order, within ``limit`` characters and about a third of the text."""
        room = min(_SUMMARY_SENTENCES, max(1, (len(self.sentences) + 2) // 3))
        chosen: list[int] = []
        for place in self.best[: 3 * room]:
            if len(chosen) < room and len(self._joined([*chosen, place])) <= limit:
                chosen.append(place)
        return self._joined(chosen) or trim(self.sentences[self.best[0]], limit)

    def description(self, limit: int) -> str:
        """The best sentences that fit ``limit`` together, in their order; the best one, cut, where it is too long."""
        chosen: list[int] = []
        for place in self.best[:_DESCRIPTION_CANDIDATES]:
            if len(self._joined([*chosen, place])) <= limit:
                chosen.append(place)
        text = self._joined(chosen)
        return text if len(text) >= limit * _LEAST_DESCRIPTION_SHARE else self._longest(text, limit)

    def _longest(self, text: str, limit: int) -> str:
        """``text``, or the best sentence cut to ``limit`` where that says more."""
        cut = trim(self.sentences[self.best[0]], limit)
        return max(text, cut, key=len)

    def titles(self, limit: int) -> list[str]:
        """Up to three different titles, none of them the one the text has; never empty."""
        found: dict[str, str] = {}
        for candidate in self._title_candidates(limit):
            title = headline(candidate, limit, language=self.language)
            if len(title) >= min(_LEAST_TITLE, limit) and title.casefold() != self.heading.casefold():
                found.setdefault(title.casefold(), title)
        if not found:
            fallback = self.heading or self.sentences[0]
            return [headline(fallback, limit, language=self.language) or trim(fallback, limit)]
        return list(found.values())[:_TITLES]

    def _title_candidates(self, limit: int) -> Iterator[str]:
        """A heading in the text, the key phrase with a telling clause, two key phrases, telling clauses."""
        clauses = [headline(self.sentences[place], limit, language=self.language) for place in self.best[:6]]
        whole = [clause for place, clause in zip(self.best, clauses, strict=False) if self._is_whole(place, clause)]
        yield from self._headings(limit)
        yield from whole[:1]
        yield from self._paired_phrases(limit)
        yield from whole[1:]
        yield from clauses
        yield from (phrase.text for phrase in self.phrases)

    def _is_whole(self, place: int, clause: str) -> bool:
        """True where the title is the sentence or a clause of it, and not its first words."""
        rest = self.sentences[place][len(clause) :].lstrip("\"'”’»)")
        return not rest[:1].isalnum() and not rest[:1].isspace()

    def _headings(self, limit: int) -> Iterator[str]:
        for sentence in self.sentences[:1]:
            if not is_complete(sentence) and len(sentence) <= limit:
                yield sentence

    def _paired_phrases(self, limit: int) -> Iterator[str]:
        glue = f" {self.language.conjunction} " if self.language.conjunction else ", "
        texts = [phrase.text for phrase in self.phrases[:_TITLE_PHRASES]]
        for first, second in list(pairwise(texts))[:1]:
            if len(first) + len(glue) + len(second) <= limit:
                yield f"{first}{glue}{second}"

    def seo_title(self, limit: int) -> str:
        """The text's own title with its best key phrase, as far as they fit; the best other title without one."""
        if not self.heading:
            return self.titles(limit)[0]
        title = headline(self.heading, limit, language=self.language)
        known = set(bag(title, self.language))
        colon = "\xa0:" if self.language.spaced_punctuation else ":"
        for phrase in self.phrases[:_TITLE_PHRASES]:
            longer = f"{title}{colon} {phrase.text}"
            if known.isdisjoint(phrase.stems) and len(longer) <= limit and not title.endswith(("?", "!")):
                return longer
        return title or trim(self.heading, limit)

    def _joined(self, places: list[int]) -> str:
        return join(self.sentences[place] for place in sorted(places))


def join(sentences: Iterable[str]) -> str:
    """Sentences as one paragraph; no space after a full stop that brings its own."""
    text = ""
    for sentence in sentences:
        text += sentence if not text or text.endswith(("。", "！", "？", "｡")) else f" {sentence}"
    return text
