"""The same question is not paid for twice.

Only whole answers are kept: none that was cut, refused or limited. An entry that cannot be read is as good as none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from decimal import Decimal
from typing import Any, Protocol

from .base import (
    Capabilities,
    Chunk,
    Cost,
    EmbedReply,
    EmbedRequest,
    ImageReply,
    ImageRequest,
    ModerateRequest,
    Provider,
    Reply,
    Request,
    Score,
    Usage,
)
from .payloads import tokens

KEY_VERSION = 1
"""Raised when the meaning of keys or entries changes."""


class CacheStore(Protocol):
    """Plain JSON data by key, for a limited time."""

    async def get(self, key: str) -> Any:
        """What was stored, or None."""

    async def set(self, key: str, value: Mapping[str, Any], *, ttl: float) -> None:
        """Keep ``value`` for ``ttl`` seconds."""


def key_of(request: Request) -> str:
    """Over everything that shapes the answer, and nothing that does not (such as the deadline)."""
    parts = {
        "version": KEY_VERSION,
        "model": request.model,
        "messages": [[message.role, message.content] for message in request.messages],
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "schema": request.schema,
        "material": request.material,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


class CachedProvider(Provider):
    """Answers from the store where it can; vectors and images pass."""

    name = "cached"

    def __init__(self, provider: Provider, *, store: CacheStore, ttl: float) -> None:
        """``ttl``: seconds an answer is kept."""
        self._provider = provider
        self._store = store
        self._ttl = ttl

    def capabilities(self, model: str) -> Capabilities:
        return self._provider.capabilities(model)

    async def complete(self, request: Request) -> Reply:
        key = key_of(request)
        found = None if request.fresh else _read(await self._store.get(key))
        if found is not None:
            return found
        reply = await self._provider.complete(request)
        await self._keep(key, reply)
        return reply

    async def stream(self, request: Request) -> AsyncIterator[Chunk]:
        key = key_of(request)
        found = None if request.fresh else _read(await self._store.get(key))
        if found is not None:
            yield Chunk(text=found.text)
            yield Chunk(reply=found)
            return
        async with aclosing(self._provider.stream(request)) as chunks:  # type: ignore[type-var]  # generators have aclose
            async for chunk in chunks:
                if chunk.reply is not None:
                    await self._keep(key, chunk.reply)
                yield chunk

    async def embed(self, request: EmbedRequest) -> EmbedReply:
        return await self._provider.embed(request)

    async def image(self, request: ImageRequest) -> ImageReply:
        return await self._provider.image(request)

    async def moderate(self, request: ModerateRequest) -> tuple[Score, ...]:
        return await self._provider.moderate(request)

    async def _keep(self, key: str, reply: Reply) -> None:
        if reply.finish_reason == "stop" and reply.text:
            await self._store.set(key, _written(reply), ttl=self._ttl)


def _written(reply: Reply) -> dict[str, Any]:
    return {
        "text": reply.text,
        "model": reply.model,
        "prompt_tokens": reply.usage.prompt_tokens,
        "completion_tokens": reply.usage.completion_tokens,
        "confidence": reply.confidence,
    }


def _read(entry: Any) -> Reply | None:
    if not isinstance(entry, Mapping):
        return None
    text, model, confidence = entry.get("text"), entry.get("model"), entry.get("confidence")
    if not (isinstance(text, str) and text and isinstance(model, str)):
        return None
    return Reply(
        text=text,
        model=model,
        finish_reason="stop",
        usage=Usage(
            prompt_tokens=tokens(entry.get("prompt_tokens")), completion_tokens=tokens(entry.get("completion_tokens"))
        ),
        cost=Cost(amount=Decimal(0), source="cache"),
        confidence=confidence if isinstance(confidence, float) else None,
        cached=True,
    )
