"""What every provider must do, adapters and wrappers alike; litellm speaks to a real server on the loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.openai_server import OpenAIServer
from tests.support.pictures import MARK, mark_of, opened
from wagtail_ai_content.core.errors import NotConfigured, ProviderUnavailable, RateLimited, Refused
from wagtail_ai_content.core.providers.base import EmbedRequest, ImageRequest, Message, Provider, Request
from wagtail_ai_content.core.providers.breaker import BreakerPolicy, BreakerProvider
from wagtail_ai_content.core.providers.cache import CachedProvider
from wagtail_ai_content.core.providers.failover import FailoverProvider
from wagtail_ai_content.core.providers.fake import FakeProvider, Step
from wagtail_ai_content.core.providers.litellm import LiteLLMProvider
from wagtail_ai_content.core.providers.outgoing import Credential
from wagtail_ai_content.core.providers.pricing import PriceBook, PricedProvider

# litellm looks at every attribute of pydantic's models for each piece of a stream.
pytestmark = pytest.mark.filterwarnings("ignore:Accessing the 'model_:DeprecationWarning")

MODEL = "openai/gpt-image-1"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A provider, the way to make what is behind it fail next, and whether a call has reached that."""

    provider: Provider
    fail: Callable[[str], None]
    reached: Callable[[], bool]


class AlwaysClosed:
    async def allow(self, key: str, *, now: datetime, policy: BreakerPolicy) -> float:
        return 0.0

    async def record_success(self, key: str) -> None:
        pass

    async def record_failure(self, key: str, *, now: datetime, policy: BreakerPolicy, trip: bool) -> None:
        pass

    async def release(self, key: str) -> None:
        pass


class NothingKept:
    async def get(self, key: str) -> None:
        return None

    async def set(self, key: str, value: Any, *, ttl: float) -> None:
        pass


async def never(seconds: float) -> None:
    await asyncio.Event().wait()


def now() -> datetime:
    return datetime.now(UTC)


STEPS = {
    "busy": Step(error=RateLimited(retry_after=3.0)),
    "down": Step(error=ProviderUnavailable()),
    "refused": Step(error=Refused()),
    "no key": Step(error=NotConfigured(model=MODEL)),
    "hang": Step(text="never", delay=1),
}
ENTRIES: dict[str, dict[str, Any]] = {
    "busy": {"status": 429, "headers": {"Retry-After": "3"}, "body": "{}"},
    "down": {"status": 503},
    "refused": {"status": 400, "body": json.dumps({"error": {"code": "content_policy_violation"}})},
    "no key": {"status": 401, "body": "{}"},
    "hang": {"hang": True},
}


def wrapped(kind: str, fake: FakeProvider) -> Provider:
    wrappers: dict[str, Callable[[], Provider]] = {
        "fake": lambda: fake,
        "failover": lambda: FailoverProvider([(fake, MODEL)], clock=lambda: 0.0),
        "breaker": lambda: BreakerProvider(fake, key="fake", store=AlwaysClosed(), clock=now),
        "cached": lambda: CachedProvider(fake, store=NothingKept(), ttl=60),
        "priced": lambda: PricedProvider(fake, prices=PriceBook()),
    }
    return wrappers[kind]()


@pytest.fixture(params=["litellm", "fake", "failover", "breaker", "cached", "priced"])
async def subject(request: pytest.FixtureRequest, openai_server: OpenAIServer) -> AsyncIterator[Subject]:
    if request.param != "litellm":
        fake = FakeProvider(sleep=never)
        yield Subject(
            provider=wrapped(request.param, fake),
            fail=lambda kind: fake.say(STEPS[kind]),
            reached=lambda: bool(fake.calls),
        )
        return
    credential = Credential(api_key="test-key", api_base=openai_server.url)
    provider = LiteLLMProvider(credentials={"openai": credential}, now=now)
    yield Subject(
        provider=provider,
        fail=lambda kind: openai_server.script(ENTRIES[kind]),
        reached=lambda: openai_server.stats["in_flight"] > 0,
    )
    await provider.aclose()


def asking(text: str = "Name a colour") -> Request:
    return Request(model=MODEL, messages=(Message(role="user", content=text),), max_tokens=50, deadline=20)


async def test_an_answer_has_text_model_reason_and_usage(subject: Subject) -> None:
    reply = await subject.provider.complete(asking())
    assert reply.text == "You asked: Name a colour"
    assert reply.model.endswith("gpt-image-1")
    assert reply.finish_reason == "stop"
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (3, 5)


async def test_a_stream_ends_with_the_whole_reply_and_its_pieces_make_it_up(subject: Subject) -> None:
    chunks = [chunk async for chunk in subject.provider.stream(asking())]
    assert [chunk.reply for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert chunks[-1].reply is not None
    assert chunks[-1].reply.text == "".join(chunk.text for chunk in chunks) == "You asked: Name a colour"
    assert len(chunks) > 3


async def test_each_text_gets_its_vector(subject: Subject) -> None:
    reply = await subject.provider.embed(EmbedRequest(model=MODEL, texts=("one", "two", "one"), dimensions=12))
    assert [len(vector) for vector in reply.vectors] == [12, 12, 12]
    assert reply.vectors[0] == reply.vectors[2] != reply.vectors[1]


async def test_an_image_is_a_still_one_of_known_size_and_marked_as_made_by_ai(subject: Subject) -> None:
    reply = await subject.provider.image(ImageRequest(model=MODEL, prompt="a square", size="8x8"))
    image = opened(reply.data)
    assert (reply.format, reply.width, reply.height) == (image.format, *image.size)
    assert mark_of(reply.data) == MARK


@pytest.mark.parametrize(
    ("kind", "error"),
    [("busy", RateLimited), ("down", ProviderUnavailable), ("refused", Refused), ("no key", NotConfigured)],
)
async def test_failures_leave_as_errors_of_ours(subject: Subject, kind: str, error: type[Exception]) -> None:
    subject.fail(kind)
    with pytest.raises(error):
        await subject.provider.complete(asking())
    subject.fail(kind)
    with pytest.raises(error):
        [chunk async for chunk in subject.provider.stream(asking())]
    subject.fail(kind)
    with pytest.raises(error):
        await subject.provider.embed(EmbedRequest(model=MODEL, texts=("one",)))


async def test_the_time_to_wait_is_handed_on(subject: Subject) -> None:
    subject.fail("busy")
    with pytest.raises(RateLimited) as caught:
        await subject.provider.complete(asking())
    assert caught.value.retry_after == 3.0


async def test_a_call_can_be_cancelled(subject: Subject) -> None:
    subject.fail("hang")
    call = asyncio.create_task(subject.provider.complete(asking()))
    while not subject.reached():
        await asyncio.sleep(0.001)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call


async def test_a_stream_can_be_left_early(subject: Subject) -> None:
    stream = subject.provider.stream(asking())
    first = await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined]  # streams are generators
    assert first.text
    assert (await subject.provider.complete(asking())).text


async def test_capabilities_are_known_without_a_call(subject: Subject) -> None:
    assert subject.provider.capabilities(MODEL).supports_streaming
