"""A public network for the fetching of images, played on the loopback: names as a test says, and two servers."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpcore

from wagtail_ai_content.core.providers.fetching import Fetcher, connected

from .openai_server import OpenAIServer

PUBLIC = "93.184.216.34"


def certificate(folder: Path, hosts: Iterable[str]) -> tuple[Path, Path]:
    """A certificate for these hosts and its key, made by openssl."""
    names = ",".join(f"IP:{host}" if _is_ip(host) else f"DNS:{host}" for host in hosts)
    paths = folder / "cert.pem", folder / "key.pem"
    told = ["-subj", "/CN=test", "-addext", f"subjectAltName={names}", "-out", paths[0], "-keyout", paths[1]]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *told]
    subprocess.run(command, check=True, capture_output=True)
    return paths


def _is_ip(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


class ImageNetwork:
    """Two servers for images, without and with TLS; whatever address a fetch connects to leads to them."""

    def __init__(self, folder: Path, hosts: Iterable[str]) -> None:
        cert, key = certificate(folder, hosts)
        served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        served.load_cert_chain(cert, key)
        self.servers = {80: OpenAIServer().start(), 443: OpenAIServer(tls=served).start()}
        self._trusted = ssl.create_default_context(cafile=cert)
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
