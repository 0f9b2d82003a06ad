"""The one door to the tables of jobs.

Times are the database's own (``Now()``), so that hosts with different clocks agree about leases. Every change of a
running job is conditional on the fence its worker got when it claimed the job.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from wagtail_ai_content.core.engine.phases import Phase
from wagtail_ai_content.core.text import Text
from wagtail_ai_content.records.usage import api as usage

from .due import claimable_count, due_now, in_time, is_any_due, is_due_within, oldest_claimable_age
from .lists import MOST_COUNTED, JobFilter, count, every, listing, page, selected, steps_of, values_of
from .models import Heartbeat, Job, JobStep, Outcome, Status
from .settling import give_back
from .values import LISTED, STOPPED, WATCHED, WEB, Claim, Entry, LeaseLost, NewJob

__all__ = [
    "LISTED",
    "MOST_COUNTED",
    "STOPPED",
    "WATCHED",
    "WEB",
    "Claim",
    "Entry",
    "Job",
    "JobFilter",
    "JobStep",
    "LeaseLost",
    "NewJob",
    "Outcome",
    "Status",
    "beat",
    "cancel",
    "cancel_all",
    "claim",
    "claim_of",
    "claimable_count",
    "count",
    "create",
    "deliver",
    "every",
    "explain",
    "fetch",
    "finish",
    "give_back",
    "heartbeat_age",
    "is_due_within",
    "keep_alive",
    "listing",
    "log",
    "oldest_claimable_age",
    "page",
    "recent_repeat",
    "remember",
    "restart",
    "retry",
    "running_count",
    "selected",
    "settle",
    "steps_of",
    "still_mine",
    "sweep",
    "undelivered",
    "update",
    "values_of",
    "with_key",
]

SETTLING_SECONDS = 10.0
SETTLED_AT_ONCE = 500


def create(new: NewJob, *, owner: str = "", lease: float = 0.0) -> Job:
    """Store a job: pending, or with an ``owner`` running and claimed by it for ``lease`` seconds (see ``claim_of``).

    Raises: IntegrityError when its idempotency key is taken.
    """
    taken: dict[str, Any] = (
        {
            "status": Status.RUNNING, "fence": 1, "attempts": 1, "lease_owner": owner, "lease_expires": in_time(lease),
            "started": Now(),
        }
        if owner
        else {}
    )  # fmt: skip
    job = Job(
        **taken,
        function=new.function,
        function_version=new.function_version,
        params=dict(new.params),
        fingerprint=new.fingerprint,
        requested_by_id=new.user_id,
        requested_by_name=new.user_name,
        actor=actor_key(new.user_id),
        site_id=new.site_id,
        site_name=new.site_name,
        target_content_type_id=new.target_content_type_id,
        target_object_id=new.target_object_id,
        target_label=new.target_label[:255],
        target_path=new.target_path,
        priority=new.priority,
        idempotency_key=new.idempotency_key,
        reserved=new.reserved,
        message=new.message.as_json(),
        next_attempt=Now(),
        created=Now(),
    )
    with transaction.atomic():
        job.save(force_insert=True)
    job.refresh_from_db(fields=["created", "next_attempt", "started", "lease_expires"])
    return job


def claim_of(job: Job) -> Claim:
    """The right to a job that was created with an owner."""
    return Claim(job_id=job.pk, fence=job.fence, owner=job.lease_owner, job=job)


def actor_key(user_id: Any) -> str:
    """Whose idempotency keys and repeats count together; "" for jobs without a user."""
    return "" if user_id is None else str(user_id)


def fetch(job_id: uuid.UUID | str, *, only: Sequence[str] = ()) -> Job | None:
    """One job; None where there is none (or the id is not a UUID)."""
    try:
        key = uuid.UUID(str(job_id))
    except ValueError:
        return None
    queryset = Job.objects.only(*only) if only else Job.objects.all()
    return queryset.order_by().filter(pk=key).first()


def with_key(user_id: Any, key: str) -> Job | None:
    """The job a user made with an idempotency key."""
    return Job.objects.filter(actor=actor_key(user_id), idempotency_key=key).first()


def recent_repeat(user_id: Any, fingerprint: str, *, seconds: float) -> Job | None:
    """The same request by the same user within the last ``seconds``, unless it failed or was cancelled."""
    return (
        Job.objects.filter(
            actor=actor_key(user_id), fingerprint=fingerprint, created__gte=Now() - timedelta(seconds=seconds)
        )
        .exclude(status__in=[Status.FAILED, Status.CANCELLED])
        .order_by("-created")
        .first()
    )


def claim(owner: str, *, limit: int, lease: float, job_id: uuid.UUID | None = None) -> list[Claim]:
    """Take up to ``limit`` waiting jobs, most urgent first, for ``lease`` seconds. ``job_id``: only that one."""
    if limit < 1 or not is_any_due(job_id):
        return []
    due = due_now(job_id)
    with transaction.atomic():
        # Nobody else changes them before the commit: their rows are locked, on SQLite the whole database.
        skip = connection.features.has_select_for_update_skip_locked
        found = list(due.order_by("-priority", "created").select_for_update(skip_locked=skip)[:limit])
        now: dict[str, Any] = {
            "status": Status.RUNNING,
            "lease_owner": owner,
            "lease_expires": in_time(lease),
            "started": Coalesce(F("started"), Now()),
        }
        Job.objects.filter(pk__in=[job.pk for job in found]).update(
            fence=F("fence") + 1, attempts=F("attempts") + 1, **now
        )
    for job in found:
        remember(job, {**now, "fence": job.fence + 1, "attempts": job.attempts + 1})
    return [Claim(job_id=job.pk, fence=job.fence, owner=owner, job=job) for job in found]


def update(claim: Claim, **fields: Any) -> dict[str, Any]:
    """Change a claimed job, and give what was written. Raises: ``LeaseLost`` when it is no longer the claimer's."""
    if not _owned(claim).update(**fields):
        raise LeaseLost(claim.job_id)
    return fields


