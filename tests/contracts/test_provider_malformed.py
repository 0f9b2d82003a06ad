"""Every hostile answer of the corpus that a provider can meet, sent by a real server."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.openai_server import OpenAIServer
from wagtail_ai_content.core.errors import AIError, PermanentError, Refused, TemporaryError
from wagtail_ai_content.core.providers.base import (
    EmbedReply,
    EmbedRequest,
    ImageReply,
    ImageRequest,
    Message,
    Reply,
    Request,
)
from wagtail_ai_content.core.providers.litellm import LiteLLMProvider
from wagtail_ai_content.core.providers.outgoing import Credential

# litellm looks at every attribute of pydantic's models for each piece of a stream.
pytestmark = pytest.mark.filterwarnings("ignore:Accessing the 'model_:DeprecationWarning")

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpora" / "malformed.dev.jsonl"
ROWS = [json.loads(line) for line in CORPUS.read_text().splitlines()] if CORPUS.exists() else []
# The others are the texts of whole answers, which no provider reads (tests/unit/test_reply.py).
MET_HERE = [row for row in ROWS if row["level"] in ("http", "stream")]
DEADLINE = 0.6


@pytest.fixture
async def provider(openai_server: OpenAIServer) -> AsyncIterator[LiteLLMProvider]:
    credential = Credential(api_key="test-key", api_base=openai_server.url)
    provider = LiteLLMProvider(credentials={"openai": credential}, now=lambda: datetime.now(UTC))
    yield provider
    await provider.aclose()


def entry(row: dict[str, Any]) -> dict[str, Any]:
    """The row as the server's script; drips are scaled down with the deadline."""
    found = {"status": row["status"], "headers": row["headers"], "repeat": row.get("repeat") == "forever"}
    if "chunks" in row:
        return found | {"chunks": row["chunks"], "drip": row.get("drip_seconds", 0) / 120 * DEADLINE}
    if "payload_b64" in row:
        return found | {"body_b64": row["payload_b64"]}
    return found | {"body": "".join(text * times for text, times in row.get("payload_rle", [[row["payload"], 1]]))}


async def ask(provider: LiteLLMProvider, row: dict[str, Any]) -> Reply | EmbedReply | ImageReply:
    if row.get("task") == "embedding":
        texts = tuple(f"text {number}" for number in range(row.get("inputs", 1)))
        return await provider.embed(EmbedRequest(model="openai/m", texts=texts, dimensions=row["dim"]))
    if row.get("task") == "image":
        return await provider.image(ImageRequest(model="openai/gpt-image-1", prompt="a tree", size="8x8"))
    deadline = DEADLINE if row.get("repeat") else 20
    messages = (Message(role="user", content="Write"),)
    request = Request(model="openai/m", messages=messages, max_tokens=50, deadline=deadline)
    if row["level"] != "stream":
        return await provider.complete(request)
    chunks = [chunk async for chunk in provider.stream(request)]
    assert chunks[-1].reply is not None
    return chunks[-1].reply


def test_the_corpus_is_there() -> None:
    if not ROWS:
        pytest.skip(f"There is no corpus at ../shared/corpora ({CORPUS.name}).")
    assert len(MET_HERE) >= 45
    assert {row["level"] for row in ROWS if row not in MET_HERE} == {"content"}


@pytest.mark.parametrize("row", MET_HERE, ids=lambda row: row["id"])
async def test_every_row_ends_as_it_should(
    row: dict[str, Any], provider: LiteLLMProvider, openai_server: OpenAIServer
) -> None:
    openai_server.script(entry(row))
    if row["expect"] in ("accept", "accept_cleaned", "cost_unknown_flagged"):
        check_accepted(row, await ask(provider, row))
    else:
        await check_refused(row, provider)
    assert len(openai_server.calls) == 1


def check_accepted(row: dict[str, Any], reply: Reply | EmbedReply | ImageReply) -> None:
    if isinstance(reply, EmbedReply):
        assert reply.vectors == tuple(map(tuple, row.get("order", [[1.0, 2.0, 3.0, 4.0]])))
    elif isinstance(reply, ImageReply):
        assert reply.data.startswith(b"\x89PNG")
    else:
        assert reply.text == row.get("text", "hi")
        unknown = row["expect"] == "cost_unknown_flagged"
        assert (reply.usage.prompt_tokens is None) == (unknown or row["level"] == "stream")
        if row.get("must_record") == "model_returned":
            assert reply.model == "some-other-model"


async def check_refused(row: dict[str, Any], provider: LiteLLMProvider) -> None:
    expected: dict[str, type[AIError]] = {
        "retry": TemporaryError,
        "fail_permanent": PermanentError,
        "refusal": Refused,
    }
    with pytest.raises(expected[row["expect"]]) as caught:
        await ask(provider, row)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    if "retry_after" in row:
        wanted = 300.0 if row["retry_after"] == "capped" else row["retry_after"]
        assert isinstance(caught.value, TemporaryError)
        assert caught.value.retry_after == wanted


@pytest.mark.parametrize("row", [row for row in MET_HERE if row.get("repeat")], ids=lambda row: row["id"])
async def test_a_drip_ends_at_the_deadline_and_is_hung_up_on(
    row: dict[str, Any], provider: LiteLLMProvider, openai_server: OpenAIServer
) -> None:
    openai_server.script(entry(row))
    began = time.monotonic()
    with pytest.raises(TemporaryError):
        await ask(provider, row)
    assert time.monotonic() - began < DEADLINE * 1.3
    assert await openai_server.sees(lambda: openai_server.stats["disconnected"] == 1)
