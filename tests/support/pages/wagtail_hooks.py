"""A snippet viewset as a site would write it."""

from __future__ import annotations

from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_ai_content.views import AISnippetViewSetMixin

from .models import Bulletin


class BulletinViewSet(AISnippetViewSetMixin, SnippetViewSet):
    model = Bulletin


register_snippet(BulletinViewSet)
