"""The fixture ``openai_server``, apart from the server, which also runs without pytest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .openai_server import OpenAIServer


@pytest.fixture(scope="session")
def _openai_server() -> Iterator[OpenAIServer]:
    server = OpenAIServer().start()
    yield server
    server.stop()


@pytest.fixture
def openai_server(_openai_server: OpenAIServer) -> OpenAIServer:
    """The server of the session, with nothing scripted and nothing counted."""
    _openai_server.reset()
    return _openai_server
