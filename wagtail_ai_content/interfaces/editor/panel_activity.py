"""What AI did for the object in the editor: requests, proposals that wait, and who wrote which part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils.translation import gettext
from wagtail.models import AbstractPage, RevisionMixin

from wagtail_ai_content import provenance
from wagtail_ai_content.pipeline.visibility import visible_to
from wagtail_ai_content.provenance import Generation, PartProvenance
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.records.jobs.api import Job, Status
from wagtail_ai_content.records.texts import localised
from wagtail_ai_content.records.versions.api import VersionStatus
from wagtail_ai_content.records.versions.authors import author_of

from . import telling
from .panel_wording import amount_label, function_label
from .subject import Subject

SHOWN_JOBS: Final = 20
SHOWN_VERSIONS: Final = 10
MOST_PARTS: Final = 300
RUNNING: Final = (Status.PENDING, Status.RUNNING)


@dataclass(frozen=True, kw_only=True)
class JobLine:
    """A request."""

    job: Job
    label: str
    message: str
    author: str
    cost: str
    is_running: bool
    cancel: str
    """Where the person can stop it; empty where it is over or somebody else's."""


@dataclass(frozen=True, kw_only=True)
class PartLine:
    """A field, a block or a text with words by an AI."""

    key: str
    """The name of the field, the id of the block, or ``<block id>.<struct key>``; empty for the whole."""
    label: str
    share: int
    """Per cent of the words now there."""
    generations: tuple[Generation, ...]
    author: str
    url: str
    """The AI version that most of its words are from."""


def activity(subject: Subject) -> dict[str, Any]:
    """For the template. A constant number of queries."""
    instance = subject.instance
    if instance is None:
        return {"jobs": [], "versions": [], "parts": []}
    lines = [_job_line(job, subject.user) for job in _jobs_about(instance)]
    return {"jobs": lines, "versions": _waiting(subject), "parts": list(_parts(instance))}


def _jobs_about(instance: Any) -> list[Job]:
    kind = _content_type(instance)
    return jobs.listing(limit=SHOWN_JOBS, target_content_type_id=kind.pk, target_object_id=str(instance.pk))


def _content_type(instance: Any) -> ContentType:
    known = getattr(instance, "cached_content_type", None)
    found: ContentType = known or ContentType.objects.get_for_model(instance, for_concrete_model=False)
    return found


def _job_line(job: Job, user: Any) -> JobLine:
    is_running = job.status in RUNNING
    is_own = job.actor == str(user.pk)
    return JobLine(
        job=job,
        label=function_label(job.function),
        message=localised(job.message),
        author=author_of(job.model_used) if job.model_used else "",
        cost=amount_label(job.cost) if job.model_used else "",
        is_running=is_running,
        cancel=telling.cancel_address(job) if is_running and is_own else "",
    )


def _waiting(subject: Subject) -> list[dict[str, Any]]:
    """Proposals about it that nobody has decided about."""
    if not isinstance(subject.instance, AbstractPage | RevisionMixin):
        return []
    rows = visible_to(subject.user).filter(
        target_content_type=_content_type(subject.instance),
        target_object_id=str(subject.instance.pk),
        status=VersionStatus.PENDING,
    )
    found = rows.only("pk", "function", "created", "requested_by_name", "touched").order_by("-created", "-id")
    return [
        {
            "version": version,
            "label": function_label(version.function),
            "changes": len(version.touched),
            "url": reverse("wagtail_ai_content_review:review", args=[version.pk]),
        }
        for version in found[:SHOWN_VERSIONS]
    ]


def _parts(instance: Any) -> Iterator[PartLine]:
    """The whole first, under no key."""
    if not isinstance(instance, AbstractPage | RevisionMixin):
        return
    found = provenance.of(instance, draft=True)
    yield _part_line("", found)
    for key, part in list(found.parts.items())[:MOST_PARTS]:
        yield _part_line(key, part)


def _part_line(key: str, part: PartProvenance) -> PartLine:
    first = next(iter(part.generations), None)
    return PartLine(
        key=key,
        label=part.label or gettext("Written by people"),
        share=round(part.of_text * 100),
        generations=part.generations,
        author=author_of(first.model) if first else "",
        url=reverse("wagtail_ai_content_review:review", args=[first.version]) if first and first.version else "",
    )
