"""An audit trail to play with: made in a moment, and tampered with as somebody with a database prompt would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from wagtail_ai_content.core.audit.chain import FIRST, seal
from wagtail_ai_content.records.audit import api as trail
from wagtail_ai_content.records.audit import keys
from wagtail_ai_content.records.audit.models import AuditBody, AuditEntry, AuditHead

ENTRY, BODY, HEAD = (model._meta.db_table for model in (AuditEntry, AuditBody, AuditHead))


def grow(count: int, **fields: Any) -> list[AuditEntry]:
    """``count`` entries more."""
    made = []
    for number in range(count):
        given = {"operation": "generated", "actor": "7", "model": "test/model", "function": "rewrite", **fields}
        about = {"user": "Ada", "target": f"Page {number}"}
        made.append(trail.append(trail.NewEntry(about=about, texts={"reply": {"text": "Hello"}}, **given)))
    return made


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@contextmanager
def owner() -> Iterator[None]:
    """The owner of the tables can switch PostgreSQL's triggers off."""
    _triggers("DISABLE")
    try:
        yield
    finally:
        _triggers("ENABLE")


def _triggers(word: str) -> None:
    if connection.vendor == "postgresql":
        for table in (ENTRY, BODY):
            sql(f"ALTER TABLE {table} {word} TRIGGER USER")


def end_at(last: int) -> None:
    """Make the note of the trail's end fit what is left."""
    entry = AuditEntry.objects.filter(sequence=last).first()
    sql(f"UPDATE {HEAD} SET sequence = %s, seal = %s", last, entry.seal if entry else FIRST)


def shift(first: int, by: int) -> None:
    """Give the entries from ``first`` on other numbers, bodies as well."""
    numbers = list(AuditEntry.objects.filter(sequence__gte=first).values_list("sequence", flat=True))
    for number in sorted(numbers, reverse=by > 0):
        renumber(number, number + by)


def renumber(old: int, new: int) -> None:
    sql(f"UPDATE {ENTRY} SET sequence = %s WHERE sequence = %s", new, old)
    sql(f"UPDATE {BODY} SET entry_id = %s WHERE entry_id = %s", new, old)


def remove(first: int, last: int | None = None) -> None:
    for table, column in ((ENTRY, "sequence"), (BODY, "entry_id")):
        sql(f"DELETE FROM {table} WHERE {column} BETWEEN %s AND %s", first, last or first)


def reseal(first: int) -> None:
    """Seal every entry from ``first`` on anew, as somebody who has the key can."""
    key = keys.current()
    rows = list(trail.rows())
    previous = rows[first - 2][-1] if first > 1 else FIRST
    for row in rows[first - 1 :]:
        fresh = (*row[:-3], key.id, previous)
        done = seal(fresh, key.secret)
        sql(
            f"UPDATE {ENTRY} SET key = %s, previous = %s, seal = %s WHERE sequence = %s", key.id, previous, done, row[0]
        )
        previous = done
    end_at(rows[-1][0])
