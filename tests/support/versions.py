"""AI versions as a job would have kept them, for the screens and rules that come after."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from wagtail_ai_content.core.versions.changes import changes
from wagtail_ai_content.core.versions.places import with_changes
from wagtail_ai_content.pipeline.shapes import content_shape, label_of
from wagtail_ai_content.pipeline.targets import snapshot
from wagtail_ai_content.records.versions.api import AIVersion, VersionStatus


def propose(page: Any, wording: Mapping[str, Any], *, requested_by: Any = None, **fields: Any) -> AIVersion:
    """A version of ``page`` that waits for review, with other values at the places in ``wording``."""
    base = snapshot(page.get_latest_revision_as_object())
    return propose_content(page, base, with_changes(base, wording), requested_by=requested_by, **fields)


def propose_content(page: Any, base: Any, proposed: Any, *, requested_by: Any = None, **fields: Any) -> AIVersion:
    """The same, with the whole content."""
    model = type(page)
    touched = [
        {
            "id": change.id,
            "path": change.path,
            "block": change.block,
            "label": label_of(model, proposed, change.path),
            "kind": change.kind,
        }
        for change in changes(base, proposed, shape=content_shape(model))
    ]
    given: dict[str, Any] = {
        "generation_id": uuid.uuid4(),
        "target_content_type": ContentType.objects.get_for_model(model),
        "target_object_id": str(page.pk),
        "target_label": str(page)[:255],
        "function": "rewrite",
        "status": VersionStatus.PENDING,
        "reason": "changed",
        "base": base,
        "proposed": proposed,
        "changes": {},
        "touched": touched,
        "model_used": "test/model",
        "prompt_key": "rewrite",
        "prompt_version": "1",
        "prompt_source": "shipped",
        "requested_by": requested_by,
        "requested_by_name": requested_by.get_username() if requested_by else "",
        "created": timezone.now(),
        **fields,
    }
    return AIVersion.objects.create(**given)
