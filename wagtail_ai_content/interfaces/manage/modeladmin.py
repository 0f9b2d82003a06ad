"""Jobs, audit trail and moderation once more, as listings of wagtail-modeladmin, for sites that use it for everything.

Only to look at: nothing is added, changed or deleted. The reports (``jobs``, ``audit``, ``moderation``) show the same
with more filters, and stay quick when there is much. modeladmin asks its own permission helpers and shows whatever is
false as “-”, so that every value here is a text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from django.contrib.admin import SimpleListFilter
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.paginator import WagtailPaginator
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin, ModelAdminGroup, modeladmin_register
from wagtail_modeladmin.views import IndexView, InspectView

from wagtail_ai_content.pipeline import visibility
from wagtail_ai_content.records.audit import api as trail
from wagtail_ai_content.records.audit.api import AuditEntry
from wagtail_ai_content.records.guardrails import api as guardrails
from wagtail_ai_content.records.guardrails.api import DecisionFilter, ModerationDecision
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.records.jobs.api import Job, JobFilter
from wagtail_ai_content.records.texts import cost_label, localised

from . import audit, moderation
from . import jobs as job_report
from .exports import SafeExport
from .labels import function_choices, function_label

OFFERED: Final = ("_index", "_inspect")
"""How the names of the addresses end that there are."""
Method = TypeVar("Method", bound=Callable[..., str])
NO_SUCH_THING = (ValidationError, ValueError)


class LookOnly(PermissionHelper):  # type: ignore[misc]  # ships no types
    """Whoever may see the report may look at this; nobody may do anything."""

    def user_can_list(self, user: Any) -> bool:
        return True

    def user_can_inspect_obj(self, user: Any, obj: Any) -> bool:
        return self.user_can_list(user)

    def user_can_create(self, user: Any) -> bool:
        return False

    def user_can_edit_obj(self, user: Any, obj: Any) -> bool:
        return False

    def user_can_delete_obj(self, user: Any, obj: Any) -> bool:
        return False


class JobHelper(LookOnly):
    """Everybody's own jobs."""

    def user_can_inspect_obj(self, user: Any, obj: Job) -> bool:
        return visibility.may_see_job(obj, user)


class AuditHelper(LookOnly):
    """For those who may read the trail."""

    def user_can_list(self, user: Any) -> bool:
        return audit.may_read(user)


class ModerationHelper(LookOnly):
    """For those who may see what was stopped."""

    def user_can_list(self, user: Any) -> bool:
        return visibility.may_see_moderation(user)


class ByFunction(SimpleListFilter):
    """By AI function, as the site calls them."""

    title = _("AI function")
    parameter_name = "function"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return function_choices()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(function=self.value()) if self.value() else queryset


class Listing(SafeExport, IndexView):  # type: ignore[misc]
    """A list whose address takes its filters and nothing else: any column could be guessed at with other lookups."""

    def get_filters(self, request: HttpRequest) -> Any:
        specs, has_filters, _rest, may_repeat = super().get_filters(request)
        return specs, has_filters, {}, may_repeat

    def get_heading(self, queryset: Any, field: str) -> str:
        return self.model_admin.label_of(field)  # type: ignore[no-any-return]

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        return {field: self.model_admin.value_of(field, item) for field in self.list_export}


class NamedPaginator(WagtailPaginator):  # type: ignore[misc]
    """Pages of the trail with the names of people and pages, which are kept beside it."""

    def page(self, number: Any) -> Any:
        page = super().page(number)
        page.object_list = trail.named(page.object_list)
        return page


class TrailListing(Listing):
    """The list of the trail."""

    paginator_class = NamedPaginator

    def as_spreadsheet(self, queryset: QuerySet[AuditEntry], spreadsheet_format: str) -> Any:
        return super().as_spreadsheet(_named(queryset), spreadsheet_format)


