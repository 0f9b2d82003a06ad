"""What the reports of jobs, of the audit trail and of moderation have in common: logs, as quick at a million rows."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from wagtail.admin.filters import WagtailFilterSet

from .exports import SafeReport
from .paging import ReportPaginator


class Log(Protocol):
    """The door to a table of which a report shows what was ``chosen``: a value of the table's own filter."""

    @property
    def MOST_COUNTED(self) -> int: ...  # a constant of a module

    def selected(self, chosen: Any, /) -> QuerySet[Any]: ...

    def count(self, chosen: Any, /) -> int: ...

    def page(self, chosen: Any, /, *, skip: int, limit: int) -> list[Any]: ...

    def every(self, chosen: Any, /) -> Iterator[Any]: ...


class LogFilter(WagtailFilterSet):  # type: ignore[misc]  # Wagtail ships no types
    """The filters of such a report."""

    @property
    def chosen(self) -> Any:
        """What they say, as the table's door wants it. Only of a filter that is valid."""
        raise NotImplementedError

    def span(self, name: str) -> tuple[datetime.datetime | None, datetime.datetime | None]:
        """The first moment of a range of days, and the first after it."""
        days = self.form.cleaned_data.get(name)
        if days is None:
            return None, None
        return days.start, days.stop + datetime.timedelta(microseconds=1) if days.stop else None


class LogReport(SafeReport):
    """A log, newest first. Nobody sees it unless ``may_see`` says so."""

    log: Log
    everything: Any
    """What is chosen when nothing is: the table's own filter as it is at first."""
    file_name: str
    """Of an export, before its date."""
    template_name = "wagtail_ai_content/manage/log_report.html"
    table_classname = "listing wac-report"
    permission_policy = None  # asked in dispatch()
    default_ordering = None

    def may_see(self, user: Any) -> bool:
        return False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not self.may_see(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if self.is_export:  # before anything counts or holds all rows
            return self.as_spreadsheet(self.log.every(self.chosen), request.GET["export"])
        return super().get(request, *args, **kwargs)

    @cached_property
    def chosen(self) -> Any:
        return self.filters.chosen if self.filters.is_valid() else self.everything

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return self.log.selected(self.chosen)

    @property
    def most_counted(self) -> int:
        return self.log.MOST_COUNTED

    def get_paginator(self, queryset: QuerySet[Any], per_page: int, **options: Any) -> ReportPaginator:
        return ReportPaginator(
            queryset,
            per_page,
            counted=lambda: self.log.count(self.chosen),
            rows=lambda skip, limit: self.log.page(self.chosen, skip=skip, limit=limit),
            most=self.most_counted,
            **options,
        )

    def get_filename(self) -> str:
        return f"{self.file_name}-{datetime.datetime.now(datetime.UTC):%Y-%m-%d}"

    def exported(self, item: Any) -> Mapping[str, Any]:
        """What of a row is exported otherwise than it is stored, by name."""
        return {}

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        own = self.exported(item)
        return {name: own[name] if name in own else getattr(item, name) for name in self.list_export}
