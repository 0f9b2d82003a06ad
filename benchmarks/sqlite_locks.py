"""SQLite with a worker beside a web process: how often does anybody meet “database is locked”?

A real cluster works off jobs that write revisions, while two processes read a page and save it in one transaction, as
Wagtail's edit view does. Target: not once. Baseline: the same with SQLite as Django sets it up by itself, instead of
the options that ``conf.configure`` sets.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from stage import REPO, work
from stage.figures import Figure, headline, percentile, report
from stage.scene import set_up

from tests.support.site import Site

WEB_PROCESSES = 2
LOCKED = ("database is locked", "OperationalError")

# What the edit view does: reads, then writes, in one transaction. A person pauses in between.
SAVE_PAGES = """
import json, sys, time
import django
django.setup()
from django.db import OperationalError, transaction
from wagtail.models import Page
pages, ends = json.loads(sys.argv[1]), time.monotonic() + float(sys.argv[2])
saves, locked, times = 0, 0, []
while time.monotonic() < ends:
    began = time.perf_counter()
    try:
        with transaction.atomic():
            page = Page.objects.get(pk=pages[saves % len(pages)]).specific
            page.search_description = f"Saved at {began}"
            page.save_revision()
        times.append(time.perf_counter() - began)
    except OperationalError as error:
        assert "database is locked" in str(error), error
        locked += 1
    saves += 1
    time.sleep(0.01)
print(json.dumps({"saves": saves, "locked": locked, "times": times}))
"""

SUBMIT_LOUDLY = """
from django.contrib.auth import get_user_model
from django.db import OperationalError
from wagtail.models import Page
from wagtail_ai_content.api import Ask, submit
user = get_user_model().objects.get(username="developer")
out = 0
for page in Page.objects.filter(pk__in=pages).specific():
    try:
        submit(Ask(function="meta", page=page, user=user))
    except OperationalError as error:
        assert "database is locked" in str(error), error
        out += 1
"""

REVISIONS = """
from wagtail_ai_content.models import Job
out = Job.objects.filter(outcome="revision").count()
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20, help="For each of the two runs.")
    parser.add_argument("--jobs", type=int, default=400, help="About as many as can be done in that time.")
    options = parser.parse_args()
    headline(f"SQLite, a worker and {WEB_PROCESSES} web processes, {options.seconds:g} s each")
    for name, settings, most in (
        ("as Django sets it up", "stage.as_django_comes", None),
        ("with our options", "config.settings", 0.0),
    ):
        with set_up("openai/test-model", settings=settings) as scene:
            _measure(scene.site, name, most=most, options=options)


def _measure(site: Site, name: str, *, most: float | None, options: argparse.Namespace) -> None:
    pages = site.run(work.MAKE_PAGES, count=options.jobs)
    stories = site.run(work.STORIES)[:6]
    with work.cluster(site):
        writers = [_writer(site, stories[place::2], seconds=options.seconds) for place in range(WEB_PROCESSES)]
        submits = site.run(SUBMIT_LOUDLY, pages=pages)
        told: list[dict[str, Any]] = [_ended(writer) for writer in writers]
        revisions = site.run(REVISIONS)
    saves, locked = sum(one["saves"] for one in told), sum(one["locked"] for one in told)
    in_worker = sum(any(word in line for word in LOCKED) for line in site.log("qcluster").splitlines())
    times = [time * 1000 for one in told for time in one["times"]]
    note = f"{saves:,} saves in the web processes, {revisions:,} revisions by the worker"
    report(
        Figure(what=f"{name}: locked, web", value=locked, most=most, note=note),
        Figure(what=f"{name}: locked, requests for jobs", value=submits, most=most, note=f"{len(pages):,} requests"),
        Figure(what=f"{name}: locked, lines in the worker's log", value=in_worker, most=most),
        Figure(what=f"{name}: a save, p50", value=percentile(times, 0.5), unit="ms"),
        Figure(what=f"{name}: a save, p99", value=percentile(times, 0.99), unit="ms"),
    )


def _writer(site: Site, pages: Sequence[int], *, seconds: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SAVE_PAGES, json.dumps(pages), str(seconds)],
        env=site.env, cwd=REPO, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def _ended(writer: subprocess.Popen[str]) -> dict[str, Any]:
    said, _ = writer.communicate(timeout=120)
    assert writer.returncode == 0
    told: dict[str, Any] = json.loads(said.splitlines()[-1])
    return told


if __name__ == "__main__":
    main()
