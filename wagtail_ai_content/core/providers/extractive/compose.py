"""A blank page's first text, from the other pages of its section.

The sentences closest to the page's title are chosen from the pages before and after it (query-biased multi-document
summarisation, as in MEAD: Radev, Jing, Styś and Tam 2004, with the walk of ``rank`` as the score) and grouped under the
key phrases they share. Every sentence is verbatim; none of the pages is taken over wholesale.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .digest import join
from .languages import Language
from .material import Material
from .phrases import Phrase, key_phrases
from .rank import Bag, Ranking, choose, rank
from .sentences import is_complete, leans, paragraphs, split
from .trim import headline
from .words import bag, count

_MOST_WORDS = 260
_FEWEST_WORDS, _LONGEST_WORDS = 5, 45
# Of the sentences of one page, and of the words of the new text.
_MOST_OF_A_PAGE = 0.5
_MOST_FROM_A_PAGE = 0.5
_MOST_SUPPORT = 2
_HEADINGS = 4
_HEADING_LENGTH = 60
_LEAST_FOR_HEADINGS = 4
_SUMMARY_SENTENCES = 2
# Of the lines under it, which must hold a heading of a single word.
_LEAST_COVER = 0.5
# A first sentence of fewer words is too abrupt.
_LEAD_WORDS = 12


@dataclass(frozen=True, kw_only=True)
class Block:
    """A piece of the new text."""

    kind: str
    """``heading`` or ``paragraph``."""
    text: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A sentence of another page."""

    page: int
    paragraph: int
    text: str
    bag: Bag
    words: int
    leans: bool
    """True where it needs the line before it."""


def compose(material: Material, language: Language) -> list[Block]:
    """The blocks of the new page; empty where the section has no text at all."""
    lines = list(_lines(material, language))
    subject = bag(material.page_title, language)
    ranking = rank([line.bag for line in lines], bias=_bias(lines, material, language=language))
    chosen = _choose(lines, ranking, pages=len({line.page for line in lines}))
    opening = _opening(material, language, subject=subject)
    lead = _lead(lines, ranking, chosen=chosen)
    if lead is not None:
        opening.append(lines[lead].text)
        chosen = [place for place in chosen if place != lead]
    groups = _group(lines, ranking, chosen=chosen, material=material, language=language)
    blocks = [Block(kind="paragraph", text=text) for text in _run_on(opening)]
    return blocks + [block for heading, places in groups for block in _blocks(lines, heading, places=places)]


def _lines(material: Material, language: Language) -> Iterator[Line]:
    """The sentences that can stand in a new text: whole, neither a label nor a monster, each once."""
    seen = set(split(material.summary, language))
    number = 0
    for page, source in enumerate(material.pages):
        if page == material.position:
            continue
        for group in paragraphs(source.text, language):
            number += 1
            previous = False
            for sentence in group:
                usable = is_complete(sentence) and sentence not in seen and _is_fit(sentence)
                needs_previous = leans(sentence, language)
                if usable and (previous or not needs_previous):
                    seen.add(sentence)
                    yield Line(
                        page=page,
                        paragraph=number,
                        text=sentence,
                        bag=bag(sentence, language),
                        words=count(sentence),
                        leans=needs_previous,
                    )
                previous = usable and (previous or not needs_previous)


def _is_fit(sentence: str) -> bool:
    return _FEWEST_WORDS <= count(sentence) <= _LONGEST_WORDS


def _bias(lines: Sequence[Line], material: Material, *, language: Language) -> list[float]:
    """Towards the page's own title, a little towards the section's, and towards the neighbouring pages."""
    subject = set(bag(material.page_title, language))
    section = set(bag(f"{material.title} {material.summary}", language)) - subject
    weights = []
    for line in lines:
        weight = 0.2 + 4 * len(subject.intersection(line.bag)) + 0.3 * min(3, len(section.intersection(line.bag)))
        near = material.position is not None and abs(line.page - material.position) == 1
        weights.append(weight * (1.5 if near else 1.0))
    return weights


def _choose(lines: Sequence[Line], ranking: Ranking, *, pages: int) -> list[int]:
    """The best lines with what they lean on, within the bounds for the text and for each page, in their order."""
    words_left = _MOST_WORDS
    lines_left = {line.page: 0.0 for line in lines}
    for line in lines:
        lines_left[line.page] += _MOST_OF_A_PAGE
    words_of_page = dict.fromkeys(lines_left, _MOST_WORDS * (_MOST_FROM_A_PAGE if pages > 1 else 1.0))
    chosen: set[int] = set()
    for place in choose([line.bag for line in lines], ranking.sentences, most=len(lines)):
        new = [at for at in _with_support(lines, place) if at not in chosen]
        words, page = sum(lines[at].words for at in new), lines[place].page
        fits = words <= min(words_left, words_of_page[page]) and len(new) <= max(1.0, lines_left[page])
        if new and fits and lines_left[page] > 0 and len(new) <= _MOST_SUPPORT:
            chosen.update(new)
            words_left -= words
            words_of_page[page] -= words
            lines_left[page] -= len(new)
    return sorted(chosen)


