"""An AI's words in a page or snippet, written as a job writes them, and what people do to them."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from wagtail.models import Revision

from wagtail_ai_content import provenance
from wagtail_ai_content.core.versions.places import with_changes
from wagtail_ai_content.pipeline.provenance import record
from wagtail_ai_content.pipeline.targets import snapshot
from wagtail_ai_content.records.versions.api import AIVersion, VersionStatus

WALK = "Eleven of us set out along the coast before the sun was up."
STORM = "The storm took two boats that night and half of the new quay."
COUNCIL = "On Monday the council promised repairs nobody believed in at all."


def ai_writes(instance: Any, changes: dict[str, Any], *, proposed: Any = None) -> AIVersion:
    """A draft revision with other values at the places in ``changes``, remembered as an AI's."""
    with transaction.atomic():
        current = latest(instance)
        before = snapshot(current)
        after = with_changes(before, changes)
        revision = current.with_content_json(after).save_revision(clean=False)
        version = a_version(instance, base=before, proposed=proposed or after, revision=revision)
        record(version, current, before=before, after=after)
    return version


def a_version(instance: Any, **fields: Any) -> AIVersion:
    """What a job keeps of its result."""
    return AIVersion.objects.create(
        generation_id=uuid.uuid4(),
        target_content_type=ContentType.objects.get_for_model(type(instance)),
        target_object_id=str(instance.pk),
        function="rewrite",
        status=VersionStatus.DRAFTED,
        changes={},
        model_used="openai/gpt-test",
        model_parameters={"temperature": 0.2},
        prompt_key="rewrite",
        prompt_version="3",
        prompt_source="shipped",
        confidence=0.75,
        quality={"score": 0.9},
        created=timezone.now(),
        **fields,
    )


def fresh(instance: Any) -> Any:
    """As stored."""
    return type(instance)._default_manager.get(pk=instance.pk)


def latest(instance: Any) -> Any:
    """With the content of its latest revision."""
    return fresh(instance).get_latest_revision_as_object()


def save(instance: Any, user: Any = None, **fields: Any) -> Revision:
    """A draft by a person."""
    current = latest(instance)
    for name, value in fields.items():
        setattr(current, name, value)
    return current.save_revision(user=user)


def publish(instance: Any) -> None:
    fresh(instance).latest_revision.publish()


def draft_of(instance: Any) -> provenance.PageProvenance:
    """What is told of its latest draft."""
    return provenance.of(fresh(instance), draft=True)


def live_of(instance: Any) -> provenance.PageProvenance:
    """What is told of it as published."""
    return provenance.of(fresh(instance))
