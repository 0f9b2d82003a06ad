"""The bell: django-q2 wakes a worker, and nothing more. The only importer of django_q.

A ring carries no data, so it may be lost, doubled or come late: what is to be done stands in the table of jobs.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

from django.db import DatabaseError, transaction

from wagtail_ai_content import conf

logger = logging.getLogger("wagtail_ai_content")

BEAT_SECONDS = 30.0
DRAIN = "wagtail_ai_content.pipeline.queue.drain_jobs"
SWEEP = "wagtail_ai_content.pipeline.queue.sweep_jobs"
BEAT = "wagtail_ai_content.pipeline.queue.beat_worker"
SCHEDULES = (("wagtail_ai_content sweep", SWEEP), ("wagtail_ai_content beat", BEAT))


def ring_on_commit() -> None:
    """Wake a worker once the current transaction has committed; several calls in one transaction ring once."""
    connection = transaction.get_connection()
    waiting = any(entry[1] is ring for entry in connection.run_on_commit)
    if not waiting:
        transaction.on_commit(ring, robust=True)


def ring() -> None:
    """Wake a worker, where django-q2 runs one. A broker that cannot be reached only delays the job until the sweep."""
    if not conf.get("RING"):
        return
    from django_q.tasks import async_task

    unreachable: tuple[type[Exception], ...] = (DatabaseError, OSError, *_broker_errors())
    try:
        async_task(DRAIN, q_options={"save": False, "task_name": "wagtail_ai_content.drain"})
    except unreachable as error:
        logger.warning("The bell could not be rung (%s); the sweeper will find the job.", type(error).__name__)


def _broker_errors() -> tuple[type[Exception], ...]:
    redis = sys.modules.get("redis")
    return (redis.RedisError,) if redis else ()


def drain_jobs() -> None:
    """Task: claim waiting jobs and run them, many at once."""
    from wagtail_ai_content.records.jobs import api as jobs

    from .drain import drain_until_empty

    silence = jobs.heartbeat_age("worker")
    if silence is None or silence > BEAT_SECONDS:
        jobs.beat("worker")
    if drain_until_empty():
        ring()


def sweep_jobs() -> None:
    """Task, every minute: take jobs back from dead workers, announce ends that were not, ring if work is left."""
    from .recover import recover

    if recover().claimable:
        ring()


def beat_worker() -> None:
    """Task, every minute: show that a task still gets from the queue through a worker."""
    from wagtail_ai_content.records.jobs import api as jobs

    jobs.beat("worker")


def install_schedules(sender: Any, *, using: str = "default", **kwargs: Any) -> None:
    """Make the two schedules after a migration, where django-q2's tables are."""
    from django.db import connections
    from django_q.models import Schedule

    if Schedule._meta.db_table not in connections[using].introspection.table_names():
        return
    for name, func in SCHEDULES:
        Schedule.objects.using(using).get_or_create(
            name=name, defaults={"func": func, "schedule_type": Schedule.MINUTES, "minutes": 1}
        )


def is_cluster_process() -> bool:
    """Whether this process is the one from which django-q2 forks its workers."""
    return sys.argv[1:2] == ["qcluster"]


def broker_settings() -> dict[str, Any]:
    """What django-q2 was told, with its own defaults, for the system checks."""
    from django_q.conf import Conf

    return {
        "timeout": Conf.TIMEOUT,
        "retry": Conf.RETRY,
        "ack_failures": Conf.ACK_FAILURES,
        "max_attempts": Conf.MAX_ATTEMPTS,
        "queue_limit": Conf.QUEUE_LIMIT,
        "workers": Conf.WORKERS,
        "orm": Conf.ORM,
        "poll": Conf.POLL,
        "scheduler": Conf.SCHEDULER,
    }
