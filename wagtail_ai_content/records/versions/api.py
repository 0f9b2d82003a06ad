"""The one door to the table of AI versions."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from wagtail.models import Revision

from wagtail_ai_content.core.text import Text
from wagtail_ai_content.core.versions import decisions, touched
from wagtail_ai_content.records.jobs.models import Job

from .models import AIVersion, VersionKind, VersionStatus

__all__ = [
    "AIVersion",
    "NewVersion",
    "VersionKind",
    "VersionStatus",
    "all_versions",
    "arrived",
    "attribution",
    "fetch",
    "keep",
    "kept_for",
    "named",
    "of_target",
    "offer_again",
    "only_ai",
    "requesters",
    "restore_superseded",
    "shadowed",
    "store_decisions",
    "supersede",
    "undecided",
    "with_ai_mark",
]

IN_CONTENT = (VersionStatus.DRAFTED, VersionStatus.PENDING, VersionStatus.ACCEPTED, VersionStatus.PARTLY)
"""A version that still waits may have been taken in part."""
ABOUT = (
    "id", "job", "status", "function", "target_content_type", "target_object_id", "target_label", "requested_by",
    "requested_by_name", "created",
)  # fmt: skip
"""What a version is about, without its contents, which are large."""


@dataclass(frozen=True, kw_only=True)
class NewVersion:
    """What is known of a version when it is made; see the fields of :class:`AIVersion`."""

    base: Mapping[str, Any]
    proposed: Mapping[str, Any]
    changes: Mapping[str, Any]
    touched: Sequence[Mapping[str, Any]] = ()
    writes: Sequence[Mapping[str, Any]] = ()
    merged: bool = False
    conflicts: int = 0
    warnings: Sequence[Text] = ()
    invariants: Sequence[Mapping[str, Any]] = ()
    alerts: int = 0
    quality: Mapping[str, Any] | None = None
    revision_id: int | None = None
    reason: str = ""


def keep(job: Job, new: NewVersion) -> AIVersion:
    """Store what ``job`` made of its target: ``drafted`` with a revision, ``pending`` without."""
    version = AIVersion(
        job=job,
        generation_id=job.pk,
        target_content_type_id=job.target_content_type_id,
        target_object_id=job.target_object_id,
        target_label=job.target_label,
        function=job.function,
        status=VersionStatus.PENDING if new.revision_id is None else VersionStatus.DRAFTED,
        kind=VersionKind.MERGED if new.merged else VersionKind.GENERATED,
        reason=new.reason,
        base=dict(new.base),
        proposed=dict(new.proposed),
        changes=dict(new.changes),
        touched=list(new.touched),
        writes=list(new.writes),
        conflicts=new.conflicts,
        warnings=[warning.as_json() for warning in new.warnings],
        invariants=list(new.invariants),
        alerts=new.alerts,
        quality=dict(new.quality) if new.quality else None,
        revision_id=new.revision_id,
        model_used=job.model_used,
        model_parameters=job.model_parameters,
        prompt_key=job.prompt_key,
        prompt_version=job.prompt_version,
        prompt_source=job.prompt_source,
        confidence=job.confidence,
        cost=job.cost,
        requested_by_id=job.requested_by_id,
        requested_by_name=job.requested_by_name,
        site_id=job.site_id,
        created=Now(),
    )
    version.save(force_insert=True)
    return version


# --- deciding


def fetch(version_id: uuid.UUID, *, locked: bool = False) -> AIVersion | None:
    """One version; ``locked`` until the transaction ends."""
    rows = AIVersion.objects.select_for_update() if locked else AIVersion.objects.select_related("target_content_type")
    return rows.filter(pk=version_id).first()


def store_decisions(version: AIVersion, *, reviewer: Any) -> None:
    """Save ``version`` after its ``decisions`` or ``writes`` changed, with the status that follows from them."""
    _settle(version)
    version.reviewer = reviewer
    version.save(update_fields=["decisions", "writes", "touched", "revision", "status", "reviewer", "decided"])


def supersede(version: AIVersion, *, blocks: Collection[str], by: Mapping[str, Any]) -> None:
    """Close what other waiting versions of the same object propose for ``blocks``."""
    for other in _waiting_beside(version).select_for_update():
        there = [entry["id"] for entry in other.touched if entry["block"] in blocks]
        ids = [key for key in there if key not in other.decisions]
        for key in ids:
            other.decisions[key] = {"decision": "superseded", "version": str(version.pk), **by}
        if ids:
            _settle(other)
            other.save(update_fields=["decisions", "status", "decided"])


def restore_superseded(version: AIVersion) -> None:
    """Open again what was closed because ``version`` was taken."""
    same_object = _same_object(version).exclude(pk=version.pk).select_for_update()
    for other in same_object.filter(status__in=(VersionStatus.PENDING, VersionStatus.PARTLY, VersionStatus.SUPERSEDED)):
        closed = [key for key, decision in other.decisions.items() if decision.get("version") == str(version.pk)]
        for key in closed:
            del other.decisions[key]
        if closed:
            _settle(other)
            other.save(update_fields=["decisions", "status", "decided"])


def shadowed(*, within: timedelta) -> list[uuid.UUID]:
    """Drafts of the time ``within`` that an older revision, written anew later, has covered up."""
    covering = Revision.objects.filter(
        base_content_type=OuterRef("revision__base_content_type"),
        object_id=OuterRef("revision__object_id"),
        pk__lt=OuterRef("revision_id"),
        created_at__gt=OuterRef("revision__created_at"),
    )
    drafted = AIVersion.objects.filter(status=VersionStatus.DRAFTED, created__gt=Now() - within)
    return list(drafted.filter(Exists(covering)).values_list("pk", flat=True))


def offer_again(version_id: uuid.UUID, *, reason: str) -> AIVersion | None:
    """Turn a draft into a proposal; None when it is no draft any more."""
    version = fetch(version_id, locked=True)
    if version is None or version.status != VersionStatus.DRAFTED:
        return None
    version.writes, version.revision, version.reason = [], None, reason
    _settle(version)
    version.save(update_fields=["decisions", "writes", "revision", "reason", "status", "decided"])
    return version


def attribution(version: AIVersion) -> dict[str, Any]:
    """What an object's history keeps of a version, also when version and job are gone."""
    return {
        "job": str(version.generation_id),
        "version": str(version.pk),
        "function": version.function,
        "model": version.model_used,
        "prompt": version.prompt_key,
        "prompt_version": version.prompt_version,
        "prompt_source": version.prompt_source,
        "reason": version.reason,
    }


