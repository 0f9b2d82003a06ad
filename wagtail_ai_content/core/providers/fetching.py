"""Fetching an image that a provider's answer names by its address. The only importer of httpcore.

An address in an answer may lead anywhere, into the network of the site too. So a host has to be listed, all of its IP
addresses have to be public, and the connection goes to one that was looked at: nothing asks for the name again. One
request is sent, with no key, cookie, proxy or redirect.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from functools import cached_property
from typing import Any

import httpcore

from ..errors import MalformedReply, NotFetched, ProviderUnavailable, UnusableImage
from ..images.gate import MAX_BYTES, TOO_BIG
from .addresses import Address, is_public, listed, read_address

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""All IP addresses of a host. Raises: OSError."""
Connect = Callable[[str, int], Awaitable[httpcore.AsyncNetworkStream]]
"""A connection to an IP address and port. Raises: errors of httpcore."""

_MOST_TRIES = 3
_BUSY = frozenset({408, 425, 429})
_HEADERS = (
    ("Accept", "image/png, image/jpeg, image/webp"),
    ("Accept-Encoding", "identity"),
    ("User-Agent", "wagtail-ai-content"),
    ("Connection", "close"),
)


async def resolved(host: str, port: int) -> Sequence[str]:
    """As the machine resolves names."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


async def connected(address: str, port: int) -> httpcore.AsyncNetworkStream:
    return await httpcore.AnyIOBackend().connect_tcp(address, port)


class Fetcher:
    """Fetches images, one connection each. Whoever calls bounds the time."""

    def __init__(
        self, *, resolve: Resolve = resolved, connect: Connect = connected, tls: ssl.SSLContext | None = None
    ) -> None:
        """``resolve``, ``connect``: the network; what the first says is checked before the second is asked.
        ``tls``: whose certificates are believed; None for those of the public network."""
        self._network = _PublicNetwork(resolve, connect)
        self._given_tls = tls

    async def fetch(self, url: str, *, hosts: Collection[str]) -> bytes:
        """The body of the answer, not yet looked at, at most 20 MB.

        Raises: ``NotFetched``, ``ProviderUnavailable``, ``MalformedReply``.
        """
        address = _allowed(url, hosts)
        try:
            return await self._get(address)
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError):
            raise ProviderUnavailable from None

    async def _get(self, address: Address) -> bytes:
        where = httpcore.URL(scheme=address.scheme, host=address.host, port=address.port, target=address.target)
        headers = [("Host", f"[{address.host}]" if ":" in address.host else address.host), *_HEADERS]
        async with (
            httpcore.AsyncConnectionPool(ssl_context=self._tls, network_backend=self._network) as pool,
            pool.stream("GET", where, headers=headers) as response,
        ):
            _check_head(response)
            return await _body(response)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return self._given_tls or httpcore.default_ssl_context()


class _PublicNetwork(httpcore.AsyncNetworkBackend):
    """Connects to hosts all of whose IP addresses are public, and to nothing else."""

    def __init__(self, resolve: Resolve, connect: Connect) -> None:
        self._resolve = resolve
        self._connect = connect

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's own)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._addresses(host, port)
        for address in addresses[:_MOST_TRIES]:
            try:
                return await self._connect(address, port)
            except (httpcore.NetworkError, httpcore.TimeoutException):
                continue
        raise httpcore.ConnectError

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        literal = ":" in host or host.replace(".", "").isdigit()
        found = [host] if literal else list(dict.fromkeys(await self._resolve(host, port)))
        if not all(map(is_public, found)):
            raise NotFetched
        return found


def _allowed(url: str, hosts: Collection[str]) -> Address:
    try:
        address = read_address(url)
    except ValueError:
        raise NotFetched from None
    if not address.on_its_own_port or not listed(address.host, hosts):
        raise NotFetched
    return address


def _check_head(response: httpcore.Response) -> None:
    if response.status >= 500 or response.status in _BUSY:
        raise ProviderUnavailable
    if response.status != 200:
        raise NotFetched
    headers = {name.lower(): value for name, value in response.headers}
    if headers.get(b"content-encoding", b"identity").strip().lower() not in (b"", b"identity"):
        raise MalformedReply(reason="a compression nobody asked for")


async def _body(response: httpcore.Response) -> bytes:
    pieces, room = [], MAX_BYTES
    async for piece in response.aiter_stream():
        pieces.append(piece)
        room -= len(piece)
        if room < 0:
            raise UnusableImage(TOO_BIG, megabytes=MAX_BYTES // 1_000_000)
    return b"".join(pieces)
