"""The walk through the phases, with steps that only remember."""

from __future__ import annotations

from itertools import pairwise

from wagtail_ai_content.core.engine.engine import Engine
from wagtail_ai_content.core.engine.function import Parsed
from wagtail_ai_content.core.engine.phases import Phase
from wagtail_ai_content.core.errors import AIError, MalformedReply, RateLimited
from wagtail_ai_content.core.providers.base import Reply, Request

REQUEST = Request(model="test/model", messages=(), max_tokens=10)
REPLY = Reply(text="Hello", model="test/model", finish_reason="stop")


class Remembering:
    """Steps that note what was asked of them, and fail where told to."""

    def __init__(self, **failures: AIError) -> None:
        self.done: list[str] = []
        self._failures = failures

    def _note(self, step: str) -> None:
        self.done.append(step)
        if step in self._failures:
            raise self._failures[step]

    async def prepare(self) -> Request:
        self._note("prepare")
        return REQUEST

    async def ask(self, request: Request) -> Reply:
        self._note("ask")
        return REPLY

    async def keep(self, reply: Reply) -> None:
        self._note("keep")

    async def parse(self) -> Parsed:
        self._note("parse")
        return Parsed()

    async def save(self, parsed: Parsed) -> None:
        self._note("save")

    async def deliver(self) -> None:
        self._note("deliver")

    async def give_up_or_wait(self, error: AIError) -> None:
        self._note(error.code)


async def walked(*, replied: bool = False, **failures: AIError) -> list[str]:
    steps = Remembering(**failures)
    await Engine(steps).execute(replied=replied)
    return steps.done


async def test_a_new_job_walks_all_phases_and_stores_the_reply_before_it_is_read() -> None:
    assert await walked() == ["prepare", "ask", "keep", "parse", "save", "deliver"]


async def test_a_job_with_a_stored_reply_does_not_ask_again() -> None:
    assert await walked(replied=True) == ["parse", "save", "deliver"]


async def test_an_error_before_the_reply_ends_the_walk() -> None:
    done = await walked(ask=RateLimited())
    assert done[-2:] == ["rate_limited", "deliver"]
    assert "keep" not in done


async def test_an_error_after_the_reply_saves_nothing() -> None:
    done = await walked(parse=MalformedReply(reason="x"))
    assert done[-2:] == ["malformed_reply", "deliver"]
    assert "save" not in done


def test_the_phases_share_the_whole_progress_without_a_gap() -> None:
    phases = list(Phase)
    assert (phases[0].start, phases[-1].end) == (0, 100)
    assert all(one.end == next_one.start for one, next_one in pairwise(phases))
