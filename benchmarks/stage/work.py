"""Work for a site: programs for its driver that make pages, ask for jobs, and count what is left."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import Popen
from typing import Any

from tests.support.site import Site, until

# Pages kept for a text to come have nothing to summarise.
STORIES = """
from world.models import ArticlePage, StoryPage
stories = StoryPage.objects.exclude(body="").order_by("path").values_list("pk", flat=True)
articles = [page.pk for page in ArticlePage.objects.order_by("path") if page.body]
out = [*stories, *articles]
"""

# Sections of ten, as on the example site: what surrounds a page is read with it.
MAKE_PAGES = """
from django.db import transaction
from world.models import SectionPage, StoryPage
parent = SectionPage.objects.order_by("path").first().get_parent()
model = StoryPage.objects.exclude(body="").order_by("path").first()
out = []
with transaction.atomic():
    for number in range(0, count, 10):
        section = SectionPage(title=f"Part {number}", slug=f"part-{number}", summary="Pages to measure with.")
        parent.add_child(instance=section)
        for place in range(number, min(number + 10, count)):
            page = StoryPage(title=f"Page {place}", slug=f"page-{place}", summary=model.summary, body=model.body)
            section.add_child(instance=page)
            page.save_revision(changed=False, clean=False)
            out.append(page.pk)
"""

# The bells of these requests are thrown away: the measurement rings them when everybody is ready. The instruction
# makes each request another one, since the same one within ten seconds is the same job.
SUBMIT = """
from django.contrib.auth import get_user_model
from django.db import transaction
from django_q.models import OrmQ
from wagtail.models import Page
from wagtail_ai_content.api import Ask, submit
user = get_user_model().objects.get(username="developer")
rows = {page.pk: page for page in Page.objects.filter(pk__in=set(pages)).specific()}
for start in range(0, len(pages), 100):
    with transaction.atomic():
        for place, page in enumerate(pages[start : start + 100], start):
            params = {"instruction": f"{label} {place}"}
            submit(Ask(function=function, page=rows[page], user=user, params=params))
OrmQ.objects.all().delete()
"""

RING = """
from wagtail_ai_content.pipeline import queue
for _ in range(times):
    queue.ring()
"""

LEFT = """
from wagtail_ai_content.models import Job
out = Job.objects.filter(completed=None).count()
"""

ENDS = """
from collections import Counter
from django.db.models import Max
from wagtail_ai_content.models import Job
jobs = Job.objects.filter(created__gte=since)
out = {
    "outcomes": Counter(
        " ".join(filter(None, found)) for found in jobs.values_list("status", "outcome", "error_code")
    ),
    "last": jobs.aggregate(last=Max("completed"))["last"].timestamp(),
}
"""

BEAT = """
from django_q.tasks import async_task
from wagtail_ai_content.models import Heartbeat
from wagtail_ai_content.pipeline.queue import BEAT
Heartbeat.objects.all().delete()
async_task(BEAT, q_options={"save": False})
"""

HAS_BEATEN = """
from wagtail_ai_content.models import Heartbeat
out = Heartbeat.objects.exists()
"""

A_REQUEST = """
from wagtail_ai_content.models import Job
out = Job.objects.exclude(request=None).order_by("created").values_list("request", flat=True).first()
"""


@contextmanager
def cluster(site: Site) -> Iterator[Popen[bytes]]:
    """A django-q2 cluster that has already done a task."""
    with site.process("qcluster") as process:
        site.run(BEAT)
        until(lambda: site.run(HAS_BEATEN), seconds=60, what="the worker's first task")
        yield process


def wait_for_all(site: Site, *, seconds: float) -> None:
    """Until no job is left to be done."""
    ends = time.monotonic() + seconds
    while site.run(LEFT):
        assert time.monotonic() < ends, f"{site.run(LEFT)} jobs were not done after {seconds} s"
        time.sleep(0.25)


def as_arguments(request: dict[str, Any], *, url: str, key: str) -> dict[str, Any]:
    """A job's stored request as arguments for litellm's completion functions."""
    form = {"name": "reply", "schema": request["schema"], "strict": True}
    return {
        "model": request["model"],
        "messages": request["messages"],
        "max_tokens": request["max_tokens"],
        "temperature": request["temperature"],
        "response_format": {"type": "json_schema", "json_schema": form},
        "api_base": url,
        "api_key": key,
        "timeout": 600,
        "max_retries": 0,
    }
