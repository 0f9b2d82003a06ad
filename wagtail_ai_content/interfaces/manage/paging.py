"""Pages of reports that are counted and cut by the tables' own doors, however many rows there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext
from wagtail.admin.paginator import WagtailPaginator

Page = Callable[[int, int], list[Any]]
"""Gives the rows after so many, and at most so many of them."""


class ReportPaginator(WagtailPaginator):  # type: ignore[misc]  # Wagtail ships no types
    """Wagtail's pages, of rows that somebody else counts and gets. ``most``: where counting stops."""

    def __init__(
        self, object_list: Any, per_page: int, *, counted: Callable[[], int], rows: Page, most: int, **options: Any
    ) -> None:
        super().__init__(object_list, per_page, **options)
        self._counted, self._rows, self._most = counted, rows, most

    @cached_property
    def count(self) -> int:
        return self._counted()

    @cached_property
    def items_count_label(self) -> str:
        if self.count < self._most:
            return str(super().items_count_label)
        told = gettext("%(count)s or more %(items)s: choose a date to see older ones")
        return told % {"count": f"{self._most:,}", "items": self.verbose_name_plural}

    def page(self, number: Any) -> Any:
        number = self.validate_number(number)
        return self._get_page(self._rows((number - 1) * self.per_page, self.per_page), number, self)
