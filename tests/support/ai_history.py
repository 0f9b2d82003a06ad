"""A page or snippet with revisions of people and of an AI, as jobs and decisions would have left them."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from wagtail.log_actions import LogContext, log

from wagtail_ai_content.records.versions import api as versions
from wagtail_ai_content.records.versions.api import AIVersion, VersionStatus


def human_edit(target: Any, user: Any, **fields: Any) -> Any:
    """A draft revision by a person; gives the revision."""
    latest = type(target)._default_manager.get(pk=target.pk).get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(latest, name, value)
    return latest.save_revision(user=user, log_action=True, changed=True)


def ai_draft(target: Any, user: Any, *, blocks: tuple[str, ...] = ("title",), **fields: Any) -> AIVersion:
    """A draft revision that an AI wrote for ``user``, touching ``blocks`` with one change each."""
    from wagtail_ai_content.pipeline.write import GENERATE_ACTION

    latest = type(target)._default_manager.get(pk=target.pk).get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(latest, name, value)
    revision = latest.save_revision(user=user, log_action=False, changed=True)
    version = a_version(target, user, blocks=blocks, status=VersionStatus.DRAFTED, revision=revision, reason="")
    with LogContext(user=user):
        log(
            instance=latest, action=GENERATE_ACTION, user=user, revision=revision, content_changed=True,
            data=versions.attribution(version),
        )  # fmt: skip
    return version


def a_version(target: Any, user: Any, *, blocks: tuple[str, ...] = ("title",), **fields: Any) -> AIVersion:
    """A version that waits for review unless ``fields`` say otherwise; its changes are called like its blocks."""
    touched = [
        {"id": f"{block}!", "path": block, "block": block, "label": f"Place {block}", "kind": "edit"}
        for block in blocks
    ]
    written = [{"before": {}, "after": {}, "added": [entry["id"] for entry in touched], "removed": [], "saved": True}]
    given = {
        "generation_id": uuid.uuid4(),
        "target_content_type": ContentType.objects.get_for_model(target),
        "target_object_id": str(target.pk),
        "target_label": str(target),
        "function": "rewrite",
        "status": VersionStatus.PENDING,
        "reason": "changed",
        "base": {},
        "proposed": {},
        "changes": {},
        "touched": touched,
        "writes": written if fields.get("revision") else [],
        "model_used": "test/model-7",
        "prompt_key": "rewrite",
        "prompt_version": "3",
        "prompt_source": "shipped",
        "requested_by": user,
        "requested_by_name": user.get_username(),
        "created": timezone.now(),
        **fields,
    }
    return AIVersion.objects.create(**given)


def decide(version: AIVersion, decision: str = "accepted", *, by: Any, ids: tuple[str, ...] | None = None) -> None:
    """Store a person's decision about changes of ``version``, all of them unless ``ids`` are given."""
    for key in ids or tuple(entry["id"] for entry in version.touched):
        version.decisions[key] = {"decision": decision, "by": by.get_username(), "user": str(by.pk), "at": ""}
    versions.store_decisions(version, reviewer=by)
