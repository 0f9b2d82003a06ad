"""The drain: one event loop that claims waiting jobs and waits for many models at once.

The same drain runs inside a django-q2 worker (``queue.drain_jobs``) and as a process of its own
(``manage.py ai_worker``). All database work happens in the calling thread, one short piece after the other, so that a
process has one connection, and none is busy while a model is awaited.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from asgiref.sync import async_to_sync
from django.db import Error, close_old_connections

from wagtail_ai_content import conf
from wagtail_ai_content.records.jobs import api as jobs

from . import recover
from .providers import Models
from .steps import run_claim
from .turns import Order, in_turn

logger = logging.getLogger("wagtail_ai_content")

POLL_SECONDS = 0.05
CHECK_SECONDS = 2.0
SOON_SECONDS = 5.0
UPKEEP_SECONDS = 30.0
UPKEEP_TAKES = 1.0

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much one drain takes on."""

    in_flight: int
    """Jobs at the same time."""
    lease: float
    """Seconds after which a silent worker's job is taken over."""
    seconds: float
    """How long new jobs are claimed; those already claimed are finished."""
    stay: bool = False
    """True to wait for new jobs when there are none, instead of ending."""


def limits(*, stay: bool = False) -> Limits:
    """As the settings say."""
    return Limits(
        in_flight=conf.get("MAX_IN_FLIGHT"),
        lease=conf.get("LEASE_SECONDS"),
        seconds=float("inf") if stay else conf.get("DRAIN_SECONDS"),
        stay=stay,
    )


def worker_name() -> str:
    """A name no other drain has: host, process and a random part."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:12]}"


def drain_until_empty() -> bool:
    """Run waiting jobs for a bounded time; True when some are left for the next ring."""
    recover.take_back()
    async_to_sync(Drain(limits()).run)()
    return jobs.claimable_count(most=1) > 0


def run_one(job_id: uuid.UUID) -> None:
    """Run one waiting job here and now; nothing happens when it is not waiting (any more)."""
    own = Limits(in_flight=1, lease=conf.get("LEASE_SECONDS"), seconds=float("inf"))
    async_to_sync(Drain(own, job_id=job_id).run)()


class Drain:
    """Claims jobs and runs them side by side until there are none, time is up, or it is told to stop."""

    def __init__(self, limits: Limits, *, job_id: uuid.UUID | None = None) -> None:
        """``job_id``: claim only that job, once."""
        self._limits = limits
        self._only = job_id
        self._owner = worker_name()
        self._running: dict[jobs.Claim, asyncio.Task[None]] = {}
        self._accepting = True
        self._last_renewal = float("-inf")
        self._pace = min(CHECK_SECONDS, limits.lease / 4)
        self._models = Models()

    def stop(self) -> None:
        """Claim nothing more; what is running is finished."""
        self._accepting = False

    async def run(self) -> None:
        ends = time.monotonic() + self._limits.seconds
        watch = asyncio.create_task(self._watch())
        try:
            while True:
                accepting = self._accepting and time.monotonic() < ends
                claimed = await self._claim() if accepting else 0
                if not self._running and not claimed and not (accepting and await self._stays()):
                    return
                await self._wait()
        finally:
            watch.cancel()
            await self._cancel_all()

    async def _stays(self) -> bool:
        """Whether to wait although there is nothing to do: for a job, e.g., that is tried again in a moment."""
        if self._limits.stay or self._only is not None:
            return self._limits.stay
        return await self._bravely(lambda: jobs.is_due_within(SOON_SECONDS), instead=False)

    async def _claim(self) -> int:
        free = self._limits.in_flight - len(self._running)
        if free < max(1, self._limits.in_flight // 10):
            return 0
        claims: list[jobs.Claim] = await self._bravely(
            lambda: jobs.claim(self._owner, limit=free, lease=self._limits.lease, job_id=self._only), instead=[]
        )
        if self._only is not None:
            self._accepting = False
        for claim in claims:
            self._running[claim] = asyncio.create_task(run_claim(claim, self._models))
        return len(claims)

    async def _wait(self) -> None:
        if not self._running:
            await asyncio.sleep(POLL_SECONDS)
            return
        done, _ = await asyncio.wait(self._running.values(), timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        self._running = {claim: task for claim, task in self._running.items() if task not in done}
        for task in done:
            if not task.cancelled() and (error := task.exception()) is not None:
                logger.error("A job's run ended by %s", type(error).__name__, exc_info=error)

    async def _watch(self) -> None:
        """Look after the jobs in flight, and in a worker that stays after everything else too."""
        kept = float("-inf")
        while True:
            if self._limits.stay and time.monotonic() - kept > UPKEEP_SECONDS:
                kept = time.monotonic()
                await self._bravely(keep_house, instead=None)
            await asyncio.sleep(self._pace)
            if self._running:
                await self._look_after(list(self._running))

    async def _look_after(self, claims: list[jobs.Claim]) -> None:
        """Renew the leases; stop waiting for the model of a job that was cancelled or taken over."""
        everyone = {claim.job_id for claim in claims}
        mine = await self._bravely(lambda: self._renewed(claims), instead=everyone)
        for claim in claims:
            task = self._running.get(claim)
            if claim.job_id not in mine and task is not None and not task.cancelling():
                logger.info("Job %s is no longer ours", claim.job_id)
                task.cancel()

    def _renewed(self, claims: list[jobs.Claim]) -> set[uuid.UUID]:
        """Which of the jobs are still ours, their leases renewed when it is time."""
        if time.monotonic() - self._last_renewal > self._limits.lease / 4:
            jobs.keep_alive(self._owner, claims, lease=self._limits.lease)
            self._last_renewal = time.monotonic()
        return jobs.still_mine(self._owner, claims)

    async def _bravely(self, work: Callable[[], T], *, instead: T) -> T:
        """What ``work`` gives, or ``instead`` while the database is not there.

        The calls in flight are paid for: a drain that fell over here would throw their replies away.
        """
        try:
            return await in_turn(work, order=Order.KEEP)
        except Error as error:
            logger.warning("The database did not answer the worker (%s); it goes on", type(error).__name__)
            await in_turn(close_old_connections, order=Order.KEEP)
            await asyncio.sleep(self._pace)
            return instead

    async def _cancel_all(self) -> None:
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        await self._models.close()


def keep_house() -> None:
    """What django-q2's schedules do elsewhere: show a sign of life, and look for what dead workers left behind."""
    jobs.beat("worker")
    recover.recover(seconds=UPKEEP_TAKES)
