"""What this process does on the network while a test looks: every look-up of a name, and every connection."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

EVENTS = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")

_watching: list[list[str]] = []


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching and event in EVENTS:
        told = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[:2]
        for seen in _watching:
            seen.append(f"{event} {told}")


sys.addaudithook(_note)


@contextmanager
def network_watched() -> Iterator[list[str]]:
    """Collects what happens while the block runs, as Python itself tells it."""
    seen: list[str] = []
    _watching.append(seen)
    try:
        yield seen
    finally:
        _watching.remove(seen)
