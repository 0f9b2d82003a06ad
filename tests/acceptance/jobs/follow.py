"""Asking a running site for jobs and following them from outside."""

from __future__ import annotations

import uuid
from typing import Any

from tests.support.openai_server import OpenAIServer
from tests.support.site import Postgres, Site, until

from .snippets import JOB, RECOVER, STATES, SUBMIT


def submit(site: Site, slug: str, *, function: str = "meta", user: str = "editor", **params: str) -> str:
    """A new job, also where the same was asked for a moment ago: each has an idempotency key of its own."""
    job: str = site.run(SUBMIT, function=function, slug=slug, user=user, params=params, key=uuid.uuid4().hex)
    return job


def look(site: Site, job: str) -> dict[str, Any]:
    state: dict[str, Any] = site.run(JOB, job=job)
    return state


def finish(site: Site, job: str, *, seconds: float = 60) -> dict[str, Any]:
    """Sweep as the schedule would, only more often, until the job has come to its end and was announced."""

    def ended() -> dict[str, Any] | None:
        site.run(RECOVER)
        state = look(site, job)
        return state if state["delivered"] else None

    return until(ended, seconds=seconds, what=f"the end of job {job}")  # type: ignore[no-any-return]


def finish_all(site: Site, *, seconds: float = 60) -> list[dict[str, Any]]:
    """Sweep until every job has come to its end and was announced; one short line for each."""

    def ended() -> list[dict[str, Any]] | None:
        site.run(RECOVER)
        states = site.run(STATES)
        return states if all(state["delivered"] for state in states) else None

    return until(ended, seconds=seconds, what="the end of all jobs")  # type: ignore[no-any-return]


def in_flight(server: OpenAIServer, count: int = 1, *, seconds: float = 30) -> None:
    """Wait until the model is being asked by so many at the same time."""
    until(lambda: server.stats["in_flight"] == count, seconds=seconds, what=f"{count} calls in flight")


def database_of(site: Site) -> str:
    return site.env["EXAMPLE_SITE_DATABASE"].rpartition("/")[2]


def cut_connections(site: Site) -> None:
    """End every connection to the site's PostgreSQL database, as a restart of the server would."""
    Postgres().execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database_of(site)}'")
