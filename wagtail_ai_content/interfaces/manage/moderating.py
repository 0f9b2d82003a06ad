"""One text that a guardrail has stopped or judged: what was found, where it came from, and the decision about it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.formats import localize, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.ui.tables import Column, DateColumn, Table, TitleColumn
from wagtail.admin.views.generic import InspectView
from wagtail.admin.widgets import AdminAutoHeightTextInput

from wagtail_ai_content.core.guardrails.check import Finding, Stage
from wagtail_ai_content.core.guardrails.marking import Piece, pieces
from wagtail_ai_content.pipeline import targets, visibility
from wagtail_ai_content.pipeline.moderating import Decided, decide, texts_of
from wagtail_ai_content.records.guardrails import api as guardrails
from wagtail_ai_content.records.guardrails.api import ACTIONS, ModerationDecision
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.records.jobs.api import Job
from wagtail_ai_content.records.texts import localised

from . import jobs as job_report
from .labels import function_label, translated
from .moderation import ICON, ModerationReport, asker_label, category_label, standing_label

SHOWN: Final = 20
"""Jobs, the last of those that met the text."""
APPROVE: Final = "approve"
REJECT: Final = "reject"


class DecisionForm(forms.Form):
    """What a reviewer decides. The note is several lines high, so that Enter does not decide."""

    decision = forms.ChoiceField(choices=[(APPROVE, APPROVE), (REJECT, REJECT)])
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=255,
        widget=AdminAutoHeightTextInput(attrs={"rows": 2}),
        help_text=_("Kept with the decision. Where it is rejected, whoever asked is told it as the reason."),
    )


def told_by(finding: Finding) -> str:
    return localised(finding.text) if finding.text else translated(finding.advice)


def score_label(finding: Finding) -> str:
    return "" if finding.score is None else number_format(finding.score, 2)


class ModerationView(InspectView):  # type: ignore[misc]  # Wagtail ships no types
    """A text, for those who may see it; and for those who may, to decide about it, once and for good."""

    model = ModerationDecision
    any_permission_required = None  # asked in get_object()
    template_name = "wagtail_ai_content/manage/moderation.html"
    header_icon = ICON
    page_title = _("AI moderation")
    pk_url_kwarg = "decision_id"
    index_url_name = "ai_moderation:index"
    found_columns = [
        Column("action", label=_("What happened"), accessor=lambda finding: ACTIONS[finding.action]),
        Column("category", label=_("What it is"), accessor=lambda finding: translated(finding.category)),
        Column("check", label=_("Found by"), accessor=lambda finding: translated(finding.check)),
        Column("excerpt", label=_("Place"), classname="wac-place"),
        Column("advice", label=_("Advice"), accessor=told_by),
        Column("score", label=_("Score"), accessor=score_label),
    ]
    jobs_columns = [
        TitleColumn(
            "function",
            label=_("AI function"),
            accessor=lambda job: function_label(job.function),
            get_url=lambda job: job.log_url,
        ),
        TitleColumn("about", label=_("About"), accessor=job_report.about_label, get_url=lambda job: job.target_url),
        Column("status", label=_("Status"), accessor="state"),
        Column("requested_by_name", label=_("Requested by"), accessor=job_report.requester_label),
        DateColumn("created", label=_("Time")),
    ]
    form: DecisionForm | None = None

    def get_object(self, queryset: Any = None) -> ModerationDecision:
        if not visibility.may_see_moderation(self.request.user):
            raise PermissionDenied
        found = guardrails.get(self.pk)
        if found is None:
            raise Http404
        return found

    def get_page_subtitle(self) -> str:
        return category_label(self.object)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not visibility.may_moderate(request.user):
            raise PermissionDenied
        self.form = DecisionForm(request.POST)
        if not self.form.is_valid():
            messages.error(request, gettext("Nothing is decided yet: see the note, and use one of the buttons."))
            return self.render_to_response(self.get_context_data())  # type: ignore[no-any-return]
        told = self.form.cleaned_data
        approve = told["decision"] == APPROVE
        tell(request, decide(self.object, approve=approve, user=request.user, note=told["note"]), approve=approve)
        return redirect("ai_moderation:index")

    # --- what is shown

    def get_fields_context(self) -> list[dict[str, Any]]:
        return [{"label": name, "value": value, "component": None} for name, value in self._facts() if value]

    def _facts(self) -> Iterator[tuple[str, Any]]:
        about = self.object
        yield gettext("Decision"), standing_label(about)
        yield gettext("Reviewer"), about.reviewer_name
        yield gettext("Decided"), localize(localtime(about.reviewed)) if about.reviewed else ""
        yield gettext("Note"), about.note
        yield gettext("Where"), about.get_stage_display()
        yield gettext("AI function"), function_label(about.function)
        yield gettext("Asked by"), asker_label(about)
        yield gettext("Site"), about.site_name
        yield gettext("Found"), localize(localtime(about.created))

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        return guardrails.findings_of(self.object)

    @cached_property
    def met(self) -> list[Any]:
        """The last jobs that met it, with the addresses that their reader may open."""
        found: list[Any] = jobs.listing(limit=SHOWN, pk__in=guardrails.jobs_of(self.object))
        for job in found:
            seen = visibility.may_see_job(job, self.request.user)
            job.log_url = job_report.detail_url(job) if seen else None
            job.target_url = self._target_url(job)
        return found

    def _target_url(self, job: Job) -> str | None:
        target = targets.stored(job.target_content_type_id, job.target_object_id)
        return AdminURLFinder(self.request.user).get_edit_url(target) if target else None

    @property
    def texts(self) -> list[tuple[str, list[Piece], bool]]:
        """Name and pieces of each part of the text, and whether it is open: those in which something was found, or all
        where the place is not known."""
        texts = texts_of(self.object)
        excerpts = [finding.excerpt for finding in self.findings]
        parts = [pieces(text, excerpts) for text in texts]
        marked = [any(piece.is_found for piece in part) for part in parts]
        names = [_name(self.object.stage, number, len(texts)) for number, _text in enumerate(texts, start=1)]
        return [(name, part, found or not any(marked)) for name, part, found in zip(names, parts, marked, strict=True)]

    @property
    def may_decide(self) -> bool:
        return not self.object.is_by_a_person and visibility.may_moderate(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "found": Table(self.found_columns, self.findings, caption=gettext("What was found")),
            "texts": self.texts,
            "met": Table(self.jobs_columns, self.met, caption=gettext("Jobs that met it")),
            "form": (self.form or DecisionForm()) if self.may_decide else None,
        }


def _name(stage: str, number: int, count: int) -> str:
    whole, part = (
        (gettext("Message"), gettext("Message %(number)s"))
        if stage == Stage.REQUEST
        else (gettext("Answer"), gettext("Text %(number)s of the answer"))
    )
    return part % {"number": number} if count > 1 else whole


def tell(request: HttpRequest, decided: Decided | None, *, approve: bool) -> None:
    """What has come of a decision."""
    if decided is None:
        messages.warning(request, gettext("Somebody else has decided about this text already. Nothing was changed."))
        return
    if not approve:
        messages.success(request, gettext("It is rejected. It is not sent or used, now or when it comes again."))
        return
    told = [gettext("It is let through.")]
    if decided.going_on:
        count = ngettext("%(count)s job goes on.", "%(count)s jobs go on.", decided.going_on)
        told.append(count % {"count": decided.going_on})
    elif not decided.problems:
        told.append(gettext("No job waited for it."))
    messages.success(request, " ".join(told))
    for problem in decided.problems:
        messages.warning(request, gettext("A job cannot go on: %(why)s") % {"why": localised(problem)})


app_name = "ai_moderation"
urlpatterns = [
    path("", ModerationReport.as_view(), name="index"),
    path("results/", ModerationReport.as_view(results_only=True), name="results"),
    path("<int:decision_id>/", ModerationView.as_view(), name="decision"),
]
