"""The rich text editor with AI, and the panel that narrows what is offered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.rich_text import get_rich_text_editor_widget

from tests.support.pages.models import PlainPage, RichPage
from wagtail_ai_content import conf
from wagtail_ai_content.features.writing import targets
from wagtail_ai_content.panels import AIFieldPanel
from wagtail_ai_content.widgets import FEATURE, AIDraftailRichTextArea

EDITORS = {"default": {"WIDGET": "wagtail_ai_content.widgets.AIDraftailRichTextArea"}}


def types_of(widget: Any) -> list[str]:
    return [entry["type"] for entry in widget.options.get("entityTypes", [])]


def test_whatever_features_a_field_has_the_button_comes_on_top() -> None:
    for features in (["bold"], [], None):
        widget = AIDraftailRichTextArea(features=features)
        assert types_of(widget)[-1] == "WAC-ASSIST"
        assert FEATURE not in widget.features
        assert "js/editor/toolbar.js" in str(widget.media)


def test_what_is_stored_is_the_fields_own() -> None:
    widget = AIDraftailRichTextArea(features=["bold"])
    sent = widget.format_value("<p><b>Bold</b> and <i>italic</i></p>")
    assert json.loads(sent)["blocks"][0]["text"] == "Bold and italic"
    stored = widget.value_from_datadict({"text": sent}, {}, "text")
    assert "<b>Bold</b>" in stored
    assert "<i>" not in stored


def test_a_field_that_lists_the_feature_itself_has_one_button() -> None:
    assert types_of(AIDraftailRichTextArea(features=["bold", FEATURE])).count("WAC-ASSIST") == 1


@override_settings(WAGTAILADMIN_RICH_TEXT_EDITORS=EDITORS)
def test_all_fields_get_it_by_the_setting() -> None:
    widget = get_rich_text_editor_widget(features=["italic"])
    assert isinstance(widget, AIDraftailRichTextArea)
    assert widget.features == ["italic"]


def test_configure_sets_it_where_the_site_said_nothing() -> None:
    quiet: dict[str, Any] = {"INSTALLED_APPS": []}
    conf.configure(quiet)
    assert quiet["WAGTAILADMIN_RICH_TEXT_EDITORS"] == EDITORS
    own = {"INSTALLED_APPS": [], "WAGTAILADMIN_RICH_TEXT_EDITORS": {"default": {"WIDGET": "site.Editor"}}}
    conf.configure(own)
    assert own["WAGTAILADMIN_RICH_TEXT_EDITORS"] == {"default": {"WIDGET": "site.Editor"}}


def test_a_panel_keeps_what_it_says_when_it_is_bound_and_cloned() -> None:
    panel = AIFieldPanel("title", ai=False, ai_actions=["fix"], help_text="Short.")
    again = panel.clone().bind_to_model(PlainPage)
    assert (again.ai, again.ai_actions, again.help_text, again.field_name) == (False, ("fix",), "Short.", "title")
    assert (AIFieldPanel("title").ai, AIFieldPanel("title").ai_actions) == (True, None)


@pytest.fixture
def forget_panels() -> Iterator[None]:
    """What was worked out from the panels of the model is worked out again, before and after."""
    caches = (RichPage.get_edit_handler.cache_clear, targets._defined.cache_clear)
    for clear in caches:
        clear()
    yield
    for clear in caches:
        clear()


@pytest.mark.django_db
def test_a_panel_offers_less_in_the_editor(forget_panels: None, monkeypatch: pytest.MonkeyPatch, lead: Any) -> None:
    panels = [AIFieldPanel("title", ai_actions=["fix"]), AIFieldPanel("summary", ai=False), FieldPanel("body")]
    monkeypatch.setattr(RichPage, "edit_handler", ObjectList(panels), raising=False)
    places = targets.places_of(RichPage, user=lead)
    assert places["title"].actions == ("fix",)
    assert "summary" not in places
    assert places["body"].actions is None
