"""The one door to AI review tasks."""

from __future__ import annotations

from typing import Any

from wagtail.models import WorkflowMixin

from .models import AIReviewTask, ApprovalHeldBack, HeldBack

__all__ = ["AIReviewTask", "ApprovalHeldBack", "HeldBack", "review_groups"]


def review_groups(target: Any) -> frozenset[int]:
    """The groups of the AI review tasks in the workflow of ``target``, as primary keys; empty when it has none."""
    workflow = target.get_workflow() if isinstance(target, WorkflowMixin) else None
    if workflow is None:
        return frozenset()
    tasks = AIReviewTask.objects.filter(active=True, workflow_tasks__workflow=workflow, groups__isnull=False)
    return frozenset(tasks.values_list("groups", flat=True))
