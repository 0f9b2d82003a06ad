"""The database work of streams, done in the test's own thread, in whose connection its rows are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async


async def in_test_thread(work: Callable[[], Any], **_: Any) -> Any:
    """In place of ``turns.in_pool``, under ``async_to_sync``."""
    return await sync_to_async(work)()
