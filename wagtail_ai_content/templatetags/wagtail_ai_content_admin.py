"""Tags for our templates in the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django import template
from wagtail.admin.admin_url_finder import AdminURLFinder

from wagtail_ai_content.core.guardrails.check import Action
from wagtail_ai_content.records.guardrails.api import ACTIONS
from wagtail_ai_content.records.versions.api import AIVersion
from wagtail_ai_content.records.workflow.api import HeldBack

register = template.Library()


@register.simple_tag(takes_context=True)
def ai_held_back(context: Any, task_state: Any, target: Any) -> HeldBack | None:
    """Why the user of the request cannot approve ``target`` yet; None when they can."""
    task = task_state.task.specific
    held: HeldBack | None = task.held_back(target, context["request"].user, workflow_state=task_state.workflow_state)
    return held


@register.filter
def ai_version_url(version_id: Any) -> str:
    """Where a version can be read and decided about; "" for no version, or when no screen shows them. No query."""
    return (AdminURLFinder().get_edit_url(AIVersion(pk=version_id)) or "") if version_id else ""


@register.filter
def ai_action_label(action: Action) -> str:
    """What has happened because of a finding."""
    return str(ACTIONS[action])
