"""AI's answers that a person took into an open form: remembered when the form is saved.

The browser only says which jobs; what they were asked and what they answered stands on their rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from wagtail.models import AbstractPage, RevisionMixin

from wagtail_ai_content.core.versions.passages import visible_text
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.records.jobs.api import Job, Status

from . import drafts
from .provenance import Answer, record_answers
from .targets import snapshot


def taken_from_answers(instance: Any, user: Any, ids: Collection[str]) -> None:
    """Note that ``user`` has just saved ``instance`` with words that the jobs ``ids`` answered.

    Nothing happens for a job that is not the user's or was about something else.
    """
    found = [job for job in map(jobs.fetch, ids) if job is not None and _is_about(job, instance, user)]
    if not found or not isinstance(instance, AbstractPage | RevisionMixin):
        return
    current = drafts.latest(instance)
    content = snapshot(current)
    for job in found:
        record_answers(job, current, content, _answers(job))


def _is_about(job: Job, instance: Any, user: Any) -> bool:
    """A job that was asked for while the object was being created names no object."""
    model = job.target_content_type.model_class() if job.target_content_type else None
    return (
        job.status == Status.SUCCEEDED
        and job.requested_by_id == user.pk
        and job.target_object_id in ("", str(instance.pk))
        and model is not None
        and isinstance(instance, model)
    )


def _answers(job: Job) -> Iterator[Answer]:
    """Of a function that answers about one text with versions of it, about many with a replacement for each, or with
    arrangements of new blocks."""
    value = (job.parsed or {}).get("value")
    if isinstance(value, dict) and "options" in value:
        text = "\n".join(map(visible_text, value["options"]))
        yield Answer(path=job.target_path, source=visible_text(job.params.get("source", "")), text=text)
    elif isinstance(value, dict) and "arrangements" in value:
        for block in (block for arrangement in value["arrangements"] for block in arrangement["blocks"]):
            yield from _new_texts(block["value"], path=f"{job.target_path}.{block['id']}")
    elif isinstance(value, list):
        sources = {entry["path"]: entry.get("html") or entry.get("plain", "") for entry in job.params.get("texts", ())}
        for entry in value:
            if isinstance(entry, dict) and entry.get("replacement") and entry.get("path") in sources:
                source = visible_text(sources[entry["path"]])
                yield Answer(path=entry["path"], source=source, text=visible_text(entry["replacement"]))


def _new_texts(raw: Any, *, path: str) -> Iterator[Answer]:
    """Every text in the raw data of a block that a model made."""
    if isinstance(raw, str):
        yield Answer(path=path, source="", text=visible_text(raw))
    elif isinstance(raw, dict):
        for key, value in raw.items():
            yield from _new_texts(value, path=f"{path}.{key}")
    elif isinstance(raw, list):
        for item in (item for item in raw if isinstance(item, dict) and "id" in item):
            yield from _new_texts(item["value"], path=f"{path}.{item['id']}")
