"""Whose words a text holds, after people have edited it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_ai_content.core.versions.attribution import (
    Attribution,
    Entry,
    attribute,
    by_author,
    count,
    cut,
    words,
    write,
)

AI = "We set out along the coast before dawn. The boats lay still in the harbour, and nobody on the quay said a word."
PERSON = "Nobody had slept much, because the storm kept rattling the shutters of the inn until four."

texts = st.text(alphabet="ab .,é中ไ\n", max_size=60)


def ai_entry(text: str, generation: str = "g1") -> Entry:
    entry = write(text, generation=generation, old="", entries=(), proposed=None)
    assert entry is not None
    return entry


def shares(text: str, *entries: Entry) -> dict[str, float]:
    authors = by_author(attribute(text, entries).authors)
    return {author: number / authors.total() for author, number in authors.items()}


def test_a_text_that_was_not_touched_is_the_ais() -> None:
    found = attribute(AI, [ai_entry(AI)])

    assert found == Attribution(authors=(("g1", count(AI)),), there=count(AI), written=count(AI))


def test_case_and_punctuation_are_not_words() -> None:
    assert shares(AI.upper().replace(",", " —"), ai_entry(AI)) == {"g1": 1.0}


def test_what_a_person_adds_is_theirs() -> None:
    found = attribute(f"{AI} {PERSON}", [ai_entry(AI)])

    assert by_author(found.authors) == {"g1": count(AI), "": count(PERSON)}
    assert (found.there, found.written) == (count(AI), count(AI))


def test_a_word_changed_in_the_middle_is_a_persons_and_nothing_else() -> None:
    found = attribute(AI.replace("coast", "shore").replace("still", "idle"), [ai_entry(AI)])

    assert by_author(found.authors) == {"g1": count(AI) - 2, "": 2}
    assert found.there == count(AI) - 2


def test_what_a_person_takes_out_no_longer_survives() -> None:
    first = AI.split(". ", maxsplit=1)[0] + "."
    found = attribute(first, [ai_entry(AI)])

    assert by_author(found.authors) == {"g1": 8}
    assert (found.there, found.written) == (8, count(AI))


def test_sentences_put_in_another_order_stay_the_ais() -> None:
    one, two = AI.split(". ", maxsplit=1)

    assert shares(f"{two} {one}.", ai_entry(AI)) == {"g1": 1.0}


def test_words_that_any_two_texts_share_prove_nothing() -> None:
    other = "In the end the council of the island said that the road along the cliffs was not safe, and closed it."

    assert shares(other, ai_entry(AI)) == {"": 1.0}


def test_a_short_text_is_compared_word_by_word() -> None:
    assert shares("Boats of the new harbour", ai_entry("Boats of the old harbour")) == {"g1": 0.8, "": 0.2}


def test_words_taken_over_by_an_ai_keep_their_author() -> None:
    entry = write(f"{PERSON} {AI}", generation="g1", old=PERSON, entries=(), proposed=None)

    assert entry is not None
    assert entry.authors == (("", count(PERSON)), ("g1", count(AI)))


def test_the_words_of_an_earlier_generation_stay_its_own() -> None:
    first = ai_entry(AI, "g1")
    more = "In the evening we counted eleven of them coming home."
    second = write(f"{AI} {more}", generation="g2", old=AI, entries=[first], proposed=None)

    assert second is not None
    assert second.authors == (("g1", count(AI)), ("g2", count(more)))
    assert shares(AI, first, second) == {"g1": 1.0}


def test_words_a_person_put_into_a_proposal_are_theirs() -> None:
    accepted = AI.replace("nobody on the quay", "none of the seven people on the quay")
    entry = write(accepted, generation="g1", old="", entries=(), proposed=AI)

    assert entry is not None
    assert by_author(entry.authors)[""] == 5


def test_taking_words_out_makes_no_author() -> None:
    assert write("The storm came.", generation="g1", old="The storm came at four.", entries=(), proposed=None) is None


def test_a_revert_to_an_older_generation_finds_its_words_again() -> None:
    first, second = ai_entry(AI, "g1"), ai_entry("Dawn found the crews asleep and their nets still wet.", "g2")

    assert shares(AI + " Truly.", first, second) == {"g1": count(AI) / (count(AI) + 1), "": 1 / (count(AI) + 1)}


def test_putting_back_what_an_earlier_generation_wrote_makes_no_new_author() -> None:
    first, second = ai_entry(AI, "g1"), ai_entry("Dawn found the crews asleep and their nets still wet.", "g2")

    assert write(AI, generation="g2", old=second.text, entries=[first, second], proposed=second.text) is None


def test_a_part_cut_out_word_for_word_keeps_its_authors() -> None:
    entry = write(f"{PERSON} {AI}", generation="g1", old=PERSON, entries=(), proposed=None)
    assert entry is not None

    half = AI.split(". ", maxsplit=1)[1]
    part = cut(entry, half)

    assert part is not None
    assert words(part.text) == words(half)
    assert part.authors == (("g1", count(half)),)
    assert cut(entry, PERSON) is None
    assert cut(entry, "Not in there.") is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("don't, really", 3), ("", 0), ("… — !", 0), ("हिन्दी में", 2), ("中文 abc", 3), ("สวัสดี", 6), ("نمی‌خواهم", 1)],
)
def test_words_in_any_script(text: str, number: int) -> None:
    assert len(words(text)) == number


def test_an_entry_that_counts_words_in_another_way_breaks_nothing() -> None:
    for authors in ((("g1", 2),), (("g1", 500),), ()):
        entry = Entry(text=AI, authors=authors)

        assert by_author(attribute(f"{AI} Truly.", [entry]).authors).total() == count(AI) + 1
        write(f"{AI} {PERSON}", generation="g2", old=AI, entries=[entry], proposed=None)
        cut(entry, AI[:40])


@given(ai=texts, person=texts, other=texts)
def test_every_word_has_one_author_whatever_the_texts(ai: str, person: str, other: str) -> None:
    entry = write(ai, generation="g1", old=person, entries=(), proposed=other)
    entries = [entry] if entry else []

    for text in (ai, person, other, ai + person, person + " " + ai):
        found = attribute(text, entries)
        assert by_author(found.authors).total() == count(text)
        assert 0 <= found.there <= found.written


@pytest.mark.parametrize(
    ("ai", "now"),
    [
        ("a " * 50_000, "a " * 49_999 + "b"),
        ("a b " * 25_000, "b a " * 25_000),
        ("x" * 100_000, "x" * 99_999),
        ("a b c d " * 12_000, "a b c e " * 12_000),
        (" ".join(map(str, range(20_000))), " ".join(map(str, reversed(range(20_000))))),
    ],
)
def test_hostile_texts_take_a_bounded_time(ai: str, now: str) -> None:
    entry = ai_entry(ai)

    began = time.process_time()
    attribute(now, [entry] * 3)

    assert time.process_time() - began < 3
