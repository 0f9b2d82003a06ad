"""The facts of a text: by tables, by properties, and in bounded time."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_ai_content.core.versions.facts.extract import facts

CORPORA = Path(__file__).parents[2].parent / "shared" / "corpora"


def keys(text: str, kind: str, language: str = "en", *, rich: bool = False) -> list[str]:
    return [fact.key for fact in facts(text, rich=rich, language=language) if fact.kind == kind]


SAME_NUMBERS = [
    ("en", ["12 %", "12%", "12 percent", "12 per cent", "12.0 %", "12\xa0%"]),
    ("en", ["1,000", "1000", "1 000", "1\u202f000", "1'000"]),
    ("de", ["1.000", "1000", "1 000", "1\u202f000"]),
    ("de", ["1,5 kg", "1.5 kg", "1,50 Kilogramm"]),
    ("de-CH", ["1.5 kg", "1.50 kg"]),
    ("fr", ["12,5 %", "12,5 pour cent", "12,5\u202f%"]),
    ("es", ["3 km", "3 kilómetros", "3 KM"]),
    ("nl", ["12 procent", "12%"]),
    ("pt", ["2 horas", "2 hours", "2 Stunden"]),
    ("en", ["3 million", "3,000,000", "3 millions", "3 mn"]),
    ("de", ["2 Mrd.", "2 Milliarden", "2.000.000.000"]),
    ("en", ["12 m²", "12 m2"]),
    ("en", ["5 days", "5-day", "5 day"]),
    ("ar", ["123", "١٢٣"]),
    ("en", ["-5 °C", "−5 °C", "-5°C"]),
    ("en", ["2nd", "2"]),
]
SAME_MONEY = [
    ("en", ["€3m", "€3 million", "3 million euros", "EUR 3,000,000", "3,000,000.00 €"]),
    ("en", ["£3.50", "3.5 GBP", "GBP 3.50"]),
    ("de", ["12,- €", "12 €", "12,00 Euro", "EUR 12"]),
    ("en", ["US$12", "12 USD", "USD 12"]),
    ("pt", ["R$ 1.000", "1.000 reais"]),
]
SAME_DATES = [
    ("en", "2026-03-12", ["12 March 2026", "March 12, 2026", "Mar. 12th, 2026", "3/12/26", "2026-03-12", "12.3.2026"]),
    ("en-gb", "2026-03-12", ["12/3/26", "12/03/2026", "12th of March 2026"]),
    ("de", "2026-03-12", ["12. März 2026", "12.3.26", "12. 3. 2026", "12.03.2026", "12 Mär 2026"]),
    ("fr", "2026-03-01", ["1er mars 2026", "1/3/2026", "01.03.26"]),
    ("es", "2026-03-12", ["12 de marzo de 2026", "12/3/2026", "12 mar 2026"]),
    ("it", "2026-03-12", ["12 marzo 2026", "12/03/26"]),
    ("nl", "2026-03-12", ["12 maart 2026", "12-03-2026", "12 mrt 2026"]),
    ("pt", "2026-03-12", ["12 de março de 2026", "12/03/2026"]),
    ("sv", "2026-03-12", ["12 March 2026", "12/3/2026"]),
    ("en", "2026-12-25", ["25/12/2026", "12/25/2026"]),
    ("en", "--03-12", ["12 March", "March 12"]),
    ("en", "2026-03", ["March 2026", "March of 2026"]),
    ("en", "T14:30", ["14:30", "2:30 pm", "2.30 p.m."]),
    ("de", "T14:00", ["14 Uhr", "14:00", "14.00 Uhr"]),
]


@pytest.mark.parametrize(("language", "spellings"), SAME_NUMBERS)
def test_a_number_in_another_spelling_is_the_same_number(language: str, spellings: list[str]) -> None:
    assert {tuple(keys(f"about {text} more", "number", language)) for text in spellings} == {
        tuple(keys(spellings[0], "number", language))
    }
    assert len(keys(spellings[0], "number", language)) == 1


@pytest.mark.parametrize(("language", "spellings"), SAME_MONEY)
def test_a_sum_in_another_spelling_is_the_same_sum(language: str, spellings: list[str]) -> None:
    found = [keys(f"about {text} more", "money", language) for text in spellings]
    assert found == [found[0]] * len(spellings)
    assert len(found[0]) == 1


@pytest.mark.parametrize(("language", "key", "spellings"), SAME_DATES)
def test_a_date_in_another_spelling_is_the_same_date(language: str, key: str, spellings: list[str]) -> None:
    assert [keys(f"it is {text}, yes", "date", language) for text in spellings] == [[key]] * len(spellings)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.10 and 3.1", ["3.10", "3.1"]),
        ("1.2.3 at 192.168.0.1", ["1.2.3", "192.168.0.1"]),
        ("10–12 and 10-12", ["10", "12", "10", "12"]),
        ("in the 1990s", ["1990s"]),
        ("an A380, 5G, COVID-19", ["A380", "5G", "COVID-19"]),
        ("½ cup, 2½ cups", ["½", "2½"]),
        ("call 0049 30 1234", ["0049", "30", "1234"]),
        ("3 MW and 3 mW", ["3 MW", "3"]),
        ("try 3 times", ["3"]),
        ("1,5 and 1.5", ["1.5", "1.5"]),
        ("3/45/26", ["3", "45", "26"]),
        ("5 m long", ["5 m"]),
    ],
)
def test_numbers_that_are_easily_misread(text: str, expected: list[str]) -> None:
    assert keys(text, "number") == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "We met Anna Meyer in New York.", ["Anna Meyer", "New York"]),
        ("en", "Yesterday Bob left for the University of Oxford.", ["Bob", "University of Oxford"]),
        ("en", "He called Dr. Smith. Then he slept.", ["Smith"]),
        ("en", "I think NASA's iPhone is fine.", ["NASA", "iPhone"]),
        ("en", "Our New Summer Menu Card", []),
        ("en", "THIS IS VERY LOUD INDEED", []),
        ("en", "It opens on March 12, 2026 for EUR 12.", []),
        ("de", "Der Mann und die Frau sahen das Haus.", []),
        ("de", "Die Deutsche Bank und BMW zahlen.", ["Deutsche Bank", "BMW"]),
        ("fr", "Elle a vu Jean-Luc Picard à Paris.", ["Jean-Luc Picard", "Paris"]),
        ("es", "El Banco de España subió.", ["Banco de España"]),
        ("en", "한국 日本語 العربية", []),
    ],
)
def test_names_are_told_by_their_capitals(language: str, text: str, expected: list[str]) -> None:
    assert keys(text, "name", language) == expected


@pytest.mark.parametrize(
    "quoted",
    ['"go home"', "“go home”", "„go home“", "«go home»", "« go home »", "»go home«", "‘go home’", "「go home」"],
)
def test_what_was_said_is_the_same_in_any_quotation_marks(quoted: str) -> None:
    assert keys(f"she said {quoted}, and left", "quotation") == ["go home"]


def test_an_apostrophe_ends_no_quotation() -> None:
    assert keys("‘I don’t know’ isn’t an answer", "quotation") == ["I don’t know"]


def test_rich_text_tells_what_it_leads_to_and_shows() -> None:
    html = (
        '<p>See <a href="https://a.example/?a=1&amp;b=2">it</a> and <a linktype="page" id="3">this</a>.</p>'
        '<embed embedtype="image" id="7" alt="x"/><embed embedtype="media" url="https://v.example/1"/>'
        "<blockquote>Go home</blockquote>"
    )
    found = [(fact.kind, fact.key) for fact in facts(html, rich=True, language="en")]
    assert found == [
        ("link", "https://a.example/?a=1&b=2"),
        ("link", "page:3"),
        ("image", "7"),
        ("embed", "https://v.example/1"),
        ("quotation", "Go home"),
    ]


def test_an_address_in_the_text_is_a_link_and_its_digits_no_numbers() -> None:
    found = [(fact.kind, fact.key) for fact in facts("See https://x.example/2026/12, ok", rich=False, language="en")]
    assert found == [("link", "https://x.example/2026/12")]


def test_marks_inside_a_word_change_nothing() -> None:
    plain = facts("<p>It is 12 % of Anna Meyer</p>", rich=True, language="en")
    assert facts("<p>It is <b>1</b>2&nbsp;% of Anna <i>Me</i>yer</p>", rich=True, language="en") == plain


@pytest.mark.parametrize(
    ("text", "rich", "times"),
    [
        ("Acme Corp and Acme  Corp", False, 2),
        ("Acme\nCorp", False, 1),
        ("Acme\n\nCorp", False, 0),
        ("acme corp, Acme Corporation, MyAcme Corp", False, 0),
        ("Acme\u00ad Corp, Acme\u200b Corp’s", False, 2),
        ("<p>Acme <b>Corp</b></p>", True, 1),
        ("<p>Acme</p><p>Corp</p>", True, 0),
        ("<p>Acme<br/>Corp &amp; Acme&nbsp;Corp</p>", True, 2),
    ],
)
def test_a_locked_phrase_counts_word_for_word(text: str, rich: bool, times: int) -> None:
    found = facts(text, rich=rich, language="en", locked=["Acme  Corp", "Acme Corp"])
    assert [fact.key for fact in found if fact.kind == "phrase"] == ["Acme Corp"] * times


def test_a_phrase_in_composed_letters_is_found_in_parts() -> None:
    found = facts("Un cafe\u0301 noir", rich=False, language="fr", locked=["café noir"])
    assert [fact.kind for fact in found] == ["phrase"]


PIECES = ("tea", "12", "1,000", "March", "2026", "12/3/26", "Anna", "Meyer", "£3m", "“go”", "home”", "Dr.", "5", "km")
WORDS = st.sampled_from([*PIECES, *"%€.,-\n&½", "https://a.example", "A4", "<b>"])
TEXTS = st.lists(WORDS | st.text(max_size=8), max_size=30).map(" ".join)
LANGUAGES = st.sampled_from(["en", "en-gb", "de", "fr", "es", "it", "nl", "pt", "sv", ""])


@given(TEXTS, LANGUAGES, st.booleans())
def test_the_same_text_states_the_same(text: str, language: str, rich: bool) -> None:
    found = facts(text, rich=rich, language=language, locked=["Anna Meyer"])
    assert found == facts(text, rich=rich, language=language, locked=["Anna Meyer"])
    assert all(fact.text and fact.key for fact in found)


@given(TEXTS, LANGUAGES)
def test_a_sentence_more_takes_no_fact_away(text: str, language: str) -> None:
    text = text.replace('"', "").replace("„", "").replace("“", "").replace("»", "").replace("«", "").replace("‘", "")
    before = facts(text, rich=False, language=language)
    after = facts(f"{text}\nwe drank tea and went home", rich=False, language=language)
    assert list(before) == [fact for fact in after if fact in before]


def rows(name: str) -> list[dict[str, object]]:
    path = CORPORA / f"{name}.dev.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


@pytest.mark.skipif(not CORPORA.exists(), reason="The corpora are not in this checkout.")
def test_hostile_subjects_and_signs_are_read_in_no_time() -> None:
    texts = ["".join(part * times for part, times in row["subject_rle"]) for row in rows("redos")]  # type: ignore[attr-defined]
    texts += [str(row["payload"]) for row in rows("redos") + rows("unicode_log")]
    assert len(texts) > 30
    started = time.perf_counter()
    for text in texts:
        for rich in (False, True):
            facts(text, rich=rich, language="de", locked=["aaaa", "İstanbul"])
    assert time.perf_counter() - started < 3


HOSTILE = [
    "1", "1 ", " 000", "1,", "a", "A ", ".", " ", '"', "“", "‘", "‘’a", "a.a@", "a@a.", "www.", "http://", "<", "<a ",
    "<blockquote>", "$1", "March 1 ", "-1", "A-1", "Aa-", "Aa de ", "\n", "1/1/", "12:", "&#", "aaaa ", "»", "½", "1'",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_with_the_length(piece: str) -> None:
    """A quadratic step would take sixteen times as long for four times the text."""
    times = []
    for size in (10_000, 40_000):
        text = f"1{piece * (size // len(piece))}1"
        times.append(_seconds(text))
    assert times[1] < 9 * times[0] + 0.2


def _seconds(text: str) -> float:
    started = time.process_time()
    facts(text, rich=True, language="de", locked=["aaaa aaab", "1 1"])
    facts(text, rich=False, language="de", locked=["aaaa aaab", "1 1"])
    return time.process_time() - started