def _with_support(lines: Sequence[Line], place: int) -> list[int]:
    group = [place]
    while lines[group[-1]].leans:
        group.append(group[-1] - 1)
    return group


def _run_on(sentences: Sequence[str]) -> Iterator[str]:
    """One paragraph; a first sentence without a closing mark stands by itself, as summaries often have none."""
    if sentences and not is_complete(sentences[0]):
        yield sentences[0]
        sentences = sentences[1:]
    if sentences:
        yield join(sentences)


def _opening(material: Material, language: Language, *, subject: Bag) -> list[str]:
    """The sentences of the section's summary that are closest to the page's title; whole ones if there are any."""
    found = [sentence for sentence in split(material.summary, language) if count(sentence)]
    sentences = [sentence for sentence in found if is_complete(sentence)] or found[:1]
    wanted = set(subject)
    closest = sorted(
        range(len(sentences)), key=lambda place: (-len(wanted.intersection(bag(sentences[place], language))), place)
    )
    return [sentences[place] for place in sorted(closest[:_SUMMARY_SENTENCES])]


def _lead(lines: Sequence[Line], ranking: Ranking, *, chosen: Sequence[int]) -> int | None:
    """The best chosen line that stands alone and that no other one leans on."""
    held = {place - 1 for place in chosen if lines[place].leans}
    free = [place for place in chosen if not lines[place].leans and place not in held]
    return max(
        free,
        key=lambda place: (ranking.sentences[place] * min(lines[place].words, _LEAD_WORDS), -place),
        default=None,
    )


def _group(
    lines: Sequence[Line], ranking: Ranking, *, chosen: Sequence[int], material: Material, language: Language
) -> list[tuple[str, list[int]]]:
    """Headings with their lines, in the order of the section.

    Lines of one page stay together, as they were written to be read together; where all come from one page, those of
    one paragraph. A heading is the key phrase most of its lines share, or the title of their page where they
    share none.
    """
    if len(chosen) < _LEAST_FOR_HEADINGS:
        return [("", list(chosen))] if chosen else []
    taken = set(bag(material.page_title, language))
    groups = []
    for places in _kept_together(lines, ranking, chosen=chosen):
        phrase = _shared_phrase([lines[place] for place in places], ranking, language=language, taken=taken)
        if phrase is not None:
            taken.update(phrase.stems)
        heading = phrase.text if phrase else material.pages[lines[places[0]].page].title
        groups.append((headline(heading, _HEADING_LENGTH, language=language), places))
    return groups


def _kept_together(lines: Sequence[Line], ranking: Ranking, *, chosen: Sequence[int]) -> list[list[int]]:
    """Up to four groups of lines, those that matter most."""
    several = len({lines[place].page for place in chosen}) > 1
    groups: dict[int, list[int]] = {}
    for place in chosen:
        groups.setdefault(lines[place].page if several else lines[place].paragraph, []).append(place)
    best = sorted(groups.values(), key=lambda places: -sum(ranking.sentences[place] for place in places))[:_HEADINGS]
    return sorted(best)


def _shared_phrase(lines: Sequence[Line], ranking: Ranking, *, language: Language, taken: set[str]) -> Phrase | None:
    phrases = key_phrases([line.text for line in lines], ranking.words, language=language)
    free = [phrase for phrase in phrases if taken.isdisjoint(phrase.stems)]
    best = max(free, key=lambda phrase: (_cover(phrase, lines) * len(phrase.stems), phrase.score), default=None)
    telling = best is not None and (len(best.stems) > 1 or _cover(best, lines) >= _LEAST_COVER * len(lines))
    return best if telling else None


def _cover(phrase: Phrase, lines: Sequence[Line]) -> int:
    return sum(set(phrase.stems).issubset(line.bag) for line in lines)


def _blocks(lines: Sequence[Line], heading: str, *, places: Sequence[int]) -> Iterator[Block]:
    """A heading and its paragraphs: a new one where the source has one, unless it would be a lone sentence."""
    if heading:
        yield Block(kind="heading", text=heading)
    groups: list[list[Line]] = []
    for place in places:
        line = lines[place]
        if not groups or (line.paragraph != groups[-1][-1].paragraph and len(groups[-1]) > 1):
            groups.append([])
        groups[-1].append(line)
    if len(groups) > 1 and len(groups[-1]) == 1:
        lone = groups.pop()
        groups[-1] += lone
    for group in groups:
        yield Block(kind="paragraph", text=join(line.text for line in group))
