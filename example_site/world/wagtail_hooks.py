from __future__ import annotations

from wagtail.snippets.models import register_snippet

from .models import Notice

register_snippet(Notice)
