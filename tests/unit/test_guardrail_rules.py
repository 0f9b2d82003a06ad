"""Rules of a site: words and patterns, in texts of all kinds, and rules that cannot be used."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from wagtail_ai_content.core.guardrails.check import Action, Content, Finding, Stage, Status, Verdict
from wagtail_ai_content.core.guardrails.patterns import Unusable, compiled, folded, phrases, plain
from wagtail_ai_content.core.guardrails.rules import Rule, RuleSet, View

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "redos.dev.jsonl"
BOUND = 5.0
"""Seconds of work; ten times what the threat model allows, since machines differ. A rule that hangs takes for ever."""


def rule(*sources: str, kind: Any = "words", action: Action = Action.BLOCK, stage: Stage = Stage.REPLY) -> Rule:
    return Rule(kind=kind, sources=sources, action=action, category="test", stages=frozenset({stage}))


def found(one: Rule, *texts: str, stage: Stage = Stage.REPLY) -> list[Finding]:
    return list(RuleSet("House", [one]).find(View(Content(stage=stage, texts=texts))))


# --- words


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("free money", "Get FREE   money today"),
        ("free money", "free\nmoney"),
        ("free money", "free\u00a0money"),
        ("free money", "<p>fr<b>ee</b> mon<i>ey</i></p>"),
        ("free money", "f\u200bree mon\u00adey"),
        ("free money", "ｆｒｅｅ ｍｏｎｅｙ"),
        ("free money", "f&#114;ee mone&#x79;"),
        ("free money", "f&amp;#114;ee money"),
        ("café", "CAFE\u0301"),
        ("Straße", "STRASSE"),
        ("casin*", "casinos"),
        ("casin*", "(casino)"),
        ("C++", "we write c++ here"),
        ("禁止", "这是禁止的东西"),
        ("ห้าม", "สิ่งนี้ห้ามทำ"),
        ("запрет", "ЗАПРЕТ!"),
    ],
)
def test_words_are_found_however_they_are_written(words: str, text: str) -> None:
    assert found(rule(words), text)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("ass", "classes pass"),
        ("casino", "casinos"),
        ("free money", "free the money"),
        ("über", "darüber"),
        ("запрет", "запретный"),
    ],
)
def test_parts_of_other_words_are_not(words: str, text: str) -> None:
    assert not found(rule(words), text)


def test_each_of_many_phrases_is_found_and_the_place_is_shown() -> None:
    many = [f"word{number}" for number in range(500)]
    hits = found(rule(*many), "Before it. " * 40 + "Here is Word417, see. " + "After it. " * 40)

    assert [hit.check for hit in hits] == ["House"]
    assert "Word417" in hits[0].excerpt
    assert len(hits[0].excerpt) <= 120
    assert hits[0].excerpt.startswith("…")
    assert hits[0].excerpt.endswith("…")


def test_a_place_is_told_without_the_fences_around_it() -> None:
    marker = "0c22f849bf6195c4b94a010e"
    title = f"Title:\n<page_title-{marker}>\nThe wall\n</page_title-{marker}>\n"
    text = f"{title}<page_text-{marker}>\nAn old orchard.\n</page_text-{marker}>\nEnd"

    assert [hit.excerpt for hit in found(rule("orchard"), text)] == ["An old orchard."]


def test_a_place_at_the_ends_of_a_text_has_no_dots_there() -> None:
    assert found(rule("orchard"), "Orchard")[0].excerpt == "Orchard"
    assert found(rule("orchard"), "Orchard " + "and so on " * 30)[0].excerpt.startswith("Orchard and")


# --- patterns


def test_a_pattern_is_found_without_regard_to_capitals() -> None:
    assert found(rule(r"order no\. \d{4}", kind="pattern"), "Your ORDER NO. 1234")
    assert not found(rule(r"order no\. \d{4}", kind="pattern"), "Your order number 1234")


def test_a_rule_is_only_looked_for_where_it_says() -> None:
    assert not found(rule("secret", stage=Stage.REQUEST), "secret")
    assert found(rule("secret", stage=Stage.REQUEST), "secret", stage=Stage.REQUEST)


@pytest.mark.parametrize(
    "source", ["(", "[", "a{2,1}", "(?=a)", r"(a)\1", "", "  ", "a*", ".*", "|a", ".", r".+", "x" * 1001]
)
def test_a_pattern_that_is_invalid_or_finds_everything_cannot_be_used(source: str) -> None:
    with pytest.raises(Unusable) as refused:
        compiled(source)
    assert str(refused.value)


@pytest.mark.parametrize("words", ["", "  ", "*", "—", "\u200b", "x" * 1001])
def test_a_phrase_without_letters_cannot_be_used(words: str) -> None:
    with pytest.raises(Unusable):
        phrases([words])


def corpus() -> list[dict[str, Any]]:
    if not CORPUS.exists():
        pytest.skip("The corpus of hostile rules is not beside this checkout.")
    return [json.loads(line) for line in CORPUS.read_text().splitlines()]


def test_of_the_corpus_every_rule_is_refused_or_ends() -> None:
    ends = {"bounded": ("refused", "match", "nothing"), "refused": ("refused",), "match": ("match",)}
    rows = corpus()
    assert rows
    for row in rows:
        began = time.process_time()
        assert _end(row) in ends[row["expect"]], row["id"]
        assert time.process_time() - began < BOUND, row["id"]


def _end(row: dict[str, Any]) -> str:
    subject = "".join(text * times for text, times in row["subject_rle"])
    try:
        hits = found(rule(row["payload"], kind="pattern"), subject)
    except Unusable:
        return "refused"
    return "match" if hits else "nothing"


# --- what it comes to


def test_the_sternest_finding_decides() -> None:
    def finding(action: Action, score: float | None = None) -> Finding:
        return Finding(action=action, category="c", score=score)

    warned = Verdict(findings=(finding(Action.WARN, 0.9),))
    mixed = Verdict(findings=(finding(Action.WARN), finding(Action.REVIEW, 0.4), finding(Action.BLOCK, 0.6)))

    assert (Verdict().action, Verdict().status) == (None, Status.APPROVED)
    assert (warned.status, warned.stopping, warned.score) == (Status.APPROVED, (), 0.9)
    assert mixed.status == Status.REJECTED
    assert [one.action for one in mixed.stopping] == [Action.BLOCK, Action.REVIEW]
    assert mixed.score == 0.6


def test_how_far_a_stream_must_be_held_back() -> None:
    def reach(*rules: Rule) -> int | None:
        return RuleSet("House", rules).reach(Stage.REPLY)

    assert reach() == 0
    assert reach(rule("word", action=Action.WARN)) == 0
    assert reach(rule("word", stage=Stage.REQUEST)) == 0
    assert reach(rule("word", "a longer phrase")) == len("a longer phrase") + 64
    assert reach(rule("word"), rule("a+b", kind="pattern")) is None


def test_forms() -> None:
    assert plain("ﬁ\u200bn") == "fin"
    assert folded("ﬁN Straße") == "fin strasse"


def test_the_place_of_a_phrase_is_told_with_its_capitals() -> None:
    (finding,) = found(rule("free money"), "Get FREE Money, Bob")
    assert finding.excerpt == "Get FREE Money, Bob"


def test_the_place_is_told_where_folding_makes_a_text_longer() -> None:
    (finding,) = found(rule("free money"), "Straße: FREE Money")
    assert finding.excerpt == "strasse: free money"
