"""The engine's steps for a claimed job, with database work moved out of the event loop, and guardrails in between."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from django.db import Error, InterfaceError, OperationalError, close_old_connections

from wagtail_ai_content.core.engine.engine import Engine
from wagtail_ai_content.core.engine.function import Parsed
from wagtail_ai_content.core.errors import AIError
from wagtail_ai_content.core.guardrails.check import Content, Finding, Stage
from wagtail_ai_content.core.providers.base import Reply, Request
from wagtail_ai_content.records.jobs import api as jobs

from . import moderation
from .failpoints import reach
from .providers import Models
from .run import JobRun
from .services import Services
from .turns import Order, in_turn

T = TypeVar("T")

logger = logging.getLogger("wagtail_ai_content")

DATABASE_WAITS = (0.2, 0.5, 1.0, 2.0, 4.0)


class Do(Protocol):
    """Does database work away from the event loop."""

    def __call__(self, work: Callable[[], T], *, order: Order) -> Awaitable[T]: ...


async def run_claim(claim: jobs.Claim, models: Models) -> None:
    """Run a claimed job to its end, or to where it has to wait. Losing the claim ends the run quietly."""
    run = JobRun(claim)
    reach("INIT:claimed")
    try:
        await Engine(AsyncSteps(run, models)).execute(replied=run.replied)
    except jobs.LeaseLost:
        logger.info("Job %s is no longer ours", claim.job_id)
    except Error as error:
        logger.warning("Database trouble (%s) in job %s; it will be tried again", type(error).__name__, claim.job_id)
        await in_turn(run.wait_for_database, order=Order.FINISH)
    except Exception:
        logger.exception("Job %s failed unexpectedly", claim.job_id)
        await in_turn(run.fail_unexpectedly, order=Order.FINISH)


class AsyncSteps:
    """The engine's steps, with database work moved out of the event loop."""

    def __init__(self, run: JobRun, models: Models, *, do: Do = in_turn) -> None:
        self._run = run
        self._models = models
        self._do = do

    async def prepare(self) -> Request:
        if not moderation.checks_for(Stage.REQUEST):
            return await self._do(self._run.prepare, order=Order.PREPARE)
        content = await self._do(self._run.compose, order=Order.PREPARE)
        findings = await self._by_checks(content)
        return await self._do(lambda: self._run.commit(findings), order=Order.PREPARE)

    async def ask(self, request: Request) -> Reply:
        reach("AI_CALL:before_request")
        reply = await self._models.ask(request, self._run.fallbacks)
        reach("AI_CALL:after_reply")
        return reply

    async def keep(self, reply: Reply) -> None:
        await patiently(lambda: self._run.keep(reply), do=self._do)

    async def parse(self) -> Parsed:
        if not moderation.checks_for(Stage.REPLY):
            return await self._do(self._run.parse, order=Order.FINISH)
        content = await self._do(self._run.read, order=Order.FINISH)
        judged = self._run.judged(await self._by_checks(content))
        if judged.needs_decision:
            await self._do(lambda: self._run.decide(judged), order=Order.FINISH)
        return self._run.parsed(judged)

    async def save(self, parsed: Parsed) -> None:
        await patiently(lambda: self._run.save(parsed), do=self._do)

    async def deliver(self) -> None:
        await self._do(self._run.deliver, order=Order.FINISH)

    async def give_up_or_wait(self, error: AIError) -> None:
        await self._do(lambda: self._run.give_up_or_wait(error), order=Order.FINISH)

    async def _by_checks(self, content: Content) -> tuple[Finding, ...]:
        checks = moderation.checks_for(content.stage)
        known = moderation.earlier(self._run.known, content.stage)
        services = Services(self._models, site_id=self._run.job.site_id, do=self._do)
        try:
            return await moderation.by_checks(checks, content, services, known=known)
        finally:
            if services.replies:
                await self._do(lambda: self._run.charge(services.replies), order=Order.FINISH)


async def patiently(write: Callable[[], None], *, do: Do = in_turn) -> None:
    """Do a write that must not be given up lightly, because the reply was paid for.

    A locked database or a lost connection is waited out. Doing it again is safe: each write is one transaction that is
    conditional on the claim.
    """
    for wait in DATABASE_WAITS:
        try:
            return await do(write, order=Order.FINISH)
        except (OperationalError, InterfaceError) as error:
            logger.warning("The database did not take a write (%s); trying again", type(error).__name__)
            await do(close_old_connections, order=Order.FINISH)
            await asyncio.sleep(wait)
    await do(write, order=Order.FINISH)
