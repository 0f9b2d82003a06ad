"""A provider that needs no network, for tests: of this product and of the sites that use it.

It answers from a script, in order, and with an echo where the script has ended::

    provider = FakeProvider(["First answer", RateLimited(retry_after=3), Step(text="Slow", delay=2)])
    ...
    assert len(provider.calls) == 3
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ..errors import AIError
from ..images.gate import passed
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

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de000"
    "0000c4944415478da63304e9b090002020133687a31f80000000049454e44ae426082"
)
"""A PNG of one pixel."""


Asked = Request | EmbedRequest | ImageRequest | ModerateRequest


@dataclass(frozen=True, kw_only=True)
class Step:
    """One scripted answer."""

    text: str = ""
    error: AIError | None = None
    """Raised in place of the answer; in a stream, after half of it if there is a ``text``."""
    finish_reason: str = "stop"
    model: str = ""
    """The model that answers; empty for the one that was asked."""
    usage: Usage | None = None
    """None to count words."""
    cost: Cost = field(default_factory=Cost)
    confidence: float | None = None
    image: bytes = PIXEL
    """What a model for images sends; it has to pass the gate."""
    scores: Mapping[str, float] = field(default_factory=dict)
    """By category, where a moderation service is asked."""
    delay: float = 0.0
    """Seconds to wait first."""


class FakeProvider(Provider):
    """Deterministic; keeps the requests it got in ``calls``."""

    name = "fake"

    def __init__(
        self,
        script: Iterable[str | AIError | Step] = (),
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        capabilities: Capabilities | None = None,
    ) -> None:
        """``sleep`` waits out the delays; a test gives one that returns at once and takes note."""
        self.calls: list[Asked] = []
        self._script = deque(_step(each) for each in script)
        self._sleep = sleep
        self._capabilities = capabilities or Capabilities(
            supports_streaming=True, supports_schema=True, supports_embeddings=True, supports_images=True
        )

    def say(self, *steps: str | AIError | Step) -> None:
        """Add to the script."""
        self._script.extend(_step(each) for each in steps)

    def capabilities(self, model: str) -> Capabilities:
        return self._capabilities

    async def complete(self, request: Request) -> Reply:
        step = await self._next(request)
        return _reply(request, step)

    async def stream(self, request: Request) -> AsyncIterator[Chunk]:
        step = await self._next(request, raising=False)
        if step.error is not None and not step.text:
            raise step.error
        reply = _reply(request, step)
        pieces = _pieces(reply.text)
        for piece in pieces[: len(pieces) // 2] if step.error else pieces:
            yield Chunk(text=piece)
        if step.error is not None:
            raise step.error
        yield Chunk(reply=reply)

    async def embed(self, request: EmbedRequest) -> EmbedReply:
        """The same vector for the same text; texts that are alike are not near each other."""
        step = await self._next(request)
        vectors = tuple(_vector(text, request.dimensions or 8) for text in request.texts)
        return EmbedReply(vectors=vectors, model=step.model or request.model, usage=Usage(), cost=step.cost)

    async def image(self, request: ImageRequest) -> ImageReply:
        step = await self._next(request)
        picture = await passed(step.image)
        return ImageReply(
            data=picture.data,
            format=picture.format,
            width=picture.width,
            height=picture.height,
            model=step.model or request.model,
            cost=step.cost,
        )

    async def moderate(self, request: ModerateRequest) -> tuple[Score, ...]:
        """What the next step says of a text: ``Step(scores={"violence": 0.9})``; from 0.5 it is flagged."""
        step = await self._next(request)
        return tuple(Score(category=name, score=score, flagged=score >= 0.5) for name, score in step.scores.items())

    async def _next(self, request: Asked, *, raising: bool = True) -> Step:
        self.calls.append(request)
        step = self._script.popleft() if self._script else Step(text=_echo(request))
        if step.delay:
            await self._sleep(step.delay)
        if step.error is not None and raising:
            raise step.error
        return step


def _step(given: str | AIError | Step) -> Step:
    if isinstance(given, Step):
        return given
    return Step(text=given) if isinstance(given, str) else Step(error=given)


def _echo(request: Asked) -> str:
    return f"You asked: {request.messages[-1].content}" if isinstance(request, Request) else ""


def _reply(request: Request, step: Step) -> Reply:
    asked = sum(len(message.content.split()) for message in request.messages)
    counted = Usage(prompt_tokens=asked, completion_tokens=len(step.text.split()))
    return Reply(
        text=step.text,
        model=step.model or request.model,
        finish_reason=step.finish_reason,
        usage=step.usage or counted,
        cost=step.cost,
        confidence=step.confidence,
    )


def _pieces(text: str) -> list[str]:
    words = text.split(" ")
    return [words[0], *(f" {word}" for word in words[1:])]


def _vector(text: str, size: int) -> tuple[float, ...]:
    stream = b"".join(hashlib.sha256(f"{text}/{block}".encode()).digest() for block in range(size // 32 + 1))
    return tuple(byte / 128 - 1 + 1 / 256 for byte in stream[:size])
