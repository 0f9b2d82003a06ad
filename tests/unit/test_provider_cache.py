from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from wagtail_ai_content.core.errors import ProviderUnavailable
from wagtail_ai_content.core.providers.base import Message, Request
from wagtail_ai_content.core.providers.cache import CachedProvider, key_of
from wagtail_ai_content.core.providers.fake import FakeProvider, Step

REQUEST = Request(model="a/one", messages=(Message(role="user", content="Write"),), max_tokens=10)


@dataclass
class Kept:
    entries: dict[str, Any] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)

    async def get(self, key: str) -> Any:
        return self.entries.get(key)

    async def set(self, key: str, value: Mapping[str, Any], *, ttl: float) -> None:
        self.entries[key] = value
        self.times.append(ttl)


def cached(*script: str | Step) -> tuple[CachedProvider, FakeProvider, Kept]:
    fake, store = FakeProvider(script), Kept()
    return CachedProvider(fake, store=store, ttl=60), fake, store


async def test_the_same_question_is_asked_once() -> None:
    provider, fake, store = cached(Step(text="An answer", confidence=0.5))
    first, again = await provider.complete(REQUEST), await provider.complete(REQUEST)
    assert (first.cached, again.cached) == (False, True)
    assert (again.text, again.model, again.usage, again.confidence) == (first.text, first.model, first.usage, 0.5)
    assert (again.cost.amount, again.cost.source) == (Decimal(0), "cache")
    assert len(fake.calls) == 1
    assert store.times == [60]


@pytest.mark.parametrize(
    "change",
    [
        {"model": "a/two"},
        {"messages": (Message(role="system", content="Write"),)},
        {"max_tokens": 11},
        {"temperature": 0.1},
        {"schema": {"type": "object"}},
        {"material": {"title": "other"}},
    ],
)
def test_another_question_has_another_key(change: dict[str, Any]) -> None:
    assert key_of(replace(REQUEST, **change)) != key_of(REQUEST)


def test_patience_does_not_change_the_key() -> None:
    assert key_of(replace(REQUEST, deadline=5, fresh=True)) == key_of(REQUEST)


async def test_a_fresh_answer_replaces_the_kept_one() -> None:
    provider, fake, _ = cached("Old", "New")
    await provider.complete(REQUEST)
    assert (await provider.complete(replace(REQUEST, fresh=True))).text == "New"
    assert (await provider.complete(REQUEST)).text == "New"
    assert len(fake.calls) == 2


@pytest.mark.parametrize(
    "step", [Step(text="Half", finish_reason="length"), Step(text=""), Step(text="x", finish_reason="y")]
)
async def test_what_is_not_whole_is_not_kept(step: Step) -> None:
    provider, _, store = cached(step)
    await provider.complete(REQUEST)
    assert store.entries == {}


@pytest.mark.parametrize(
    "entry", ["text", {"text": 7, "model": "m"}, {"text": "x"}, {}, [], {"text": "", "model": "m"}]
)
async def test_a_corrupted_entry_is_none(entry: object) -> None:
    provider, fake, store = cached("From the model")
    store.entries[key_of(REQUEST)] = entry
    assert (await provider.complete(REQUEST)).text == "From the model"
    assert len(fake.calls) == 1


async def test_streams_are_kept_and_answered_from_what_was_kept() -> None:
    provider, fake, _ = cached("An answer in pieces")
    for expected in (False, True):
        chunks = [chunk async for chunk in provider.stream(REQUEST)]
        assert "".join(chunk.text for chunk in chunks) == "An answer in pieces"
        assert chunks[-1].reply is not None
        assert chunks[-1].reply.cached is expected
    assert len(fake.calls) == 1


async def test_a_stream_that_broke_is_not_kept() -> None:
    provider, _, store = cached(Step(text="Half of it", error=ProviderUnavailable()))
    with pytest.raises(ProviderUnavailable):
        [chunk async for chunk in provider.stream(REQUEST)]
    assert store.entries == {}
