"""Whoever looks after the jobs of a web process stops one once, and lets it put its things in order."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any, NamedTuple

import pytest

from wagtail_ai_content.pipeline import turns, watch


class Claim(NamedTuple):
    job_id: uuid.UUID


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often the table was looked at. No job is this process's any more."""
    seen: list[int] = []

    async def at_once(work: Any) -> Any:
        return work()

    def still_mine(owner: str, claims: list[Any]) -> set[Any]:
        seen.append(len(claims))
        return set()

    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.001)
    monkeypatch.setattr(turns, "in_pool", at_once)
    monkeypatch.setattr(watch.jobs, "still_mine", still_mine)
    return seen


async def test_a_job_that_was_stopped_may_take_its_time_to_end(looks: list[int]) -> None:
    done = asyncio.Event()

    async def work() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await done.wait()
        return "in order"

    claim: Any = Claim(uuid.uuid4())
    other: Any = Claim(uuid.uuid4())
    running, waiting = asyncio.create_task(work()), asyncio.create_task(asyncio.sleep(60))
    await asyncio.sleep(0)
    guard = watch.Watch("web")
    with guard.over(claim, running), guard.over(other, waiting):
        while len(looks) < 1 or not waiting.done():
            await asyncio.sleep(0.001)
        for _ in range(20):  # as many looks as there is time for
            await asyncio.sleep(0.001)
        done.set()
        assert await running == "in order"
