"""Lists of jobs, newest first: pages that take as long at a million jobs as at a thousand, and all of them in turn."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet

from .models import Job, JobStep
from .values import LISTED

TICK: Final = timedelta(microseconds=1)
"""SQLite compares times as texts, in which .123 is less than .123000."""
MOST_COUNTED: Final = 10_000
"""Jobs that have pages; of more, filters say which."""
AT_ONCE: Final = 500
MOST_VALUES: Final = 200


@dataclass(frozen=True, kw_only=True)
class JobFilter:
    """Which jobs are meant; what is None or empty does not count. Each has an index with the time."""

    status: str = ""
    function: str = ""
    model: str = ""
    """The one that answered."""
    site: Any = None
    """Number of a site."""
    actor: str | None = None
    """Number of the person who asked; "" for jobs that nobody asked for."""
    since: datetime | None = None
    """From this moment on."""
    until: datetime | None = None
    """Before this moment."""

    @property
    def columns(self) -> dict[str, Any]:
        told = {
            "status": self.status, "function": self.function, "model_used": self.model, "site_id": self.site,
            "created__gte": self.since, "created__lt": self.until,
        }  # fmt: skip
        chosen = {name: value for name, value in told.items() if value}
        return chosen if self.actor is None else {**chosen, "actor": self.actor}


def listing(*, before: tuple[datetime, uuid.UUID] | None = None, limit: int = 50, **filters: Any) -> list[Job]:
    """A page of jobs, newest first. ``before``: (created, id) of the last job of the page before (keyset paging)."""
    jobs = Job.objects.filter(**filters).only(*LISTED).order_by("-created", "-id")
    if before:
        created, pk = before
        jobs = jobs.filter(created__lt=created + TICK).exclude(created__gt=created - TICK, pk__gte=pk)
    return list(jobs[:limit])


def selected(chosen: JobFilter) -> QuerySet[Job]:
    """The jobs that are meant, newest first, with what lists show of them."""
    return Job.objects.filter(**chosen.columns).only(*LISTED).order_by("-created", "-id")


def count(chosen: JobFilter, *, most: int = MOST_COUNTED) -> int:
    """How many there are, counted up to ``most``."""
    return selected(chosen).order_by().values("pk")[:most].count()


def page(chosen: JobFilter, *, skip: int, limit: int) -> list[Job]:
    """A page of the newest ``MOST_COUNTED``: what is skipped is skipped in the index."""
    keys = list(selected(chosen).values_list("pk", flat=True)[skip : skip + limit])
    found = Job.objects.only(*LISTED).in_bulk(keys)
    return [found[key] for key in keys if key in found]


def every(chosen: JobFilter) -> Iterator[Job]:
    """All of them, newest first, never many at once."""
    before: tuple[datetime, uuid.UUID] | None = None
    while found := listing(before=before, limit=AT_ONCE, **chosen.columns):
        yield from found
        before = (found[-1].created, found[-1].pk)


def values_of(column: str, *, most: int = MOST_VALUES) -> list[str]:
    """What is found in an indexed column, in order. One short query for each value, however many jobs there are."""
    found: list[str] = []
    jobs = Job.objects.order_by(column).values_list(column, flat=True)
    while len(found) < most:
        following = jobs.filter(**{f"{column}__gt": found[-1] if found else ""}).first()
        if following is None:
            break
        found.append(following)
    return found


def steps_of(job_id: uuid.UUID) -> list[JobStep]:
    """The log of a job, in order."""
    return list(JobStep.objects.filter(job=job_id).order_by("id"))
