"""The AI side panel of the editor, for those who may use AI. Its tabs are loaded when somebody opens them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.forms import Media
from django.forms.widgets import Script
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.side_panels import BaseSidePanel, CommentsSidePanel

from wagtail_ai_content.pipeline import rights


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A tab of the panel."""

    name: str
    title: Promise

    @property
    def id(self) -> str:
        return f"wac-{self.name}"

    @property
    def url(self) -> str:
        return reverse("wagtail_ai_content_editor:panel", args=[self.name])


TABS: Final = (
    Tab(name="generate", title=_("Generate")),
    Tab(name="prompts", title=_("Prompts")),
    Tab(name="suggestions", title=_("Suggestions")),
    Tab(name="activity", title=_("Activity")),
)


class AISidePanel(BaseSidePanel):  # type: ignore[misc]  # Wagtail ships no types
    """What AI can do for the object in the editor, and what it did."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):  # type: ignore[misc]
        """The button in the header."""

        aria_label = _("Toggle AI")
        icon_name = "wac-wand"
        has_counter = False

    name = "ai"
    title = _("AI")
    template_name = "wagtail_ai_content/panel/panel.html"

    @property
    def media(self) -> Media:
        """The one script loads the others with the tabs that need them."""
        script: Any = Script("wagtail_ai_content/js/panel/panel_controller.js", type="module")
        return Media(css={"all": ["wagtail_ai_content/css/panel.css"]}, js=[script])

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        return {**super().get_context_data(parent_context), "tabs": TABS}


class AIPanelMixin:
    """For a subclass of Wagtail's create, edit or revert view of pages or snippets: the AI side panel."""

    request: HttpRequest
    form: Any

    def get_side_panels(self) -> Any:
        panels: Any = super().get_side_panels()  # type: ignore[misc]  # Wagtail's view
        if not self._fills_an_open_page() and rights.may_use_anything(self.request.user):
            panels.insert(_place(panels), AISidePanel(self.form.instance, self.request))
        return panels

    def _fills_an_open_page(self) -> bool:
        """Whether the browser puts what is rendered into the page it shows, where it would replace our tabs."""
        return bool(self.expects_json_response or getattr(self, "hydrate_create_view", False))  # type: ignore[attr-defined]


def _place(panels: list[Any]) -> int:
    """Behind what Wagtail says about the content, and in front of what people say about it."""
    return next((index for index, panel in enumerate(panels) if isinstance(panel, CommentsSidePanel)), len(panels))
