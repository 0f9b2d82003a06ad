"""One AI job: what was asked, each step of it, what went wrong and what to do; cancel it, or have it tried again."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn, Table
from wagtail.admin.views.generic import InspectView

from wagtail_ai_content.api import cancel_job, retry_job
from wagtail_ai_content.core.errors import AIError
from wagtail_ai_content.pipeline import visibility
from wagtail_ai_content.pipeline.again import can_be_tried
from wagtail_ai_content.pipeline.functions import registry
from wagtail_ai_content.pipeline.moderating import STOPPED
from wagtail_ai_content.records.audit import api as trail
from wagtail_ai_content.records.audit.api import AuditEntry
from wagtail_ai_content.records.guardrails import api as guardrails
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.records.jobs.api import Job, Status
from wagtail_ai_content.records.texts import cost_label, localised, price_source_label
from wagtail_ai_content.records.versions.api import AIVersion

from . import job_steps
from .audit import outcome_label
from .jobs import (
    JobReport,
    about_label,
    detail_url,
    duration_label,
    requester_label,
    tokens_label,
)
from .labels import function_label


def seen_by(user: Any, job_id: uuid.UUID) -> Job:
    """Raises: ``Http404`` where there is none, or none for ``user``."""
    job = jobs.fetch(job_id)
    if job is None or not visibility.may_see_job(job, user):
        raise Http404
    return job


class JobView(InspectView):  # type: ignore[misc]  # Wagtail ships no types
    """A job, for those who may see it; without the texts that were sent and came back, but for what warnings quote."""

    model = Job
    any_permission_required = None  # who sees which job is decided in pipeline.visibility
    template_name = "wagtail_ai_content/manage/job.html"
    header_icon = "history"
    page_title = _("AI job")
    pk_url_kwarg = "job_id"
    index_url_name = "ai_jobs:index"
    trail_columns = [
        Column("sequence", label=_("Number")),
        Column("operation", label=_("Operation"), accessor="get_operation_display"),
        Column("outcome", label=_("Outcome"), accessor=outcome_label),
        DateColumn("at", label=_("Time")),
    ]

    def get_object(self, queryset: Any = None) -> Job:
        return seen_by(self.request.user, self.pk)

    def get_page_subtitle(self) -> str:
        return function_label(self.object.function)

    def get_fields_context(self) -> list[dict[str, Any]]:
        return [{"label": name, "value": value, "component": None} for name, value in self._facts() if value]

    def _facts(self) -> Iterator[tuple[str, Any]]:
        job = self.object
        yield gettext("Status"), job.state
        yield gettext("Message"), localised(job.message) if job.status != Status.FAILED else ""
        yield gettext("About"), self._target()
        yield gettext("AI version"), self._version()
        yield gettext("Requested by"), requester_label(job)
        yield gettext("Site"), job.site_name
        yield gettext("Created"), localize(localtime(job.created))
        yield gettext("Duration"), duration_label(job)
        yield gettext("Prompt"), self._prompt()
        yield gettext("Model"), job.model_used or job.model_asked
        yield gettext("Tokens"), tokens_label(job)
        yield gettext("Cost"), self._cost()
        yield gettext("Calls of the model"), job.calls
        yield gettext("Number"), str(job.pk)

    def _target(self) -> str:
        return about_label(self.object)

    def _prompt(self) -> str:
        job = self.object
        if not job.prompt_key:
            return ""
        return gettext("“%(prompt)s”, version %(version)s") % {"prompt": job.prompt_key, "version": job.prompt_version}

    def _cost(self) -> str:
        job = self.object
        if job.cost is None or not job.price_source:
            return cost_label(job.cost)
        told = {"cost": cost_label(job.cost), "source": price_source_label(job.price_source)}
        return gettext("%(cost)s (price from %(source)s)") % told

    def _version(self) -> str:
        """A link for those who may see it; for others there is none."""
        found: AIVersion | None = visibility.visible_to(self.request.user).filter(generation_id=self.object.pk).first()
        if found is None:
            return ""
        url = reverse("wagtail_ai_content_review:review", args=[found.pk])
        return format_html('<a href="{}">{}</a>', url, found.get_status_display())

    @cached_property
    def steps(self) -> Table:
        return Table(job_steps.columns, jobs.steps_of(self.object.pk), caption=gettext("Steps of the job"))

    @cached_property
    def entries(self) -> Table | None:
        """What the audit trail says of it, for those who may read that."""
        if not self.request.user.has_perm(visibility.READ_AUDIT):
            return None
        found: list[AuditEntry] = trail.listing(trail.Filters(job=str(self.object.pk)))
        return Table(self.trail_columns, found, caption=gettext("Entries of the audit trail")) if found else None

    @property
    def actions(self) -> list[tuple[str, str, str]]:
        """Address, label and classes of each button."""
        job = self.object
        if not visibility.may_change_job(job, self.request.user):
            return []
        if not job.is_over:
            return [(reverse("ai_jobs:cancel", args=[job.pk]), gettext("Cancel this job"), "button no")]
        if can_be_tried(job) and not self._is_of_a_form:
            return [(reverse("ai_jobs:again", args=[job.pk]), gettext("Try again"), "button")]
        return []

    @property
    def _found_url(self) -> str:
        """Where it is shown what a guardrail found, for those who may see that."""
        user, job = self.request.user, self.object
        if job.error_code not in STOPPED or not visibility.may_see_moderation(user):
            return ""
        found = guardrails.stopped(job.pk)
        return reverse("ai_moderation:decision", args=[found.pk]) if found else ""

    @property
    def _warnings(self) -> list[str]:
        if not visibility.may_see_warnings(self.object, self.request.user):
            return []
        return [localised(warning) for warning in self.object.warnings]

    @property
    def _is_of_a_form(self) -> bool:
        """The form it was to be written into is not open any more."""
        function = registry.get(self.object.function)
        return function is None or bool(function.editor_params)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        failed = self.object.status == Status.FAILED
        return {
            **super().get_context_data(**kwargs),
            "trouble": localised(self.object.error or self.object.message) if failed else "",
            "code": self.object.error_code,
            "found_url": self._found_url,
            "warnings": self._warnings,
            "steps": self.steps,
            "entries": self.entries,
            "actions": self.actions,
        }


def _done(request: HttpRequest, job_id: uuid.UUID, *, change: Callable[[uuid.UUID], None], told: str) -> HttpResponse:
    job = seen_by(request.user, job_id)
    if not visibility.may_change_job(job, request.user):
        raise PermissionDenied
    try:
        change(job.pk)
    except AIError as error:
        messages.error(request, localised(error.text))
    else:
        messages.success(request, told)
    return redirect(detail_url(job))


@require_POST
def cancel(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    return _done(request, job_id, change=cancel_job, told=gettext("The job is cancelled. Nothing was changed."))


@require_POST
def again(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    return _done(request, job_id, change=retry_job, told=gettext("The job waits for a worker again."))


app_name = "ai_jobs"
urlpatterns = [
    path("", JobReport.as_view(), name="index"),
    path("results/", JobReport.as_view(results_only=True), name="results"),
    path("<uuid:job_id>/", JobView.as_view(), name="job"),
    path("<uuid:job_id>/cancel/", cancel, name="cancel"),
    path("<uuid:job_id>/again/", again, name="again"),
]
