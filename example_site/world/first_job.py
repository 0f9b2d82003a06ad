"""The first AI job of the demonstration, as plain values: the one place of this app that knows the AI app."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model

from wagtail_ai_content.api import Ask, Job, show_job, submit
from wagtail_ai_content.core.engine.phases import Phase
from wagtail_ai_content.core.errors import AIError
from wagtail_ai_content.core.versions.richtext import plain_text
from wagtail_ai_content.pipeline.functions import get_function
from wagtail_ai_content.records.texts import localised

from .models import StoryPage

BLANK_PAGE = "the-walled-orchard"
SECTION = "long-way-round"
PATIENCE = 180.0
POLL = 0.05


class FirstJobFailed(Exception):
    """The job did not come to its end; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A step of the job."""

    phase: str
    """Name of the phase, e.g. ``AI_CALL``."""
    percent: int
    message: str


@dataclass(frozen=True, kw_only=True)
class FirstJob:
    """A job that has ended."""

    page_id: int
    title: str
    function: str
    model: str
    outcome: str
    """What came of it, in a sentence."""
    revision_id: int | None
    """The draft it wrote; None if it wrote none."""
    before: str
    """The page's text before, as plain text with empty lines between paragraphs."""
    after: str


def run_first_job(*, report: Callable[[Progress], None]) -> FirstJob:
    """Ask the worker for one job on a page and wait for its end, reporting each step. Raises: ``FirstJobFailed``."""
    page, function, params = _next_page()
    before = text_of(page)
    editor = get_user_model()._default_manager.get(username="editor")
    try:
        job = submit(Ask(function=function, page=page, user=editor, params=params))
    except AIError as error:
        raise FirstJobFailed(localised(error.text)) from None
    job = _followed(job, report)
    page = StoryPage.objects.get(pk=page.pk)
    return FirstJob(
        page_id=page.pk,
        title=page.title,
        function=function,
        model=job.model_used,
        outcome=localised(job.message),
        revision_id=page.latest_revision_id if job.outcome == "revision" else None,
        before=before,
        after=text_of(page),
    )


def text_of(page: StoryPage) -> str:
    """The text of the page's latest draft."""
    return plain_text(page.get_latest_revision_as_object().body)


def _next_page() -> tuple[StoryPage, str, dict[str, Any]]:
    """The page that waits for its text; once that is written, a page to shorten that no AI has touched yet."""
    for page in _stages():
        if page.slug == BLANK_PAGE and not text_of(page):
            return page, "page_text", {}
    stages = [page for page in _stages() if not hasattr(page.latest_revision, "ai_version")]
    if not stages:
        raise FirstJobFailed("Every page has an AI draft already. Delete example_site/db.sqlite3 to start afresh.")
    return stages[0], "rewrite", {"instruction": "Shorten this to about half."}


def _stages() -> Iterator[StoryPage]:
    yield from StoryPage.objects.filter(url_path__contains=f"/{SECTION}/").order_by("path")


def _followed(job: Job, report: Callable[[Progress], None]) -> Job:
    told: list[Phase] = []
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        job = show_job(job.pk)
        if job.status != "pending":
            _tell(job, told, report)
        if job.completed is not None:
            break
        time.sleep(POLL)
    if job.status != "succeeded":
        said = localised(job.message) or "The worker did not finish in time."
        raise FirstJobFailed(f"{said} Look at it with “manage.py ai_jobs show {job.pk}”.")
    return job


def _tell(job: Job, told: list[Phase], report: Callable[[Progress], None]) -> None:
    """Report the phases up to the one the job is in, also those that went by between two looks."""
    function = get_function(job.function)
    params = {"model": job.model_used or job.model_asked, "count": 1, "target": job.target_label}
    for phase in Phase:
        if phase not in told and phase.start <= max(Phase[job.phase].start, job.progress - 2):
            told.append(phase)
            template = function.messages[phase]
            percent = phase.end if job.completed else phase.start
            report(Progress(phase=phase.name, percent=percent, message=template % params))
