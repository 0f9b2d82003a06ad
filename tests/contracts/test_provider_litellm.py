"""What the litellm adapter promises beyond the contract, over real HTTP."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import gzip
import json
import logging
import resource
import subprocess
import sys
import time
import traceback
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.network import network_watched
from tests.support.openai_server import OpenAIServer
from wagtail_ai_content.core.errors import (
    AIError,
    CutReply,
    DeadlineExceeded,
    MalformedReply,
    NotConfigured,
    NotFetched,
    NotSupported,
    OutOfCredit,
    ProviderRejected,
    ProviderUnavailable,
    Refused,
    TooLong,
    UnknownModel,
)
from wagtail_ai_content.core.providers.base import EmbedRequest, ImageRequest, Message, Request
from wagtail_ai_content.core.providers.litellm import LiteLLMProvider
from wagtail_ai_content.core.providers.outgoing import Credential

# litellm looks at every attribute of pydantic's models for each piece of a stream.
pytestmark = pytest.mark.filterwarnings("ignore:Accessing the 'model_:DeprecationWarning")

CANARY = "sk-canary-93f1c0ffee"


@pytest.fixture
async def provider(openai_server: OpenAIServer) -> AsyncIterator[LiteLLMProvider]:
    credential = Credential(api_key=CANARY, api_base=openai_server.url)
    provider = LiteLLMProvider(credentials={"openai": credential}, now=lambda: datetime.now(UTC))
    yield provider
    await provider.aclose()


def asking(model: str = "openai/m", **options: Any) -> Request:
    return Request(model=model, messages=(Message(role="user", content="Write"),), max_tokens=50, **options)


def error_body(**error: str) -> str:
    return json.dumps({"error": error})


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (400, {"message": "This model's maximum context length is 8192 tokens"}, TooLong),
        (400, {"message": "prompt is too long: 210000 tokens > 200000 maximum"}, TooLong),
        (413, {}, TooLong),
        (400, {"code": "content_filter"}, Refused),
        (400, {"code": "content_policy_violation"}, Refused),
        (400, {"message": "API key not valid. Please pass a valid API key."}, NotConfigured),
        (400, {"message": "temperature must be at most 2"}, ProviderRejected),
        (401, {"code": "invalid_api_key"}, NotConfigured),
        (402, {}, OutOfCredit),
        (403, {}, NotConfigured),
        (404, {"code": "model_not_found"}, UnknownModel),
        (408, {}, ProviderUnavailable),
        (418, {}, ProviderRejected),
        (422, {}, ProviderRejected),
        (429, {"code": "insufficient_quota"}, OutOfCredit),
        (500, {}, ProviderUnavailable),
        (503, {}, ProviderUnavailable),
        (529, {}, ProviderUnavailable),
    ],
)
async def test_each_status_has_its_error_and_costs_one_request(
    status: int, error: dict[str, str], expected: type[AIError], provider: LiteLLMProvider, openai_server: OpenAIServer
) -> None:
    openai_server.script({"status": status, "body": error_body(**error)})
    with pytest.raises(AIError) as caught:
        await provider.complete(asking())
    assert type(caught.value) is expected
    openai_server.script({"status": status, "body": error_body(**error)})
    with pytest.raises(expected):
        await provider.image(ImageRequest(model="openai/gpt-image-1", prompt="x"))
    assert openai_server.stats["requests"] == 2


@pytest.mark.parametrize("entry", [{"reset": True}, {"body": ""}, {"cut": True, "chunks": ['{"choices"']}], ids=str)
async def test_broken_connections_are_temporary_and_cost_one_request(
    entry: dict[str, Any], provider: LiteLLMProvider, openai_server: OpenAIServer
) -> None:
    openai_server.script(entry)
    with pytest.raises((ProviderUnavailable, MalformedReply)):
        await provider.complete(asking())
    assert openai_server.stats["requests"] == 1


async def test_a_redirect_is_not_followed(provider: LiteLLMProvider, openai_server: OpenAIServer) -> None:
    other = OpenAIServer().start()
    try:
        for status in (301, 302, 303, 307, 308):
            openai_server.script({"status": status, "headers": {"Location": f"{other.url}/chat/completions"}})
            with pytest.raises(ProviderRejected):
                await provider.complete(asking())
        assert other.stats["connections"] == 0
        assert openai_server.stats["requests"] == 5
    finally:
        other.stop()


async def test_a_key_echoed_by_the_provider_goes_nowhere(
    provider: LiteLLMProvider, openai_server: OpenAIServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    words = f"Incorrect API key provided: {CANARY}. <broken"
    entries = [
        {"status": 401, "body": error_body(message=words), "headers": {"X-Echo": CANARY}},
        {"status": 500, "body": words},
        {"status": 429, "body": error_body(message=words)},
        {"status": 200, "body": words},
        {"status": 200, "body": json.dumps({"choices": [{"message": {"content": {"text": words}}}]})},
        {"status": 302, "headers": {"Location": f"http://127.0.0.1:9/?key={CANARY}"}},
    ]
    for entry in entries:
        openai_server.script(entry)
        with pytest.raises(AIError) as caught:
            await provider.complete(asking(deadline=10))
        assert CANARY not in everything_about(caught.value)
        openai_server.script(entry)
        with pytest.raises(AIError) as caught:
            [chunk async for chunk in provider.stream(asking(deadline=10))]
        assert CANARY not in everything_about(caught.value)
    assert openai_server.calls[0].headers["Authorization"] == f"Bearer {CANARY}"
    assert "AI call failed" in caplog.text
    assert CANARY not in caplog.text
    assert CANARY not in repr([record.__dict__ for record in caplog.records])


def everything_about(error: BaseException) -> str:
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    # Frames of this test hold the canary, for they have sent it.
    report.stack[:] = [frame for frame in report.stack if "core/providers" in frame.filename]  # type: ignore[index]
    assert error.__context__ is None
    return "".join(report.format()) + repr(error) + str(error) + repr(error.__dict__)


def test_a_credential_does_not_show_its_key() -> None:
    assert CANARY not in repr(Credential(api_key=CANARY))


async def test_a_key_of_the_environment_is_not_sent_to_another_address(
    openai_server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    local = Credential(api_base=openai_server.url)
    provider = LiteLLMProvider(credentials={"openai": local}, now=lambda: datetime.now(UTC))
    await provider.complete(asking())
    assert CANARY not in repr(openai_server.calls)
    await provider.aclose()


@pytest.mark.parametrize("model", ["openai/gpt-4.1-mini", "anthropic/claude-sonnet-4-5", "gemini/gemini-2.0-flash"])
async def test_a_missing_key_is_said_before_any_request(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    provider = LiteLLMProvider(now=lambda: datetime.now(UTC))
    with pytest.raises(NotConfigured) as caught:
        await provider.complete(asking(model))
    assert model in str(caught.value)
    await provider.aclose()


async def test_a_model_nobody_knows_is_said_before_any_request(
    provider: LiteLLMProvider, openai_server: OpenAIServer
) -> None:
    with pytest.raises(UnknownModel):
        await provider.complete(asking("nobody-knows/this-one"))
    assert openai_server.stats["requests"] == 0


async def test_a_bomb_is_not_inflated(provider: LiteLLMProvider, openai_server: OpenAIServer) -> None:
    bomb = gzip.compress(b" " * 300_000_000, 9)
    await provider.complete(asking())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(2):
        openai_server.script({"headers": {"Content-Encoding": "gzip"}, "body": bomb})
        with pytest.raises(ProviderRejected):
            await provider.complete(asking())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000  # kilobytes


async def test_a_compression_nobody_asked_for_is_refused(
    provider: LiteLLMProvider, openai_server: OpenAIServer
) -> None:
    openai_server.script({"headers": {"Content-Encoding": "br"}, "body": b"\x00"})
    with pytest.raises(MalformedReply):
        await provider.complete(asking())


async def test_a_hundred_calls_use_their_connections_again(
    provider: LiteLLMProvider, openai_server: OpenAIServer
) -> None:
    await asyncio.gather(*(provider.complete(asking("openai/slow-0.2")) for _ in range(100)))
    opened = openai_server.stats["connections"]
    await asyncio.gather(*(provider.complete(asking("openai/slow-0.2")) for _ in range(100)))
    assert openai_server.stats["most_in_flight"] > 50
    assert opened <= 100
    assert openai_server.stats["connections"] <= opened + 5


@pytest.mark.parametrize("streaming", [False, True])
async def test_cancelling_hangs_up(streaming: bool, provider: LiteLLMProvider, openai_server: OpenAIServer) -> None:
    async def call() -> None:
        if not streaming:
            await provider.complete(asking("openai/hang"))
        async for _ in provider.stream(asking("openai/drip-0.3")):
            begun.set()

    begun = asyncio.Event()
    task = asyncio.create_task(call())
    if streaming:
        await begun.wait()
    else:
        await openai_server.sees(lambda: openai_server.stats["in_flight"] == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await openai_server.sees(lambda: openai_server.stats["disconnected"] == 1)


@pytest.mark.parametrize("model", ["openai/hang", "openai/slow-30"])
async def test_the_deadline_holds_and_hangs_up(
    model: str, provider: LiteLLMProvider, openai_server: OpenAIServer
) -> None:
    await provider.complete(asking())
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        await provider.complete(asking(model, deadline=0.5))
    assert time.monotonic() - began < 0.65
    assert await openai_server.sees(lambda: openai_server.stats["disconnected"] == 1)


async def test_a_stream_that_breaks_off_is_not_taken_for_whole(
    provider: LiteLLMProvider, openai_server: OpenAIServer
) -> None:
    piece = 'data: {"choices":[{"index":0,"delta":{"content":"data: [DONE]\\ndata: [DONE]"}}]}\n\n'
    for entry in ({"chunks": [piece], "cut": True}, {"chunks": [piece]}):
        openai_server.script({"headers": {"Content-Type": "text/event-stream"}, **entry})
        texts: list[str] = []
        with pytest.raises(CutReply):
            await drain(provider, texts)
        assert texts == ["data: [DONE]\ndata: [DONE]"]


def streams_of_litellm() -> list[Any]:
    return [one for one in gc.get_objects() if type(one).__name__ == "CustomStreamWrapper"]


@pytest.mark.parametrize("left", [True, False])
async def test_a_stream_that_is_collected_sets_no_context_variables(left: bool, provider: LiteLLMProvider) -> None:
    others = streams_of_litellm()
    pieces = provider.stream(asking())
    await anext(pieces)
    (theirs,) = [stream for stream in streams_of_litellm() if all(stream is not other for other in others)]
    if not left:
        assert [piece async for piece in pieces]
    await pieces.aclose()  # type: ignore[attr-defined]  # generators have it
    theirs.itself = theirs
    del theirs
    around = contextvars.Context()
    around.run(gc.collect)
    assert [variable.name for variable in around] == []


async def drain(provider: LiteLLMProvider, texts: list[str]) -> None:
    async for chunk in provider.stream(asking()):
        texts.append(chunk.text)


async def test_the_schema_is_sent_and_filled(provider: LiteLLMProvider, openai_server: OpenAIServer) -> None:
    parts = {"title": {"type": "string"}, "tags": {"type": "array", "items": {"type": "string"}}}
    schema = {"type": "object", "properties": parts, "required": ["title", "tags"], "additionalProperties": False}
    reply = await provider.complete(asking(schema=schema, temperature=0.1))
    assert set(json.loads(reply.text)) == {"title", "tags"}
    sent = openai_server.calls[0].body
    assert sent["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "reply", "schema": schema, "strict": True},
    }
    assert (sent["max_tokens"], sent["temperature"]) == (50, 0.1)


async def test_the_material_is_never_sent(provider: LiteLLMProvider, openai_server: OpenAIServer) -> None:
    await provider.complete(asking(material={"secret": "only for engines"}))
    assert "only for engines" not in repr(openai_server.calls)


async def test_a_filtered_answer_is_a_refusal_and_a_limited_one_is_marked(provider: LiteLLMProvider) -> None:
    with pytest.raises(Refused):
        await provider.complete(asking("openai/filtered"))
    assert (await provider.complete(asking("openai/length"))).truncated


@pytest.mark.parametrize(("hosts", "error"), [((), NotSupported), (("*",), NotFetched)])
async def test_an_image_behind_an_address_in_our_network_is_not_fetched(
    hosts: tuple[str, ...], error: type[AIError], openai_server: OpenAIServer
) -> None:
    other = OpenAIServer().start()
    credential = Credential(api_key=CANARY, api_base=openai_server.url, image_hosts=hosts)
    provider = LiteLLMProvider(credentials={"openai": credential}, now=lambda: datetime.now(UTC))
    for url in (f"{other.url}/picture.png", "http://127.0.0.1/", "http://localhost/", "https://localhost/"):
        openai_server.script({"body": json.dumps({"data": [{"url": url}]})})
        with network_watched() as seen, pytest.raises(error):
            await provider.image(ImageRequest(model="openai/gpt-image-1", prompt="x"))
        assert [each for each in seen if "connect" in each and str(openai_server.port) not in each] == []
    assert other.stats["connections"] == 0
    other.stop()
    await provider.aclose()


async def test_vectors_of_another_number_or_place_are_refused(
    provider: LiteLLMProvider, openai_server: OpenAIServer
) -> None:
    one, twice = {"index": 0, "embedding": [1.0]}, {"index": 0, "embedding": [2.0]}
    for rows in ([one], [one, twice], [one, {"index": 7, "embedding": [2.0]}]):
        openai_server.script({"body": json.dumps({"data": rows})})
        with pytest.raises(MalformedReply):
            await provider.embed(EmbedRequest(model="openai/m", texts=("a", "b")))


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("anthropic/claude-sonnet-4-5", "/v1/messages"),
        ("gemini/gemini-2.0-flash", "generateContent"),
        ("huggingface/meta-llama/Llama-3.1-8B-Instruct", "/v1/chat/completions"),
        ("ollama_chat/llama3", "/v1/chat/completions"),
        ("ollama/llama3", "/v1/chat/completions"),
    ],
)
async def test_other_providers_are_guarded_too(model: str, path: str, openai_server: OpenAIServer) -> None:
    credential = Credential(api_key=CANARY, api_base=openai_server.url)
    provider = LiteLLMProvider(credentials={model.partition("/")[0]: credential}, now=lambda: datetime.now(UTC))
    for status, expected in ((302, ProviderRejected), (500, ProviderUnavailable), (401, NotConfigured)):
        openai_server.script({"status": status, "headers": {"Location": f"{openai_server.url}/elsewhere"}})
        with pytest.raises(expected) as caught:
            await provider.complete(asking(model))
        assert CANARY not in everything_about(caught.value)
    openai_server.script({"reset": True})
    with pytest.raises(ProviderUnavailable):
        await provider.complete(asking(model))
    assert [path in call.path for call in openai_server.calls] == [True] * 4
    await provider.aclose()


def test_nothing_is_imported_before_the_first_call() -> None:
    code = (
        "import sys; from datetime import datetime; from wagtail_ai_content.core.providers import litellm as ours;"
        "from wagtail_ai_content.core.providers.price_list import bundled_price;"
        "ours.LiteLLMProvider(now=datetime.now).capabilities('openai/m'); bundled_price('openai/gpt-4.1-mini');"
        "assert not {'litellm', 'httpx', 'httpcore', 'PIL', 'django'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
