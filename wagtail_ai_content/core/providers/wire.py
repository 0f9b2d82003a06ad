"""What really happens on the wire during one call, and what may not happen.

The only importer of httpx. Provider libraries follow redirects, inflate bombs, send a request again when a connection
breaks and put the provider's words into their errors. So they are given a client whose transport looks first: whatever
is wrong is written down in the call's :class:`Exchange`, and they see no more of it than that there was something.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import zlib
from collections.abc import AsyncIterator, Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from weakref import WeakKeyDictionary

import httpx

from ..errors import AIError, CutReply, MalformedReply, NotConfigured, ProviderRejected, ProviderUnavailable
from ..text import gettext_noop
from .addresses import listed
from .faults import error_for
from .payloads import read_object, tidied

MAX_BYTES = 20_000_000
"""An answer is smaller than this, inflated."""

TOO_BIG = gettext_noop("The AI service sent more than %(megabytes)s MB, which no answer should have. Nothing was kept.")
ELSEWHERE = gettext_noop(
    "The AI service is not set up: the model “%(model)s” is at a host that API_HOSTS does not list. Nothing was sent. "
    "Ask your developers to check the WAGTAIL_AI_CONTENT setting."
)

# Line ends and quotes inside of JSON strings are escaped, so text written by a model cannot look like the end of the
# stream: OpenAI's, or Gemini's.
_DONE = re.compile(rb'(?:^|[\r\n])data: ?\[DONE\]|"(?:finishReason|blockReason)"\s*:\s*"')
_COUNTED = re.compile(rb'"(?:\w*_tokens|\w*TokenCount|\w*eval_count)"\s*:\s*\d')
_OVERLAP = 80

current: ContextVar[Exchange | None] = ContextVar("wagtail_ai_content_exchange", default=None)
"""The call this task is making."""


def quieten(loggers: Iterable[str]) -> None:
    """Let those loggers say nothing about our calls: they write addresses, headers and answers, where keys have been
    seen. What they say about the calls of others is left alone."""
    for name in loggers:
        logging.getLogger(name).addFilter(lambda record: current.get() is None)


class Stopped(httpx.TransportError):
    """The call was ended here; its exchange knows why."""


@dataclass(kw_only=True, repr=False)
class Exchange:
    """The record of one call, filled in while it happens. It has no ``repr``: reports of errors would print it."""

    model: str
    now: Callable[[], datetime]
    streaming: bool = False
    hosts: tuple[str, ...] = ("*",)
    """Where requests may go."""
    status: int | None = None
    failure: AIError | None = None
    """What went wrong, in our words."""
    done: bool = False
    """Whether a stream said that it is whole, in a form of its own."""
    counted: bool = False
    """Whether the provider counted tokens. Libraries invent numbers where it did not."""
    urls: set[str] = field(default_factory=set)
    """Where requests went: each address is asked once."""
    response: httpx.Response | None = None
    tail: bytes = b""

    def stop(self, failure: AIError) -> Stopped:
        """Note the failure, unless an earlier one explains it, and return what to raise."""
        self.failure = self.failure or failure
        return Stopped("stopped")

    def watch(self, piece: bytes) -> None:
        """Look through the next piece of a streamed body."""
        seen = self.tail + piece
        self.done = self.done or _DONE.search(seen) is not None
        self.counted = self.counted or _COUNTED.search(seen) is not None
        self.tail = seen[-_OVERLAP:]

    async def close(self) -> None:
        """Close the connection of a call that did not come to its end."""
        if self.response is not None:
            await self.response.aclose()


class GuardedTransport(httpx.AsyncBaseTransport):
    """Lets one request of a call through and hands its answer on when it is in order.

    Keeps one pool of connections for each event loop, since connections cannot move between loops. Requests made
    outside of an exchange (by other users of the library in this process) pass untouched.
    """

    def __init__(self, make_pool: Callable[[], httpx.AsyncBaseTransport]) -> None:
        self._make_pool = make_pool
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncBaseTransport] = WeakKeyDictionary()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        exchange = current.get()
        if exchange is None:
            return await self._pool().handle_async_request(request)
        try:
            return await self._answer(request, exchange)
        except Stopped:
            # An answer, and not the exception: some paths through litellm let the SDK try again after exceptions.
            return httpx.Response(400, headers={"x-should-retry": "false"}, json={"error": {"message": "stopped"}})

    async def _answer(self, request: httpx.Request, exchange: Exchange) -> httpx.Response:
        response = await self._send(request, exchange)
        exchange.status, exchange.response = response.status_code, response
        if exchange.streaming and response.status_code < 300:
            return _handed_on(response, httpx.Response(response.status_code, stream=_Watched(response, exchange)))
        body = b"".join([piece async for piece in _inflated(response, exchange)])
        await response.aclose()
        return _handed_on(response, httpx.Response(response.status_code, content=_checked(body, response, exchange)))

    async def _send(self, request: httpx.Request, exchange: Exchange) -> httpx.Response:
        if not listed(request.url.raw_host.decode("ascii"), exchange.hosts):
            raise exchange.stop(NotConfigured(ELSEWHERE, model=exchange.model))
        if str(request.url) in exchange.urls:
            raise exchange.stop(ProviderUnavailable())
        exchange.urls.add(str(request.url))
        request.headers["accept-encoding"] = "gzip, deflate"
        try:
            return await self._pool().handle_async_request(request)
        except httpx.TransportError:
            raise exchange.stop(ProviderUnavailable()) from None

    def _pool(self) -> httpx.AsyncBaseTransport:
        loop = asyncio.get_running_loop()
        if loop not in self._pools:
            self._pools[loop] = self._make_pool()
        return self._pools[loop]

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool is not None:
            await pool.aclose()


def guarded_client(transport: GuardedTransport) -> httpx.AsyncClient:
    """A client that follows no redirect and keeps no cookie."""
    jar = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
    return httpx.AsyncClient(transport=transport, follow_redirects=False, cookies=jar, trust_env=False)


class _Watched(httpx.AsyncByteStream):
    """The body of a streamed answer, looked at while it passes."""

    def __init__(self, response: httpx.Response, exchange: Exchange) -> None:
        self._response = response
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in _inflated(self._response, self._exchange):
            self._exchange.watch(piece)
            yield piece

    async def aclose(self) -> None:
        await self._response.aclose()


async def _inflated(response: httpx.Response, exchange: Exchange) -> AsyncIterator[bytes]:
    """The body, inflated piece by piece and never beyond ``MAX_BYTES``."""
    inflate = _inflater(response, exchange)
    room = MAX_BYTES
    try:
        async for raw in response.stream:  # type: ignore[union-attr]  # asynchronous transports give such streams only
            piece = inflate.decompress(raw, room) if inflate else raw
            room -= len(piece)
            if room <= 0:
                raise exchange.stop(ProviderRejected(TOO_BIG, megabytes=MAX_BYTES // 1_000_000))
            yield piece
    except zlib.error:
        raise exchange.stop(MalformedReply(reason="not the compression it claims")) from None
    except httpx.TransportError:
        raise exchange.stop(CutReply() if exchange.streaming else ProviderUnavailable()) from None
    if inflate and not inflate.eof:
        raise exchange.stop(CutReply())


def _inflater(response: httpx.Response, exchange: Exchange) -> zlib._Decompress | None:
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        return None
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise exchange.stop(MalformedReply(reason="a compression nobody asked for"))
    return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)


def _checked(body: bytes, response: httpx.Response, exchange: Exchange) -> bytes:
    """``body`` if it is an answer at all, with nonsense in its ``usage`` taken out."""
    if not 200 <= response.status_code < 300:
        headers = {name.lower(): value for name, value in response.headers.items()}
        status, now = response.status_code, exchange.now()
        raise exchange.stop(error_for(status, headers=headers, body=body, model=exchange.model, now=now))
    exchange.counted = _COUNTED.search(body) is not None
    try:
        data = read_object(body)
        tidy = tidied(data)
    except MalformedReply as error:
        raise exchange.stop(error) from None
    if tidy is data:
        return body
    exchange.counted = exchange.counted and "usage" in tidy
    return json.dumps(tidy).encode()


def _handed_on(received: httpx.Response, response: httpx.Response) -> httpx.Response:
    """``response`` with the headers of the one ``received`` that still hold for its inflated body."""
    for name, value in received.headers.items():
        if name.lower() not in ("content-encoding", "content-length", "transfer-encoding"):
            response.headers[name] = value
    return response
