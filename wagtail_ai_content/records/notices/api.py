"""The one door to notices and to what people want to be told."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from wagtail_ai_content.core.text import Text
from wagtail_ai_content.records.jobs.models import Job
from wagtail_ai_content.records.versions.models import AIVersion

from .models import Notice, NoticeKind, NoticePreference

__all__ = [
    "Notice",
    "NoticeKind",
    "NoticePreference",
    "due_users",
    "forget",
    "note",
    "preference",
    "put_back",
    "take",
    "unwilling",
]

MOST_ATTEMPTS = 5


def note(
    users: Iterable[Any],
    *,
    kind: NoticeKind,
    event: uuid.UUID,
    version: AIVersion | None = None,
    job: Job | None = None,
    text: Text | None = None,
) -> None:
    """Keep a notice for each of ``users`` who was not told about ``event`` yet. One query.

    ``text``: what a notice says that is about neither a version nor a job.
    """
    told = text.as_json() if text is not None else None
    about: dict[str, Any] = {"event": event, "kind": kind, "version": version, "job": job, "text": told}
    rows = [Notice(user_id=user.pk, created=Now(), **about) for user in users]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)


def unwilling(kind: NoticeKind, users: Iterable[Any]) -> frozenset[Any]:
    """The primary keys of those of ``users`` who do not want to be told this."""
    refused = NoticePreference.objects.filter(user__in=[user.pk for user in users], **{kind.value: False})
    return frozenset(refused.values_list("user", flat=True))


def due_users(*, after: float) -> list[Any]:
    """The primary keys of people whose oldest unsent notice waits for ``after`` seconds or longer."""
    due = Notice.objects.filter(sent=None, attempts__lt=MOST_ATTEMPTS, created__lte=Now() - timedelta(seconds=after))
    return list(due.order_by("user").values_list("user", flat=True).distinct())


def take(user_id: Any) -> list[Notice]:
    """All that waits for one person, marked as sent so that nobody else sends it, oldest first."""
    with transaction.atomic():
        waiting = Notice.objects.select_for_update().filter(user=user_id, sent=None)
        ids = list(waiting.filter(attempts__lt=MOST_ATTEMPTS).values_list("pk", flat=True))
        Notice.objects.filter(pk__in=ids).update(sent=Now())
    return list(_with_subjects().filter(pk__in=ids).order_by("created", "pk"))


def put_back(notices: Sequence[Notice]) -> None:
    """Let notices wait again whose mail could not be sent."""
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(sent=None, attempts=F("attempts") + 1)


def forget(*, days: int) -> None:
    """Delete what was sent more than ``days`` days ago."""
    Notice.objects.filter(sent__lt=Now() - timedelta(days=days)).delete()


def preference(user: Any) -> NoticePreference:
    """What ``user`` wants to be told; a new one, not stored yet, where nothing was chosen."""
    return NoticePreference.objects.filter(user=user).first() or NoticePreference(user=user)


def _with_subjects() -> Any:
    return Notice.objects.select_related("version", "job").only(
        "event", "kind", "created", "text", "version__status", "version__target_label", "version__requested_by_name",
        "version__target_content_type", "version__target_object_id", "version__function",
        "job__status", "job__outcome", "job__message", "job__target_label", "job__target_object_id",
        "job__target_content_type",
    )  # fmt: skip
