from __future__ import annotations

from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_ai_content.views import AISnippetViewSetMixin

from .models import Notice


class NoticeViewSet(AISnippetViewSetMixin, SnippetViewSet):
    """Notices, with what is AI in their history and comparison."""

    model = Notice


register_snippet(NoticeViewSet)