def _named(entries: QuerySet[AuditEntry]) -> Iterator[AuditEntry]:
    """With names, never many at once."""
    some: list[AuditEntry] = []
    for entry in entries.iterator(chunk_size=trail.AT_ONCE):
        some.append(entry)
        if len(some) == trail.AT_ONCE:
            yield from trail.named(some)
            some = []
    yield from trail.named(some)


class Inspection(InspectView):  # type: ignore[misc]
    """One row, by the same texts as in the list."""

    def __init__(self, model_admin: Any, instance_pk: str) -> None:
        try:
            super().__init__(model_admin, instance_pk)
        except NO_SUCH_THING as error:
            raise Http404 from error
        model_admin.prepare(self.instance)

    def get_dict_for_field(self, field_name: str) -> dict[str, Any]:
        return {
            "label": self.model_admin.label_of(field_name),
            "value": self.model_admin.value_of(field_name, self.instance) or self.model_admin.empty_value_display,
        }


class LookOnlyAdmin(ModelAdmin):  # type: ignore[misc]
    """A list, an inspection and an export."""

    inspect_view_enabled = True
    history_view_enabled = False
    index_view_class = Listing
    inspect_view_class = Inspection
    list_per_page = 50

    def get_admin_urls_for_registration(self) -> tuple[Any, ...]:
        return tuple(url for url in super().get_admin_urls_for_registration() if url.name.endswith(OFFERED))

    def get_permissions_for_registration(self) -> QuerySet[Permission]:
        """Those that count are offered by the reports."""
        return Permission.objects.none()

    def register_admin_url_finders(self) -> None:
        """There is no address where a row is changed."""

    def register_indexing(self) -> None:
        """Wagtail need not look for references in each job that is saved."""

    def prepare(self, instance: Any) -> None:
        """Read what the texts of one row need."""

    def label_of(self, field: str) -> str:
        told: str | Promise = getattr(getattr(self, field, None), "short_description", "")
        return str(told or capfirst(str(self.opts.get_field(field).verbose_name)))

    def value_of(self, field: str, instance: Any) -> Any:
        own = getattr(self, field, None)
        return own(instance) if own is not None else getattr(instance, field)


def column(label: Any) -> Callable[[Method], Method]:
    """Names a method as modeladmin wants it."""

    def named(method: Method) -> Method:
        method.short_description = label  # type: ignore[attr-defined]
        return method

    return named


class JobAdmin(LookOnlyAdmin):
    """Generation history."""

    model = Job
    base_url_path = "ai_history/jobs"
    menu_label = _("Generation history")
    menu_icon = "history"
    permission_helper_class = JobHelper
    list_display = ("asked_for", "target", "state", "requester", "price", "created")  # more does not fit
    list_filter = ("status", ByFunction, "created")
    inspect_view_fields = [
        "asked_for", "target", "state", "told", "requester", "site_name", "model_used", "prompt_key", "prompt_version",
        "tokens", "price", "duration", "error_code", "created",
    ]  # fmt: skip
    list_export = (
        "id", "created", "requested_by_name", "site_name", "function", "target_label", "status", "outcome",
        "model_used", "prompt_key", "prompt_version", "prompt_tokens", "completion_tokens", "cost", "error_code",
    )  # fmt: skip
    export_filename = "ai-jobs"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return jobs.selected(visibility.jobs_of(request.user, JobFilter()))

    @column(_("Job"))
    def id(self, job: Job) -> str:
        return str(job.pk)

    @column(_("AI function"))
    def asked_for(self, job: Job) -> str:
        return function_label(job.function)

    @column(_("About"))
    def target(self, job: Job) -> str:
        return job_report.about_label(job)

    @column(_("Status"))
    def state(self, job: Job) -> str:
        return job.state

    @column(_("Message"))
    def told(self, job: Job) -> str:
        return localised(job.message)

    @column(_("Requested by"))
    def requester(self, job: Job) -> str:
        return job_report.requester_label(job)

    @column(_("Tokens"))
    def tokens(self, job: Job) -> str:
        return job_report.tokens_label(job)

    @column(_("Cost"))
    def price(self, job: Job) -> str:
        return cost_label(job.cost)

    @column(_("Duration"))
    def duration(self, job: Job) -> str:
        return job_report.duration_label(job)