def remember(job: Job, written: Mapping[str, Any]) -> None:
    """Put on ``job`` what was written and committed, so that it need not be read again.

    What only the database knows, such as its time, is read when somebody asks for it.
    """
    for name, value in written.items():
        if hasattr(value, "resolve_expression"):
            job.__dict__.pop(name, None)
        else:
            setattr(job, name, value)


def _owned(claim: Claim) -> QuerySet[Job]:
    return Job.objects.filter(pk=claim.job_id, status=Status.RUNNING, lease_owner=claim.owner, fence=claim.fence)


def still_mine(owner: str, claims: Iterable[Claim]) -> set[uuid.UUID]:
    """Which of these jobs are still the worker's."""
    fences = {claim.job_id: claim.fence for claim in claims}
    rows = Job.objects.filter(pk__in=fences, status=Status.RUNNING, lease_owner=owner).values_list("pk", "fence")
    return {pk for pk, fence in rows if fences[pk] == fence}


def keep_alive(owner: str, claims: Iterable[Claim], *, lease: float) -> None:
    """Renew the lease of these jobs, as far as they are still the worker's."""
    ids = still_mine(owner, claims)
    Job.objects.filter(pk__in=ids, status=Status.RUNNING, lease_owner=owner).update(lease_expires=in_time(lease))


def finish(claim: Claim, *, status: Status, **fields: Any) -> dict[str, Any]:
    """Bring a claimed job to its end, and give what was written. Raises: ``LeaseLost``."""
    ended = {
        "status": status, "completed": Now(), "progress": 100, "phase": Phase.DONE.name, "lease_owner": "",
        "lease_expires": None, **fields,
    }  # fmt: skip
    if not claim.job.reserved:
        return update(claim, **ended)
    with transaction.atomic():
        written = update(claim, **ended, reserved=None)
        asked = claim.job.calls > 0
        usage.settle([usage.Ended(job=claim.job_id, reserved=claim.job.reserved, asked=asked)])
    return written


def retry(claim: Claim, *, delay: float, **fields: Any) -> None:
    """Let the job wait ``delay`` seconds and be claimed again. Raises: ``LeaseLost``."""
    update(claim, status=Status.PENDING, next_attempt=in_time(delay), lease_owner="", lease_expires=None, **fields)


def cancel(job_id: uuid.UUID, *, message: Text) -> bool:
    """End a job that has not ended. A worker that runs it finds its fence gone and stops. False if it had ended."""
    with transaction.atomic():
        cancelled = _cancel(Job.objects.filter(pk=job_id), message=message)
        give_back()
    return bool(cancelled)


def cancel_all(*, message: Text, function: str = "") -> int:
    """End all jobs that have not ended (of one function), and give their number."""
    with transaction.atomic():
        cancelled = _cancel(Job.objects.filter(function=function) if function else Job.objects.all(), message=message)
        give_back()
    return cancelled


