"""What is added to the edit pages: the scripts, their style sheets, and the words and parts they show."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from django.forms import Media
from django.forms.widgets import Script
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.rich_text.editors.draftail.features import EntityFeature

from wagtail_ai_content.widgets import FEATURE

PLACEHOLDERS: Final = ("APP", "MODEL", "OBJECT")
"""The scripts put in which object is open."""
MODULES: Final = ("editor/arrivals_controller", "editor/assist_controller")
STYLES: Final = ("editor", "assist")
TOOLBAR_SCRIPT: Final = "wagtail_ai_content/js/editor/toolbar.js"


def render() -> str:
    """The HTML for Wagtail's hook ``insert_editor_js``, which is the same for everybody who reads one language."""
    return _rendered(get_language())


@lru_cache(maxsize=32)
def _rendered(language: str | None) -> str:
    modules: list[Any] = [Script(f"wagtail_ai_content/js/{name}.js", type="module") for name in MODULES]
    styles = [f"wagtail_ai_content/css/{name}.css" for name in STYLES]
    return render_to_string(
        "wagtail_ai_content/editor/editor.html",
        {
            "media": Media(css={"all": styles}, js=modules),
            "news_url": reverse("wagtail_ai_content_editor:news", args=PLACEHOLDERS),
            "take_url": reverse("wagtail_ai_content_editor:take", args=PLACEHOLDERS),
            "open_url": reverse("wagtail_ai_content_editor:open"),
            "generate_url": reverse("wagtail_ai_content_editor:generate"),
        },
    )


def register_feature(features: Any) -> None:
    """For Wagtail's hook ``register_rich_text_features``: the button of ``AIDraftailRichTextArea``.

    Draftail takes it for a type of entity: only those stand both in the toolbar and in the “/” list. None is ever made.
    """
    data = {"type": "WAC-ASSIST", "icon": "wac-wand", "description": _("AI")}
    features.register_editor_plugin("draftail", FEATURE, EntityFeature(data, js=[TOOLBAR_SCRIPT]))