class AuditAdmin(LookOnlyAdmin):
    """The audit trail."""

    model = AuditEntry
    base_url_path = "ai_history/audit"
    menu_label = _("Audit trail")
    menu_icon = "clipboard-list"
    permission_helper_class = AuditHelper
    index_view_class = TrailListing
    list_display = ("done", "about", "person", "price", "came_of_it", "at")
    list_filter = ("operation", ByFunction, "at")
    inspect_view_fields = [
        "sequence", "done", "about", "person", "asked_for", "model_name", "prompt", "prompt_version", "price",
        "came_of_it", "detail", "job", "at", "input_hash", "output_hash", "seal",
    ]  # fmt: skip
    list_export = (
        "sequence", "at", "done", "actor", "person", "function", "model_name", "prompt", "prompt_version",
        "target_type", "target_id", "about", "job", "outcome", "detail", "prompt_tokens", "completion_tokens", "cost",
        "input_hash", "output_hash", "seal",
    )  # fmt: skip
    export_filename = "ai-audit"

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        return trail.selected(trail.Filters())

    def prepare(self, instance: AuditEntry) -> None:
        trail.named([instance])

    @column(_("Operation"))
    def done(self, entry: AuditEntry) -> str:
        return str(entry.get_operation_display())

    @column(_("About"))
    def about(self, entry: AuditEntry) -> str:
        return audit.target_label(entry)

    @column(_("User"))
    def person(self, entry: AuditEntry) -> str:
        return audit.user_label(entry)

    @column(_("AI function"))
    def asked_for(self, entry: AuditEntry) -> str:
        return function_label(entry.function)

    @column(_("Model"))
    def model_name(self, entry: AuditEntry) -> str:
        return entry.model

    @column(_("Cost"))
    def price(self, entry: AuditEntry) -> str:
        return cost_label(entry.cost)

    @column(_("Outcome"))
    def came_of_it(self, entry: AuditEntry) -> str:
        return audit.outcome_label(entry)


class ModerationAdmin(LookOnlyAdmin):
    """What guardrails have stopped or judged."""

    model = ModerationDecision
    base_url_path = "ai_history/moderation"
    menu_label = _("Moderation")
    menu_icon = moderation.ICON
    permission_helper_class = ModerationHelper
    list_display = ("what", "stands", "found_by", "where", "reviewer_name", "created")
    list_filter = ("status", "stage", ByFunction, "created")
    inspect_view_fields = [
        "what", "place", "stands", "found_by", "where", "asked_by", "site_name", "reviewer_name", "note", "reviewed",
        "created",
    ]  # fmt: skip
    list_export = ("id", "created", "what", "place", "stands", "found_by", "where", "asked_by", "reviewer_name", "note")
    export_filename = "ai-moderation"
    what = column(_("What it is"))(lambda self, row: moderation.category_label(row))
    place = column(_("Place"))(lambda self, row: moderation.excerpt_label(row))
    stands = column(_("Decision"))(lambda self, row: moderation.standing_label(row))
    found_by = column(_("Found by"))(lambda self, row: moderation.check_label(row))
    where = column(_("Where"))(lambda self, row: row.get_stage_display())

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModerationDecision]:
        return guardrails.selected(DecisionFilter())


class AIHistory(ModelAdminGroup):  # type: ignore[misc]
    """All in one menu."""

    menu_label = _("AI history")
    menu_icon = "wac-wand"
    menu_order = 310
    items = (JobAdmin, AuditAdmin, ModerationAdmin)


def register() -> None:
    """To be called once, while Wagtail reads its hooks."""
    modeladmin_register(AIHistory)
