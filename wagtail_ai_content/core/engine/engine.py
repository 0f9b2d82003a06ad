"""The engine: walks one job through its six phases and decides what an error means.

What it needs from outside comes as :class:`Steps`. Each step has committed what it did when it returns, so that the
walk can end anywhere, by an error or a power cut, and go on later: before the reply was stored from the start, after
that from PARSE, and after SAVE with DONE alone.
"""

from __future__ import annotations

import logging
from typing import Protocol

from ..errors import AIError
from ..providers.base import Reply, Request
from .function import Parsed

logger = logging.getLogger("wagtail_ai_content")


class Steps(Protocol):
    """What the engine asks of the floor above it."""

    async def prepare(self) -> Request:
        """INIT and PREP: show that work has begun, validate, read the target, build the request and store it."""

    async def ask(self, request: Request) -> Reply:
        """AI_CALL: ask the model."""

    async def keep(self, reply: Reply) -> None:
        """Store the reply before anything else touches it."""

    async def parse(self) -> Parsed:
        """PARSE: from the stored reply to content."""

    async def save(self, parsed: Parsed) -> None:
        """SAVE: write the content and end the job, in one transaction."""

    async def deliver(self) -> None:
        """DONE: announce the end."""

    async def give_up_or_wait(self, error: AIError) -> None:
        """Store what ``error`` means for the job: another try later, or its end."""


class Engine:
    """One walk through the phases."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    async def execute(self, *, replied: bool) -> None:
        """Walk to the end. ``replied``: a stored reply is there, so the model is not asked again."""
        try:
            if not replied:
                await self._obtain_reply()
            await self._use_reply()
        except AIError as error:
            logger.info("AI job stopped: %s", error.code)
            await self._steps.give_up_or_wait(error)
        await self._steps.deliver()

    async def _obtain_reply(self) -> None:
        request = await self._steps.prepare()
        await self._steps.keep(await self._steps.ask(request))

    async def _use_reply(self) -> None:
        await self._steps.save(await self._steps.parse())
