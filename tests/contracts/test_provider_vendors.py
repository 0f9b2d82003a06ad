"""Anthropic, Gemini and Hugging Face in their own protocols, over real HTTP: answers, streams, refusals, faults."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.openai_server import Call
from tests.support.vendor_answers import LIMITED
from tests.support.vendor_server import VendorServer
from wagtail_ai_content.core.errors import (
    AIError,
    CutReply,
    NotConfigured,
    ProviderRejected,
    ProviderUnavailable,
    RateLimited,
    Refused,
)
from wagtail_ai_content.core.providers.base import Message, Reply, Request
from wagtail_ai_content.core.providers.litellm import LiteLLMProvider
from wagtail_ai_content.core.providers.outgoing import Credential

# litellm looks at every attribute of pydantic's models for each piece of a stream.
pytestmark = pytest.mark.filterwarnings("ignore:Accessing the 'model_:DeprecationWarning")

CANARY = "canary-5b1e77d0"
MODELS = {
    "anthropic": "claude-sonnet-4-5",
    "anthropic with tools": "claude-3-haiku-20240307",
    "gemini": "gemini-2.5-flash",
    "huggingface": "meta-llama/Llama-3.1-8B-Instruct",
}
PATHS = {"anthropic": "/v1/messages", "huggingface": "/v1/chat/completions", "gemini": "/v1/models/gemini-2.5-flash:"}
KEYS = {"anthropic": "x-api-key", "gemini": "x-goog-api-key", "huggingface": "authorization"}
SCHEMA = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["title", "tags"],
    "additionalProperties": False,
}
BEGUN = {
    "anthropic": (
        'event: message_start\ndata: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant",'
        '"model":"claude-sonnet-4-5","content":[],"stop_reason":null,"usage":{"input_tokens":3,"output_tokens":1}}}\n\n'
        'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text",'
        '"text":""}}\n\nevent: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":'
        '{"type":"text_delta","text":"The first half"}}\n\n'
    ),
    "gemini": (
        'data: {"candidates":[{"content":{"parts":[{"text":"The first half"}],"role":"model"},"index":0}],'
        '"modelVersion":"gemini-2.5-flash"}\r\n\r\n'
    ),
    "huggingface": 'data: {"choices":[{"index":0,"delta":{"content":"The first half"},"finish_reason":null}]}\n\n',
}


@pytest.fixture(scope="module")
def _server() -> Iterator[VendorServer]:
    server = VendorServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(_server: VendorServer) -> VendorServer:
    _server.reset()
    return _server


@pytest.fixture
async def provider(server: VendorServer) -> AsyncIterator[LiteLLMProvider]:
    bases = {"anthropic": server.url.removesuffix("/v1"), "gemini": server.url, "huggingface": server.url}
    credentials = {vendor: Credential(api_key=CANARY, api_base=base) for vendor, base in bases.items()}
    provider = LiteLLMProvider(credentials=credentials, now=lambda: datetime.now(UTC))
    yield provider
    await provider.aclose()


def asking(vendor: str, model: str = "", **options: Any) -> Request:
    name = f"{vendor.partition(' ')[0]}/{model or MODELS[vendor]}"
    messages = (Message(role="system", content="Be kind."), Message(role="user", content="Name a colour"))
    return Request(model=name, messages=messages, max_tokens=50, deadline=20, **options)


async def answer(provider: LiteLLMProvider, request: Request, *, streaming: bool) -> Reply:
    if not streaming:
        return await provider.complete(request)
    chunks = [chunk async for chunk in provider.stream(request)]
    assert chunks[-1].reply is not None
    assert chunks[-1].reply.text == "".join(chunk.text for chunk in chunks)
    return chunks[-1].reply


def only_call(server: VendorServer, vendor: str) -> Call:
    """The one request there was, with the key in the one place for it."""
    (call,) = server.calls
    name = vendor.partition(" ")[0]
    assert call.path.startswith(PATHS[name])
    headers = {key.lower(): value for key, value in call.headers.items()}
    assert CANARY in headers[KEYS[name]]
    assert CANARY not in json.dumps(call.body) + call.path
    return call


streaming_or_not = pytest.mark.parametrize("streaming", [False, True], ids=["whole", "stream"])
each_vendor = pytest.mark.parametrize("vendor", PATHS)


@streaming_or_not
@pytest.mark.parametrize("vendor", MODELS)
async def test_an_answer_has_text_model_reason_and_usage(
    provider: LiteLLMProvider, server: VendorServer, vendor: str, streaming: bool
) -> None:
    reply = await answer(provider, asking(vendor, temperature=0.2), streaming=streaming)
    assert (reply.text, reply.finish_reason) == ("You asked: Name a colour", "stop")
    assert reply.model.endswith(MODELS[vendor])
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == ({"huggingface": 5}.get(vendor, 3), 5)
    sent = json.dumps(only_call(server, vendor).body)
    assert "Be kind." in sent
    assert '"temperature": 0.2' in sent
    assert ": 50" in sent
    assert "retries" not in sent


@streaming_or_not
@pytest.mark.parametrize("vendor", MODELS)
async def test_a_schema_is_sent_in_the_vendors_form_and_filled(
    provider: LiteLLMProvider, server: VendorServer, vendor: str, streaming: bool
) -> None:
    reply = await answer(provider, asking(vendor, schema=SCHEMA), streaming=streaming)
    assert set(json.loads(reply.text)) == {"title", "tags"}
    body = only_call(server, vendor).body
    forms = {
        "anthropic": lambda: body["output_format"]["schema"],
        "anthropic with tools": lambda: body["tools"][0]["input_schema"],
        "gemini": lambda: body["generationConfig"]["response_json_schema"],
        "huggingface": lambda: body["response_format"]["json_schema"]["schema"],
    }
    assert forms[vendor]() == SCHEMA


@streaming_or_not
@pytest.mark.parametrize(
    ("vendor", "model"),
    [("anthropic", "filtered"), ("gemini", "filtered"), ("gemini", "blocked"), ("huggingface", "x/filtered")],
)
async def test_a_refusal_is_told_as_one(provider: LiteLLMProvider, vendor: str, model: str, streaming: bool) -> None:
    with pytest.raises(Refused):
        await answer(provider, asking(vendor, model), streaming=streaming)


@streaming_or_not
@pytest.mark.parametrize("vendor", ["anthropic", "gemini"])
async def test_a_limited_answer_is_marked(provider: LiteLLMProvider, vendor: str, streaming: bool) -> None:
    reply = await answer(provider, asking(vendor, "length"), streaming=streaming)
    assert (reply.text, reply.truncated) == (LIMITED, True)


@each_vendor
async def test_a_stream_that_breaks_off_is_not_taken_for_whole(
    provider: LiteLLMProvider, server: VendorServer, vendor: str
) -> None:
    for cut in (True, False):
        server.script({"headers": {"Content-Type": "text/event-stream"}, "chunks": [BEGUN[vendor]], "cut": cut})
        with pytest.raises(CutReply):
            await answer(provider, asking(vendor), streaming=True)
    assert server.stats["requests"] == 2


@streaming_or_not
@each_vendor
@pytest.mark.parametrize(
    ("entry", "error"),
    [
        ({"status": 401, "body": json.dumps({"error": {"message": f"bad key {CANARY}"}})}, NotConfigured),
        ({"status": 429, "headers": {"Retry-After": "7"}, "body": "{}"}, RateLimited),
        ({"status": 500, "body": CANARY}, ProviderUnavailable),
        ({"status": 302, "headers": {"Location": "http://127.0.0.1:9/"}}, ProviderRejected),
        ({"reset": True}, ProviderUnavailable),
    ],
    ids=["401", "429", "500", "302", "reset"],
)
async def test_a_failure_is_ours_keeps_the_key_and_costs_one_request(
    provider: LiteLLMProvider,
    server: VendorServer,
    vendor: str,
    streaming: bool,
    entry: dict[str, Any],
    error: type[AIError],
) -> None:
    server.script(entry)
    with pytest.raises(error) as caught:
        await answer(provider, asking(vendor), streaming=streaming)
    assert CANARY not in repr(caught.value) + str(caught.value)
    assert caught.value.__context__ is None
    assert getattr(caught.value, "retry_after", None) == (7.0 if error is RateLimited else None)
    assert server.stats["requests"] == 1


@each_vendor
async def test_a_stream_that_is_left_hangs_up(provider: LiteLLMProvider, server: VendorServer, vendor: str) -> None:
    event = {"headers": {"Content-Type": "text/event-stream"}, "chunks": [BEGUN[vendor]], "drip": 0.05, "repeat": True}
    server.script(event)
    stream = provider.stream(asking(vendor))
    assert (await anext(stream)).text
    await stream.aclose()  # type: ignore[attr-defined]  # streams are generators
    assert await server.sees(lambda: server.stats["disconnected"] == 1)
