"""Key phrases: what a text keeps coming back to, in its own words.

Candidates are the runs of words between function words and punctuation, as in RAKE (Rose, Engel, Cramer and Cowley
2010), and every shorter run inside them. A run of several words counts only if it is said at least twice, which keeps
out chance neighbours such as a noun and its verb; a single word only if it is seen where a noun stands, after an
article or the like. The score is the rank of the words times how often they are said
together; a phrase inside a longer one counts only for the times it stands alone, as in C-value (Frantzi, Ananiadou
and Mima 2000).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .languages import Language
from .words import CJK, WORD, is_stopword, stem

Stems = tuple[str, ...]

_MOST_WORDS = 3
# A word of one or two letters is a unit or a variable, rarely a subject.
_SHORTEST_WORD = 3
# In a script that does not part words, a longer run is a clause.
_LONGEST_CJK = 8


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """One key phrase."""

    text: str
    """As the text most often writes it."""
    stems: Stems
    score: float


def key_phrases(sentences: Sequence[str], worth: Mapping[str, float], *, language: Language) -> list[Phrase]:
    """The phrases of ``sentences``, best first. ``worth``: the rank of each stem."""
    said: Counter[Stems] = Counter()
    forms: dict[Stems, Counter[str]] = {}
    for sentence in sentences:
        for run in _runs(sentence, language):
            for candidate in _candidates(run.words):
                stems = tuple(stem(word, language) for word in candidate)
                said[stems] += 1
                if len(candidate) > 1 or _is_noun(candidate[0], run, language=language):
                    forms.setdefault(stems, Counter())[" ".join(candidate)] += 1
    often = {stems: times for stems, times in said.items() if times > 1 and stems in forms and _is_varied(stems)}
    phrases = [
        Phrase(text=_best_form(forms[stems]), stems=stems, score=_score(stems, times, worth=worth))
        for stems, times in _alone(often).items()
    ]
    return sorted(phrases, key=lambda phrase: (-phrase.score, phrase.text))


def distinct(phrases: Sequence[Phrase], *, most: int) -> list[Phrase]:
    """The first phrases that do not share a word with a better one."""
    chosen: list[Phrase] = []
    used: set[str] = set()
    for phrase in phrases:
        if len(chosen) == most:
            break
        if used.isdisjoint(phrase.stems):
            chosen.append(phrase)
            used.update(phrase.stems)
    return chosen


@dataclass(frozen=True, kw_only=True)
class _Run:
    """Words that stand side by side, and the word before them."""

    before: str
    words: list[str]


def _runs(sentence: str, language: Language) -> Iterator[_Run]:
    before, run, end = "", list[str](), 0
    for match in WORD.finditer(sentence):
        word = match.group()
        parted = sentence[end : match.start()] != " "
        carries = _carries(word, language)
        if run and (parted or not carries):
            yield _Run(before=before, words=run)
            before, run = "", []
        if carries:
            run.append(word)
        else:
            before = word.casefold()
        end = match.end()
    if run:
        yield _Run(before=before, words=run)


def _is_noun(word: str, run: _Run, *, language: Language) -> bool:
    """A guess by the capital, or by the company a word keeps: alone after an article or the like."""
    if language.capital_nouns:
        return word[0].isupper()
    if not language.determiners:
        return True
    return run.words == [word] and run.before in language.determiners


def _is_varied(stems: Stems) -> bool:
    return len(stems) == len(set(stems))


def _carries(word: str, language: Language) -> bool:
    if CJK.search(word):
        return 2 <= len(word) <= _LONGEST_CJK
    return len(word) >= _SHORTEST_WORD and not word[0].isdigit() and not is_stopword(word, language)


def _candidates(run: list[str]) -> Iterator[list[str]]:
    for size in range(1, _MOST_WORDS + 1):
        for start in range(len(run) - size + 1):
            yield run[start : start + size]


def _alone(said: Mapping[Stems, int]) -> dict[Stems, int]:
    """How often each phrase is said outside the longer phrases; those never said alone are left out."""
    inside: Counter[Stems] = Counter()
    for stems, times in said.items():
        for start in range(len(stems)):
            for end in range(start + 1, len(stems) + 1):
                if end - start < len(stems):
                    inside[stems[start:end]] = max(inside[stems[start:end]], times)
    return {stems: times - inside[stems] for stems, times in said.items() if times > inside[stems]}


def _score(stems: Stems, times: int, *, worth: Mapping[str, float]) -> float:
    """The mean worth of the words times the mentions; doubled for two words, as they say more than one."""
    mean = sum(worth.get(word, 0.0) for word in stems) / len(stems)
    return mean * times * len(stems)


def _best_form(forms: Counter[str]) -> str:
    """The most frequent writing; at a tie the one in lower case, as a capital may only open a sentence."""
    return max(forms, key=lambda form: (forms[form], form.islower(), form))
