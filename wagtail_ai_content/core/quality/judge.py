"""The criteria. Each looks at a sample and says what it found, or nothing where it has nothing to go by."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from ..providers.extractive.languages import Language, language_of
from ..providers.extractive.words import bag, count
from ..text import Text, gettext_noop
from .measure import Measures, measure
from .report import Criterion, Report, Sample, Written

EASY: Final = 40.0
"""LIX that most people read without effort."""
HARD: Final = 65.0
"""LIX from which on only specialists do."""
LONG_PARAGRAPH: Final = 150
"""Words."""
LONG_TEXT: Final = 400
"""Words after which a reader looks for a heading."""
SHORTEST: Final = 0.4
"""Which part of the wanted length is too short to use the room there is."""
REPEATED: Final = 0.25
"""A text of which so much was said before is as repetitive as can be."""
STUFFED: Final = 0.06
"""Which part of all words one keyword may be."""
FEWEST_FOR_KEYWORDS: Final = 30
"""Words; in a shorter text a keyword need not stand."""

NO_FACTS = gettext_noop("No number, date, name, quotation or link was lost or changed.")
FACTS = gettext_noop("Facts that were lost or changed: %(count)s.")
READABLE = gettext_noop("Easy to read (LIX %(lix)s).")
DEMANDING = gettext_noop("Demanding to read (LIX %(lix)s): shorter sentences and words would help.")
HARDER = gettext_noop("Harder to read than before (LIX %(lix)s, it was %(before)s).")
LENGTHS = gettext_noop("The lengths fit their fields.")
TOO_LONG = gettext_noop("Longer than is best for its field: %(length)s characters, up to %(wanted)s are shown.")
TOO_SHORT = gettext_noop("Shorter than is best for its field: %(length)s of %(wanted)s characters.")
NO_REPETITION = gettext_noop("Nothing is said twice.")
REPETITION = gettext_noop("%(share)s %% of it repeats words that already stand in it.")
STRUCTURED = gettext_noop("Paragraphs and headings are as a reader needs them.")
LONG_PARAGRAPHS = gettext_noop("Paragraphs of more than %(most)s words: %(count)s.")
NO_HEADINGS = gettext_noop("A text of %(words)s words without enough headings.")
KEYWORDS = gettext_noop("It is about what the title says.")
MISSING = gettext_noop("Words of the title that it does not mention: %(words)s.")
STUFFING = gettext_noop("“%(word)s” is repeated too often.")
SHORTER = gettext_noop("It is shorter, as asked.")
NOT_SHORTER = gettext_noop("It was to be shorter, and is not.")
LONGER = gettext_noop("It is longer, as asked.")
NOT_LONGER = gettext_noop("It was to be longer, and is not.")

_SHORTER = re.compile(
    r"\b(?:shorten|shorter|more concise|condense|trim|kürzer|kürzen?|gekürzt|straffen?)\b", re.IGNORECASE
)
_LONGER = re.compile(
    r"\b(?:longer|expand|lengthen|more detail(?:ed)?|länger|ausführlicher|erweitern?)\b", re.IGNORECASE
)


def judge(sample: Sample, weights: Mapping[str, float]) -> Report:
    """All that can be said of ``sample``. A criterion whose weight is 0 is not looked at."""
    language = language_of(sample.language)
    measured = [(text, measure(text.after, language)) for text in sample.texts]
    found = (
        criterion(sample, measured, language) for name, criterion in CRITERIA.items() if weights.get(name, 0.0) > 0
    )
    return Report(criteria=tuple(criterion for criterion in found if criterion), weights=weights)


Measured = list[tuple[Written, Measures]]


def _facts(sample: Sample, measured: Measured, language: Language) -> Criterion | None:
    if not any(text.before for text in sample.texts):
        return None
    reason = Text(FACTS, {"count": sample.alerts}) if sample.alerts else Text(NO_FACTS)
    return Criterion(name="facts", score=1 / (1 + sample.alerts), reason=reason)


def _readability(sample: Sample, measured: Measured, language: Language) -> Criterion | None:
    told = [(text, found.lix, found.words) for text, found in measured if text.long and found.lix is not None]
    total = sum(number for _, _, number in told)
    if not total:
        return None
    lix = sum(value * number for _, value, number in told) / total
    score = min(1.0, max(0.0, (HARD - lix) / (HARD - EASY)))
    return Criterion(name="readability", score=score, reason=_read(lix, [text for text, _, _ in told], language))


def _read(lix: float, texts: list[Written], language: Language) -> Text:
    if lix <= EASY:
        return Text(READABLE, {"lix": round(lix)})
    before = measure("\n".join(text.before for text in texts), language).lix
    if before is not None and lix > before + 5:
        return Text(HARDER, {"lix": round(lix), "before": round(before)})
    return Text(DEMANDING, {"lix": round(lix)})


def _length(sample: Sample, measured: Measured, language: Language) -> Criterion | None:
    fits = [_fit(len(text.after), text.wanted) for text in sample.texts if text.wanted]
    if not fits:
        return None
    score, reason = min(fits, key=lambda fit: fit[0])
    return Criterion(name="length", score=score, reason=reason)


def _fit(length: int, wanted: int) -> tuple[float, Text]:
    told = {"length": length, "wanted": wanted}
    if length > wanted:
        return max(0.0, 1 - (length - wanted) / wanted), Text(TOO_LONG, told)
    if length < wanted * SHORTEST:
        return length / (wanted * SHORTEST), Text(TOO_SHORT, told)
    return 1.0, Text(LENGTHS)


def _repetition(sample: Sample, measured: Measured, language: Language) -> Criterion | None:
    long = [found for text, found in measured if text.long and found.words]
    total = sum(found.words for found in long)
    if not total:
        return None
    share = sum(found.repeated * found.words for found in long) / total
    reason = Text(REPETITION, {"share": round(share * 100)}) if share >= 0.01 else Text(NO_REPETITION)
    return Criterion(name="repetition", score=max(0.0, 1 - share / REPEATED), reason=reason)


def _structure(sample: Sample, measured: Measured, language: Language) -> Criterion | None:
    long = [(text, found) for text, found in measured if text.long]
    total = sum(found.words for _, found in long)
    paragraphs = [number for _, found in long for number in found.paragraphs]
    if total < LONG_PARAGRAPH or not paragraphs:
        return None
    too_long = [number for number in paragraphs if number > LONG_PARAGRAPH]
    if too_long:
        reason = Text(LONG_PARAGRAPHS, {"most": LONG_PARAGRAPH, "count": len(too_long)})
        return Criterion(name="structure", score=1 - sum(too_long) / sum(paragraphs), reason=reason)
    needed = total // LONG_TEXT
    headings = sum(text.headings for text, _ in long)
    if headings < needed:
        return Criterion(name="structure", score=headings / needed, reason=Text(NO_HEADINGS, {"words": total}))
    return Criterion(name="structure", score=1.0, reason=Text(STRUCTURED))


def _keywords(sample: Sample, measured: Measured, language: Language) -> Criterion | None:
    text = "\n".join(text.after for text in sample.texts)
    total = count(text)
    wanted = {stem: word for word in sample.keywords for stem in bag(word, language)}
    if not wanted or total < FEWEST_FOR_KEYWORDS:
        return None
    there = set(bag(text, language))
    missing = [word for stem, word in wanted.items() if stem not in there]
    stuffed = next((word for word in wanted.values() if text.casefold().count(word.casefold()) / total > STUFFED), "")
    score = 1 - len(missing) / len(wanted)
    if stuffed:
        return Criterion(name="keywords", score=score / 2, reason=Text(STUFFING, {"word": stuffed}))
    reason = Text(MISSING, {"words": ", ".join(missing)}) if missing else Text(KEYWORDS)
    return Criterion(name="keywords", score=score, reason=reason)


def _instruction(sample: Sample, measured: Measured, language: Language) -> Criterion | None:
    before, after = (sum(count(getattr(text, side)) for text in sample.texts) for side in ("before", "after"))
    if not before:
        return None
    if _SHORTER.search(sample.instruction):
        return _kept(after < before, Text(SHORTER), Text(NOT_SHORTER))
    if _LONGER.search(sample.instruction):
        return _kept(after > before, Text(LONGER), Text(NOT_LONGER))
    return None


def _kept(kept: bool, yes: Text, no: Text) -> Criterion:
    return Criterion(name="instruction", score=float(kept), reason=yes if kept else no)


CRITERIA: Final[Mapping[str, Callable[[Sample, Measured, Language], Criterion | None]]] = {
    "facts": _facts,
    "length": _length,
    "readability": _readability,
    "repetition": _repetition,
    "instruction": _instruction,
    "structure": _structure,
    "keywords": _keywords,
}
"""By name, in the order they are shown."""
