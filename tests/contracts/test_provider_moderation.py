"""The moderation endpoint of a provider, over real HTTP: its scores, and everything that can be wrong with them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.openai_answers import moderation
from tests.support.openai_server import OpenAIServer
from wagtail_ai_content.core.errors import (
    AIError,
    DeadlineExceeded,
    MalformedReply,
    NotConfigured,
    OutOfCredit,
    ProviderUnavailable,
    RateLimited,
)
from wagtail_ai_content.core.providers.base import ModerateRequest, Score
from wagtail_ai_content.core.providers.litellm import LiteLLMProvider
from wagtail_ai_content.core.providers.outgoing import Credential

CANARY = "sk-canary-93f1c0ffee"
MODEL = "openai/omni-moderation-latest"


@pytest.fixture
async def provider(openai_server: OpenAIServer) -> AsyncIterator[LiteLLMProvider]:
    credential = Credential(api_key=CANARY, api_base=openai_server.url)
    provider = LiteLLMProvider(credentials={"openai": credential}, now=lambda: datetime.now(UTC))
    yield provider
    await provider.aclose()


def asking(text: str = "A text", **options: Any) -> ModerateRequest:
    return ModerateRequest(model=MODEL, text=text, **options)


async def test_each_category_comes_once(provider: LiteLLMProvider, openai_server: OpenAIServer) -> None:
    openai_server.script({"body": json.dumps(moderation(violence=0.9, self_harm=0.2, self_harm__intent=0.6))})
    scores = await provider.moderate(asking("Something"))

    assert set(scores) >= {
        Score(category="self-harm", score=0.2, flagged=False),
        Score(category="self-harm-intent", score=0.6, flagged=True),
        Score(category="violence", score=0.9, flagged=True),
    }
    assert len({score.category for score in scores}) == len(scores)
    [call] = openai_server.calls
    assert call.path.endswith("/moderations")
    assert call.body["input"] == "Something"
    assert call.headers["Authorization"] == f"Bearer {CANARY}"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"status": 401, "body": json.dumps({"error": {"message": f"bad key {CANARY}"}})}, NotConfigured),
        ({"status": 429, "headers": {"Retry-After": "7"}, "body": "{}"}, RateLimited),
        ({"status": 429, "body": json.dumps({"error": {"code": "insufficient_quota"}})}, OutOfCredit),
        ({"status": 500, "body": "{}"}, ProviderUnavailable),
        ({"status": 307, "headers": {"Location": "http://127.0.0.1:1/v1/moderations"}, "body": ""}, AIError),
        ({"reset": True}, ProviderUnavailable),
        ({"body": ""}, MalformedReply),
        ({"body": "<html></html>"}, MalformedReply),
        ({"body": "{}"}, MalformedReply),
        ({"body": json.dumps({"results": []})}, MalformedReply),
        ({"body": json.dumps({"results": [{"flagged": True}]})}, MalformedReply),
        ({"body": json.dumps(moderation(violence=7.0))}, MalformedReply),
        ({"body": json.dumps({"results": moderation(violence=0.1)["results"] * 2})}, MalformedReply),
    ],
    ids=str,
)
async def test_whatever_is_wrong_is_an_error_without_the_key(
    entry: dict[str, Any], expected: type[AIError], provider: LiteLLMProvider, openai_server: OpenAIServer
) -> None:
    openai_server.script(entry)
    with pytest.raises(AIError) as caught:
        await provider.moderate(asking())

    assert isinstance(caught.value, expected)
    assert CANARY not in repr(caught.value)
    assert caught.value.__context__ is None
    assert openai_server.stats["requests"] == 1


async def test_it_ends_at_its_deadline_and_closes(provider: LiteLLMProvider, openai_server: OpenAIServer) -> None:
    openai_server.script({"hang": True})
    with pytest.raises(DeadlineExceeded):
        await provider.moderate(asking(deadline=0.3))

    assert await openai_server.sees(lambda: openai_server.stats["disconnected"] == 1, within=5.0)


async def test_many_at_once(provider: LiteLLMProvider, openai_server: OpenAIServer) -> None:
    answers = await asyncio.gather(*(provider.moderate(asking(f"Text {number}")) for number in range(50)))

    assert all(answers)
    assert {call.body["input"] for call in openai_server.calls} == {f"Text {number}" for number in range(50)}
