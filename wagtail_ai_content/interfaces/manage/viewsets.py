"""Wagtail's views of pages and snippets with what this app adds to them."""

from __future__ import annotations

import swapper
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.views.pages.history import PageHistoryView
from wagtail.admin.views.pages.revisions import RevisionsCompareView
from wagtail.admin.views.pages.workflow import WorkflowActionView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.snippets.views import snippets

from .approval import AIEditMixin, AIWorkflowActionMixin
from .compare import AICompareMixin
from .history import AIHistoryMixin


class AIPageEditView(AIEditMixin, EditView):  # type: ignore[misc]  # Wagtail ships no types
    """The editor of a page."""


class AIPageHistoryView(AIHistoryMixin, PageHistoryView):  # type: ignore[misc]
    """The history of a page."""


class AIPageCompareView(AICompareMixin, RevisionsCompareView):  # type: ignore[misc]
    """Two revisions of a page."""


class AIPageWorkflowActionView(AIWorkflowActionMixin, WorkflowActionView):  # type: ignore[misc]
    """An action on a page in a workflow."""


class AIPageViewSet(PageViewSet):  # type: ignore[misc]
    """Takes the place of Wagtail's own for page types that have no viewset; a site may subclass it."""

    model = swapper.load_model("wagtailcore", "Page")
    edit_view_class = AIPageEditView
    history_view_class = AIPageHistoryView
    revisions_compare_view_class = AIPageCompareView
    workflow_action_view_class = AIPageWorkflowActionView


class AISnippetEditView(AIEditMixin, snippets.EditView):  # type: ignore[misc]
    """The editor of a snippet."""


class AISnippetHistoryView(AIHistoryMixin, snippets.HistoryView):  # type: ignore[misc]
    """The history of a snippet."""


class AISnippetCompareView(AICompareMixin, snippets.RevisionsCompareView):  # type: ignore[misc]
    """Two revisions of a snippet."""


class AISnippetWorkflowActionView(AIWorkflowActionMixin, snippets.WorkflowActionView):  # type: ignore[misc]
    """An action on a snippet in a workflow."""


class AISnippetViewSetMixin:
    """For a site's own ``SnippetViewSet`` of a model with revisions: write it before ``SnippetViewSet``."""

    edit_view_class = AISnippetEditView
    history_view_class = AISnippetHistoryView
    revisions_compare_view_class = AISnippetCompareView
    workflow_action_view_class = AISnippetWorkflowActionView
