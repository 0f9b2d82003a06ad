"""The report of what AI was used, under Reports: by person, site and model, a month at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.permissions import policy_registry

from wagtail_ai_content.core.usage.refusals import shown
from wagtail_ai_content.core.usage.values import Unit, dollars
from wagtail_ai_content.records.usage import api as usage
from wagtail_ai_content.records.usage.api import Tier, UsageTotal

from .exports import SafeReport

MONTHS = 13


def months() -> Iterator[tuple[str, str]]:
    """This month and those of the last year."""
    month = timezone.localdate().replace(day=1)
    for _number in range(MONTHS):
        yield month.isoformat(), date_format(month, "YEAR_MONTH_FORMAT")
        month = (month - timedelta(days=1)).replace(day=1)


class UsageFilter(WagtailFilterSet):  # type: ignore[misc]  # Wagtail ships no types
    """Filters of the report."""

    month = django_filters.ChoiceFilter(label=_("Month"), choices=lambda: list(months()), empty_label=None)
    user_name = django_filters.CharFilter(label=_("Person"), lookup_expr="icontains")
    site_name = django_filters.CharFilter(label=_("Site"), lookup_expr="icontains")
    model = django_filters.CharFilter(label=_("Model"), lookup_expr="icontains")

    class Meta:
        model = UsageTotal
        fields = ["month", "user_name", "site_name", "model"]


class UsageReport(SafeReport):
    """What each person used on each site of each model in one month: this one, unless another is chosen."""

    model = UsageTotal
    page_title = _("AI usage")
    header_icon = "wac-wand"
    filterset_class = UsageFilter
    index_url_name = "ai_usage:index"
    index_results_url_name = "ai_usage:results"
    permission_required = "change"
    default_ordering = "-money"
    columns = [
        Column("user_name", label=_("Person"), sort_key="user_name", accessor=lambda row: row.user_name or "–"),
        Column("site_name", label=_("Site"), sort_key="site_name", accessor=lambda row: row.site_name or "–"),
        Column("model", label=_("Model"), sort_key="model"),
        Column("answers", label=_("Answers"), sort_key="answers"),
        Column(
            "prompt_tokens",
            label=_("Tokens sent"),
            sort_key="prompt_tokens",
            accessor=lambda row: shown(row.prompt_tokens, Unit.TOKENS),
        ),
        Column(
            "completion_tokens",
            label=_("Tokens received"),
            sort_key="completion_tokens",
            accessor=lambda row: shown(row.completion_tokens, Unit.TOKENS),
        ),
        Column("cost", label=_("US dollars"), sort_key="money", accessor=lambda row: shown(row.money, Unit.MONEY)),
        Column("unknown", label=_("Answers of unknown cost"), sort_key="unknown"),
    ]
    list_export = [
        "month", "user_name", "site_name", "model", "answers", "prompt_tokens", "completion_tokens", "cost", "unknown",
    ]  # fmt: skip
    export_headings = {
        "month": _("Month"),
        "user_name": _("Person"),
        "site_name": _("Site"),
        "model": _("Model"),
        "answers": _("Answers"),
        "prompt_tokens": _("Tokens sent"),
        "completion_tokens": _("Tokens received"),
        "cost": _("US dollars"),
        "unknown": _("Answers of unknown cost"),
    }

    @cached_property
    def permission_policy(self) -> Any:
        """Whoever may change tiers may see what was used."""
        return policy_registry.get_by_type(Tier)

    @cached_property
    def month(self) -> date:
        chosen = self.request.GET.get("month", "")
        known = {month for month, _label in months()}
        return date.fromisoformat(chosen) if chosen in known else timezone.localdate().replace(day=1)

    def get_base_queryset(self) -> Any:
        return usage.report(self.month)

    def get_filename(self) -> str:
        return f"ai-usage-{self.month:%Y-%m}"

    def get_page_subtitle(self) -> str:
        month = date_format(self.month, "YEAR_MONTH_FORMAT")
        money, unknown = usage.sums(self.month)
        told = gettext("%(month)s: %(money)s US dollars") % {"month": month, "money": shown(money, Unit.MONEY)}
        more = gettext("%(count)s answers of unknown cost") % {"count": unknown}
        return f"{told}, {more}" if unknown else told

    def decorate_paginated_queryset(self, object_list: Any) -> Any:
        for row in object_list:
            row.cost = dollars(row.money)
        return object_list


class UsageMenuItem(MenuItem):  # type: ignore[misc]
    """Shown to those who may see the report."""

    def is_shown(self, request: Any) -> bool:
        return bool(policy_registry.get_by_type(Tier).user_has_permission(request.user, "change"))


def menu_item() -> UsageMenuItem:
    return UsageMenuItem(_("AI usage"), reverse("ai_usage:index"), name="ai-usage", icon_name="wac-wand", order=1300)


app_name = "ai_usage"
urlpatterns = [
    path("", UsageReport.as_view(), name="index"),
    path("results/", UsageReport.as_view(results_only=True), name="results"),
]
