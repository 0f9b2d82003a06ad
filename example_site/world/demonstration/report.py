"""The report of the first job: what happened, what changed, where to look."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from world.first_job import FirstJob, Progress
from world.people import PASSWORD, PEOPLE

from .words import word_diff

INDENT = "  "


def progress_line(progress: Progress) -> str:
    return f"{INDENT}{progress.percent:>3} %  {progress.phase:<8} {progress.message}"


def job_lines(job: FirstJob, *, url: str) -> Iterator[str]:
    """What the job did to its page."""
    yield ""
    yield from _table([("Page", job.title), ("Function", job.function), ("Model", job.model), ("Result", job.outcome)])
    yield ""
    yield "What changed"
    yield ""
    yield from (INDENT + line if line else "" for line in word_diff(job.before, job.after))
    yield ""
    yield "Look at it"
    yield ""
    yield from _table(_links(job, url))


def people_lines(url: str) -> Iterator[str]:
    """Who can log in."""
    yield ""
    yield f"Log in at {url}{reverse('wagtailadmin_home')} (the password of everybody is “{PASSWORD}”)"
    yield ""
    yield from _table([(person.username, person.may) for person in PEOPLE])
    yield ""


def _links(job: FirstJob, url: str) -> list[tuple[str, str]]:
    page = job.page_id
    links = [
        ("Edit", reverse("wagtailadmin_pages:edit", args=[page])),
        ("History", reverse("wagtailadmin_pages:history", args=[page])),
    ]
    if job.revision_id is not None:
        compare = reverse("wagtailadmin_pages:revisions_compare", args=[page, "live", job.revision_id])
        links.append((f"Compare with revision {job.revision_id}", compare))
    return [(name, url + path) for name, path in links]


def _table(rows: list[tuple[str, str]]) -> Iterator[str]:
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        yield f"{INDENT}{name:<{width}}  {value}"
