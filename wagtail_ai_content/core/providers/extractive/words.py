"""Words: found in any script, and reduced so that “glazes” meets “glazing”.

A word is what stands between spaces and punctuation, because Python's ``\\w`` leaves out the vowel signs of Indic
scripts. Chinese, Japanese and Korean runs become pairs of characters, the usual stand-in for words where the script
does not part them (bigram indexing, Nie and Ren 1999).
"""

from __future__ import annotations

import re

from .languages import Language

# Zero-width joiners (U+200C, U+200D) belong to words in Persian and Indic scripts, so the class leaves them out.
_LATIN_MARKS = r"\x00-/:-@\[-`{-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf×÷"
_OTHER_MARKS = r"\u2000-\u200b\u200e-\u206f،؛؟۔।॥\u3001-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
_LETTER = rf"[^\s{_LATIN_MARKS}{_OTHER_MARKS}]"
WORD = re.compile(rf"{_LETTER}+(?:['’\-‐‑.]{_LETTER}+)*")
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_CJK_RUN = re.compile(rf"{CJK.pattern}+")
# A short word loses no ending: “bus” is not “bu”.
_SHORTEST_STEM = 3


def words(text: str) -> list[str]:
    """The words of ``text`` as they are written."""
    return WORD.findall(text)


def count(text: str) -> int:
    """How many words ``text`` has; two characters make a word where the script does not part words."""
    characters = len(CJK.findall(text))
    spaced = CJK.sub(" ", text) if characters else text
    return len(WORD.findall(spaced)) + (characters + 1) // 2


def is_stopword(word: str, language: Language) -> bool:
    folded = word.casefold().replace("’", "'")
    if not language.code:
        return len(folded) <= 3 and not CJK.search(folded)
    return folded in language.stopwords


def stem(word: str, language: Language) -> str:
    """``word`` without case and ending, to compare it; after Harman's S stemmer (1991), with a few endings more."""
    folded = word.casefold().replace("’", "'")
    folded = folded.removesuffix("'s")
    for suffix in language.suffixes:
        if folded.endswith(suffix) and len(folded) - len(suffix) >= _SHORTEST_STEM:
            return folded[: -len(suffix)]
    return folded


def bag(text: str, language: Language) -> tuple[str, ...]:
    """The distinct stems that carry the subject of ``text``, in their order (never a set: its order changes by run)."""
    found: dict[str, None] = {}
    for word in WORD.findall(text):
        if CJK.search(word):
            found.update(dict.fromkeys(_pairs(word)))
        elif not is_stopword(word, language):
            found[stem(word, language)] = None
    return tuple(found)


def _pairs(word: str) -> list[str]:
    pairs = []
    for run in _CJK_RUN.findall(word):
        pairs += [run[at : at + 2] for at in range(max(1, len(run) - 1))]
    return pairs
