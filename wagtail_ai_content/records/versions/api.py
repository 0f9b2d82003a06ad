"""The one door to the table of AI versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models.functions import Now

from wagtail_ai_content.core.text import Text
from wagtail_ai_content.records.jobs.models import Job

from .models import AIVersion, VersionKind, VersionStatus

__all__ = ["AIVersion", "VersionKind", "VersionStatus", "keep"]


def keep(
    job: Job,
    *,
    base: Mapping[str, Any],
    proposed: Mapping[str, Any],
    changes: Mapping[str, Any],
    warnings: Sequence[Text],
    revision_id: int | None,
    reason: str,
) -> AIVersion:
    """Store what ``job`` made of its target: ``drafted`` with a revision, ``pending`` without."""
    version = AIVersion(
        job=job,
        generation_id=job.pk,
        target_content_type_id=job.target_content_type_id,
        target_object_id=job.target_object_id,
        target_label=job.target_label,
        function=job.function,
        status=VersionStatus.PENDING if revision_id is None else VersionStatus.DRAFTED,
        reason=reason,
        base=dict(base),
        proposed=dict(proposed),
        changes=dict(changes),
        warnings=[warning.as_json() for warning in warnings],
        revision_id=revision_id,
        model_used=job.model_used,
        model_parameters=job.model_parameters,
        prompt_key=job.prompt_key,
        prompt_version=job.prompt_version,
        prompt_source=job.prompt_source,
        confidence=job.confidence,
        requested_by_name=job.requested_by_name,
        created=Now(),
    )
    version.save(force_insert=True)
    return version
