"""Requests that somebody watches: a job that the web process runs itself, told while it runs.

The engine, its steps and the tables are those of the background; only asking the model differs. Nobody is left waiting
in a queue and nothing is tried again behind the person's back: what goes wrong is told, and the person decides. A
person who leaves, or says stop, ends the call to the model within the second.

The job belongs to this process by a lease, as to a worker. If the process dies the sweep ends the job; no worker takes
it up.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeVar
from weakref import WeakKeyDictionary

from django.db import Error

from wagtail_ai_content import conf
from wagtail_ai_content.core.engine.engine import Engine
from wagtail_ai_content.core.engine.function import Parsed
from wagtail_ai_content.core.engine.phases import Phase
from wagtail_ai_content.core.errors import CutReply
from wagtail_ai_content.core.providers.base import Reply, Request
from wagtail_ai_content.core.text import Text
from wagtail_ai_content.records.jobs import api as jobs

from . import turns
from .live import LiveRun
from .providers import Models
from .steps import AsyncSteps
from .submit import Ask, admit
from .watch import Watch

T = TypeVar("T")

logger = logging.getLogger("wagtail_ai_content")

FOLLOW_SECONDS: Final = 0.5
"""Between two looks at a job that another request or process runs."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something the person is shown."""


@dataclass(frozen=True, kw_only=True)
class Begun(Event):
    job: jobs.Job


@dataclass(frozen=True, kw_only=True)
class Phased(Event):
    """The job has come so far. ``AI_CALL`` says too that the text begins anew."""

    phase: str
    progress: int
    """Per cent."""
    message: Text


