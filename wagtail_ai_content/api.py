"""The public Python interface: ask for something, follow it, stop it; and what a function of one's own needs of pages.

::

    from wagtail_ai_content.api import Ask, submit

    job = submit(Ask(function="rewrite", page=page, user=request.user, params={"instruction": "Shorter, please."}))
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from .core.errors import InvalidInput, UnknownTarget
from .core.text import Text, gettext_noop
from .pipeline.again import try_again
from .pipeline.drain import run_one
from .pipeline.functions import get_function
from .pipeline.recover import announce
from .pipeline.submit import Ask, submit
from .pipeline.targets import acting_user, open_target, snapshot
from .pipeline.write import write_changes
from .records.jobs import api as _jobs
from .records.jobs.api import Job

__all__ = [
    "Ask",
    "Job",
    "acting_user",
    "cancel_job",
    "cancel_jobs",
    "list_jobs",
    "open_target",
    "retry_job",
    "run_ai_task",
    "run_job",
    "show_job",
    "snapshot",
    "submit",
    "write_changes",
]

CANCELLED = gettext_noop("Cancelled. Nothing was changed.")
ENDED = gettext_noop("this job has already ended")


def run_ai_task(function_name: str, payload: Mapping[str, Any], account: Any = None, **about: Any) -> Job:
    """Ask for ``function_name`` with ``payload`` on behalf of ``account`` (a Wagtail ``Site``).

    ``about``: ``page``, ``user``, ``path``, ``idempotency_key`` and ``priority`` as for :class:`Ask`.
    """
    return submit(Ask(function=function_name, params=payload, site=account, **about))


def run_job(job: Job) -> Job:
    """Run a waiting job here and now instead of in a worker, and return it as it is afterwards."""
    run_one(job.pk)
    return show_job(job.pk)


def show_job(job_id: uuid.UUID | str) -> Job:
    """One job. Raises: ``UnknownTarget``."""
    job = _jobs.fetch(job_id)
    if job is None:
        raise UnknownTarget(what="job", name=str(job_id))
    return job


def list_jobs(*, limit: int = 50, before: uuid.UUID | str | None = None, **filters: Any) -> list[Job]:
    """Jobs, newest first; ``before`` is the last job of the page before. Raises: ``UnknownTarget``."""
    last = show_job(before) if before else None
    return _jobs.listing(before=(last.created, last.pk) if last else None, limit=limit, **filters)


def cancel_job(job_id: uuid.UUID | str) -> None:
    """End a job that has not ended; a running call is stopped. Raises: ``UnknownTarget``, ``InvalidInput``."""
    job = show_job(job_id)
    if not _jobs.cancel(job.pk, message=Text(CANCELLED)):
        raise InvalidInput(reason=ENDED)
    announce(job.pk)


def cancel_jobs(*, function: str = "") -> int:
    """End all jobs that have not ended, or all of one function; gives their number. The sweeper announces it.

    Raises: ``UnknownFunction``.
    """
    name = get_function(function).name if function else ""
    return _jobs.cancel_all(message=Text(CANCELLED), function=name)


def retry_job(job_id: uuid.UUID | str) -> None:
    """Put a failed or cancelled job back in the queue. A reply that can be used is not asked for again; where the model
    is, the limits of whoever asked for the job hold.

    Raises: ``UnknownTarget``, ``InvalidInput``, ``QuotaExceeded``, ``UnknownPrice``.
    """
    try_again(show_job(job_id))
