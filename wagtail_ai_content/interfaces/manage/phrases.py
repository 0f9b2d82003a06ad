"""Locked phrases in the Wagtail admin, under Settings: kept to the sites a person has a right on, like prompts."""

from __future__ import annotations

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import AdminPageChooser
from wagtail.permissions import page_permission_policy

from wagtail_ai_content.core.versions.facts.reading import folded
from wagtail_ai_content.pipeline.targets import base_page_model
from wagtail_ai_content.records.guardrails.api import LockedPhrase

from .sites import KeptToSitesViewSet, ListOfSites, SiteFilter, SiteForm

SHORTEST = 2
TOO_SHORT = _("Write at least two characters. A single letter stands in nearly every text.")
NO_PAGE = _("This page does not exist any more. Choose another, or clear the choice.")
OTHER_SITE = _("This page does not belong to the chosen site. Choose the site it belongs to, or another page.")
KNOWN = _("This phrase is locked there already.")


class PageInput(AdminPageChooser):  # type: ignore[misc]
    """The page chooser, for a page kept by its number."""

    def get_instance(self, value: Any) -> Any:
        try:
            return super().get_instance(value or None)
        except ValueError:
            return None


class PhraseForm(SiteForm):
    """A phrase, and where it is locked."""

    def clean_phrase(self) -> str:
        phrase = folded(self.cleaned_data["phrase"])
        if len(phrase) < SHORTEST:
            raise ValidationError(TOO_SHORT)
        return phrase

    def clean_page_id(self) -> str:
        number = str(self.cleaned_data["page_id"] or "")
        if number and _pages([number]).get(number) is None:
            raise ValidationError(NO_PAGE)
        return number

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if self.errors:
            return cleaned
        site, number = cleaned["site"], cleaned["page_id"]
        if site and number and _pages([number])[number].get_site() != site:
            self.add_error("page_id", OTHER_SITE)
        twins = LockedPhrase.objects.filter(phrase=cleaned["phrase"], site=site, page_id=number)
        if twins.exclude(pk=self.instance.pk).exists():
            self.add_error("phrase", KNOWN)
        return cleaned


class PhraseFilter(SiteFilter):
    """Filters of the list."""

    on_page = django_filters.BooleanFilter(label=_("Locked on a single page or below it"), method="filter_on_page")

    def filter_on_page(self, queryset: Any, name: str, value: bool) -> Any:
        return queryset.exclude(page_id="") if value else queryset.filter(page_id="")

    class Meta:
        model = LockedPhrase
        fields = ["site"]


class PhraseList(ListOfSites, generic.IndexView):  # type: ignore[misc]
    """The list of locked phrases, with the titles of their pages in one query."""

    def get_table(self, object_list: Any) -> Any:
        rows = list(object_list)
        seen = page_permission_policy.explorable_instances(self.request.user)
        pages = _pages([row.page_id for row in rows if row.page_id], among=seen)
        for row in rows:
            row.place = place_label(row, pages.get(row.page_id))
        return super().get_table(rows)


class LockedPhraseViewSet(KeptToSitesViewSet, ModelViewSet):  # type: ignore[misc]
    """Locked phrases, under Settings."""

    model = LockedPhrase
    name = "ai_locked_phrase"
    icon = "lock"
    menu_label = _("AI locked phrases")
    add_to_settings_menu = True
    index_view_class = PhraseList
    filterset_class = PhraseFilter
    search_fields = ["phrase"]
    copy_view_enabled = False
    list_display = [
        "phrase",
        Column("site", label=_("Site"), accessor=lambda row: str(row.site or gettext("All sites")), sort_key="site"),
        Column("place", label=_("Pages")),
        DateColumn("created", label=_("Locked"), sort_key="created"),
    ]
    edit_handler = ObjectList(
        [
            FieldPanel(
                "phrase",
                help_text=_("Exactly as it is to be kept, capitals included. AI may not change, drop or translate it."),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("site"),
                    FieldPanel("page_id", widget=PageInput, help_text=_("Leave it empty for all pages.")),
                    FieldPanel("with_descendants", help_text=_("Where a page is chosen.")),
                ],
                heading=_("Where"),
            ),
        ],
        base_form_class=PhraseForm,
    )


def place_label(row: LockedPhrase, page: Any) -> str:
    """On which pages a phrase is locked. ``page``: the one it names; None where it is gone or must not be seen."""
    if not row.page_id:
        return gettext("All pages")
    if page is None:
        return gettext("A page that is deleted or closed to you")
    title = page.get_admin_display_title()
    return gettext("%(page)s and the pages below") % {"page": title} if row.with_descendants else str(title)


def _pages(numbers: list[str], *, among: Any = None) -> dict[str, Any]:
    """Pages by their number as it is kept."""
    queryset = base_page_model()._default_manager.all() if among is None else among
    try:
        return {str(page.pk): page for page in queryset.filter(pk__in=numbers)} if numbers else {}
    except ValueError:
        return {}
