"""Reports → AI jobs: what was asked of AI, by whom, and what came of it. Everybody sees their own jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import django_filters  # type: ignore[import-untyped]
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.models import Site

from wagtail_ai_content.pipeline import visibility
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.records.jobs.api import Job, JobFilter, Status
from wagtail_ai_content.records.texts import cost_label

from .labels import account_choices, function_choices, function_label
from .log_report import LogFilter, LogReport

SECONDS_IN_A_MINUTE: Final = 60


def menu_item() -> MenuItem:
    """For everybody: their own jobs are in it."""
    return MenuItem(_("AI jobs"), reverse("ai_jobs:index"), name="ai-jobs", icon_name="history", order=1290)


def permissions() -> QuerySet[Permission]:
    """What the form of a group offers."""
    return Permission.objects.filter(content_type__app_label="wagtail_ai_content", codename="change_job")


# --- filters


def model_choices() -> list[tuple[str, str]]:
    return [(name, name) for name in jobs.values_of("model_used")]


def requester_choices() -> list[tuple[str, str]]:
    return account_choices(jobs.values_of("actor"))


class OwnJobsFilter(LogFilter):
    """The filters of the list; each has an index of its own."""

    status = django_filters.ChoiceFilter(label=_("Status"), choices=Status.choices)
    function = django_filters.ChoiceFilter(label=_("AI function"), choices=function_choices)
    model = django_filters.ChoiceFilter(label=_("Model"), choices=model_choices)
    site = django_filters.ModelChoiceFilter(label=_("Site"), queryset=Site.objects.all())
    created = django_filters.DateFromToRangeFilter(label=_("Date"), widget=DateRangePickerWidget)

    class Meta:
        model = Job
        fields = ["status", "function", "model", "site", "created"]

    @property
    def chosen(self) -> JobFilter:
        told, (since, until) = self.form.cleaned_data, self.span("created")
        site = told.get("site")
        return JobFilter(
            status=told.get("status") or "",
            function=told.get("function") or "",
            model=told.get("model") or "",
            site=site.pk if site else None,
            actor=told.get("actor") or None,
            since=since,
            until=until,
        )


class AllJobsFilter(OwnJobsFilter):
    """For those who see everybody's jobs."""

    actor = django_filters.ChoiceFilter(label=_("Requested by"), choices=requester_choices)

    class Meta(OwnJobsFilter.Meta):
        fields = [*OwnJobsFilter.Meta.fields, "actor"]


# --- columns


def about_label(job: Job) -> str:
    return job.target_label or "—"


def requester_label(job: Job) -> str:
    return job.requested_by_name or gettext("Nobody, by a command")


def tokens_label(job: Job) -> str:
    """Both ways together; empty where nobody counted."""
    if job.prompt_tokens is None or job.completion_tokens is None:
        return ""
    return number_format(job.prompt_tokens + job.completion_tokens, use_l10n=True, force_grouping=True)


def seconds(job: Job) -> float | None:
    """From the first worker that took it to its end."""
    if job.started is None or job.completed is None:
        return None
    return max(0.0, (job.completed - job.started).total_seconds())


def duration_label(job: Job) -> str:
    took = seconds(job)
    if took is None:
        return ""
    if took < SECONDS_IN_A_MINUTE:
        return gettext("%(seconds)s s") % {"seconds": number_format(took, 1)}
    minutes, rest = divmod(round(took), SECONDS_IN_A_MINUTE)
    return gettext("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}


def detail_url(job: Job) -> str:
    return reverse("ai_jobs:job", args=[job.pk])


def _is_open(job: Job) -> bool:
    return not job.is_over


class JobReport(LogReport):
    """Jobs, newest first: one's own, or everybody's for those who may see them."""

    model = Job
    log = jobs
    everything = JobFilter()
    file_name = "ai-jobs"
    page_title = _("AI jobs")
    header_icon = "history"
    index_url_name = "ai_jobs:index"
    index_results_url_name = "ai_jobs:results"
    columns = [
        TitleColumn(
            "function", label=_("AI function"), accessor=lambda job: function_label(job.function), get_url=detail_url
        ),
        Column("about", label=_("About"), accessor=about_label),
        StatusTagColumn("status", label=_("Status"), accessor="state", primary=_is_open),
        Column("requested_by_name", label=_("Requested by"), accessor=requester_label),
        Column("model_used", label=_("Model")),
        Column("tokens", label=_("Tokens"), accessor=tokens_label),
        Column("cost", label=_("Cost"), accessor=lambda job: cost_label(job.cost)),
        Column("duration", label=_("Duration"), accessor=duration_label),
        DateColumn("created", label=_("Time")),
    ]
    list_export = [
        "id", "created", "requested_by_name", "site_name", "function", "target_label", "status", "outcome",
        "model_used", "prompt_key", "prompt_version", "prompt_tokens", "completion_tokens", "cost", "seconds",
        "error_code",
    ]  # fmt: skip
    export_headings = {
        "id": _("Job"), "created": _("Time (UTC)"), "requested_by_name": _("Requested by"), "site_name": _("Site"),
        "function": _("AI function"), "target_label": _("About"), "status": _("Status"), "outcome": _("Outcome"),
        "model_used": _("Model"), "prompt_key": _("Prompt"), "prompt_version": _("Prompt version"),
        "prompt_tokens": _("Tokens in"), "completion_tokens": _("Tokens out"), "cost": _("Cost (USD)"),
        "seconds": _("Seconds"), "error_code": _("Error"),
    }  # fmt: skip

    def may_see(self, user: Any) -> bool:
        return True  # which jobs is decided in pipeline.visibility

    @property
    def filterset_class(self) -> Any:
        return AllJobsFilter if visibility.sees_all_jobs(self.request.user) else OwnJobsFilter

    @cached_property
    def chosen(self) -> JobFilter:
        return visibility.jobs_of(self.request.user, super().chosen)

    def exported(self, item: Job) -> Mapping[str, Any]:
        return {"id": str(item.pk), "seconds": seconds(item)}

    @property
    def no_results_message(self) -> str:
        if self.is_filtering:
            return gettext("No AI jobs match your query.")
        return gettext("Nothing was asked of AI yet. What you ask for is listed here, with what came of it.")
