"""The checks that come with the app, and a stream held back until it was judged."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from wagtail_ai_content.core.guardrails.check import Action, Content, Stage
from wagtail_ai_content.core.guardrails.holding import HoldBack
from wagtail_ai_content.core.guardrails.remote import ProviderModeration
from wagtail_ai_content.core.guardrails.rules import Rule, RuleSet, View
from wagtail_ai_content.core.guardrails.wording import Claims, InclusiveLanguage
from wagtail_ai_content.core.providers.base import Reply, Request, Score


class Service:
    """A moderation service as the site would reach it."""

    def __init__(self, *scores: Score) -> None:
        self.scores = scores
        self.asked: list[str] = []

    async def complete(self, request: Request) -> Reply:
        raise AssertionError("no model is asked")

    async def moderate(self, text: str, *, model: str) -> Sequence[Score]:
        self.asked.append(text)
        return self.scores


def reply(*texts: str, given: str = "") -> Content:
    return Content(stage=Stage.REPLY, texts=texts, given=given)


# --- wording


async def test_a_new_word_that_leaves_people_out_is_warned_of() -> None:
    [finding] = await InclusiveLanguage().judge(reply("<p>Ask the <b>Chairman</b>.</p>"), Service())

    assert finding.action == Action.WARN
    assert finding.advice == "chair"
    assert "chairman" in finding.excerpt


async def test_a_word_of_the_person_is_theirs() -> None:
    assert not list(await InclusiveLanguage().judge(reply("the chairman", given="Our chairman"), Service()))


async def test_a_claim_is_warned_of() -> None:
    [finding] = await Claims().judge(reply("It is clinically proven."), Service())

    assert (finding.action, finding.category) == (Action.WARN, "a claim that needs proof")


INNOCENT = (
    "The ferry leaves at nine; the trip is free for children.",
    "She chairs the meeting. The best walk starts at the harbour.",
    "Blacklight, white list of flowers, a risk that is small.",
    "We suffer from too much rain. The third worldwide conference.",
    "The wheelchair entrance is on the left.",
)


@pytest.mark.parametrize("text", INNOCENT)
async def test_ordinary_sentences_are_left_alone(text: str) -> None:
    assert not list(await InclusiveLanguage().judge(reply(text), Service()))
    assert not list(await Claims().judge(reply(text), Service()))


# --- moderation by a provider


async def test_what_the_provider_flags_counts_once_with_its_highest_score() -> None:
    service = Service(
        Score(category="violence", score=0.7, flagged=True), Score(category="hate", score=0.6, flagged=False)
    )
    check = ProviderModeration(model="openai/omni-moderation-latest")
    findings = list(await check.judge(reply("one", "two"), service))

    assert service.asked == ["one\n\ntwo"]
    assert [(one.category, one.score, one.action) for one in findings] == [("violence", 0.7, Action.REVIEW)]


async def test_a_threshold_of_the_site_goes_before_the_provider() -> None:
    service = Service(Score(category="hate", score=0.6, flagged=False))
    check = ProviderModeration(model="openai/x", threshold=0.5, action="block", stages=["reply"])

    assert [one.action for one in await check.judge(reply("one"), service)] == [Action.BLOCK]
    assert check.stages == {Stage.REPLY}


async def test_a_long_text_is_asked_about_in_pieces() -> None:
    service = Service()
    text = "x" * 45_000
    await ProviderModeration(model="openai/x").judge(reply(text), service)

    assert "".join(service.asked) == text
    assert max(map(len, service.asked)) <= 20_000


@pytest.mark.parametrize("wrong", [{"action": "shout"}, {"threshold": 2}, {"stages": ["later"]}])
def test_what_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        ProviderModeration(model="openai/x", **wrong)  # type: ignore[arg-type]


# --- a stream


def held_back(*words: str) -> HoldBack:
    rules = RuleSet(
        "House",
        [Rule(kind="words", sources=words, action=Action.BLOCK, category="c", stages=frozenset({Stage.REPLY}))],
    )

    def stops(text: str) -> bool:
        return any(rules.find(View(reply(text))))

    return HoldBack(reach=rules.reach(Stage.REPLY), stops=stops)


def read(text: str, gate: HoldBack, *, sizes: random.Random) -> str:
    shown, start = "", 0
    while start < len(text):
        end = start + sizes.randint(1, 9)
        shown, start = shown + gate.read(text[start:end]), end
    return shown


STOPPED = (
    "Once upon a time there was a <b>forbidden</b> word in a tale that goes on and on.",
    "Once upon a time there was a for<b class='" + "x" * 300 + "'>bid</b>den word in a tale that goes on.",
    "Once upon a time there was a f\u200bo\u200br\u200bb\u200bi\u200bd\u200bd\u200be\u200bn word in a tale.",
    "从前有一个forbidden 字在故事里。" * 3,
)


@pytest.mark.parametrize("text", STOPPED)
@pytest.mark.parametrize("seed", range(20))
def test_nothing_of_a_forbidden_word_is_shown(text: str, seed: int) -> None:
    shown = read(text + " filler" * 40, held_back("forbidden"), sizes=random.Random(seed))

    assert "filler" not in shown
    assert "for" not in shown
    assert "f\u200b" not in shown
    assert text.startswith(shown)


@pytest.mark.parametrize("seed", range(20))
def test_what_is_fine_comes_a_little_later(seed: int) -> None:
    text = "Once upon a time there was a classless and unforbidden word. " * 20
    shown = read(text, held_back("forbidden", "ass"), sizes=random.Random(seed))

    assert text.startswith(shown)
    assert len(text) - len(shown) < 200


def test_chinese_without_spaces_comes_too() -> None:
    text = "从前有一个小村庄，村庄旁边有一条河。" * 20
    shown = read(text, held_back("禁止"), sizes=random.Random(1))

    assert len(text) - len(shown) < 150


def test_without_rules_that_stop_all_is_shown_and_with_patterns_nothing() -> None:
    assert HoldBack(reach=0, stops=lambda text: True).read("abc") == "abc"
    assert HoldBack(reach=None, stops=lambda text: False).read("abc") == ""
