"""A drain that looks after the jobs it runs."""

from __future__ import annotations

import asyncio
import logging
import uuid
from typing import Any

import pytest

from wagtail_ai_content.pipeline import drain, turns
from wagtail_ai_content.records.jobs.api import Claim


async def test_a_job_that_was_taken_over_while_its_model_is_awaited_is_told_of_and_given_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    claim = Claim(job_id=uuid.uuid4(), fence=1, owner="me", job=None)  # type: ignore[arg-type]
    claims = [[claim]]
    began: list[Claim] = []

    async def run_claim(given: Claim, ask: Any) -> None:
        began.append(given)
        await asyncio.Event().wait()

    async def at_once(work: Any, *, order: turns.Order) -> Any:
        return work()

    monkeypatch.setattr(drain, "in_turn", at_once)
    monkeypatch.setattr(drain, "run_claim", run_claim)
    monkeypatch.setattr(drain.jobs, "claim", lambda *_, **__: claims.pop() if claims else [])
    monkeypatch.setattr(drain.jobs, "keep_alive", lambda *_, **__: None)
    monkeypatch.setattr(drain.jobs, "still_mine", lambda *_: set())
    monkeypatch.setattr(drain.jobs, "is_due_within", lambda *_: False)
    with caplog.at_level(logging.INFO, logger="wagtail_ai_content"):
        await drain.Drain(drain.Limits(in_flight=1, lease=0.01, seconds=60)).run()
    assert began == [claim]
    assert [record.getMessage() for record in caplog.records] == [f"Job {claim.job_id} is no longer ours"]