@dataclass(frozen=True, kw_only=True)
class Wrote(Event):
    """More of the reply, as the model writes it: not checked, only to be shown."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Quiet(Event):
    """Nothing happened for a while; the connection is to be kept open."""


@dataclass(frozen=True, kw_only=True)
class Ended(Event):
    """The last one: with a result, an error, or stopped."""

    job: jobs.Job


def begin(ask: Ask) -> Stream:
    """Check ``ask`` and store its job, running and claimed by this process; to be called where Django may wait.

    The same idempotency key gives the same job, which is then only followed. Raises: what ``submit`` raises.
    """
    lease = float(conf.get("LEASE_SECONDS"))
    with turns.start_in_turn():
        job, is_new = admit(ask, lambda new: jobs.create(new, owner=_owner(os.getpid()), lease=lease))
    return Stream(job, claim=jobs.claim_of(job) if is_new else None)


class Stream:
    """One job as somebody watches it."""

    def __init__(self, job: jobs.Job, *, claim: jobs.Claim | None) -> None:
        """``claim``: None for a job that somebody else runs."""
        self.job = job
        self._claim = claim

    def events(self, *, beat: float | None = None) -> AsyncIterator[Event]:
        """What happens, to the end. Closing it, or cancelling whoever waits for the next event, stops the job.

        ``beat``: seconds without an event after which a :class:`Quiet` comes.
        """
        return _follow(self.job) if self._claim is None else _live(self._claim, beat=beat)


async def _live(claim: jobs.Claim, *, beat: float | None) -> AsyncIterator[Event]:
    told = _Mailbox()
    task = asyncio.create_task(_Walk(claim, told).walk())
    _running.add(task)
    task.add_done_callback(_running.discard)
    task.add_done_callback(lambda _: told.put(None))
    with _watch().over(claim, task):
        try:
            yield Begun(job=claim.job)
            while (event := await told.take(beat=beat)) is not None:
                yield event
        finally:
            task.cancel()


class _Mailbox:
    """Events on their way to whoever watches. Pieces of text that a slow reader lets wait become one."""

    def __init__(self) -> None:
        self._waiting: deque[Event | None] = deque()
        self._filled = asyncio.Event()

    def put(self, event: Event | None) -> None:
        """None: nothing more will come."""
        last = self._waiting[-1] if self._waiting else None
        if isinstance(event, Wrote) and isinstance(last, Wrote):
            self._waiting[-1] = Wrote(text=last.text + event.text)
        else:
            self._waiting.append(event)
        self._filled.set()

    async def take(self, *, beat: float | None) -> Event | None:
        if not self._waiting:
            self._filled.clear()
            try:
                async with asyncio.timeout(beat):  # unlike wait_for it needs no task for each piece
                    await self._filled.wait()
            except TimeoutError:
                return Quiet()
        return self._waiting.popleft()


async def _follow(job: jobs.Job) -> AsyncIterator[Event]:
    """A job that runs elsewhere, by its row."""
    yield Begun(job=job)
    known: tuple[str, int] | None = None
    while True:
        current = await turns.in_pool(lambda: jobs.fetch(job.pk))
        if current is None or current.is_over:
            yield Ended(job=current or job)
            return
        if known != (current.phase, current.progress):
            known = (current.phase, current.progress)
            yield Phased(phase=current.phase, progress=current.progress, message=Text.from_json(current.message))
        await asyncio.sleep(FOLLOW_SECONDS)
        yield Quiet()


class _Walk:
    """The way of one claimed job through the engine, in a task of its own."""

    def __init__(self, claim: jobs.Claim, told: _Mailbox) -> None:
        self._run = LiveRun(claim, models=_models())
        self._steps = _Steps(self._run, told)
        self._told = told

    async def walk(self) -> None:
        try:
            await self._to_the_end()
        except asyncio.CancelledError:
            await self._settle()
        except jobs.LeaseLost:
            await self._settle()
        except Error:
            logger.exception("Database trouble in job %s, which somebody watched", self._run.claim.job_id)
            await self._fail()
        except Exception:
            logger.exception("Job %s failed unexpectedly", self._run.claim.job_id)
            await self._fail()
        self._told.put(Ended(job=self._run.job))

    async def _to_the_end(self) -> None:
        await Engine(self._steps).execute(replied=False)
        if self._run.repairing:
            await Engine(self._steps).execute(replied=False)

    async def _settle(self) -> None:
        """The person has left, or it was stopped from elsewhere: the row says so, and what it may have cost."""
        with suppress(Error):  # the lease ends by itself
            await turns.in_pool(self._run.settle)

    async def _fail(self) -> None:
        await turns.in_pool(self._run.fail_unexpectedly)


class _Steps(AsyncSteps):
    """The engine's steps, with the model's words shown as they come."""

    def __init__(self, run: LiveRun, told: _Mailbox) -> None:
        super().__init__(run, run.models, do=turns.in_pool)
        self._live = run
        self._told = told

    async def prepare(self) -> Request:
        self._tell(Phase.PREP)
        request = await super().prepare()
        self._tell(Phase.AI_CALL, model=request.model)
        return request

    async def ask(self, request: Request) -> Reply:
        self._live.asked(request)
        if not self._live.is_readable:
            return await super().ask(request)
        async with aclosing(self._live.models.stream(request, self._live.fallbacks)) as chunks:  # type: ignore[type-var]
            async for chunk in chunks:
                if chunk.text and (ready := self._live.show(chunk.text)):
                    self._told.put(Wrote(text=ready))
                if chunk.reply is not None:
                    return chunk.reply
        raise CutReply

    async def keep(self, reply: Reply) -> None:
        await super().keep(reply)
        self._tell(Phase.PARSE)

    async def save(self, parsed: Parsed) -> None:
        self._tell(Phase.SAVE)
        await super().save(parsed)

    def _tell(self, phase: Phase, *, model: str = "") -> None:
        message = self._live.message_of(phase, model=model)
        self._told.put(Phased(phase=phase.name, progress=phase.start, message=message))


_running: set[asyncio.Task[None]] = set()
_watches: WeakKeyDictionary[asyncio.AbstractEventLoop, Watch] = WeakKeyDictionary()
_all_models: WeakKeyDictionary[asyncio.AbstractEventLoop, Models] = WeakKeyDictionary()


@cache
def _owner(process: int) -> str:
    return f"{jobs.WEB}{socket.gethostname()[:40]}:{process}:{uuid.uuid4().hex[:8]}"


def _watch() -> Watch:
    """One look at the table for all streams of an event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _watches:
        _watches[loop] = Watch(_owner(os.getpid()))
    return _watches[loop]


def _models() -> Models:
    """Kept as long as the event loop, so that connections are used again."""
    loop = asyncio.get_running_loop()
    if loop not in _all_models:
        _all_models[loop] = Models(do=_in_pool)
    return _all_models[loop]


async def _in_pool(work: Callable[[], T]) -> T:
    return await turns.in_pool(work)
