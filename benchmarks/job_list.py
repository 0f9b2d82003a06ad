"""The list of jobs with a million rows: a page at the start, in the middle and at the end, by keyset and by OFFSET.

The rows are made by the database itself, without their texts. Target: every page of 50 within 5 ms, filtered or not.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from typing import Any

from stage.figures import Figure, headline, middle, report
from stage.scene import enter, set_up

Rows = Callable[[], Sequence[Any]]

PAGE = 50
OTHER_ROWS = "; NOT THE SAME ROWS"
MOST_MS = 5.0
STATUSES = ("succeeded",) * 90 + ("failed",) * 6 + ("cancelled",) * 4
FILTERS: tuple[dict[str, str], ...] = ({}, {"status": "succeeded"}, {"status": "failed"}, {"function": "meta"})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--postgres", action="store_true", help="In a new PostgreSQL database (POSTGRES_HOST, …).")
    options = parser.parse_args()
    headline(f"{options.rows:,} jobs, pages of {PAGE}")
    with set_up("openai/test-model", postgres=options.postgres) as scene:
        enter(scene.site)
        began = time.perf_counter()
        make_rows(options.rows)
        report(Figure(what="making the rows", value=time.perf_counter() - began, unit="s"))
        for filters in FILTERS:
            measure(filters, rounds=options.rounds)


def measure(filters: dict[str, str], *, rounds: int) -> None:
    """Three places of one list, keyset and OFFSET in turn."""
    from wagtail_ai_content.records.jobs import api as jobs

    count = jobs.Job.objects.all().filter(**filters).count()
    for place, share in (("start", 0.0), ("middle", 0.5), ("end", 1.0)):
        skipped = max(0, int((count - PAGE) * share))
        before = _last_before(skipped, filters)
        keyset, offset, same = _interleaved(
            lambda before=before: jobs.listing(before=before, limit=PAGE, **filters),
            lambda skipped=skipped: _by_offset(skipped, filters),
            rounds=rounds,
        )
        name = ", ".join(f"{key} {value}" for key, value in filters.items()) or "all"
        report(
            Figure(
                what=f"{name}, {place}",
                value=keyset,
                unit="ms",
                most=MOST_MS,
                note=f"OFFSET {skipped:,}: {offset:,.1f} ms, ratio {keyset / offset:.3f}{'' if same else OTHER_ROWS}",
            )
        )


def _last_before(skipped: int, filters: dict[str, str]) -> Any:
    from wagtail_ai_content.records.jobs import api as jobs

    if not skipped:
        return None
    rows = jobs.Job.objects.all().filter(**filters).order_by("-created", "-id").values_list("created", "id")
    return rows[skipped - 1]


def _by_offset(skipped: int, filters: dict[str, str]) -> Sequence[Any]:
    """What a paginator does: the same columns, in the same order."""
    from wagtail_ai_content.records.jobs import api as jobs

    rows = jobs.Job.objects.all().filter(**filters).only(*jobs.LISTED).order_by("-created", "-id")
    return list(rows[skipped : skipped + PAGE])


def _interleaved(one: Rows, other: Rows, *, rounds: int) -> tuple[float, float, bool]:
    """Median milliseconds of both, taken in turn, and whether they gave the same rows."""
    times: tuple[list[float], list[float]] = ([], [])
    answers: list[list[Any]] = [[], []]
    for _ in range(rounds):
        for place, program in enumerate((one, other)):
            began = time.perf_counter()
            answers[place] = [row.pk for row in program()]
            times[place].append((time.perf_counter() - began) * 1000)
    assert len(answers[1]) == PAGE
    return middle(times[0]), middle(times[1]), answers[0] == answers[1]


def make_rows(count: int) -> None:
    """Insert ended jobs by one statement; the indexes are built afterwards, which is faster and ends the same."""
    from django.db import connection

    from wagtail_ai_content.records.jobs.models import Job

    table = Job._meta.db_table
    columns = {field.column: _expression(field, connection.vendor) for field in Job._meta.concrete_fields}
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(columns.values())
    with connection.cursor() as cursor:
        indexes = list(Job._meta.indexes)
        with connection.schema_editor() as editor:
            for index in indexes:
                editor.remove_index(Job, index)
        cursor.execute(f'INSERT INTO "{table}" ({names}) {_numbered(values, count, connection.vendor)}')
        with connection.schema_editor() as editor:
            for index in indexes:
                editor.add_index(Job, index)
    analyse(table)


def analyse(table: str) -> None:
    """Let the database count what is in a table, as it does by itself after a while."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else f'VACUUM ANALYZE "{table}"')


def _numbered(values: str, count: int, vendor: str) -> str:
    if vendor == "sqlite":
        numbers = f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {count - 1})"
        return f"{numbers} SELECT {values} FROM n"
    return f"SELECT {values} FROM generate_series(0, {count - 1}) AS n(i)"


def _expression(field: Any, vendor: str) -> str:
    """SQL for one column of row number ``i``: one job every 30 seconds, nine in ten of them a success."""
    sqlite = vendor == "sqlite"
    created = (
        "strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || (i * 30) || ' seconds')"
        if sqlite
        else "now() - i * interval '30 seconds'"
    )
    status = f"CASE WHEN {_spread()} < 90 THEN 'succeeded' WHEN {_spread()} < 96 THEN 'failed' ELSE 'cancelled' END"
    told = {
        "id": "lower(hex(randomblob(16)))" if sqlite else "gen_random_uuid()",
        "status": status,
        "outcome": f"CASE WHEN {_spread()} < 90 THEN 'value' ELSE '' END",
        "function": "CASE i % 4 WHEN 0 THEN 'meta' WHEN 1 THEN 'title' WHEN 2 THEN 'rewrite' ELSE 'summarise' END",
        "requested_by_name": "'editor'",
        "target_label": "'A page with the number ' || (i % 500)",
        "target_object_id": "CAST(i % 500 AS varchar(255))",
        "message": """'{"template": "The answer is ready.", "params": {}}'""",
        **dict.fromkeys(("created", "started", "completed", "delivered", "next_attempt"), created),
    }
    expression = told.get(field.column) or _default(field)
    return f"CAST({expression} AS {field.db_type(_connection())})" if not sqlite else expression


def _connection() -> Any:
    from django.db import connection

    return connection


def _spread() -> str:
    """0 to 99, the same for the same row and without a pattern among neighbours."""
    return "((CAST(i AS bigint) * 7919 + 104729) % 100)"


def _default(field: Any) -> str:
    if field.null:
        return "NULL"
    value = field.get_default() if field.has_default() else ""
    if isinstance(value, dict):
        return "'{}'"
    return str(value) if isinstance(value, int) else f"'{value}'"


if __name__ == "__main__":
    main()
