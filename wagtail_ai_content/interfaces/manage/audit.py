"""Reports → AI audit: what AI did here, for those who may read the trail."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Final

import django_filters  # type: ignore[import-untyped]
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn

from wagtail_ai_content.pipeline.visibility import READ_AUDIT
from wagtail_ai_content.records.audit import api as trail
from wagtail_ai_content.records.audit.api import AuditEntry, Filters, Operation
from wagtail_ai_content.records.jobs.api import Outcome
from wagtail_ai_content.records.texts import cost_label
from wagtail_ai_content.records.versions.api import VersionStatus

from .labels import account_choices, function_label
from .log_report import LogFilter, LogReport

INDEX: Final = "wagtail_ai_content_audit"
RESULTS: Final = "wagtail_ai_content_audit_results"


def may_read(user: Any) -> bool:
    return bool(user.has_perm(READ_AUDIT))


def permissions() -> QuerySet[Permission]:
    """What the form of a group offers: to read the trail, and to review."""
    names = ["read_audit", "review_aiversion"]
    return Permission.objects.filter(content_type__app_label="wagtail_ai_content", codename__in=names)


class AuditMenuItem(MenuItem):  # type: ignore[misc]
    """In the menu of reports, for who may read it."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_read(request.user)


def menu_item() -> AuditMenuItem:
    return AuditMenuItem(_("AI audit"), reverse(INDEX), name="ai-audit", icon_name="clipboard-list", order=1050)


def urls() -> list[Any]:
    return [
        path("reports/ai-audit/", AuditReport.as_view(), name=INDEX),
        path("reports/ai-audit/results/", AuditReport.as_view(results_only=True), name=RESULTS),
    ]


# --- filters


def actor_choices() -> list[tuple[str, str]]:
    """Everybody the trail knows."""
    return account_choices(trail.values_of("actor"))


def model_choices() -> list[tuple[str, str]]:
    return [(name, name) for name in trail.values_of("model")]


class AuditFilter(LogFilter):
    """The filters of the report; each has an index of its own."""

    operation = django_filters.ChoiceFilter(label=_("Operation"), choices=Operation.choices)
    actor = django_filters.ChoiceFilter(label=_("User"), choices=actor_choices)
    model = django_filters.ChoiceFilter(label=_("Model"), choices=model_choices)
    at = django_filters.DateFromToRangeFilter(label=_("Date"), widget=DateRangePickerWidget)

    class Meta:
        model = AuditEntry
        fields = ["operation", "actor", "model", "at"]

    @property
    def chosen(self) -> Filters:
        told, (since, until) = self.form.cleaned_data, self.span("at")
        return Filters(
            operation=told.get("operation") or "",
            actor=told.get("actor") or "",
            model=told.get("model") or "",
            since=since,
            until=until,
        )


# --- columns


def user_label(entry: AuditEntry) -> str:
    if entry.is_erased:
        return gettext("Erased")
    return entry.names.get("user", "") or (entry.actor and gettext("Account %(number)s") % {"number": entry.actor})


def target_label(entry: AuditEntry) -> str:
    if entry.is_erased and entry.target_id:
        return f"{entry.target_type} {entry.target_id}"
    return entry.names.get("target", "") or "—"


def prompt_label(entry: AuditEntry) -> str:
    return f"{entry.prompt} {entry.prompt_version}".strip()


def outcome_label(entry: AuditEntry) -> str:
    """What came of it, in words where there are any: else the code of an error."""
    words = dict([*Outcome.choices, *VersionStatus.choices])
    return str(words[entry.outcome]) if entry.outcome in words and entry.outcome else entry.outcome


class AuditReport(LogReport):
    """The trail, newest first."""

    model = AuditEntry
    log = trail
    everything = Filters()
    file_name = "ai-audit"
    page_title = _("AI audit")
    header_icon = "clipboard-list"
    filterset_class = AuditFilter
    index_url_name = INDEX
    index_results_url_name = RESULTS
    verbose_name_plural = _("entries")
    list_export = [
        "sequence", "at", "get_operation_display", "actor", "user", "function", "model", "prompt", "prompt_version",
        "target_type", "target_id", "target", "job", "outcome", "detail", "prompt_tokens", "completion_tokens", "cost",
        "input_hash", "output_hash", "seal",
    ]  # fmt: skip
    export_headings = {
        "sequence": _("Number"), "at": _("Time (UTC)"), "get_operation_display": _("Operation"),
        "actor": _("Account"), "user": _("User"), "function": _("AI function"), "model": _("Model"),
        "prompt": _("Prompt"), "prompt_version": _("Prompt version"), "target_type": _("Type"),
        "target_id": _("Number of what it is about"), "target": _("About"), "job": _("Job"),
        "outcome": _("Outcome"), "detail": _("Details"), "prompt_tokens": _("Tokens in"),
        "completion_tokens": _("Tokens out"), "cost": _("Cost (USD)"), "input_hash": _("Hash of the request"),
        "output_hash": _("Hash of the answer"), "seal": _("Seal"),
    }  # fmt: skip
    columns = [
        TitleColumn("operation", label=_("Operation"), accessor="get_operation_display"),
        Column("about", label=_("About"), accessor=target_label),
        Column("user", label=_("User"), accessor=user_label),
        Column("function", label=_("AI function"), accessor=lambda entry: function_label(entry.function)),
        Column("model", label=_("Model")),
        Column("prompt", label=_("Prompt"), accessor=prompt_label),
        Column("cost", label=_("Cost"), accessor=lambda entry: cost_label(entry.cost)),
        Column("outcome", label=_("Outcome"), accessor=outcome_label),
        DateColumn("at", label=_("Time")),
    ]

    def may_see(self, user: Any) -> bool:
        return may_read(user)

    @property
    def most_counted(self) -> int:
        return super().most_counted if self.chosen.columns else sys.maxsize

    def exported(self, item: AuditEntry) -> Mapping[str, Any]:
        return {
            "user": user_label(item),
            "target": target_label(item),
            "get_operation_display": item.get_operation_display(),
        }
