"""The first AI job of the demonstration, as plain values: the one place of this app that knows the AI app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


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
    raise FirstJobFailed("The AI app does not run jobs yet. Look at the site with “manage.py runserver” meanwhile.")
