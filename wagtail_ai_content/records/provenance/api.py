"""The one door to the table of provenance."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from .models import Provenance

__all__ = ["Key", "Provenance", "change", "create", "fetch", "forget", "summaries"]


@dataclass(frozen=True, kw_only=True)
class Key:
    """An object that may hold AI text."""

    content_type_id: int
    """Of the base type, as in Wagtail's revisions."""
    object_id: str


def fetch(key: Key) -> Provenance | None:
    """The row of an object; None when no AI ever wrote for it."""
    return Provenance.objects.filter(content_type_id=key.content_type_id, object_id=key.object_id).first()


def summaries(content_type_id: int, object_ids: Collection[str]) -> dict[str, Provenance]:
    """The rows of objects of one type, by object id, without ``origins``, which are large."""
    rows = Provenance.objects.filter(content_type_id=content_type_id, object_id__in=object_ids).defer("origins")
    return {row.object_id: row for row in rows}


def create(key: Key, **values: Mapping[str, Any]) -> Provenance:
    """The row of an object; a new one begins with ``values``."""
    row, _ = Provenance.objects.get_or_create(
        content_type_id=key.content_type_id, object_id=key.object_id, defaults={**values, "updated": Now()}
    )
    return row


def change(row: Provenance, work_out: Callable[[Provenance], Mapping[str, Any]]) -> None:
    """Write what ``work_out`` makes of ``row``: columns by name; nothing is written when they are so already.

    Nothing that was written since ``row`` was read is lost: the columns are then worked out again, from the row as it
    is, with the row locked.
    """
    if _write(row, work_out(row)):
        return
    with transaction.atomic():
        newer = Provenance.objects.select_for_update().filter(pk=row.pk).first()
        if newer is not None:
            _write(newer, work_out(newer))


def forget(key: Key) -> None:
    """Remove the row of an object that was deleted."""
    Provenance.objects.filter(content_type_id=key.content_type_id, object_id=key.object_id).delete()


def _write(row: Provenance, values: Mapping[str, Any]) -> bool:
    """False when somebody else wrote since ``row`` was read."""
    other = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not other:
        return True
    same = Provenance.objects.filter(pk=row.pk, writes=row.writes)
    return bool(same.update(**other, writes=F("writes") + 1, updated=Now()))
