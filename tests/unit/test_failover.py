from __future__ import annotations

from collections.abc import Iterator

import pytest

from wagtail_ai_content.core.errors import (
    AIError,
    DeadlineExceeded,
    NotConfigured,
    OutOfCredit,
    ProviderRejected,
    ProviderUnavailable,
    RateLimited,
    Refused,
    TooLong,
    UnknownModel,
)
from wagtail_ai_content.core.providers.base import Capabilities, Message, Request
from wagtail_ai_content.core.providers.failover import FailoverProvider
from wagtail_ai_content.core.providers.fake import FakeProvider, Step

REQUEST = Request(model="site", messages=(Message(role="user", content="Write"),), max_tokens=10, deadline=100)


def pair(
    *errors: AIError | str | Step, seconds: Iterator[float] | None = None
) -> tuple[FailoverProvider, FakeProvider]:
    first, second = FakeProvider([errors[0]]), FakeProvider(errors[1:])
    clock = (lambda: next(seconds)) if seconds else (lambda: 0.0)
    return FailoverProvider([(first, "a/one"), (second, "b/two")], clock=clock), second


@pytest.mark.parametrize(
    "error", [RateLimited(), ProviderUnavailable(), NotConfigured(model="m"), UnknownModel(model="m"), OutOfCredit()]
)
async def test_the_next_one_is_asked_where_the_first_cannot(error: AIError) -> None:
    failover, second = pair(error, "From the second")
    reply = await failover.complete(REQUEST)
    assert (reply.text, reply.model) == ("From the second", "b/two")
    assert len(second.calls) == 1


@pytest.mark.parametrize("error", [Refused(), TooLong(status=400), ProviderRejected(status=422)])
async def test_a_no_is_final(error: AIError) -> None:
    failover, second = pair(error)
    with pytest.raises(type(error)):
        await failover.complete(REQUEST)
    assert second.calls == []
    failover, second = pair(error)
    with pytest.raises(type(error)):
        await anext(aiter(failover.stream(REQUEST)))
    assert second.calls == []


async def test_of_several_errors_the_one_to_wait_least_for_is_reported() -> None:
    failover, _ = pair(RateLimited(retry_after=60), ProviderUnavailable(retry_after=5))
    with pytest.raises(ProviderUnavailable):
        await failover.complete(REQUEST)
    failover, _ = pair(NotConfigured(model="m"), RateLimited())
    with pytest.raises(RateLimited):
        await failover.complete(REQUEST)
    failover, _ = pair(UnknownModel(model="m"), NotConfigured(model="n"))
    with pytest.raises(UnknownModel):
        await failover.complete(REQUEST)


async def test_all_share_one_deadline() -> None:
    failover, second = pair(ProviderUnavailable(), seconds=iter([0.0, 0.0, 70.0]))
    await failover.complete(REQUEST)
    assert second.calls[0].deadline == 30.0


async def test_nobody_is_asked_after_the_deadline() -> None:
    failover, second = pair(ProviderUnavailable(), seconds=iter([0.0, 0.0, 101.0]))
    with pytest.raises(ProviderUnavailable):
        await failover.complete(REQUEST)
    assert second.calls == []
    failover, _ = pair("never", seconds=iter([0.0, 200.0]))
    with pytest.raises(DeadlineExceeded):
        await failover.complete(REQUEST)


async def test_a_stream_goes_on_elsewhere_before_its_first_piece_only() -> None:
    failover, _ = pair(ProviderUnavailable(), "From the second")
    assert "".join([chunk.text async for chunk in failover.stream(REQUEST)]) == "From the second"
    failover, second = pair(Step(text="Half of it", error=ProviderUnavailable()), "From the second")
    texts: list[str] = []
    with pytest.raises(ProviderUnavailable):
        await drain(failover, texts)
    assert "".join(texts) == "Half"
    assert second.calls == []


async def drain(failover: FailoverProvider, texts: list[str]) -> None:
    async for chunk in failover.stream(REQUEST):
        texts.append(chunk.text)


def test_only_what_all_can_do_is_promised() -> None:
    text_only = FakeProvider(capabilities=Capabilities(supports_streaming=True))
    failover = FailoverProvider([(FakeProvider(), "a/one"), (text_only, "b/two")], clock=lambda: 0.0)
    assert failover.capabilities("site") == Capabilities(supports_streaming=True)


def test_no_provider_at_all_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="at least one"):
        FailoverProvider([], clock=lambda: 0.0)
