"""The one door to the table of dismissed suggestions."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Now

from wagtail_ai_content.records.provenance.api import Key

from .models import DismissedSuggestion

__all__ = ["DismissedSuggestion", "dismiss", "dismissed", "forget"]

MOST = 500
"""Kept for one person and object; of more the oldest are forgotten."""


def dismiss(user: Any, about: Key, keys: Collection[str]) -> None:
    """Remember that ``user`` does not want to see these again. Doing it twice is doing it once."""
    DismissedSuggestion.objects.bulk_create(
        [
            DismissedSuggestion(
                user=user, content_type_id=about.content_type_id, object_id=about.object_id, key=key, at=Now()
            )
            for key in dict.fromkeys(keys)
        ],
        ignore_conflicts=True,
    )
    newest = _of(user, about).order_by("-at", "-pk").values_list("pk", flat=True)
    too_many = list(newest[MOST:])
    if too_many:
        DismissedSuggestion.objects.filter(pk__in=too_many).delete()


def dismissed(user: Any, about: Key) -> frozenset[str]:
    """The keys of what ``user`` dismissed there. One query."""
    return frozenset(_of(user, about).order_by().values_list("key", flat=True))


def forget(about: Key) -> None:
    """Remove what is known of an object that was deleted."""
    DismissedSuggestion.objects.filter(content_type_id=about.content_type_id, object_id=about.object_id).delete()


def _of(user: Any, about: Key) -> QuerySet[DismissedSuggestion]:
    return DismissedSuggestion.objects.filter(
        content_type_id=about.content_type_id, object_id=about.object_id, user=user
    )
