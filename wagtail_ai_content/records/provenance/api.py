"""The one door to the table of provenance."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Now
from wagtail.models import Revision

from .models import Provenance

__all__ = ["Draft", "Key", "Provenance", "change", "create", "fetch", "forget", "summaries", "with_drafts"]


@dataclass(frozen=True, kw_only=True)
class Key:
    """An object that may hold AI text."""

    content_type_id: int
    """Of the base type, as in Wagtail's revisions."""
    object_id: str


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The latest revision of an object."""

    content_type_id: int
    """Of the object's own type."""
    content: Mapping[str, Any]


def fetch(key: Key) -> Provenance | None:
    """The row of an object; None when no AI ever wrote for it."""
    return Provenance.objects.filter(content_type_id=key.content_type_id, object_id=key.object_id).first()


def summaries(content_type_id: int, object_ids: Collection[str]) -> dict[str, Provenance]:
    """The rows of objects of one type, by object id, without ``origins``, which are large."""
    rows = Provenance.objects.filter(content_type_id=content_type_id, object_id__in=object_ids).defer("origins")
    return {row.object_id: row for row in rows}


def with_drafts(content_type_id: int, object_ids: Collection[str]) -> dict[str, tuple[Provenance, Draft | None]]:
    """The rows of objects of one type, each with the latest revision if there is one, by object id. One query."""
    latest = Revision.objects.filter(
        base_content_type=OuterRef("content_type"), object_id=OuterRef("object_id")
    ).order_by("-created_at", "-pk")
    rows = Provenance.objects.filter(content_type_id=content_type_id, object_id__in=object_ids).annotate(
        draft_type=Subquery(latest.values("content_type")[:1]), draft_content=Subquery(latest.values("content")[:1])
    )
    return {
        row.object_id: (
            row,
            Draft(content_type_id=row.draft_type, content=row.draft_content) if row.draft_type is not None else None,
        )
        for row in rows
    }


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