def all_versions() -> QuerySet[AIVersion]:
    """For lists, which narrow it down by what a person may see."""
    return AIVersion.objects.all()


# --- for workflows and histories


def undecided(target: Any) -> tuple[touched.Touched, ...]:
    """The blocks of a page or snippet that nobody has decided about since an AI last wrote into them. One query."""
    rows = _of(target).filter(status__in=IN_CONTENT).order_by("-created", "-id")
    return touched.undecided(
        touched.Written(version_id=str(pk), touched=places, decisions=decided, drafted=status == VersionStatus.DRAFTED)
        for pk, status, places, decided in rows.values_list("pk", "status", "touched", "decisions").iterator()
    )


def requesters(target: Any, *, since: datetime | None) -> frozenset[Any]:
    """Who asked for AI text that came into ``target`` after ``since``, as primary keys of users. One query."""
    rows = _of(target).filter(status__in=IN_CONTENT, requested_by__isnull=False).exclude(writes=[])
    if since is not None:
        rows = rows.filter(Q(created__gt=since) | Q(decided__gt=since))
    return frozenset(rows.order_by().values_list("requested_by", flat=True).distinct())


def with_ai_mark(entries: QuerySet[Any]) -> QuerySet[Any]:
    """Log entries with what their revision says of the AI that wrote it, as ``ai_…``, in the same query."""
    version = "revision__ai_version"
    marked: QuerySet[Any] = entries.annotate(
        ai_version=F(f"{version}__pk"),
        ai_model=F(f"{version}__model_used"),
        ai_prompt=F(f"{version}__prompt_key"),
        ai_prompt_version=F(f"{version}__prompt_version"),
        ai_prompt_source=F(f"{version}__prompt_source"),
    )
    return marked


def only_ai(entries: QuerySet[Any], *, actions: str, keep: bool = True) -> QuerySet[Any]:
    """Those log entries whose action begins with ``actions``, or whose revision an AI wrote; or all others."""
    marked = Q(action__startswith=actions) | Q(revision__ai_version__isnull=False)
    return entries.filter(marked if keep else ~marked)


def kept_for(job: Job) -> AIVersion | None:
    """What a job made, without its contents; None when it made no version. One query."""
    return AIVersion.objects.filter(job=job).select_related("target_content_type").only(*ABOUT).first()


def arrived(target: Any, *, since: datetime, known: Collection[uuid.UUID], loaded: int | None) -> list[AIVersion]:
    """What came for ``target`` after ``since``, oldest first, without its contents. One query.

    ``known`` are left out, and drafts that are not newer than the revision ``loaded``.
    """
    rows = _of(target).filter(created__gt=since, status__in=(VersionStatus.PENDING, VersionStatus.DRAFTED))
    if loaded is not None:
        rows = rows.filter(Q(revision__isnull=True) | Q(revision__gt=loaded))
    return list(rows.exclude(pk__in=known).only("pk", "status", "touched", "model_used").order_by("created", "pk"))


def of_target(target: Any, ids: Collection[uuid.UUID]) -> list[AIVersion]:
    """Those of the versions ``ids`` that are for ``target``, oldest first. One query."""
    return list(_of(target).filter(pk__in=ids).order_by("created", "pk"))


def named(ids: Collection[str]) -> dict[str, AIVersion]:
    """Those of the versions ``ids`` that are still there, by id, without their contents. One query."""
    rows = AIVersion.objects.filter(pk__in=ids).only("pk", "status", "requested_by_name", "created", "invariants")
    return {str(version.pk): version for version in rows}


def _of(target: Any) -> QuerySet[AIVersion]:
    kind = getattr(target, "cached_content_type", None) or ContentType.objects.get_for_model(target)
    return AIVersion.objects.filter(target_content_type=kind, target_object_id=str(target.pk))


def _same_object(version: AIVersion) -> QuerySet[AIVersion]:
    return AIVersion.objects.filter(
        target_content_type_id=version.target_content_type_id, target_object_id=version.target_object_id
    )


def _waiting_beside(version: AIVersion) -> QuerySet[AIVersion]:
    return _same_object(version).filter(status=VersionStatus.PENDING).exclude(pk=version.pk)


def _settle(version: AIVersion) -> None:
    """Set the status that follows from the decisions."""
    verdict = decisions.verdict([entry["id"] for entry in version.touched], version.decisions)
    if verdict == "open":
        saved_at_once = bool(version.writes) and version.writes[0].get("saved", False)
        version.status = VersionStatus.DRAFTED if saved_at_once else VersionStatus.PENDING
        version.decided = None
    else:
        version.status = VersionStatus(verdict)
        version.decided = timezone.now()
