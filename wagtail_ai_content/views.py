"""Views for a site's own viewsets: what this app adds to Wagtail's history, comparison and workflow.

Page types without a viewset of their own have all of it already. A site that has one builds on ours::

    from wagtail_ai_content.views import AIPageViewSet

    class BlogViewSet(AIPageViewSet):
        model = BlogPage

or puts a mixin before the view it extends::

    class BlogHistoryView(AIHistoryMixin, PageHistoryView): ...

Snippets take ``class NoticeViewSet(AISnippetViewSetMixin, SnippetViewSet)``.
"""

from __future__ import annotations

from .interfaces.manage.approval import AIEditMixin, AIWorkflowActionMixin
from .interfaces.manage.compare import AICompareMixin
from .interfaces.manage.history import AIHistoryMixin
from .interfaces.manage.viewsets import AIPageViewSet, AISnippetViewSetMixin

__all__ = [
    "AICompareMixin",
    "AIEditMixin",
    "AIHistoryMixin",
    "AIPageViewSet",
    "AISnippetViewSetMixin",
    "AIWorkflowActionMixin",
]
