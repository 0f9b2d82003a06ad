"""From a click to the start of the work: one idle, real django-q2 cluster on the database as its queue.

Requests 0.3 s apart, and in turn with them bare django-q2 tasks that only say when they started, as the baseline.
A job's time is the database's own: ``started`` minus ``created``. Target: 95 of 100 within 100 ms.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from stage import work
from stage.figures import Figure, headline, percentile, report
from stage.scene import set_up

from tests.support.site import Site, until

MOST_MS = 100
APART = 0.3
WARM = 8

CLICK = """
from django.contrib.auth import get_user_model
from wagtail.models import Page
from wagtail_ai_content.api import Ask, submit
user = get_user_model().objects.get(username="developer")
submit(Ask(function="summarise", page=Page.objects.get(pk=page), user=user, params={"instruction": f"Click {number}"}))
"""

BARE = """
import time
from django_q.tasks import async_task
async_task("stage.bare.stamp", file, time.time(), q_options={"save": False})
"""

WAITS = """
from wagtail_ai_content.models import Job
out = [(started - created).total_seconds() for started, created in Job.objects.values_list("started", "created")]
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clicks", type=int, default=100)
    parser.add_argument("--postgres", action="store_true", help="In a new PostgreSQL database (POSTGRES_HOST, …).")
    options = parser.parse_args()
    headline(f"From click to start, {options.clicks} clicks, {'PostgreSQL' if options.postgres else 'SQLite'}")
    with set_up("openai/test-model", postgres=options.postgres) as scene, work.cluster(scene.site):
        _measure(scene.site, scene.folder / "stamps", clicks=options.clicks)


def _measure(site: Site, stamps: Path, *, clicks: int) -> None:
    pages = site.run(work.STORIES)
    stamps.touch()
    for number in range(-WARM, clicks):  # both workers load what is only loaded once
        _click(site, pages[number % len(pages)], number=number, stamps=stamps)
    work.wait_for_all(site, seconds=60)
    until(lambda: len(stamps.read_text().splitlines()) >= WARM + clicks, seconds=30, what="the last bare task")
    jobs = [wait * 1000 for wait in site.run(WAITS)][:clicks]  # newest first
    bare = [float(line) * 1000 for line in stamps.read_text().splitlines()][WARM:]
    report(
        Figure(what="bare django-q2 task, p50", value=percentile(bare, 0.5), unit="ms"),
        Figure(what="bare django-q2 task, p95", value=percentile(bare, 0.95), unit="ms"),
        Figure(what="job, p50", value=percentile(jobs, 0.5), unit="ms"),
        Figure(what="job, p95", value=percentile(jobs, 0.95), unit="ms", most=MOST_MS),
        Figure(what="job/bare task, p50", value=percentile(jobs, 0.5) / percentile(bare, 0.5)),
    )


def _click(site: Site, page: int, *, number: int, stamps: Path) -> None:
    """A request, and a bare task half-way to the next one."""
    site.run(CLICK, page=page, number=number)
    time.sleep(APART / 2)
    site.run(BARE, file=str(stamps))
    time.sleep(APART / 2)


if __name__ == "__main__":
    main()
