"""The list of AI versions a person may decide about."""

from __future__ import annotations

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic import IndexView
from wagtail.models import RevisionMixin, Site

from wagtail_ai_content.pipeline.functions import registry
from wagtail_ai_content.pipeline.visibility import visible_to
from wagtail_ai_content.records.versions.api import AIVersion, VersionStatus
from wagtail_ai_content.records.versions.authors import author_of

from .labels import function_label, places_label, requester_label

WAITING = VersionStatus.PENDING
ANY = "any"
SECONDARY = "wac-review-secondary"
"""Columns for which a narrow window has no room; opening a version shows them."""
LISTED = (
    "id", "status", "function", "target_label", "target_object_id", "target_content_type_id", "touched", "conflicts",
    "alerts", "model_used", "requested_by_name", "created",
)  # fmt: skip
"""What the list shows; the contents of a version are large."""


def state_choices() -> list[tuple[str, str]]:
    others = [(str(value), str(label)) for value, label in VersionStatus.choices if value != WAITING]
    return [*others, (ANY, gettext("All states"))]


def type_choices() -> list[tuple[str, str]]:
    """The types of pages and snippets an AI may propose something for; Django keeps content types in memory."""
    models = [model for model in apps.get_models() if issubclass(model, RevisionMixin)]
    kinds = ContentType.objects.get_for_models(*models, for_concrete_models=False)
    return sorted(((str(kind.pk), kind.name) for kind in kinds.values()), key=lambda choice: choice[1])


def function_choices() -> list[tuple[str, str]]:
    return sorted(((name, function_label(name)) for name in registry), key=lambda choice: choice[1])


def model_choices() -> list[tuple[str, str]]:
    names = AIVersion.objects.order_by("model_used").values_list("model_used", flat=True).distinct()
    return [(name, author_of(name)) for name in names if name]


def requesters(request: HttpRequest) -> QuerySet[Any]:
    """Those who have asked for a version at all."""
    asked = AIVersion.objects.filter(requested_by=OuterRef("pk"))
    users = get_user_model()
    return users._default_manager.filter(Exists(asked)).order_by(users.USERNAME_FIELD)


class StateFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    """By state; what waits for a person where none is chosen."""

    def filter(self, qs: QuerySet[AIVersion], value: str) -> QuerySet[AIVersion]:
        return qs if value == ANY else qs.filter(status=value or WAITING)


class VersionFilter(WagtailFilterSet):  # type: ignore[misc]
    """The filters of the list."""

    status = StateFilter(label=_("State"), choices=state_choices, empty_label=WAITING.label)
    site = django_filters.ModelChoiceFilter(label=_("Site"), queryset=Site.objects.all())
    target_content_type = django_filters.ChoiceFilter(label=_("Type"), choices=type_choices)
    function = django_filters.ChoiceFilter(label=_("AI function"), choices=function_choices)
    model_used = django_filters.ChoiceFilter(label=_("Model"), choices=model_choices)
    requested_by = django_filters.ModelChoiceFilter(label=_("Requested by"), queryset=requesters)
    created = django_filters.DateFromToRangeFilter(label=_("Created"), widget=DateRangePickerWidget)
    conflicts = django_filters.BooleanFilter(label=_("Meets later edits"), method="has_some")
    alerts = django_filters.BooleanFilter(label=_("Changes facts"), method="has_some")

    class Meta:
        model = AIVersion
        fields = ["status", "site", "target_content_type", "function", "model_used", "requested_by", "created"]

    def has_some(self, queryset: QuerySet[AIVersion], name: str, value: bool) -> QuerySet[AIVersion]:
        return queryset.filter(**{f"{name}__gt": 0}) if value else queryset.filter(**{name: 0})


class WarningsColumn(Column):  # type: ignore[misc]
    """What a reviewer should know before opening a version."""

    cell_template_name = "wagtail_ai_content/review/warnings_cell.html"


class ReviewList(IndexView):  # type: ignore[misc]
    """AI versions of the pages the user may edit; those that wait for a decision first."""

    model = AIVersion
    any_permission_required = None  # who may see which version is decided per page, in visible_to()
    permission_policy = None
    page_title = _("AI review")
    header_icon = "glasses"
    template_name = "wagtail_ai_content/review/list.html"
    results_template_name = "wagtail_ai_content/review/list_results.html"
    filterset_class = VersionFilter
    search_fields = ["target_label"]
    default_ordering = ("-created", "-id")
    paginate_by = 50
    table_classname = "listing wac-review-list"
    list_export: list[str] = []
    add_url_name = None
    index_url_name = "wagtail_ai_content_review:index"
    index_results_url_name = "wagtail_ai_content_review:index_results"
    verbose_name_plural = _("AI versions")

    @property
    def columns(self) -> list[Any]:
        return [
            BulkActionsCheckboxColumn("bulk_actions", obj_type="aiversion"),
            TitleColumn("target_label", label=_("Page"), get_url=review_url, get_title_id=_title_id),
            Column(
                "function", label=_("Asked for"), accessor=lambda row: function_label(row.function), classname=SECONDARY
            ),
            Column("touched", label=_("Changes"), accessor=lambda row: places_label(row.touched), classname=SECONDARY),
            WarningsColumn("alerts", label=_("Look at")),
            Column("model_used", label=_("Model"), accessor=lambda row: author_of(row.model_used), classname=SECONDARY),
            Column("requested_by_name", label=_("Requested by"), accessor=requester_label, classname=SECONDARY),
            DateColumn("created", label=_("Created"), classname=SECONDARY),
            StatusTagColumn("status", label=_("State"), accessor="get_status_display", primary=_is_waiting),
        ]

    def get_base_queryset(self) -> QuerySet[AIVersion]:
        return visible_to(self.request.user).only(*LISTED)

    @property
    def no_results_message(self) -> str:
        if self.is_searching or self.is_filtering:
            return gettext("No AI versions match your query.")
        return gettext("Nothing waits for your review. What AI proposes for pages you may edit is listed here.")

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        return {**context, "model_opts": AIVersion._meta}


def review_url(version: AIVersion) -> str:
    return reverse("wagtail_ai_content_review:review", args=[version.pk])


def _title_id(version: AIVersion) -> str:
    return f"aiversion_{version.pk}_title"


def _is_waiting(version: AIVersion) -> bool:
    return bool(version.status == WAITING)
