"""The dashboard: what waits for a person, and what became of what they asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext, ngettext
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.ui.components import Component

from wagtail_ai_content.pipeline.visibility import decidable_by, may_moderate
from wagtail_ai_content.records.guardrails import api as guardrails
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.records.texts import localised
from wagtail_ai_content.records.versions.api import VersionStatus

SHOWN = 5
RECENT = timedelta(days=7)
LISTED = ("pk", "target_label", "function", "requested_by_name", "created", "conflicts", "alerts")


@dataclass(frozen=True, kw_only=True)
class Row:
    """Something that waits."""

    title: str
    url: str | None
    """None where no screen shows it."""
    person: str
    """Who asked for it."""
    time: datetime


class WaitingPanel(Component):  # type: ignore[misc]  # Wagtail ships no types
    """The newest proposals the user may decide about; nothing when none waits."""

    name = "ai_proposals_waiting"
    template_name = "wagtail_ai_content/notices/waiting_panel.html"
    order = 225

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        waiting = decidable_by(parent_context["request"].user).filter(status=VersionStatus.PENDING)
        finder = AdminURLFinder()
        rows = [
            Row(
                title=version.target_label,
                url=finder.get_edit_url(version),
                person=version.requested_by_name,
                time=version.created,
            )
            for version in waiting.only(*LISTED).order_by("-created", "-id")[:SHOWN]
        ]
        return {
            "id": "ai-proposals-waiting",
            "heading": gettext("AI proposals waiting for review"),
            "columns": (gettext("Title"), gettext("Asked for by"), gettext("Date")),
            "invitation": gettext("Review this proposal"),
            "rows": rows,
        }


class ModerationPanel(Component):  # type: ignore[misc]
    """The newest texts that wait for a reviewer, for those who may decide; nothing when none waits."""

    name = "ai_texts_waiting"
    template_name = "wagtail_ai_content/notices/waiting_panel.html"
    order = 226

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        waiting = guardrails.waiting(limit=SHOWN) if may_moderate(parent_context["request"].user) else []
        if not waiting:
            return {"rows": []}
        count = guardrails.waiting_count()
        rows = [
            Row(
                title=decision.category,
                url=reverse("ai_moderation:decision", args=[decision.pk]),
                person=decision.asked_by,
                time=decision.created,
            )
            for decision in waiting
        ]
        heading = ngettext("%(counter)s text waits for a reviewer", "%(counter)s texts wait for a reviewer", count)
        return {
            "id": "ai-texts-waiting",
            "heading": heading % {"counter": localize(count)},
            "columns": (gettext("What it is"), gettext("Asked by"), gettext("Found")),
            "invitation": gettext("Decide about this text"),
            "rows": rows,
            "all_url": reverse("ai_moderation:index") if count > len(waiting) else "",
        }


class RequestsPanel(Component):  # type: ignore[misc]
    """The user's newest requests of the last days, and what came of them; nothing when there were none."""

    name = "ai_requests"
    template_name = "wagtail_ai_content/notices/requests_panel.html"
    order = 260

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        user = parent_context["request"].user
        mine = jobs.listing(limit=SHOWN, requested_by=user, created__gte=timezone.now() - RECENT)
        return {"requests": [{"job": job, "message": localised(job.message)} for job in mine]}
