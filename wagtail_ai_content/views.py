"""Views for a site's own viewsets: what this app adds to Wagtail's editor, history, comparison and workflow.

Page types without a viewset of their own have all of it already. A site that has one builds on ours::

    from wagtail_ai_content.views import AIPageViewSet

    class BlogViewSet(AIPageViewSet):
        model = BlogPage

or puts a mixin before the view it extends::

    class BlogHistoryView(AIHistoryMixin, PageHistoryView): ...
    class BlogEditView(AIPanelMixin, AIEditMixin, EditView): ...

Snippets take ``class NoticeViewSet(AISnippetViewSetMixin, SnippetViewSet)``.
"""

from __future__ import annotations

import swapper
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.views.pages.history import PageHistoryView
from wagtail.admin.views.pages.revisions import RevisionsCompareView, RevisionsRevertView
from wagtail.admin.views.pages.workflow import WorkflowActionView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.snippets.views import snippets

from .interfaces.editor.panel import AIPanelMixin
from .interfaces.manage.approval import AIEditMixin, AIWorkflowActionMixin
from .interfaces.manage.compare import AICompareMixin
from .interfaces.manage.history import AIHistoryMixin

__all__ = [
    "AICompareMixin",
    "AIEditMixin",
    "AIHistoryMixin",
    "AIPageViewSet",
    "AIPanelMixin",
    "AISnippetViewSetMixin",
    "AIWorkflowActionMixin",
]


class AIPageCreateView(AIPanelMixin, CreateView):  # type: ignore[misc]  # Wagtail ships no types
    """The editor of a page that is being created."""


class AIPageEditView(AIPanelMixin, AIEditMixin, EditView):  # type: ignore[misc]
    """The editor of a page."""


class AIPageRevertView(AIPanelMixin, AIEditMixin, RevisionsRevertView):  # type: ignore[misc]
    """The editor of a page, filled with an older revision."""


class AIPageHistoryView(AIHistoryMixin, PageHistoryView):  # type: ignore[misc]
    """The history of a page."""


class AIPageCompareView(AICompareMixin, RevisionsCompareView):  # type: ignore[misc]
    """Two revisions of a page."""


class AIPageWorkflowActionView(AIWorkflowActionMixin, WorkflowActionView):  # type: ignore[misc]
    """An action on a page in a workflow."""


class AIPageViewSet(PageViewSet):  # type: ignore[misc]
    """Takes the place of Wagtail's own for page types that have no viewset; a site may subclass it."""

    model = swapper.load_model("wagtailcore", "Page")
    add_view_class = AIPageCreateView
    edit_view_class = AIPageEditView
    revisions_revert_view_class = AIPageRevertView
    history_view_class = AIPageHistoryView
    revisions_compare_view_class = AIPageCompareView
    workflow_action_view_class = AIPageWorkflowActionView


class AISnippetCreateView(AIPanelMixin, snippets.CreateView):  # type: ignore[misc]
    """The editor of a snippet that is being created."""


class AISnippetEditView(AIPanelMixin, AIEditMixin, snippets.EditView):  # type: ignore[misc]
    """The editor of a snippet. Wagtail makes the view that reverts to an older revision out of it."""


class AISnippetHistoryView(AIHistoryMixin, snippets.HistoryView):  # type: ignore[misc]
    """The history of a snippet."""


class AISnippetCompareView(AICompareMixin, snippets.RevisionsCompareView):  # type: ignore[misc]
    """Two revisions of a snippet."""


class AISnippetWorkflowActionView(AIWorkflowActionMixin, snippets.WorkflowActionView):  # type: ignore[misc]
    """An action on a snippet in a workflow."""


class AISnippetViewSetMixin:
    """For a site's own ``SnippetViewSet``: write it before ``SnippetViewSet``.

    History, comparison and workflow are Wagtail's for models with revisions; the editor's panel works for all.
    """

    add_view_class = AISnippetCreateView
    edit_view_class = AISnippetEditView
    history_view_class = AISnippetHistoryView
    revisions_compare_view_class = AISnippetCompareView
    workflow_action_view_class = AISnippetWorkflowActionView
