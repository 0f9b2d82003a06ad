"""What a job has come to, as the browser is told: its events while it runs, its result, its error."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from wagtail_ai_content.core.text import gettext_noop
from wagtail_ai_content.core.versions import invariants
from wagtail_ai_content.features.writing.assist import KEEPING
from wagtail_ai_content.pipeline.live import STOPPED, is_worth_trying
from wagtail_ai_content.records.jobs.api import Job, Outcome, Status
from wagtail_ai_content.records.texts import localised
from wagtail_ai_content.records.versions import api as versions

MOST_FACTS: Final = 20
WATCHED_FACTS: Final = KEEPING - {"translate"}
"""Actions after which a text should say what it said before, in the same language."""
STOPPED_CODE: Final = "stopped"

CHANGED = gettext_noop("%(kind)s: “%(before)s” became “%(after)s”.")
LOST = gettext_noop("%(kind)s: “%(before)s” is no longer there.")
ADDED = gettext_noop("%(kind)s: “%(after)s” is new.")
SENTENCES: Final[Mapping[str, str]] = {"changed": CHANGED, "lost": LOST, "added": ADDED}


def begun(job: Job) -> dict[str, str]:
    return {"job": str(job.pk), "model": job.model_asked, "cancel": cancel_address(job)}


def cancel_address(job: Job) -> str:
    return reverse("wagtail_ai_content_editor:cancel", args=[job.pk])


def follow_address(job: Job) -> str:
    return reverse("wagtail_ai_content_editor:job", args=[job.pk])


def standing(job: Job) -> dict[str, Any]:
    """Of a job that somebody follows by asking again and again."""
    return {
        "status": job.status,
        "phase": job.phase,
        "progress": job.progress,
        "message": localised(job.message),
        "result": result(job) if job.status == Status.SUCCEEDED else None,
        "error": error(job) if job.status in (Status.FAILED, Status.CANCELLED) else None,
    }


def error(job: Job) -> dict[str, Any]:
    if job.status == Status.CANCELLED and not job.error_code:
        return {"code": STOPPED_CODE, "message": gettext(STOPPED), "again": True}
    return {"code": job.error_code, "message": localised(job.error), "again": is_worth_trying(job.error_code)}


def result(job: Job) -> dict[str, Any]:
    """Rich text as content states. Asks the database for what links and images in it lead to."""
    parsed: Any = job.parsed or {}
    value = parsed.get("value")
    options = list(_options(job, value)) if isinstance(value, dict) and "options" in value else []
    return {
        "options": options,
        "value": None if options else value,
        "outcome": job.outcome,
        "review": _review_address(job),
        "message": localised(job.message),
        "warnings": [localised(warning) for warning in job.warnings],
        "facts": options[0]["facts"] if options else [],
        "model": job.model_used,
        "cost": None if job.cost is None else f"{job.cost:.6f}",
        "job": str(job.pk),
    }


def _review_address(job: Job) -> str:
    """Where what the job wrote can be looked at; empty where it wrote nothing."""
    if job.outcome not in (Outcome.REVISION, Outcome.PROPOSAL):
        return ""
    version = versions.kept_for(job)
    return reverse("wagtail_ai_content_review:review", args=[version.pk]) if version else ""


def _options(job: Job, value: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    is_rich = value.get("kind") == "rich"
    converter = ContentstateConverter(job.params.get("features") or []) if is_rich else None
    for text in value["options"]:
        told: dict[str, Any] = {"text": text}
        if converter is not None:
            told = {"content": json.loads(converter.from_database_format(text))}
        yield {**told, "facts": _facts(job, text, is_rich=is_rich)}


def _facts(job: Job, text: str, *, is_rich: bool) -> list[str]:
    """What the new text says otherwise than the old one, a sentence for each number, name, link and the like."""
    if job.params.get("action") not in WATCHED_FACTS:
        return []
    before, language = job.params.get("source", ""), job.params.get("content_language", "")
    found = invariants.compare(before, text, rich=is_rich, language=language)
    return [_sentence(difference) for difference in found[:MOST_FACTS]]


def _sentence(difference: invariants.Difference) -> str:
    kind = gettext(invariants.KINDS[difference.kind])
    words = {"kind": kind, "before": difference.before, "after": difference.after}
    return gettext(SENTENCES[difference.change]) % words
