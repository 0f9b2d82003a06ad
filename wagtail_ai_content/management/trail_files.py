"""The audit trail as a file: JSON lines, CSV or XLSX, however long it is."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.core.management.base import CommandError

from wagtail_ai_content.core.audit.escape import csv_safe, printable
from wagtail_ai_content.records.audit.api import AuditEntry, Filters, every

FORMATS: Final = ("jsonl", "csv", "xlsx")
NAMES: Final = ("user", "target", "site_name")
COLUMNS: Final = (
    "sequence", "at", "operation", "actor", "user", "function", "model", "prompt", "prompt_version", "target_type",
    "target_id", "target", "site", "site_name", "job", "outcome", "detail", "input_hash", "output_hash",
    "prompt_tokens", "completion_tokens", "cost", "erased", "body_hash", "key", "previous", "seal",
)  # fmt: skip
MOST_ROWS_XLSX: Final = 1_048_575


def write(filters: Filters, *, form: str, to: Path | None, out: Any) -> int:
    """Write the entries, newest first; gives their number. Raises: ``OSError``, ``CommandError``."""
    if form == "xlsx":
        if to is None:
            raise CommandError("XLSX needs a file: --output trail.xlsx.")
        return _xlsx(filters, to)
    with _opened(to, out) as file:
        return _csv(filters, file) if form == "csv" else _jsonl(filters, file)


@contextmanager
def _opened(to: Path | None, out: Any) -> Iterator[Any]:
    if to is None:
        yield out
        return
    with to.open("w", encoding="utf-8", newline="") as file:
        yield file


def _jsonl(filters: Filters, file: Any) -> int:
    count = 0
    for count, facts in enumerate(map(_facts, every(filters)), start=1):  # noqa: B007
        file.write(json.dumps(facts) + "\n")
    return count


def _csv(filters: Filters, file: Any) -> int:
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    count = 0
    for count, facts in enumerate(map(_facts, every(filters)), start=1):  # noqa: B007
        writer.writerow([_cell(facts[name]) for name in COLUMNS])
    return count


def _xlsx(filters: Filters, to: Path) -> int:
    from openpyxl import Workbook  # type: ignore[import-untyped]
    from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]

    book = Workbook(write_only=True)
    sheet = book.create_sheet("AI audit")
    sheet.append(COLUMNS)
    count = 0
    for count, facts in enumerate(map(_facts, every(filters)), start=1):
        if count > MOST_ROWS_XLSX:
            raise CommandError("A spreadsheet cannot hold so many rows. Choose --since and --until, or CSV.")
        cells = [WriteOnlyCell(sheet, _cell(facts[name])) for name in COLUMNS]
        for cell in cells:
            cell.data_type = "s" if cell.data_type == "f" else cell.data_type
        sheet.append(cells)
    book.save(to)
    return count


def _facts(entry: AuditEntry) -> dict[str, Any]:
    told = {**{name: getattr(entry, name, None) for name in COLUMNS}, "at": entry.at.isoformat()}
    return {
        **told,
        "user": entry.names.get("user", ""),
        "target": entry.names.get("target", ""),
        "site_name": entry.names.get("site", ""),
        "cost": None if entry.cost is None else str(entry.cost),
        "erased": entry.is_erased,
    }


def _cell(value: Any) -> Any:
    return csv_safe(printable(value)) if isinstance(value, str) else value