def settle(claim: Claim, *, message: Text, **fields: Any) -> bool:
    """End a claimed job that is no longer wanted, or complete the record of one that was cancelled meanwhile.

    ``fields``: what is known of a reply that was not read to its end. False if the job had ended otherwise.
    """
    told = message.as_json()
    if _cancel(_owned(claim), message=message, **fields):
        return True
    cancelled = Job.objects.filter(pk=claim.job_id, status=Status.CANCELLED, fence=claim.fence + 1, reply__isnull=True)
    return bool(cancelled.update(**{"message": told, **fields}))


def _cancel(some: QuerySet[Job], *, message: Text, **fields: Any) -> int:
    return some.filter(status__in=[Status.PENDING, Status.RUNNING]).update(
        status=Status.CANCELLED,
        fence=F("fence") + 1,
        lease_owner="",
        lease_expires=None,
        completed=Now(),
        message=message.as_json(),
        **fields,
    )


def restart(job_id: uuid.UUID, *, forget_reply: bool = False, reserved: Mapping[str, Any] | None = None) -> bool:
    """Put a job that failed or was cancelled back in the queue; False when it is neither.

    A stored reply is used again, unless it is to be forgotten, or is only what had come of one when it was stopped.
    ``reserved``: what it has set aside anew of its limits, when it has nothing set aside any more; False where it has.
    """
    ended = Job.objects.filter(pk=job_id, status__in=[Status.FAILED, Status.CANCELLED])
    ended.filter(reply__finish_reason=STOPPED).update(reply=None)
    forgotten = {"reply": None} if forget_reply else {}
    anew = {"reserved": reserved} if reserved else {}
    return bool(
        (ended.filter(reserved__isnull=True) if anew else ended).update(
            status=Status.PENDING,
            next_attempt=Now(),
            completed=None,
            delivered=None,
            attempts=0,
            calls=0,
            repairs=0,
            error_code="",
            error={},
            **forgotten,
            **anew,
        )
    )


def explain(job_ids: Iterable[uuid.UUID], *, code: str, error: Text) -> None:
    """Say anew why these jobs failed, because somebody has decided about what stopped them."""
    told = error.as_json()
    failed = Job.objects.filter(pk__in=list(job_ids), status=Status.FAILED)
    failed.update(error_code=code, error=told, message=told)


def sweep(*, max_attempts: int, message: Text, interrupted: Text | None = None) -> tuple[int, int]:
    """Take running jobs whose lease ended back: ``(waiting again, given up after max_attempts)``.

    Those that a web process ran are given up at once: the person they were for has seen the answer stop, and a worker
    that began anew would surprise them, and cost twice. ``interrupted``: what is told of them, ``message`` when None.
    """
    told = (interrupted or message).as_json()
    expired = Q(status=Status.RUNNING, lease_expires__lt=Now())
    gone = {"lease_owner": "", "lease_expires": None}
    stopped = Job.objects.filter(expired, lease_owner__startswith=WEB).update(
        status=Status.FAILED, completed=Now(), fence=F("fence") + 1, error_code="interrupted",
        error=told, message=told, **gone,
    )  # fmt: skip
    given_up = Job.objects.filter(expired, attempts__gte=max_attempts).update(
        status=Status.FAILED, completed=Now(), fence=F("fence") + 1, error_code="worker_lost",
        error=message.as_json(), message=message.as_json(), **gone,
    )  # fmt: skip
    again = Job.objects.filter(expired).update(status=Status.PENDING, next_attempt=Now(), **gone)
    give_back()
    return again, given_up + stopped


def running_count() -> int:
    return Job.objects.filter(status=Status.RUNNING).count()


def undelivered(*, limit: int) -> list[Job]:
    """Ended jobs whose end was not announced yet (an outbox)."""
    return list(Job.objects.filter(delivered=None, completed__isnull=False).order_by("completed")[:limit])


def deliver(job_id: uuid.UUID) -> bool:
    """Remember that the end of a job was announced; False when that was known."""
    return bool(Job.objects.filter(pk=job_id, delivered=None, completed__isnull=False).update(delivered=Now()))


def log(claim: Claim, *entries: Entry) -> None:
    """Add lines to the job's log, in this order."""
    JobStep.objects.bulk_create(
        JobStep(
            job_id=claim.job_id, kind=entry.kind, phase=entry.phase.name, fence=claim.fence, data=entry.data, at=Now()
        )
        for entry in entries
    )


def beat(name: str) -> None:
    """Stamp a sign of life."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": Now()})


def heartbeat_age(name: str) -> float | None:
    """Seconds since the last sign of life; None when there never was one."""
    times = Heartbeat.objects.filter(name=name).annotate(now=Now()).values_list("at", "now").first()
    return (times[1] - times[0]).total_seconds() if times else None
