"""Whose turn it is in the database's thread, and the few threads of a web process that streams.

All jobs of a process share one thread for their database work. Served in the order of asking they would walk in step:
all prepare, then all wait for their models with nothing to do, then all are saved. What is nearer to its end goes
first, so that some are prepared while others wait.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from enum import IntEnum
from functools import cache, partial
from heapq import heappop, heappush
from itertools import count
from threading import Lock
from typing import TypeVar
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async
from django.db import close_old_connections, connection

POOL_THREADS = 4
"""Connections that the streams of a web process take, however many there are."""

T = TypeVar("T")

_starting = Lock()


class Order(IntEnum):
    """Who goes first."""

    KEEP = 0
    """What others depend on: leases, new claims."""
    FINISH = 1
    """A reply is there and paid for."""
    PREPARE = 2


async def in_turn(work: Callable[[], T], *, order: Order) -> T:
    """Do ``work`` in the database's thread when it is its turn."""
    return await _turns_of(asyncio.get_running_loop()).take(work, order=order)


async def in_pool(work: Callable[[], T], *, order: Order = Order.FINISH) -> T:
    """Do ``work`` in one of the process's few threads for streams, with a connection that no stream keeps.

    For web processes, where Django gives each request a thread and a connection of its own. ``order`` is taken for
    the sake of :func:`in_turn`, whose place it takes there: with so few streams all are served as they come.
    """
    inside = partial(copy_context().run, _with_fresh_connection, work)
    return await asyncio.get_running_loop().run_in_executor(_pool(os.getpid()), inside)


@contextmanager
def start_in_turn() -> Iterator[None]:
    """Start streamed jobs one after the other, on SQLite, among the requests of this process.

    SQLite has one writer, and who waits for it sleeps and looks again, longer each time: a hundred requests that start
    at once mostly sleep. Within a transaction nothing is waited for, since whoever is first could wait for that one.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with _starting:
        yield


def _with_fresh_connection(work: Callable[[], T]) -> T:
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    """``process``: its id, since threads do not survive a fork."""
    return ThreadPoolExecutor(POOL_THREADS, thread_name_prefix="wagtail-ai-stream")


class Turns:
    """The turns of one event loop: one piece of work at a time."""

    def __init__(self) -> None:
        self._taken = False
        self._waiting: list[tuple[Order, int, asyncio.Future[None]]] = []
        self._number = count()

    async def take(self, work: Callable[[], T], *, order: Order) -> T:
        await self._come(order)
        try:
            return await sync_to_async(work)()
        finally:
            self._pass_on()

    async def _come(self, order: Order) -> None:
        if not self._taken:
            self._taken = True
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (order, next(self._number), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on()  # it had just become ours
            raise

    def _pass_on(self) -> None:
        while self._waiting:
            _, _, turn = heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._taken = False


_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, Turns] = WeakKeyDictionary()


def _turns_of(loop: asyncio.AbstractEventLoop) -> Turns:
    return _turns.setdefault(loop, Turns())
