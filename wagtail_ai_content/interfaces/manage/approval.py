"""What a person sees who approves too early: why it was refused, and what to do first.

That it is refused is decided in ``records.workflow``, whatever view is used.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail.admin import messages
from wagtail.admin.modal_workflow import render_modal_workflow

from wagtail_ai_content.records.workflow.api import ApprovalHeldBack


class AIWorkflowActionMixin:
    """For a subclass of Wagtail's ``WorkflowActionView`` of pages or snippets."""

    redirect_url: str

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]  # Wagtail's view
        except ApprovalHeldBack as held:
            messages.error(request, str(held))
            if request.headers.get("x-requested-with") != "XMLHttpRequest":
                return redirect(self.redirect_url)
            done = {"step": "success", "redirect": self.redirect_url}
            response = render_modal_workflow(request, "", None, {}, json_data=done)
        return response


class AIEditMixin:
    """For a subclass of Wagtail's ``EditView`` of pages or snippets: what was typed is saved, the approval is not."""

    request: HttpRequest

    def perform_workflow_action(self) -> HttpResponse:
        try:
            response: HttpResponse = super().perform_workflow_action()  # type: ignore[misc]
        except ApprovalHeldBack as held:
            messages.error(self.request, str(held))
            return self.redirect_and_remain()  # type: ignore[attr-defined, no-any-return]
        return response

    def workflow_action_action(self) -> HttpResponse | None:
        try:
            response: HttpResponse | None = super().workflow_action_action()  # type: ignore[misc]
        except ApprovalHeldBack as held:
            messages.error(self.request, str(held))
            return redirect(self.get_edit_url())  # type: ignore[attr-defined]
        return response
