"""Who reviews what AI proposes for a page or snippet."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Q
from wagtail.permissions import policy_registry

from wagtail_ai_content.pipeline import drafts
from wagtail_ai_content.pipeline.visibility import REVIEW
from wagtail_ai_content.records.usage.api import Budget
from wagtail_ai_content.records.versions.api import AIVersion
from wagtail_ai_content.records.workflow.api import review_groups


def budget_keepers() -> list[Any]:
    """Those who are told what a budget has come to: whoever may change budgets."""
    keepers = policy_registry.get_by_type(Budget).users_with_permission("change")
    return list(keepers.filter(is_active=True).distinct())


def reviewers(version: AIVersion) -> list[Any]:
    """Those who are told that ``version`` waits: people who may edit its page or snippet, and review.

    Where its workflow has an AI review task, only those of them who are in the groups of that task. Superusers are
    told as Wagtail tells them of submissions: unless ``WAGTAILADMIN_NOTIFICATION_INCLUDE_SUPERUSERS`` is False.
    """
    target = drafts.stored(version.target_content_type, version.target_object_id)
    if target is None:
        return []
    editors = policy_registry.get(target).users_with_permission_for_instance("change", target)
    if not getattr(settings, "WAGTAILADMIN_NOTIFICATION_INCLUDE_SUPERUSERS", True):
        editors = editors.filter(is_superuser=False)
    editors = editors.filter(pk__in=get_user_model().objects.with_perm(REVIEW).values("pk"))
    groups = review_groups(target)
    if groups:
        editors = editors.filter(Q(groups__in=groups) | Q(is_superuser=True))
    return list(editors.filter(is_active=True).distinct())
