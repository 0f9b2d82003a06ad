"""The rich text editor with AI in its toolbar and in its “/” list.

``conf.configure()`` makes it the editor of all rich text. A site that sets ``WAGTAILADMIN_RICH_TEXT_EDITORS`` itself
names it there::

    WAGTAILADMIN_RICH_TEXT_EDITORS = {
        "default": {"WIDGET": "wagtail_ai_content.widgets.AIDraftailRichTextArea"},
    }
"""

from __future__ import annotations

from typing import Any, Final

from wagtail.admin.rich_text.editors.draftail import DraftailRichTextArea
from wagtail.rich_text import features as feature_registry

__all__ = ["FEATURE", "AIDraftailRichTextArea"]

FEATURE: Final = "wagtail-ai-content"
"""The rich text feature behind the button. No field needs to list it."""


class AIDraftailRichTextArea(DraftailRichTextArea):  # type: ignore[misc]  # Wagtail ships no types
    """Wagtail's editor with whatever features the field has, and the button.

    ``features`` stays the field's own: the button changes nothing of what may be stored, or of what a model is told.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plugin = feature_registry.get_editor_plugin("draftail", FEATURE)
        if FEATURE not in self.features and plugin is not None:
            plugin.construct_options(self.options)
            self.plugins.append(plugin)
