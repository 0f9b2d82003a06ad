"""What is added to the edit pages: the scripts, their style sheet, and the words and parts they show."""

from __future__ import annotations

from typing import Any, Final

from django.forms import Media
from django.forms.widgets import Script
from django.template.loader import render_to_string
from django.urls import reverse

PLACEHOLDERS: Final = ("APP", "MODEL", "OBJECT")
"""The scripts put in which object is open."""
MODULES: Final = ("arrivals_controller", "taking_controller", "conflict_controller")


def render() -> str:
    """The HTML for Wagtail's hook ``insert_editor_js``."""
    modules: list[Any] = [Script(f"wagtail_ai_content/js/editor/{name}.js", type="module") for name in MODULES]
    return render_to_string(
        "wagtail_ai_content/editor/editor.html",
        {
            "media": Media(css={"all": ["wagtail_ai_content/css/editor.css"]}, js=modules),
            "news_url": reverse("wagtail_ai_content_editor:news", args=PLACEHOLDERS),
            "take_url": reverse("wagtail_ai_content_editor:take", args=PLACEHOLDERS),
        },
    )
