"""Whose turn it is in the database's thread.

All jobs of a process share one thread for their database work. Served in the order of asking they would walk in step:
all prepare, then all wait for their models with nothing to do, then all are saved. What is nearer to its end goes
first, so that some are prepared while others wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import IntEnum
from heapq import heappop, heappush
from itertools import count
from typing import TypeVar
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async

T = TypeVar("T")


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
