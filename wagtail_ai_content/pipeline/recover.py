"""What becomes of jobs whose worker died, and of ends that were never announced."""

from __future__ import annotations

import logging
import time
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.dispatch import Signal

from wagtail_ai_content import conf
from wagtail_ai_content.core.text import Text, gettext_noop
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.records.versions import api as versions
from wagtail_ai_content.signals import job_finished, proposal_waiting, swept

from . import audit, shadow, usage
from .failpoints import reach

logger = logging.getLogger("wagtail_ai_content")

WORKER_LOST = gettext_noop(
    "The worker died each time it took this job. Nothing was changed. Ask your developers to look at the worker's log."
)
INTERRUPTED = gettext_noop(
    "The web server stopped while the answer was being written. Nothing was changed. Ask for it again."
)
SPARE_ATTEMPTS = 7
ANNOUNCE_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Recovered:
    """What a sweep found."""

    again: int
    """Jobs taken back from dead workers."""
    given_up: int
    """Jobs that killed their worker too often."""
    announced: int
    """Ends announced late."""
    claimable: int
    """Jobs waiting for a worker now."""


def recover(*, seconds: float = ANNOUNCE_SECONDS) -> Recovered:
    """One sweep; late ends are announced for at most so many ``seconds``, the rest by the next sweep."""
    again, given_up = take_back()
    announced = _announce_late(time.monotonic() + seconds)
    shadow.offer_again()
    usage.tell_of_budgets()
    _send(swept, "swept", sender=None)
    return Recovered(again=again, given_up=given_up, announced=announced, claimable=jobs.claimable_count())


def take_back() -> tuple[int, int]:
    """Free the jobs of workers that show no sign of life, and end those of web processes: ``(waiting, given up)``."""
    return jobs.sweep(max_attempts=most_attempts(), message=Text(WORKER_LOST), interrupted=Text(INTERRUPTED))


def most_attempts() -> int:
    """How often workers may take a job that does not come to its end."""
    most: int = conf.get("MAX_CALLS") + SPARE_ATTEMPTS
    return most


def _announce_late(ends: float) -> int:
    """Announce what was not, until ``time.monotonic()`` is ``ends``; gives their number."""
    told = 0
    while late := jobs.undelivered(limit=100):
        for job in late:
            if time.monotonic() > ends:
                return told
            told += announce(job.pk)
    return told


def announce(job_id: uuid.UUID) -> bool:
    """Tell the world that a job has ended, unless that was done; gives whether it was told now."""
    job = jobs.fetch(job_id)
    if job is None or job.completed is None or job.delivered is not None:
        return False
    tell(job)
    return True


def tell(job: jobs.Job) -> None:
    """Tell everybody about the end of ``job``, at least once: only then it is marked as told."""
    reach("DONE:before_signal")
    _send(job_finished, "job_finished", sender=type(job), job=job, event_id=str(job.pk))
    version = versions.kept_for(job) if job.outcome == jobs.Outcome.PROPOSAL else None
    if version is not None:
        _send(proposal_waiting, "proposal_waiting", sender=type(version), version=version)
    reach("DONE:before_commit")
    _deliver(job)


def _deliver(job: jobs.Job) -> None:
    """Mark an end as announced. One that no transaction of its own has brought gets its entry in the audit trail."""
    if job.status == jobs.Status.SUCCEEDED:
        jobs.deliver(job.pk)
        return
    with transaction.atomic():
        if jobs.deliver(job.pk):
            audit.ended(job)


def _send(signal: Signal, name: str, **kwargs: Any) -> None:
    for receiver, result in signal.send_robust(**kwargs):
        if isinstance(result, Exception):
            logger.error("A receiver of %s failed: %r", name, receiver, exc_info=result)
