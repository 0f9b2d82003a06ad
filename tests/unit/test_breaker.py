from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from wagtail_ai_content.core.errors import (
    AIError,
    OutOfCredit,
    ProviderUnavailable,
    RateLimited,
    Refused,
)
from wagtail_ai_content.core.providers.base import Message, Request
from wagtail_ai_content.core.providers.breaker import BreakerPolicy, BreakerProvider
from wagtail_ai_content.core.providers.fake import FakeProvider, Step

NOW = datetime(2026, 1, 1, tzinfo=UTC)
REQUEST = Request(model="a/one", messages=(Message(role="user", content="Write"),), max_tokens=10)


@dataclass
class Noted:
    """A store that says what it is told to and keeps what it hears."""

    wait: float = 0.0
    heard: list[str] = field(default_factory=list)

    async def allow(self, key: str, *, now: datetime, policy: BreakerPolicy) -> float:
        return self.wait

    async def record_success(self, key: str) -> None:
        self.heard.append("success")

    async def record_failure(self, key: str, *, now: datetime, policy: BreakerPolicy, trip: bool) -> None:
        self.heard.append("trip" if trip else "failure")

    async def release(self, key: str) -> None:
        self.heard.append("release")


def breaker(store: Noted, *script: str | AIError | Step) -> tuple[BreakerProvider, FakeProvider]:
    fake = FakeProvider(script, sleep=lambda seconds: asyncio.Event().wait())  # type: ignore[arg-type,return-value]
    return BreakerProvider(fake, key="a", store=store, clock=lambda: NOW), fake


async def test_an_open_breaker_asks_nobody_and_says_when_to_come_back() -> None:
    provider, fake = breaker(Noted(wait=12.5), "never")
    for call in (provider.complete(REQUEST), anext(aiter(provider.stream(REQUEST)))):
        with pytest.raises(ProviderUnavailable) as caught:
            await call
        assert caught.value.retry_after == 12.5
    assert fake.calls == []


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("fine", "success"),
        (ProviderUnavailable(), "failure"),
        (RateLimited(), "failure"),
        (RateLimited(retry_after=5), "release"),
        (OutOfCredit(), "trip"),
        (Refused(), "success"),
    ],
)
async def test_each_outcome_is_noted_once(said: str | AIError, heard: str) -> None:
    store = Noted()
    provider, _ = breaker(store, said, said)
    for call in (provider.complete, lambda request: drain(provider, request)):
        with contextlib.suppress(AIError):
            await call(REQUEST)
    assert store.heard == [heard, heard]


async def drain(provider: BreakerProvider, request: Request) -> None:
    async for _ in provider.stream(request):
        pass


async def test_a_cancelled_call_gives_its_probe_back() -> None:
    store = Noted()
    provider, fake = breaker(store, Step(text="late", delay=1))
    call = asyncio.create_task(provider.complete(REQUEST))
    while not fake.calls:
        await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert store.heard == ["release"]


def test_a_probe_may_take_longer_than_a_call() -> None:
    assert BreakerPolicy().probe_for > timedelta(seconds=REQUEST.deadline)
