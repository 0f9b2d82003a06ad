"""Looking after the jobs that a web process runs: leases are renewed, what was stopped from elsewhere is ended."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import Error

from wagtail_ai_content import conf
from wagtail_ai_content.records.jobs import api as jobs

from . import turns

logger = logging.getLogger("wagtail_ai_content")

LOOK_SECONDS: Final = 0.5


class Watch:
    """All jobs of one event loop: one query for all of them, twice a second, while there are any."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._tasks: dict[jobs.Claim, asyncio.Task[Any]] = {}
        self._looking: asyncio.Task[None] | None = None
        self._renewed = time.monotonic()

    @contextmanager
    def over(self, claim: jobs.Claim, task: asyncio.Task[Any]) -> Iterator[None]:
        """Cancel ``task``, once, when the job is no longer ours: what it does then to end in order may take a while."""
        self._tasks[claim] = task
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            yield
        finally:
            self._tasks.pop(claim, None)

    async def _look(self) -> None:
        while self._tasks:
            await asyncio.sleep(LOOK_SECONDS)
            claims = [claim for claim, task in self._tasks.items() if not task.done()]
            try:
                mine = await turns.in_pool(lambda claims=claims: self._still_mine(claims))  # type: ignore[misc]
            except Error as error:
                logger.warning("The database did not answer the web process (%s); it goes on", type(error).__name__)
                continue
            for claim in claims:
                if claim.job_id not in mine and (task := self._tasks.pop(claim, None)) is not None:
                    task.cancel()

    def _still_mine(self, claims: list[jobs.Claim]) -> set[Any]:
        lease = float(conf.get("LEASE_SECONDS"))
        if time.monotonic() - self._renewed > lease / 4:
            jobs.keep_alive(self._owner, claims, lease=lease)
            self._renewed = time.monotonic()
        return jobs.still_mine(self._owner, claims)
