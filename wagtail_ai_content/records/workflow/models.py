"""A workflow task that holds approval back until each block AI touched was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractGroupApprovalTask, TaskState

from wagtail_ai_content.core.versions.touched import Touched
from wagtail_ai_content.records.versions import api as versions

APPROVE = "approve"


@dataclass(frozen=True, kw_only=True)
class HeldBack:
    """Why somebody cannot approve yet."""

    message: str
    """In the active language: what is missing and what to do."""
    blocks: Sequence[Touched] = ()
    """What has to be decided first."""


class ApprovalHeldBack(PermissionDenied):
    """An approval was refused; the message says why and what to do."""


class AIReviewTask(AbstractGroupApprovalTask):  # type: ignore[misc]  # Wagtail ships no types
    """Members of the groups approve, once every block that AI touched has been seen and decided by a person.

    A decision is void when AI touches the block again. Refusing and commenting is always possible.

    Personal data: none.
    """

    other_reviewer = models.BooleanField(
        _("needs another reviewer"),
        default=True,
        help_text=_("The person who asked the AI cannot be the only one who approves."),
    )

    admin_form_fields = [*AbstractGroupApprovalTask.admin_form_fields, "other_reviewer"]

    class Meta:
        app_label = "wagtail_ai_content"
        verbose_name = _("AI review task")
        verbose_name_plural = _("AI review tasks")

    @classmethod
    def get_description(cls) -> str:
        return gettext(
            "Members of the chosen Wagtail Groups can approve this task, once every block that AI wrote or changed has "
            "been accepted or rejected"
        )

    def held_back(self, target: Any, user: Any, *, workflow_state: Any) -> HeldBack | None:
        """Why ``user`` cannot approve ``target`` in this workflow yet; None when they can. At most three queries."""
        blocks = versions.undecided(target)
        if blocks:
            message = ngettext(
                "%(count)d block that AI wrote or changed has not been decided yet. Accept or reject it, then approve.",
                "%(count)d blocks that AI wrote or changed have not been decided yet. Accept or reject them, "
                "then approve.",
                len(blocks),
            )
            return HeldBack(message=message % {"count": len(blocks)}, blocks=blocks)
        if self.other_reviewer and self._approves_alone(target, user, workflow_state):
            return HeldBack(
                message=gettext(
                    "You asked the AI for text in this content, so somebody else has to approve it. Ask a colleague "
                    "from your group."
                )
            )
        return None

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, str, bool]]:
        """As for any group; while approval is held back, “Approve” opens a dialog that says what is missing."""
        actions: list[tuple[str, str, bool]] = super().get_actions(obj, user)
        if not actions or self.held_back(obj, user, workflow_state=obj.current_workflow_state) is None:
            return actions
        return [*(action for action in actions if action[0] != APPROVE), (APPROVE, gettext("Approve"), True)]

    def get_template_for_action(self, action: str) -> str:
        return "wagtail_ai_content/workflow/approve.html" if action == APPROVE else ""

    @transaction.atomic
    def on_action(self, task_state: Any, user: Any, action_name: str, **kwargs: Any) -> Any:
        """Raises: ``ApprovalHeldBack``."""
        if action_name == APPROVE:
            state = task_state.workflow_state
            held = self.held_back(state.content_object, user, workflow_state=state)
            if held is not None:
                raise ApprovalHeldBack(held.message)
        return super().on_action(task_state, user, action_name, **kwargs)

    def _approves_alone(self, target: Any, user: Any, workflow_state: Any) -> bool:
        """Whether ``user`` asked for what is new in ``target``, and nobody who did not has approved it."""
        asked = versions.requesters(target, since=getattr(target, "last_published_at", None))
        if user is None or user.pk not in asked:
            return False
        others = workflow_state.task_states.filter(status=TaskState.STATUS_APPROVED, finished_by__isnull=False)
        return not others.exclude(finished_by__in=asked).exists()
