"""AI rule sets in the Wagtail admin, under Snippets: kept to the sites a person has a right on, like prompts."""

from __future__ import annotations

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList, PublishingPanel
from wagtail.admin.ui.tables import Column, LiveStatusTagColumn
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.snippets.views import snippets
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_ai_content.records.guardrails.api import RuleSet

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


class RuleSetFilter(SiteFilter):
    """Filters of the list."""

    live = django_filters.BooleanFilter(label=_("Published"))

    class Meta:
        model = RuleSet
        fields = ["site", "live"]


class RuleSetList(ListOfSites, snippets.IndexView):  # type: ignore[misc]
    """The list of rule sets."""


class RuleSetCreate(PublishOnSite, snippets.CreateView):  # type: ignore[misc]
    """A new rule set."""


class RuleSetEdit(StaysOnSite, snippets.EditView):  # type: ignore[misc]
    """A rule set, on its site."""

    stays = _("Rules stay on their site. Copy them to use them on another.")


def rules_count(row: Any) -> int:
    """In the published version."""
    return len(row.rules.raw_data)


class RuleSetViewSet(KeptToSitesViewSet, SnippetViewSet):  # type: ignore[misc]
    """AI rule sets, under Snippets."""

    model = RuleSet
    icon = "regex"
    filterset_class = RuleSetFilter
    index_view_class = RuleSetList
    add_view_class = RuleSetCreate
    copy_view_class = CopyView
    edit_view_class = RuleSetEdit
    chooser_viewset_class = SitesChooserViewSet
    inspect_view_enabled = True
    inspect_view_class = InspectView
    inspect_view_fields = ["name", "site", "rules", "sample"]
    ordering = ("name", "pk")
    search_fields = ["name"]
    list_display = [
        "name",
        Column("site_label", label=_("Site"), sort_key="site"),
        Column("rules", label=_("Rules"), accessor=rules_count),
        LiveStatusTagColumn(),
    ]
    edit_handler = ObjectList(
        [
            FieldRowPanel([FieldPanel("name"), FieldPanel("site")]),
            FieldPanel("rules"),
            FieldPanel("sample", widget=AdminAutoHeightTextInput(attrs={"rows": 4})),
            PublishingPanel(),
        ],
        base_form_class=SiteForm,
    )
