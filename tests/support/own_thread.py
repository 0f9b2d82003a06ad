"""The database work of streams, done in the test's own thread, in whose connection its rows are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from asgiref.sync import AsyncToSync


async def in_test_thread(work: Callable[[], Any], **_: Any) -> Any:
    """In place of ``turns.in_pool``, under ``async_to_sync``.

    Not by ``sync_to_async``, which carries each context variable to and fro: CPython 3.11 can lose them on the way, and
    a ``decimal`` that has lost its context ends the interpreter.
    """
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(AsyncToSync.loop_thread_executors[loop], work)
