"""A public network for the fetching of images, played on the loopback: names as a test says, and two servers."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import httpcore
import trustme

from wagtail_ai_content.core.providers.fetching import Fetcher, connected

from .openai_server import OpenAIServer

PUBLIC = "93.184.216.34"


class ImageNetwork:
    """Two servers for images, without and with TLS; whatever address a fetch connects to leads to them."""

    def __init__(self, hosts: Iterable[str]) -> None:
        authority, served = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*hosts).configure_cert(served)
        self.servers = {80: OpenAIServer().start(), 443: OpenAIServer(tls=served).start()}
        self._trusted = ssl.create_default_context()
        authority.configure_trust(self._trusted)
        self.reset()

    def reset(self) -> None:
        self.answers: list[Sequence[str]] = [[PUBLIC]]
        """What look-ups of any name give, in order; the last one stays."""
        self.down: set[str] = set()
        """Addresses at which nobody answers."""
        self.looked_up: list[str] = []
        self.reached: list[tuple[str, int]] = []
        for server in self.servers.values():
            server.reset()

    def fetcher(self) -> Fetcher:
        return Fetcher(resolve=self._resolve, connect=self._connect, tls=self._trusted)

    def serve(self, entry: Mapping[str, Any]) -> None:
        """Answer the next request like this, with and without TLS."""
        for server in self.servers.values():
            server.script(entry)

    @property
    def requests(self) -> int:
        return sum(server.stats["requests"] for server in self.servers.values())

    def stop(self) -> None:
        for server in self.servers.values():
            server.stop()

    async def _resolve(self, host: str, port: int) -> Sequence[str]:
        self.looked_up.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    async def _connect(self, address: str, port: int) -> httpcore.AsyncNetworkStream:
        self.reached.append((address, port))
        if address in self.down:
            raise httpcore.ConnectError
        return await connected("127.0.0.1", self.servers[port].port)
