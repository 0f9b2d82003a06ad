"""What a watcher sees of an answer that a guardrail may stop: nothing of it before it was judged."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from tests.support.own_thread import in_test_thread
from tests.support.rules import pattern, rule_set, words
from wagtail_ai_content.core.providers.base import Chunk, Reply
from wagtail_ai_content.guardrails import Action, Content, Finding, Guardrail, Stage
from wagtail_ai_content.models import ModerationDecision
from wagtail_ai_content.pipeline import stream, turns
from wagtail_ai_content.pipeline.drain import drain_until_empty
from wagtail_ai_content.pipeline.moderating import decide
from wagtail_ai_content.pipeline.submit import Ask
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.testing import FakeProvider, answered_by

pytestmark = pytest.mark.django_db

FILLER = "The keeper walks along the shore and counts the boats that come home before the night falls. " * 4


class Typist(FakeProvider):
    """Writes an answer in pieces of a few letters."""

    async def stream(self, request: Any) -> Any:
        step = await self._next(request)
        for start in range(0, len(step.text), 5):
            yield Chunk(text=step.text[start : start + 5])
        yield Chunk(reply=Reply(text=step.text, model=request.model, finish_reason="stop"))


class Hold(Guardrail):
    name = "Hold"
    stages = frozenset({Stage.REPLY})

    async def judge(self, content: Content, models: Any) -> list[Finding]:
        return [Finding(action=Action.REVIEW, category="anything")]


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(turns, "in_pool", in_test_thread)
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "MODEL": "fake/model", "CACHE_ALIAS": None}


def watched(user: Any, page: Any, answer: str) -> tuple[list[str], jobs.Job]:
    """What was shown of ``answer``, piece by piece, and the job in the end."""
    params = {"action": "improve", "kind": "plain", "source": "We set out at dawn."}
    shown: list[str] = []
    ended: list[jobs.Job] = []

    async def read() -> None:
        async with aclosing(begun.events()) as told:  # type: ignore[type-var]
            async for event in told:
                if isinstance(event, stream.Wrote):
                    shown.append(event.text)
                if isinstance(event, stream.Ended):
                    ended.append(event.job)
        await asyncio.gather(*stream._running)

    with answered_by(Typist([answer])):
        begun = stream.begin(Ask(function="assist", page=page, user=user, params=params))
        async_to_sync(read)()
    return shown, ended[0]


def test_without_rules_all_of_it_is_shown_at_once(plain_page: Any, editor: Any) -> None:
    shown, job = watched(editor, plain_page, FILLER)

    assert "".join(shown) == FILLER
    assert job.status == "succeeded"


def test_a_word_is_held_back_until_it_is_known_to_be_fine(plain_page: Any, editor: Any) -> None:
    rule_set(words("acme", stage="reply"))
    shown, job = watched(editor, plain_page, FILLER)

    assert FILLER.startswith("".join(shown))
    assert len("".join(shown)) > len(FILLER) - 200
    assert job.status == "succeeded"


@pytest.mark.parametrize("action", ["block", "review"])
def test_nothing_of_a_forbidden_word_is_shown(plain_page: Any, editor: Any, action: str) -> None:
    rule_set(words("acme", stage="reply", action=action))
    answer = f"{FILLER}It was Acme who built the pier. {FILLER}"
    shown, job = watched(editor, plain_page, answer)

    assert answer.startswith("".join(shown))
    assert "Ac" not in "".join(shown)
    assert shown
    assert job.error_code == {"block": "blocked", "review": "held"}[action]
    assert job.reply["text"] == answer, "a reviewer can read it"


def test_a_pattern_holds_all_of_it_back(plain_page: Any, editor: Any) -> None:
    rule_set(pattern("a.*z", stage="reply"))
    shown, job = watched(editor, plain_page, FILLER)

    assert shown == []
    assert job.status == "succeeded"


def test_a_check_that_may_stop_it_holds_all_of_it_back(plain_page: Any, editor: Any, settings: Any) -> None:
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "GUARDRAILS": [{"NAME": f"{__name__}.Hold"}]}
    shown, job = watched(editor, plain_page, FILLER)

    assert shown == []
    assert job.error_code == "held"


def test_a_rule_that_only_warns_holds_nothing_back(plain_page: Any, editor: Any) -> None:
    rule_set(words("keeper", stage="reply", action="warn", category="a job title"))
    shown, job = watched(editor, plain_page, FILLER)

    assert "".join(shown) == FILLER
    assert any("a job title" in str(warning["params"]) for warning in job.parsed["warnings"])


def test_an_approved_answer_comes_after_all(plain_page: Any, editor: Any, lead: Any) -> None:
    rule_set(words("acme", stage="reply", action="review"))
    _, job = watched(editor, plain_page, "It was Acme who built the pier.")
    decide(ModerationDecision.objects.get(), approve=True, user=lead)
    drain_until_empty()

    found = jobs.fetch(job.pk)
    assert found is not None
    assert (found.status, found.outcome) == ("succeeded", "value")
