"""Jobs that wait: which can be claimed now, how many, and since when. By the database's own time."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.db.models.functions import Now

from wagtail_ai_content.records.statements import Given, Names, Statement

from .models import Job, Status


def due_now(job_id: uuid.UUID | Given | None = None) -> QuerySet[Job]:
    """What can be claimed now. ``job_id``: None for all of it."""
    due = Job.objects.filter(status=Status.PENDING, next_attempt__lte=Now())
    return due if job_id is None else due.filter(pk=job_id)


def is_any_due(job_id: uuid.UUID | None) -> bool:
    """Whether something can be claimed now. ``job_id``: None for any of them."""
    return bool(_ANY.rows(job=job_id))


def _any(known: Names) -> QuerySet[Any, Any]:
    return due_now(Given("job", Job._meta.pk) if "job" in known else None).order_by().values_list("pk")[:1]


_ANY: Final = Statement(_any)


def is_due_within(seconds: float) -> bool:
    """Whether a waiting job can be claimed now or so soon."""
    return Job.objects.filter(status=Status.PENDING, next_attempt__lte=in_time(seconds)).exists()


def claimable_count(*, most: int = 1000) -> int:
    """How many jobs could be claimed now, counted up to ``most``."""
    return due_now().order_by().values("pk")[:most].count()


def oldest_claimable_age() -> float | None:
    """Seconds the longest waiting claimable job has been due; None when none waits."""
    due = due_now().order_by("next_attempt")
    times = due.annotate(now=Now()).values_list("next_attempt", "now").first()
    return (times[1] - times[0]).total_seconds() if times else None


def in_time(seconds: float) -> Any:
    """The database's time in ``seconds``; for none of them its bare time, which SQLite writes in another form."""
    return Now() + timedelta(seconds=seconds) if seconds else Now()
