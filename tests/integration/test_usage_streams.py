"""Requests that somebody watches are held to the same limits, whichever way they end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from wagtail.models import Page

from tests.support.own_thread import in_test_thread
from tests.support.usage import counts, grant
from wagtail_ai_content.core.errors import CutReply, QuotaExceeded, Refused
from wagtail_ai_content.core.providers.base import Usage
from wagtail_ai_content.core.text import Text
from wagtail_ai_content.pipeline import recover, stream, turns
from wagtail_ai_content.pipeline.submit import Ask
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.records.jobs.models import Job
from wagtail_ai_content.records.usage.api import UsageEvent
from wagtail_ai_content.testing import FakeProvider, Step, answered_by

pytestmark = pytest.mark.django_db

ANSWER = '{"summary": "Short.", "note": ""}'


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(turns, "in_pool", in_test_thread)
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "MODEL": "fake/model", "CACHE_ALIAS": None}


@pytest.fixture
def begin(plain_page: Page, editor: Any) -> Callable[..., stream.Stream]:
    grant("Pro", user=editor, requests_per_day=2, tokens_per_day=100_000)

    def start(number: int = 0) -> stream.Stream:
        params = {"variables": {"number": number}}
        return stream.begin(Ask(function="summarise", page=plain_page, user=editor, params=params))

    return start


def watch(watched: stream.Stream, provider: FakeProvider, *, until: type[stream.Event] | None = None) -> None:
    """To the end, or ``until`` an event of a kind, when the person leaves."""

    async def read() -> None:
        async with aclosing(watched.events()) as told:  # type: ignore[type-var]
            async for event in told:
                if until is not None and isinstance(event, until):
                    break
        await asyncio.gather(*stream._running)

    with answered_by(provider):
        async_to_sync(read)()


def taken() -> tuple[tuple[int, int], tuple[int, int]]:
    found = {name.split()[1]: count for name, count in counts().items()}
    return found["requests"], found["tokens"]


def test_a_stream_past_the_limit_is_refused(begin: Callable[..., stream.Stream]) -> None:
    begin(1)
    begin(2)
    with pytest.raises(QuotaExceeded):
        begin(3)


@pytest.mark.parametrize(
    ("step", "status", "tokens"),
    [
        (Step(text=ANSWER, usage=Usage(prompt_tokens=30, completion_tokens=3)), "succeeded", 33),
        (Refused(), "failed", 0),
    ],
)
def test_an_end_settles(begin: Callable[..., stream.Stream], step: Any, status: str, tokens: int) -> None:
    watch(begin(), FakeProvider([step]))
    assert (Job.objects.get().status, Job.objects.get().reserved) == (status, None)
    assert taken() == ((0, 1), (0, tokens))


class Slow(FakeProvider):
    """Never comes to its end."""

    async def stream(self, request: Any) -> Any:
        async for chunk in super().stream(request):
            yield chunk
            await asyncio.sleep(0)
        await asyncio.sleep(60)


def test_a_person_who_leaves_pays_what_had_come_by_an_estimate(
    begin: Callable[..., stream.Stream], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wagtail_ai_content.pipeline.live.LiveRun.is_readable", True)
    watched, reserved = begin(), taken()[1][0]
    watch(watched, Slow([ANSWER]), until=stream.Wrote)
    event = UsageEvent.objects.get()
    assert event.estimated
    requests, (aside, spent) = taken()
    assert (Job.objects.get().status, requests, aside) == ("cancelled", (0, 1), 0)
    assert spent == event.prompt_tokens + event.completion_tokens
    assert 0 < spent < reserved


def test_a_call_stopped_from_elsewhere_is_counted_when_its_runner_tells(begin: Callable[..., stream.Stream]) -> None:
    watched = begin()
    claim = jobs.claim_of(watched.job)
    Job.objects.update(calls=1)
    jobs.cancel(claim.job_id, message=Text("Stopped."))
    assert taken()[0] == (1, 0), "what the call took is not known yet"
    assert jobs.settle(claim, message=Text("Stopped."))
    jobs.give_back(claim.job_id)
    assert taken()[0] == (0, 1)


def test_a_dead_web_process_gives_back(begin: Callable[..., stream.Stream]) -> None:
    begin()
    Job.objects.update(lease_expires=Job.objects.get().created)
    recover.take_back()
    assert (Job.objects.get().error_code, taken()[0]) == ("interrupted", (0, 0))


def test_a_text_that_was_cut_is_counted(begin: Callable[..., stream.Stream], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wagtail_ai_content.pipeline.live.LiveRun.is_readable", True)
    watch(begin(), FakeProvider([Step(text="Half of an answer that stops", error=CutReply())]))
    event = UsageEvent.objects.get()
    assert event.estimated
    assert event.prompt_tokens
    assert taken()[1] == (0, event.prompt_tokens + event.completion_tokens)
