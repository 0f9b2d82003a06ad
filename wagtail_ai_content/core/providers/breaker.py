"""A provider that fails again and again is left alone for a while, by all processes at once.

::

    closed --(failures in a row, or no credit)--> open --(time passes)--> half-open --(the probe succeeds)--> closed
                                                    ^----------------(the probe fails)----------|

The state lives behind :class:`BreakerStore`, since it is worth little in the memory of one process.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from ..errors import AIError, LeftAlone, OutOfCredit, PermanentError, RateLimited, TemporaryError
from .base import (
    Capabilities,
    Chunk,
    EmbedReply,
    EmbedRequest,
    ImageReply,
    ImageRequest,
    ModerateRequest,
    Provider,
    Reply,
    Request,
    Score,
)

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class BreakerPolicy:
    """When to stop asking, and for how long."""

    failures: int = 5
    """Temporary failures in a row that open the breaker."""
    open_for: timedelta = timedelta(seconds=30)
    probe_for: timedelta = timedelta(seconds=180)
    """How long a probe may take before another one is let through; longer than any deadline."""


class BreakerStore(Protocol):
    """The state of breakers by key; each call is atomic."""

    async def allow(self, key: str, *, now: datetime, policy: BreakerPolicy) -> float:
        """0 to go ahead (as the one probe, when half-open); else the seconds until it is worth asking again."""

    async def record_success(self, key: str) -> None:
        """Close the breaker and forget its failures."""

    async def record_failure(self, key: str, *, now: datetime, policy: BreakerPolicy, trip: bool) -> None:
        """Count a failure; open the breaker at the policy's number, after a failed probe, or at once with ``trip``."""

    async def release(self, key: str) -> None:
        """Give back a probe that came to no result."""


class BreakerProvider(Provider):
    """Asks the provider it wraps, unless the breaker is open."""

    name = "breaker"

    def __init__(
        self,
        provider: Provider,
        *,
        key: str,
        store: BreakerStore,
        clock: Callable[[], datetime],
        policy: BreakerPolicy | None = None,
    ) -> None:
        """``key``: what fails together, e.g. ``openai`` or an address. ``clock``: the time, with its zone."""
        self._provider = provider
        self._key = key
        self._store = store
        self._clock = clock
        self._policy = policy or BreakerPolicy()

    def capabilities(self, model: str) -> Capabilities:
        return self._provider.capabilities(model)

    async def complete(self, request: Request) -> Reply:
        return await self._watched(lambda: self._provider.complete(request))

    async def embed(self, request: EmbedRequest) -> EmbedReply:
        return await self._watched(lambda: self._provider.embed(request))

    async def image(self, request: ImageRequest) -> ImageReply:
        return await self._watched(lambda: self._provider.image(request))

    async def moderate(self, request: ModerateRequest) -> tuple[Score, ...]:
        return await self._watched(lambda: self._provider.moderate(request))

    async def stream(self, request: Request) -> AsyncIterator[Chunk]:
        async with self._watch(), aclosing(self._provider.stream(request)) as chunks:  # type: ignore[type-var]
            async for chunk in chunks:
                yield chunk

    async def _watched(self, call: Callable[[], Awaitable[T]]) -> T:
        async with self._watch():
            return await call()

    @asynccontextmanager
    async def _watch(self) -> AsyncIterator[None]:
        wait = await self._store.allow(self._key, now=self._clock(), policy=self._policy)
        if wait > 0:
            raise LeftAlone(retry_after=wait)
        settled = False
        try:
            yield
            settled = True
            await self._store.record_success(self._key)
        except AIError as error:
            settled = await self._record(error)
            raise
        finally:
            # Cancelled, or none of the provider's business: whoever comes next may probe.
            if not settled:
                await self._store.release(self._key)

    async def _record(self, error: AIError) -> bool:
        """Note what the error says about the provider; whether it said anything."""
        if isinstance(error, RateLimited) and error.retry_after is not None:
            return False  # it is well and told us when to come back
        if isinstance(error, TemporaryError | OutOfCredit):
            trip = isinstance(error, OutOfCredit)
            await self._store.record_failure(self._key, now=self._clock(), policy=self._policy, trip=trip)
            return True
        if isinstance(error, PermanentError):
            await self._store.record_success(self._key)  # a "no" is an answer
            return True
        return False
