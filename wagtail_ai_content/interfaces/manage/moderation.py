"""Reports → AI moderation: the texts that a guardrail has stopped or judged, those that wait for a reviewer first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import django_filters  # type: ignore[import-untyped]
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.models import Site

from wagtail_ai_content.core.guardrails.check import Finding, Verdict
from wagtail_ai_content.pipeline.visibility import MODERATE, SEE_MODERATION, may_see_moderation
from wagtail_ai_content.records.guardrails import api as guardrails
from wagtail_ai_content.records.guardrails.api import STAGES, DecisionFilter, ModerationDecision, Standing

from .labels import function_choices, function_label, translated
from .log_report import LogFilter, LogReport

ICON: Final = "glasses"
CODENAMES: Final = [name.partition(".")[2] for name in (SEE_MODERATION, MODERATE)]


def permissions() -> QuerySet[Permission]:
    """What the form of a group offers."""
    return Permission.objects.filter(content_type__app_label="wagtail_ai_content", codename__in=CODENAMES)


class ModerationMenuItem(MenuItem):  # type: ignore[misc]  # Wagtail ships no types
    """In the menu of reports, for who may see it."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_see_moderation(request.user)


def menu_item() -> ModerationMenuItem:
    url = reverse("ai_moderation:index")
    return ModerationMenuItem(_("AI moderation"), url, name="ai-moderation", icon_name=ICON, order=1060)


# --- filters


def check_choices() -> list[tuple[str, str]]:
    return [(name, translated(name)) for name in guardrails.checks()]


class ModerationFilter(LogFilter):
    """The filters of the list; each has an index of its own."""

    standing = django_filters.ChoiceFilter(label=_("Decision"), choices=Standing.choices)
    stage = django_filters.ChoiceFilter(label=_("Where"), choices=list(STAGES.items()))
    function = django_filters.ChoiceFilter(label=_("AI function"), choices=function_choices)
    check = django_filters.ChoiceFilter(label=_("Found by"), choices=check_choices)
    site = django_filters.ModelChoiceFilter(label=_("Site"), queryset=Site.objects.all())
    created = django_filters.DateFromToRangeFilter(label=_("Date"), widget=DateRangePickerWidget)

    class Meta:
        model = ModerationDecision
        fields = ["standing", "stage", "function", "check", "site", "created"]

    @property
    def chosen(self) -> DecisionFilter:
        told, (since, until) = self.form.cleaned_data, self.span("created")
        site = told.get("site")
        return DecisionFilter(
            standing=told.get("standing") or "",
            stage=told.get("stage") or "",
            function=told.get("function") or "",
            check=told.get("check") or "",
            site=site.pk if site else None,
            since=since,
            until=until,
        )


# --- columns


def category_label(decision: ModerationDecision) -> str:
    """What was found; where that was a warning at most, what the sternest of them says."""
    first = _first(decision)
    return translated(decision.category or (first.category if first else "")) or gettext("Nothing was found")


def excerpt_label(decision: ModerationDecision) -> str:
    first = _first(decision)
    return first.excerpt if first else ""


def check_label(decision: ModerationDecision) -> str:
    first = _first(decision)
    return translated(decision.check_name or (first.check if first else "")) or "—"


def asker_label(decision: ModerationDecision) -> str:
    return decision.asked_by or gettext("Nobody, by a command")


def standing_label(decision: ModerationDecision) -> str:
    return str(guardrails.standing_of(decision).label)


def detail_url(decision: ModerationDecision) -> str:
    return reverse("ai_moderation:decision", args=[decision.pk])


def _first(decision: ModerationDecision) -> Finding | None:
    found = Verdict(findings=guardrails.findings_of(decision))
    return next(iter(found.stopping or found.findings), None)


def is_waiting(decision: ModerationDecision) -> bool:
    return guardrails.standing_of(decision) is Standing.WAITING


class FoundColumn(TitleColumn):  # type: ignore[misc]
    """What was found, with the place."""

    cell_template_name = "wagtail_ai_content/manage/found_cell.html"

    def get_cell_context_data(self, instance: ModerationDecision, parent_context: Any) -> dict[str, Any]:
        return {**super().get_cell_context_data(instance, parent_context), "excerpt": excerpt_label(instance)}


class ModerationReport(LogReport):
    """Texts that wait, then the others, newest first."""

    model = ModerationDecision
    log = guardrails
    everything = DecisionFilter()
    file_name = "ai-moderation"
    page_title = _("AI moderation")
    header_icon = ICON
    filterset_class = ModerationFilter
    index_url_name = "ai_moderation:index"
    index_results_url_name = "ai_moderation:results"
    columns = [
        FoundColumn(
            "category", label=_("What it is"), accessor=category_label, get_url=detail_url, classname="wac-found"
        ),
        StatusTagColumn("standing", label=_("Decision"), accessor=standing_label, primary=is_waiting),
        Column("check", label=_("Found by"), accessor=check_label),
        Column("stage", label=_("Where"), accessor="get_stage_display"),
        Column("function", label=_("AI function"), accessor=lambda row: function_label(row.function)),
        Column("site_name", label=_("Site")),
        Column("asked_by", label=_("Asked by"), accessor=asker_label),
        DateColumn("created", label=_("Found")),
        Column("reviewer_name", label=_("Reviewer")),
    ]
    list_export = [
        "id", "created", "standing", "category", "excerpt", "check", "stage", "function", "site_name", "asked_by",
        "reviewer_name", "reviewed", "note",
    ]  # fmt: skip
    export_headings = {
        "id": _("Number"), "created": _("Found (UTC)"), "standing": _("Decision"), "category": _("What it is"),
        "excerpt": _("Place"), "check": _("Found by"), "stage": _("Where"), "function": _("AI function"),
        "site_name": _("Site"), "asked_by": _("Asked by"), "reviewer_name": _("Reviewer"),
        "reviewed": _("Decided (UTC)"), "note": _("Note"),
    }  # fmt: skip

    def may_see(self, user: Any) -> bool:
        return may_see_moderation(user)

    def exported(self, item: ModerationDecision) -> Mapping[str, Any]:
        return {
            "standing": standing_label(item),
            "category": category_label(item),
            "excerpt": excerpt_label(item),
            "check": check_label(item),
            "stage": item.get_stage_display(),
        }

    @property
    def no_results_message(self) -> str:
        if self.is_filtering:
            return gettext("No texts match your query.")
        return gettext("No text was stopped yet. What the AI rules of a site stop or hold is listed here.")
