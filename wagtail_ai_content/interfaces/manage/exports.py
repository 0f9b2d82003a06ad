"""Spreadsheets of the reports, in which nothing that people or models wrote is taken for a formula."""

from __future__ import annotations

from typing import Any

from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.admin.views.reports import ReportView

from wagtail_ai_content.core.audit.escape import csv_safe, printable


class SafeExport(SpreadsheetExportMixin):  # type: ignore[misc]  # Wagtail ships no types
    """Texts are defused when they are exported; in XLSX Wagtail itself writes none as a formula."""

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        if isinstance(value, str):
            text = printable(value)
            return csv_safe(text) if export_format == self.FORMAT_CSV else text
        return super().preprocess_field_value(field, value, export_format)


class SafeReport(SafeExport, ReportView):  # type: ignore[misc]
    """A report with such an export."""
