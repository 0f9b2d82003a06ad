"""Whether AI jobs are being worked on, judged by the jobs and not by processes: a stuck cluster looks alive."""

from __future__ import annotations

from dataclasses import dataclass

from wagtail_ai_content import conf
from wagtail_ai_content.core.text import Text, gettext_noop
from wagtail_ai_content.records.jobs import api as jobs

NO_WORKER = gettext_noop(
    "No worker has shown a sign of life yet. Start one with “manage.py qcluster” or “manage.py ai_worker”."
)
SILENT = gettext_noop(
    "No worker has shown a sign of life for %(seconds)s s. Restart the worker; nothing that is waiting is lost."
)
STUCK = gettext_noop(
    "A job has been waiting for %(seconds)s s although it could run. Restart the worker, or start more of them."
)


@dataclass(frozen=True, kw_only=True)
class Health:
    """How the machinery is doing."""

    model: str
    """The model that answers by default."""
    waiting: int
    """Jobs that could run now (counted up to 1,000)."""
    running: int
    """Jobs being worked on."""
    oldest: float | None
    """Seconds the first of them has been waiting."""
    silence: float | None
    """Seconds since a worker's last sign of life; None when there never was one."""
    problems: tuple[Text, ...]
    """What is wrong and what to do; empty when all is well."""


def examine() -> Health:
    """Look at the jobs and the workers' signs of life."""
    oldest, silence = jobs.oldest_claimable_age(), jobs.heartbeat_age("worker")
    return Health(
        model=conf.get("MODEL"),
        waiting=jobs.claimable_count(),
        running=jobs.running_count(),
        oldest=oldest,
        silence=silence,
        problems=tuple(_problems(oldest, silence)),
    )


def _problems(oldest: float | None, silence: float | None) -> list[Text]:
    found = []
    if silence is None:
        found.append(Text(NO_WORKER))
    elif silence > conf.get("SILENT_SECONDS"):
        found.append(Text(SILENT, {"seconds": round(silence)}))
    if oldest is not None and oldest > conf.get("WAITING_SECONDS"):
        found.append(Text(STUCK, {"seconds": round(oldest)}))
    return found
