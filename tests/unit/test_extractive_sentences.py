"""The built-in engine's sentences and words: found in any script, and always verbatim."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wagtail_ai_content.core.providers.extractive.languages import LANGUAGES, language_of
from wagtail_ai_content.core.providers.extractive.sentences import leans, paragraphs, spans, split
from wagtail_ai_content.core.providers.extractive.trim import headline, trim
from wagtail_ai_content.core.providers.extractive.words import bag, count, words

ENGLISH = language_of("en")
PROSE = st.text(alphabet=st.sampled_from("aBé Z.!?。 \n\"“”3,'’中"), max_size=120)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "en",
            "Dr. Hart came at 3.30 p.m. on Monday. She left.",
            ["Dr. Hart came at 3.30 p.m. on Monday.", "She left."],
        ),
        ("en", "J. R. R. Tolkien wrote it. We read it.", ["J. R. R. Tolkien wrote it.", "We read it."]),
        ("en", "He works at Acme Inc. The firm is old.", ["He works at Acme Inc.", "The firm is old."]),
        (
            "en",
            "“Is it hot?” asked Ann. “Yes.” Then it broke.",
            ["“Is it hot?” asked Ann.", "“Yes.”", "Then it broke."],
        ),
        ("en", "Wait... there is more. Version 2.5 is out!", ["Wait... there is more.", "Version 2.5 is out!"]),
        ("en", "See fig. 3 for details. Done.", ["See fig. 3 for details.", "Done."]),
        (
            "en",
            "A heading\nA sentence that is\nwrapped here. Next.",
            ["A heading", "A sentence that is\nwrapped here.", "Next."],
        ),
        (
            "de",
            "Am 3. Oktober wird z. B. gefeiert. Danach nicht.",
            ["Am 3. Oktober wird z. B. gefeiert.", "Danach nicht."],
        ),
        ("de", "Das war 1990. Danach kam mehr.", ["Das war 1990.", "Danach kam mehr."]),
        ("fr", "M. Dupont est là. Il reste.", ["M. Dupont est là.", "Il reste."]),
        ("zh", "今天天气很好。我们去公园吧！好吗？", ["今天天气很好。", "我们去公园吧！", "好吗？"]),
        ("ja", "彼は「行こう。」と言った。終わり。", ["彼は「行こう。」", "と言った。", "終わり。"]),
        ("ar", "هذا بيت. هل هو كبير؟ نعم.", ["هذا بيت.", "هل هو كبير؟", "نعم."]),
        ("hi", "यह घर है। वह बड़ा है।", ["यह घर है।", "वह बड़ा है।"]),
        ("", "", []),
        ("", " \n ", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(language: str, text: str, expected: list[str]) -> None:
    assert split(text, language_of(language)) == expected


@given(PROSE, st.sampled_from(["", *LANGUAGES]))
@settings(deadline=None)
def test_nothing_but_space_lies_between_sentences(text: str, code: str) -> None:
    found = spans(text, language_of(code))
    ends = [0, *(end for _, end in found)]
    starts = [*(start for start, _ in found), len(text)]
    assert all(text[end:start].strip() == "" for end, start in zip(ends, starts, strict=True))
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in found)


def test_paragraphs_keep_their_sentences_together() -> None:
    assert paragraphs("One. Two.\n\nThree.", ENGLISH) == [["One.", "Two."], ["Three."]]


@pytest.mark.parametrize("sentence", ["It sags.", "After that it cools.", "However, it holds.", "and then nothing."])
def test_a_sentence_that_refers_back_leans(sentence: str) -> None:
    assert leans(sentence, ENGLISH)


@pytest.mark.parametrize("sentence", ["A kiln keeps heat in.", "After the firing, wait.", "2,000 pots broke."])
def test_a_sentence_of_its_own_does_not_lean(sentence: str) -> None:
    assert not leans(sentence, ENGLISH)


def test_words_keep_their_vowel_signs_apostrophes_and_hyphens() -> None:
    assert words("हिन्दी is well-known, isn’t it?") == ["हिन्दी", "is", "well-known", "isn’t", "it"]


def test_words_are_compared_without_their_endings() -> None:
    assert bag("The glazes", ENGLISH) == bag("glazing, glazed", ENGLISH) == ("glaz",)


def test_scripts_without_spaces_are_counted_by_pairs() -> None:
    assert count("今天天气很好 today") == 4


@given(st.text(max_size=80), st.integers(min_value=0, max_value=60))
@settings(deadline=None)
def test_a_trimmed_text_never_exceeds_its_limit(text: str, limit: int) -> None:
    assert len(trim(text, limit)) <= limit
    assert len(headline(text, limit, language=ENGLISH)) <= limit


def test_trimming_ends_at_a_word_with_an_ellipsis() -> None:
    assert trim("Clay shrinks, and then it cracks.", 16) == "Clay shrinks…"
    assert trim("Clay shrinks.", 16) == "Clay shrinks."


def test_trimming_keeps_a_letter_with_its_accent() -> None:
    assert trim("e\u0301e\u0301e\u0301e\u0301", 4) == "e\u0301…"


def test_a_headline_ends_at_a_clause_or_without_a_dangling_word() -> None:
    assert headline("clay shrinks when it dries, so wait for it.", 30, language=ENGLISH) == "Clay shrinks when it dries"
    assert headline("Raise the temperature of the kiln slowly", 30, language=ENGLISH) == "Raise the temperature"
