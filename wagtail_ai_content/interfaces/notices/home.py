"""The dashboard: what waits for a person, and what became of what they asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone
from wagtail.admin.ui.components import Component

from wagtail_ai_content.pipeline.visibility import decidable_by, may_moderate
from wagtail_ai_content.records.guardrails import api as guardrails
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.records.texts import localised
from wagtail_ai_content.records.versions.api import VersionStatus

SHOWN = 5
RECENT = timedelta(days=7)
LISTED = ("pk", "target_label", "function", "requested_by_name", "created", "conflicts", "alerts")


class WaitingPanel(Component):  # type: ignore[misc]  # Wagtail ships no types
    """The newest proposals the user may decide about; nothing when none waits."""

    name = "ai_proposals_waiting"
    template_name = "wagtail_ai_content/notices/waiting_panel.html"
    order = 225

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        waiting = decidable_by(parent_context["request"].user).filter(status=VersionStatus.PENDING)
        return {"versions": list(waiting.only(*LISTED).order_by("-created", "-id")[:SHOWN])}


class ModerationPanel(Component):  # type: ignore[misc]
    """The newest texts that wait for a reviewer, for those who may decide; nothing when none waits."""

    name = "ai_texts_waiting"
    template_name = "wagtail_ai_content/notices/moderation_panel.html"
    order = 226

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        if not may_moderate(parent_context["request"].user):
            return {"waiting": []}
        waiting = guardrails.waiting(limit=SHOWN)
        return {"waiting": waiting, "count": guardrails.waiting_count() if waiting else 0}


class RequestsPanel(Component):  # type: ignore[misc]
    """The user's newest requests of the last days, and what came of them; nothing when there were none."""

    name = "ai_requests"
    template_name = "wagtail_ai_content/notices/requests_panel.html"
    order = 260

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        user = parent_context["request"].user
        mine = jobs.listing(limit=SHOWN, requested_by=user, created__gte=timezone.now() - RECENT)
        return {"requests": [{"job": job, "message": localised(job.message)} for job in mine]}
