"""Images from providers: both corpora row by row, over real HTTP, through the adapter; nothing else is asked for."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import PngImagePlugin

from tests.support.corpora import rows
from tests.support.image_network import PUBLIC, ImageNetwork
from tests.support.network import network_watched
from tests.support.openai_server import OpenAIServer
from tests.support.pictures import MARK, beside_its_pixels, drawn, mark_of, opened
from wagtail_ai_content.core.errors import (
    AIError,
    DeadlineExceeded,
    MalformedReply,
    NotConfigured,
    NotFetched,
    NotSupported,
    ProviderUnavailable,
    UnusableImage,
)
from wagtail_ai_content.core.providers.addresses import read_address
from wagtail_ai_content.core.providers.base import ImageReply, ImageRequest, Message, Request
from wagtail_ai_content.core.providers.litellm import LiteLLMProvider
from wagtail_ai_content.core.providers.outgoing import Credential

# litellm looks at every attribute of pydantic's models.
pytestmark = pytest.mark.filterwarnings("ignore:Accessing the 'model_:DeprecationWarning")

KEY = "sk-canary-77aa"
SECRET = "signature-3f81"


def hosts_with_tls() -> set[str]:
    """Those of the rows that are connected to."""
    met = [row for (row,) in (param.values for param in rows("ssrf")) if row]
    met = [row for row in met if row["expect"] == "allowed" or row.get("redirects_to")]
    return {"images.example.org", *(read_address(row["payload"]).host for row in met)}


@pytest.fixture(scope="module")
def _network() -> Iterator[ImageNetwork]:
    network = ImageNetwork(hosts_with_tls())
    yield network
    network.stop()


@pytest.fixture
def network(_network: ImageNetwork) -> ImageNetwork:
    _network.reset()
    return _network


class Adapter:
    """The adapter of a site that fetches images from these hosts."""

    def __init__(self, server: OpenAIServer, network: ImageNetwork) -> None:
        self.server = server
        self._network = network
        self._made: list[LiteLLMProvider] = []

    async def image(
        self, answer: dict[str, str], *, hosts: Sequence[str] = ("*",), deadline: float = 20.0
    ) -> ImageReply:
        self.server.script({"body": json.dumps({"data": [answer]})})
        credential = Credential(api_key=KEY, api_base=self.server.url, image_hosts=tuple(hosts))
        provider = LiteLLMProvider(
            credentials={"openai": credential}, now=lambda: datetime.now(UTC), fetcher=self._network.fetcher()
        )
        self._made.append(provider)
        return await provider.image(ImageRequest(model="openai/gpt-image-1", prompt="a tree", deadline=deadline))

    async def aclose(self) -> None:
        for provider in self._made:
            await provider.aclose()


@pytest.fixture
async def adapter(openai_server: OpenAIServer, network: ImageNetwork) -> AsyncIterator[Adapter]:
    adapter = Adapter(openai_server, network)
    yield adapter
    await adapter.aclose()


def served(data: bytes, **entry: Any) -> dict[str, Any]:
    return {"headers": {"Content-Type": "image/png"}, "body": data, **entry}


def payload_of(row: dict[str, Any]) -> bytes:
    return base64.b64decode(row["payload_b64"]) if "payload_b64" in row else row["payload"].encode()


@pytest.mark.parametrize("way", ["b64_json", "url"])
@pytest.mark.parametrize("row", rows("images"))
async def test_every_image_is_drawn_anew_or_refused(
    row: dict[str, Any], way: str, adapter: Adapter, network: ImageNetwork
) -> None:
    data = payload_of(row)
    network.serve(served(data))
    told = base64.b64encode(data).decode() if way == "b64_json" else "https://images.example.org/a"
    if row["expect"] in ("refused", "refused_before_decode"):
        with pytest.raises(MalformedReply):
            await adapter.image({way: told})
        return
    with suppress(MalformedReply) if "refused_or" in row["expect"] else nullcontext():
        check_drawn_anew(await adapter.image({way: told}), row)


def check_drawn_anew(reply: ImageReply, row: dict[str, Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PngImagePlugin, "MAX_TEXT_CHUNK", 100_000_000)  # to look at what came, and not at what is given
        came = opened(payload_of(row))
    assert (reply.format, reply.width, reply.height) == (row.get("fmt", came.format), *came.size)
    assert (opened(reply.data).format, opened(reply.data).size) == (came.format, came.size)
    assert row.get("must_not_contain", "<script").encode() not in reply.data
    assert mark_of(reply.data) == MARK
    assert beside_its_pixels(reply.data) == {"xmp"}


@pytest.mark.parametrize("row", rows("ssrf"))
async def test_an_address_is_fetched_from_if_all_it_stands_for_is_public(
    row: dict[str, Any], adapter: Adapter, network: ImageNetwork
) -> None:
    # Rows of numbers have no answers: a number taken for a name would be found, and fetched from.
    answers = row.get("resolves_to") or [PUBLIC]
    network.answers = [answers]
    target = row.get("redirects_to")
    png = served(drawn("PNG"))
    network.serve({**png, "status": 302, "headers": {"Location": target}} if target else png)
    allowed = row.get("policy", "").partition("api_base_allowlist:")[2]
    with network_watched() as seen:
        if row["expect"] == "allowed":
            reply = await adapter.image({"url": row["payload"]})
            assert (reply.format, reply.width, reply.height) == ("PNG", 40, 30)
        else:
            with pytest.raises(NotFetched):
                await adapter.image({"url": row["payload"]}, hosts=[allowed] if allowed else ["*"])
    assert network.requests == (row["expect"] == "allowed" or target is not None)
    assert len(network.reached) == network.requests
    assert [each for each in seen if "127.0.0.1" not in each] == []


@pytest.mark.parametrize("row", rows("ssrf"))
async def test_an_api_base_whose_host_is_not_listed_is_never_called(row: dict[str, Any]) -> None:
    allowed = row.get("policy", "").partition("api_base_allowlist:")[2] or "api.openai.com"
    credential = Credential(api_key=KEY, api_base=row["payload"])
    provider = LiteLLMProvider(credentials={"openai": credential}, now=lambda: datetime.now(UTC), api_hosts=[allowed])
    messages = (Message(role="user", content="Write"),)
    with network_watched() as seen:
        with pytest.raises(NotConfigured):
            await provider.complete(Request(model="openai/m", messages=messages, max_tokens=5))
        with pytest.raises(NotConfigured):
            await provider.image(ImageRequest(model="openai/gpt-image-1", prompt="a tree"))
    assert seen == []
    await provider.aclose()


@pytest.mark.parametrize("row", rows("ssrf"))
async def test_an_api_base_that_could_be_misread_is_never_called(row: dict[str, Any]) -> None:
    if row["category"] != "parser" or row["payload"] in ("HTTP://127.0.0.1", "http://good.example:22/"):
        return  # nobody misreads them, and a model of one's own may be asked anywhere
    credential = Credential(api_key=KEY, api_base=row["payload"])
    provider = LiteLLMProvider(credentials={"openai": credential}, now=lambda: datetime.now(UTC))
    with network_watched() as seen, pytest.raises(NotConfigured):
        await provider.image(ImageRequest(model="openai/gpt-image-1", prompt="a tree"))
    assert seen == []
    await provider.aclose()


async def test_a_variable_of_the_environment_does_not_lead_elsewhere(
    openai_server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", openai_server.url)
    request = Request(model="openai/m", messages=(Message(role="user", content="Write"),), max_tokens=5)
    anywhere = LiteLLMProvider(now=lambda: datetime.now(UTC))
    assert (await anywhere.complete(request)).text
    listed = LiteLLMProvider(now=lambda: datetime.now(UTC), api_hosts=["api.openai.com"])
    with pytest.raises(NotConfigured):
        await listed.complete(request)
    assert openai_server.stats["requests"] == 1
    await listed.aclose()


@pytest.mark.parametrize("hosts", [[], ["elsewhere.example"], [".images.example.org.evil.example"], ["example.org"]])
async def test_nothing_is_fetched_from_a_host_that_is_not_listed(
    hosts: list[str], adapter: Adapter, network: ImageNetwork
) -> None:
    with pytest.raises((NotSupported, NotFetched)):
        await adapter.image({"url": "https://images.example.org/a.png"}, hosts=hosts)
    assert (network.looked_up, network.reached) == ([], [])


@pytest.mark.parametrize("hosts", [["images.example.org"], [".example.org"], ["Images.Example.ORG"], ["*"]])
@pytest.mark.parametrize("url", ["https://images.example.org/a.png", "HTTP://IMAGES.example.org.:80?a=b#c"])
async def test_from_a_host_that_is_listed_it_is(
    url: str, hosts: list[str], adapter: Adapter, network: ImageNetwork
) -> None:
    network.serve(served(drawn("JPEG")))
    assert (await adapter.image({"url": url}, hosts=hosts)).format == "JPEG"
    assert network.requests == 1


async def test_the_request_carries_nothing_of_ours(
    adapter: Adapter, network: ImageNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for _ in range(2):
        network.serve(served(drawn("PNG"), headers={"Set-Cookie": "seen=1; Path=/"}))
        await adapter.image({"url": "https://images.example.org/a%20b?c=é&d=%2F"})
    first, second = network.servers[443].calls
    assert second.path == "/a b"
    assert set(map(str.lower, second.headers)) == {"host", "accept", "accept-encoding", "user-agent", "connection"}
    assert (second.headers["Host"], second.headers["Accept-Encoding"]) == ("images.example.org", "identity")
    assert KEY not in repr((first, second))


async def test_a_name_that_answers_otherwise_the_second_time_is_not_asked_twice(
    adapter: Adapter, network: ImageNetwork
) -> None:
    network.answers = [[PUBLIC], ["127.0.0.1"]]
    network.serve(served(drawn("PNG")))
    await adapter.image({"url": "https://images.example.org/a.png"})
    assert (network.looked_up, network.reached) == (["images.example.org"], [(PUBLIC, 443)])
    with pytest.raises(NotFetched):
        await adapter.image({"url": "https://images.example.org/a.png"})
    assert len(network.reached) == 1


@pytest.mark.parametrize(
    "answers",
    [["10.0.0.1", PUBLIC], [PUBLIC, "::1"], [PUBLIC, "fe80::1%eth0"], ["::ffff:169.254.169.254"], [PUBLIC, "nonsense"]],
)
async def test_one_answer_that_is_not_public_spoils_them_all(
    answers: list[str], adapter: Adapter, network: ImageNetwork
) -> None:
    network.answers = [answers]
    with pytest.raises(NotFetched):
        await adapter.image({"url": "https://images.example.org/a.png"})
    assert network.reached == []


async def test_where_nobody_answers_the_next_address_is_tried(adapter: Adapter, network: ImageNetwork) -> None:
    network.answers = [["2606:2800:220:1::1", PUBLIC]]
    network.down = {"2606:2800:220:1::1"}
    network.serve(served(drawn("PNG")))
    await adapter.image({"url": "https://images.example.org/a.png"})
    network.down.add(PUBLIC)
    with pytest.raises(ProviderUnavailable):
        await adapter.image({"url": "https://images.example.org/a.png"})
    assert [address for address, _ in network.reached] == ["2606:2800:220:1::1", PUBLIC] * 2


async def test_the_certificate_has_to_be_for_the_name(adapter: Adapter, network: ImageNetwork) -> None:
    network.serve(served(drawn("PNG")))
    with pytest.raises(ProviderUnavailable):
        await adapter.image({"url": "https://images.example.com/a.png"})
    assert network.reached == [(PUBLIC, 443)]
    assert network.requests == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/", "https://images.example.org/b.png", "file:///etc/passwd"]
)
async def test_a_redirect_is_not_followed(status: int, target: str, adapter: Adapter, network: ImageNetwork) -> None:
    network.serve(served(drawn("PNG"), status=status, headers={"Location": target}))
    with pytest.raises(NotFetched):
        await adapter.image({"url": "https://images.example.org/a.png"})
    assert (network.requests, len(network.looked_up), len(network.reached)) == (1, 1, 1)


async def test_an_endless_drip_ends_at_the_deadline(adapter: Adapter, network: ImageNetwork) -> None:
    network.serve({"chunks": [drawn("PNG")[:20]], "drip": 0.1, "repeat": True})
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        await adapter.image({"url": "https://images.example.org/a.png"}, deadline=1.0)
    assert time.monotonic() - began < 1.3
    server = network.servers[443]
    assert await server.sees(lambda: server.stats["in_flight"] == 0)


async def test_more_than_twenty_megabytes_are_not_read(adapter: Adapter, network: ImageNetwork) -> None:
    network.serve({"chunks": [drawn("PNG"), b"\0" * 1_000_000], "repeat": True})
    with pytest.raises(UnusableImage):
        await adapter.image({"url": "https://images.example.org/a.png"})


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"status": 500}, ProviderUnavailable),
        ({"status": 429}, ProviderUnavailable),
        ({"status": 404}, NotFetched),
        ({"status": 204}, NotFetched),
        ({"status": 206}, NotFetched),
        ({"headers": {"Content-Encoding": "gzip"}}, MalformedReply),
        ({"headers": {"Content-Length": "99999"}}, ProviderUnavailable),
        ({"reset": True}, ProviderUnavailable),
        ({"body": b""}, UnusableImage),
        ({"body": b"<html>"}, UnusableImage),
    ],
    ids=str,
)
async def test_other_answers_have_their_errors_and_leave_no_word(
    entry: dict[str, Any],
    expected: type[AIError],
    adapter: Adapter,
    network: ImageNetwork,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    network.serve({"body": SECRET, **entry})
    with pytest.raises(expected) as caught:
        await adapter.image({"url": f"https://images.example.org/{SECRET}.png?{SECRET}"})
    assert type(caught.value) is expected
    assert caught.value.__context__ is None
    assert caught.value.__traceback__ is not None
    assert SECRET not in f"{caught.value} {caught.value!r} {caught.value.__dict__}"
    assert "AI call failed" in caplog.text
    assert SECRET not in repr([record.__dict__ for record in caplog.records])
    assert "images.example.org" not in caplog.text


async def test_the_loop_turns_while_an_image_is_drawn(adapter: Adapter) -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.005)
            ticks += 1

    ticking = asyncio.create_task(tick())
    data = base64.b64encode(drawn("WEBP", (3000, 2700))).decode()
    reply = asyncio.create_task(adapter.image({"b64_json": data}))
    while not adapter_has_answer(adapter):
        await asyncio.sleep(0.005)
    before = ticks
    await reply
    ticking.cancel()
    assert ticks - before > 10


def adapter_has_answer(adapter: Adapter) -> bool:
    return adapter.server.stats["requests"] == 1 and adapter.server.stats["in_flight"] == 0
