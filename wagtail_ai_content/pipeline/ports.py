"""What the providers need from outside: the state of breakers in the database, replies in Django's cache."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

from asgiref.sync import sync_to_async
from django.core.cache import caches

from wagtail_ai_content.core.providers.breaker import BreakerPolicy
from wagtail_ai_content.records.breakers import api as breakers

TRUSTED_SECONDS = 1.0

T = TypeVar("T")


class Do(Protocol):
    """Does work that waits for a database or a cache, away from the event loop."""

    def __call__(self, work: Callable[[], T]) -> Awaitable[T]: ...


async def in_thread(work: Callable[[], T]) -> T:
    """In the thread in which Django's own asynchronous calls do it."""
    return await sync_to_async(work)()


class DatabaseBreakers:
    """Breaker states in the database. A provider seen well is not looked up again for a second."""

    def __init__(self, do: Do = in_thread) -> None:
        self._do = do
        self._well: dict[str, float] = {}

    async def allow(self, key: str, *, now: datetime, policy: BreakerPolicy) -> float:
        if self._is_well(key):
            return 0.0
        wait, troubled = await self._do(lambda: _look(key, now, policy))
        if not troubled:
            self._well[key] = time.monotonic() + TRUSTED_SECONDS
        return wait

    async def record_success(self, key: str) -> None:
        if key not in self._well:
            await self._do(lambda: breakers.record_success(key))

    async def record_failure(self, key: str, *, now: datetime, policy: BreakerPolicy, trip: bool) -> None:
        self._well.pop(key, None)
        await self._do(lambda: breakers.record_failure(key, now=now, policy=policy, trip=trip))

    async def release(self, key: str) -> None:
        if key not in self._well:
            await self._do(lambda: breakers.release(key))

    def _is_well(self, key: str) -> bool:
        if self._well.get(key, 0.0) > time.monotonic():
            return True
        self._well.pop(key, None)
        return False


def _look(key: str, now: datetime, policy: BreakerPolicy) -> tuple[float, bool]:
    return breakers.allow(key, now=now, policy=policy), breakers.is_troubled(key)


class DjangoCache:
    """Replies in one of Django's caches. Keys are hashed, values plain data."""

    PREFIX = "wagtail_ai_content:reply:"

    def __init__(self, alias: str, *, do: Do = in_thread) -> None:
        self._alias = alias
        self._do = do

    async def get(self, key: str) -> Any:
        return await self._do(lambda: caches[self._alias].get(self.PREFIX + key))

    async def set(self, key: str, value: Mapping[str, Any], *, ttl: float) -> None:
        await self._do(lambda: caches[self._alias].set(self.PREFIX + key, dict(value), ttl))
