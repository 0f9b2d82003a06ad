"""What the quality score says of a text, and why."""

from __future__ import annotations

import pytest

from wagtail_ai_content.core.providers.extractive.languages import language_of
from wagtail_ai_content.core.quality.judge import judge
from wagtail_ai_content.core.quality.measure import measure
from wagtail_ai_content.core.quality.report import WEIGHTS, Criterion, Report, Sample, Written

PLAIN = (
    "The ferry leaves at six. It takes ten cars and a bus. In winter the first boat goes at seven. "
    "You buy the ticket on board. Dogs ride free of charge."
)
HEAVY = (
    "Notwithstanding considerations pertaining to meteorological circumstances, the aforementioned transportation "
    "infrastructure guarantees uninterrupted accessibility throughout administratively predetermined operational "
    "intervals, including exceptional circumstances necessitating supplementary coordination."
)


def report(*texts: Written, **sample: object) -> Report:
    return judge(Sample(texts=texts, language="en", **sample), WEIGHTS)  # type: ignore[arg-type]


def found(told: Report, name: str) -> Criterion | None:
    return next((criterion for criterion in told.criteria if criterion.name == name), None)


def test_lix_is_words_per_sentence_plus_the_share_of_long_words() -> None:
    counted = measure("One two three four five sixteen. One two three four extraordinary.", language_of("en"))

    assert counted.lix == pytest.approx(11 / 2 + 100 * 2 / 11)


def test_a_plain_text_reads_better_than_a_heavy_one() -> None:
    plain, heavy = (found(report(Written(before="", after=text)), "readability") for text in (PLAIN, HEAVY))

    assert plain is not None
    assert heavy is not None
    assert plain.score == 1
    assert heavy.score == 0
    assert "LIX" in str(heavy.reason)


def test_a_text_that_became_harder_is_told_with_both_numbers() -> None:
    told = found(report(Written(before=PLAIN, after=HEAVY)), "readability")

    assert told is not None
    assert str(told.reason).startswith("Harder to read than before")


@pytest.mark.parametrize("text", ["港は朝六時に開きます。冬は七時です。" * 5, "Short."])
def test_nothing_is_said_of_how_readable_a_text_is_that_cannot_be_measured(text: str) -> None:
    assert found(report(Written(before="", after=text)), "readability") is None


@pytest.mark.parametrize(
    ("length", "least", "most"), [(150, 1, 1), (160, 1, 1), (176, 0.85, 0.95), (320, 0, 0), (32, 0.4, 0.6)]
)
def test_a_length_is_judged_by_its_field(length: int, least: float, most: float) -> None:
    told = found(report(Written(before="", after="x" * length, long=False, wanted=160)), "length")

    assert told is not None
    assert least <= told.score <= most


def test_what_is_said_twice_counts_as_repetition() -> None:
    once, twice = (found(report(Written(before="", after=text)), "repetition") for text in (PLAIN, f"{PLAIN} {PLAIN}"))

    assert once is not None
    assert twice is not None
    assert once.score == 1
    assert twice.score == 0


def test_each_lost_fact_takes_from_the_score() -> None:
    text = Written(before=PLAIN, after=PLAIN)
    kept, one, three = (found(report(text, alerts=alerts), "facts") for alerts in (0, 1, 3))

    assert kept is not None
    assert one is not None
    assert three is not None
    assert [kept.score, one.score, three.score] == [1, 0.5, 0.25]


def test_a_new_text_can_have_lost_no_fact() -> None:
    assert found(report(Written(before="", after=PLAIN)), "facts") is None


def test_a_long_text_wants_headings_and_short_paragraphs() -> None:
    paragraph = " ".join([PLAIN] * 4)
    wall = found(report(Written(before="", after=" ".join([paragraph] * 8))), "structure")
    bare = found(report(Written(before="", after="\n".join([paragraph] * 8))), "structure")
    good = found(report(Written(before="", after="\n".join([paragraph] * 8), headings=3)), "structure")

    assert wall is not None
    assert bare is not None
    assert good is not None
    assert wall.score == 0
    assert "headings" in str(bare.reason)
    assert good.score == 1


def test_keywords_are_known_again_in_other_forms() -> None:
    text = Written(before="", after=f"{PLAIN} Ferries and tickets are the talk of the island, whatever the weather.")
    told = found(report(text, keywords=("Ferry", "ticket", "glacier")), "keywords")

    assert told is not None
    assert told.score == pytest.approx(2 / 3)
    assert "glacier" in str(told.reason)


def test_a_keyword_repeated_all_over_is_held_against_the_text() -> None:
    told = found(report(Written(before="", after="ferry boat " * 40), keywords=("ferry",)), "keywords")

    assert told is not None
    assert told.score == 0.5


@pytest.mark.parametrize(
    ("instruction", "after", "score"),
    [("Make it shorter, please", "The ferry leaves at six.", 1.0), ("Bitte kürzen", PLAIN * 2, 0.0),
     ("expand this", PLAIN * 2, 1.0), ("expand this", "At six.", 0.0)],
)  # fmt: skip
def test_it_is_checked_whether_a_text_became_shorter_or_longer_as_asked(
    instruction: str, after: str, score: float
) -> None:
    told = found(report(Written(before=PLAIN, after=after), instruction=instruction), "instruction")

    assert told is not None
    assert told.score == score


def test_other_instructions_are_not_judged() -> None:
    assert found(report(Written(before=PLAIN, after=PLAIN), instruction="Friendlier"), "instruction") is None


def test_the_score_is_the_weighted_mean_and_a_weight_of_nought_leaves_a_criterion_out() -> None:
    sample = Sample(texts=(Written(before=PLAIN, after=PLAIN),), language="en", alerts=1)

    everything = judge(sample, {"facts": 1, "readability": 3}).as_json()
    without = judge(sample, {"facts": 0, "readability": 3}).as_json()

    assert everything is not None
    assert everything["score"] == pytest.approx((1 * 0.5 + 3 * 1) / 4)
    assert without is not None
    assert [criterion["name"] for criterion in without["criteria"]] == ["readability"]


def test_where_nothing_can_be_judged_there_is_no_score() -> None:
    assert judge(Sample(texts=(Written(before="", after="Yes", long=False),), language="en"), WEIGHTS).as_json() is None
