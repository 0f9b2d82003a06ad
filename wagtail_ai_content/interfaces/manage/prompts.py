"""Prompts and model profiles in the Wagtail admin.

Each person sees those of the sites they have a right on, and those for all sites (``sites``). A prompt stays on the
site it was made for, with all its history; a copy of it may go to another.
"""

from __future__ import annotations

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel, ObjectList, PublishingPanel
from wagtail.admin.ui.tables import Column, LiveStatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.snippets.views import snippets
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_ai_content.core.prompts.variables import Variable
from wagtail_ai_content.pipeline.functions import registry
from wagtail_ai_content.records.prompts.api import ModelProfile, PromptTemplate
from wagtail_ai_content.records.prompts.shipped import shipped

from .sites import (
    CopyView,
    InspectView,
    KeptToSitesViewSet,
    ListOfSites,
    PublishOnSite,
    SiteFilter,
    SiteForm,
    SitesChooserViewSet,
    StaysOnSite,
)

ICON = "clipboard-list"


def function_label(name: str) -> str:
    """What a person calls the AI function ``name``; the name itself where it is no longer installed."""
    function = registry.get(name)
    return gettext(function.title) if function and function.title else name


def profile_label(row: ModelProfile) -> str:
    return function_label(row.function) if row.function else row.function_label


def profile_url(row: ModelProfile) -> str:
    return reverse("ai_model_profile:edit", args=[row.pk])


def function_choices() -> list[tuple[str, str]]:
    names = {*registry, *(prompt.function for prompt in shipped().list())}
    return sorted(((name, function_label(name)) for name in names), key=lambda choice: choice[1])


class FunctionForm(SiteForm):
    """A form that offers the installed AI functions, and the one already stored."""

    empty_label: Any = "---------"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = function_choices()
        stored = self.instance.function
        if stored and stored not in dict(choices):
            choices.append((stored, stored))
        self.fields["function"].widget = forms.Select(choices=[("", self.empty_label), *choices])


class ProfileForm(FunctionForm):
    """As above; empty stands for all functions."""

    empty_label = _("All functions")


class PromptInput(AdminAutoHeightTextInput):  # type: ignore[misc]
    """The text area of a prompt, in a typeface in which brackets can be told apart."""

    class Media:
        css = {"all": ["wagtail_ai_content/css/prompts.css"]}

    def __init__(self) -> None:
        super().__init__(attrs={"class": "wac-code", "spellcheck": "false", "rows": 16})


class VariablesPanel(HelpPanel):  # type: ignore[misc]
    """The variables, partials and filters a prompt may use."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"template": "wagtail_ai_content/prompts/variables.html", **kwargs})

    class BoundPanel(HelpPanel.BoundPanel):  # type: ignore[misc]
        """The panel in one form."""

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            groups = _variables_by_function(self.instance.function)
            return {**context, "groups": groups, "partials": sorted(shipped().partials)}


def _variables_by_function(function: str) -> list[tuple[str, tuple[Variable, ...]]]:
    """The variables of ``function``; of all functions while none is chosen."""
    prompts = [prompt for prompt in shipped().list() if function in ("", prompt.function)]
    return [(function_label(prompt.function), prompt.variables) for prompt in prompts]


class PreviewOnEdit(snippets.PreviewOnEditView):  # type: ignore[misc]
    """A preview that shows what is wrong with a prompt, instead of refusing to show it."""

    def get_object(self) -> Any:
        prompt = super().get_object()
        prompt.skip_body_check = True
        return prompt


class PreviewOnCreate(snippets.PreviewOnCreateView):  # type: ignore[misc]
    """As above, for a prompt not yet saved."""

    def get_object(self) -> Any:
        prompt = super().get_object()
        prompt.skip_body_check = True
        return prompt


class PromptList(ListOfSites, snippets.IndexView):  # type: ignore[misc]
    """The list of prompts."""


class PromptCreate(PublishOnSite, snippets.CreateView):  # type: ignore[misc]
    """A new prompt."""


class PromptEdit(StaysOnSite, snippets.EditView):  # type: ignore[misc]
    """A prompt, on its site."""

    stays = _("A prompt stays on its site. Copy it to use it on another.")


class ProfileList(ListOfSites, generic.IndexView):  # type: ignore[misc]
    """The list of model profiles."""


class _FunctionAndSiteFilter(SiteFilter):
    """Filters shared by both lists."""

    function = django_filters.ChoiceFilter(label=_("AI function"), choices=function_choices)


class PromptFilter(_FunctionAndSiteFilter):
    """Filters of the list of prompts."""

    live = django_filters.BooleanFilter(label=_("Published"))

    class Meta:
        model = PromptTemplate
        fields = ["function", "site", "live"]


class ProfileFilter(_FunctionAndSiteFilter):
    """Filters of the list of model profiles."""

    class Meta:
        model = ModelProfile
        fields = ["function", "site"]


class PromptTemplateViewSet(KeptToSitesViewSet, SnippetViewSet):  # type: ignore[misc]
    """AI prompts, under Snippets."""

    model = PromptTemplate
    icon = ICON
    filterset_class = PromptFilter
    index_view_class = PromptList
    add_view_class = PromptCreate
    copy_view_class = CopyView
    edit_view_class = PromptEdit
    chooser_viewset_class = SitesChooserViewSet
    inspect_view_enabled = True
    inspect_view_class = InspectView
    inspect_view_fields = ["name", "function", "site", "body", "model"]
    preview_on_edit_view_class = PreviewOnEdit
    preview_on_add_view_class = PreviewOnCreate
    ordering = ("function", "name")
    list_display = [
        "name",
        Column(
            "function", label=_("AI function"), accessor=lambda row: function_label(row.function), sort_key="function"
        ),
        Column("site_label", label=_("Site"), sort_key="site"),
        Column("version", label=_("Version"), sort_key="version"),
        LiveStatusTagColumn(),
    ]
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldRowPanel([FieldPanel("function"), FieldPanel("site")]),
            FieldPanel("body", widget=PromptInput()),
            VariablesPanel(heading=_("What a prompt may use")),
            MultiFieldPanel(
                [FieldPanel("model"), FieldPanel("variables")], heading=_("Advanced"), classname="collapsed"
            ),
            PublishingPanel(),
        ],
        base_form_class=FunctionForm,
    )


class ModelProfileViewSet(KeptToSitesViewSet, ModelViewSet):  # type: ignore[misc]
    """AI model profiles, under Settings."""

    model = ModelProfile
    name = "ai_model_profile"
    icon = "cogs"
    menu_label = _("AI models")
    add_to_settings_menu = True
    filterset_class = ProfileFilter
    index_view_class = ProfileList
    copy_view_enabled = False
    list_display = [
        TitleColumn(
            "function", label=_("AI function"), accessor=profile_label, sort_key="function", get_url=profile_url
        ),
        Column("site_label", label=_("Site"), sort_key="site"),
        "model",
        "max_tokens",
        "temperature",
    ]
    edit_handler = ObjectList(
        [
            FieldRowPanel([FieldPanel("function"), FieldPanel("site")]),
            FieldPanel("model"),
            FieldPanel("fallback_models", widget=AdminAutoHeightTextInput(attrs={"rows": 2})),
            FieldRowPanel([FieldPanel("max_tokens"), FieldPanel("temperature")]),
            FieldPanel("response_format"),
        ],
        base_form_class=ProfileForm,
    )
