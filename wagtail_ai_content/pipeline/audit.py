"""What is worth an entry in the audit trail, and what is known of it then.

What writes content adds its entry in the same transaction. An end that many jobs may come to at once (cancelled, given
up) gets its entry when it is announced, in the transaction that marks it as announced: once, and not later than the
next sweep.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django.contrib.contenttypes.models import ContentType
from django.db.models.signals import post_delete, post_save
from django.forms.models import model_to_dict
from django.utils import timezone
from wagtail.blocks import StreamValue
from wagtail.log_actions import get_active_log_context
from wagtail.signals import published, unpublished

from wagtail_ai_content import conf
from wagtail_ai_content.core.errors import AIError
from wagtail_ai_content.core.providers.base import Reply
from wagtail_ai_content.records.access.api import AIPreference, AISwitch, UseGrant
from wagtail_ai_content.records.audit import anchor_file
from wagtail_ai_content.records.audit import api as trail
from wagtail_ai_content.records.audit.api import Filters, NewEntry, Operation
from wagtail_ai_content.records.guardrails.api import LockedPhrase, ModerationDecision, RuleSet
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.records.jobs.api import Job, Status
from wagtail_ai_content.records.prompts.api import ModelProfile, PromptTemplate
from wagtail_ai_content.records.usage.api import Budget, ModelPrice, Tier, TierGrant
from wagtail_ai_content.records.versions.api import AIVersion
from wagtail_ai_content.signals import swept

logger = logging.getLogger("wagtail_ai_content.audit")

UID: Final = "wagtail_ai_content.audit"
BEAT: Final = "audit"
EVERY_SECONDS: Final = 24 * 3600.0
SETTINGS: Final = (
    ModelProfile, LockedPhrase, Tier, TierGrant, Budget, ModelPrice, UseGrant, AISwitch, AIPreference
)  # fmt: skip
"""Tables whose rows decide what AI may do, and what it may cost."""


# --- jobs


def generated(job: Job, *, outcome: str, reason: str, parsed: dict[str, Any]) -> None:
    """A job has succeeded; to be called last in the transaction that says so."""
    detail = {"reason": reason} if reason else {}
    trail.append(_of_job(job, Operation.GENERATED, outcome=outcome, detail=detail, parsed=parsed))


def discarded(job: Job, error: AIError) -> None:
    """An answer that was paid for cannot be used, and the model is asked once more."""
    trail.append(_of_job(job, Operation.DISCARDED, outcome=error.code))


def stopped(job: Job) -> None:
    """What an answer may have cost that was being written while its job was cancelled from elsewhere."""
    trail.append(_of_job(job, Operation.DISCARDED, outcome=jobs.STOPPED))


def ended(job: Job) -> None:
    """A job has failed or was cancelled."""
    operation = Operation.FAILED if job.status == Status.FAILED else Operation.CANCELLED
    trail.append(_of_job(job, operation, outcome=job.error_code))


def replayed(job: Job | None, *, job_id: str, function: str, reply: Reply, same: bool) -> None:
    """What a job had asked was asked of another model, by somebody at the command line."""
    trail.append(
        NewEntry(
            operation=Operation.REPLAYED,
            function=function,
            model=reply.model,
            job=job_id,
            target_type=_model_name(job.target_content_type_id) if job else "",
            target_id=job.target_object_id if job else "",
            outcome="same" if same else "different",
            came=reply.text,
            prompt_tokens=reply.usage.prompt_tokens,
            completion_tokens=reply.usage.completion_tokens,
            cost=reply.cost.amount,
        )
    )


def _of_job(
    job: Job, operation: Operation, *, outcome: str, detail: dict[str, Any] | None = None, parsed: Any = None
) -> NewEntry:
    reply: Any = job.reply
    return NewEntry(
        operation=operation,
        actor=_number(job.requested_by_id) or job.actor,
        function=job.function,
        model=job.model_used or job.model_asked,
        prompt=job.prompt_key,
        prompt_version=job.prompt_version,
        target_type=_model_name(job.target_content_type_id),
        target_id=job.target_object_id,
        site=_number(job.site_id),
        job=str(job.pk),
        outcome=outcome,
        detail={"calls": job.calls, "prompt_source": job.prompt_source, **(detail or {})},
        about={"user": job.requested_by_name, "target": job.target_label, "site": job.site_name},
        texts=_texts(job, parsed) if reply and conf.get("AUDIT_TEXTS") else {},
        sent=job.request,
        came=reply["text"] if reply else None,
        # Of this answer: what those before it cost stands in their own entries.
        prompt_tokens=reply["prompt_tokens"] if reply else None,
        completion_tokens=reply["completion_tokens"] if reply else None,
        cost=Decimal(reply["cost"]) if reply and reply["cost"] is not None else None,
    )


def _texts(job: Job, parsed: Any) -> dict[str, Any]:
    """All that a replay needs."""
    return {
        "request": job.request,
        "request_hash": job.request_hash,
        "reply": job.reply,
        "prepared": job.prepared,
        "base": job.base,
        "parsed": job.parsed if parsed is None else parsed,
        "function_version": job.function_version,
    }


# --- decisions


def decided(version: AIVersion, user: Any, operation: Operation, *, detail: dict[str, Any], revision: Any) -> None:
    """Somebody decided about a version; to be called last in the transaction that says so."""
    trail.append(
        NewEntry(
            operation=operation,
            actor=_number(user.pk),
            function=version.function,
            model=version.model_used,
            prompt=version.prompt_key,
            prompt_version=version.prompt_version,
            target_type=_model_name(version.target_content_type_id),
            target_id=version.target_object_id,
            site=_number(version.site_id),
            job=str(version.generation_id),
            outcome=version.status,
            detail={"version": str(version.pk), "revision": revision.pk if revision else None, **detail},
            about={"user": user.get_username(), "target": version.target_label},
        )
    )


def moderated(decision: ModerationDecision, user: Any, *, status: str, note: str) -> None:
    """A reviewer decided about a text; to be called last in the transaction that says so."""
    trail.append(
        NewEntry(
            operation=Operation.MODERATED,
            actor=_number(user.pk),
            function=decision.function,
            target_type=decision._meta.label_lower,
            target_id=_number(decision.pk),
            site=_number(decision.site_id),
            outcome=status,
            detail={"content_hash": decision.content_hash, "stage": decision.stage, "found_by": decision.check_name},
            about={"user": user.get_username(), "target": decision.category},
            texts={"findings": decision.findings, "note": note},
        )
    )


# --- prompts and rules, settings


def connect() -> None:
    """Listen to what happens to prompts, rules and settings, and to the sweep."""
    for snippet in (PromptTemplate, RuleSet):
        published.connect(_on_published, sender=snippet, dispatch_uid=UID)
        unpublished.connect(_on_unpublished, sender=snippet, dispatch_uid=UID)
        post_delete.connect(_on_deleted, sender=snippet, dispatch_uid=UID)
    for model in SETTINGS:
        post_save.connect(_on_changed, sender=model, dispatch_uid=UID)
        post_delete.connect(_on_deleted, sender=model, dispatch_uid=UID)
    swept.connect(keep_up, dispatch_uid=UID)


def _on_published(instance: Any, revision: Any, **_: Any) -> None:
    # A prompt's version is raised right after this signal, in the transaction of publishing.
    version = str(instance.version + 1) if isinstance(instance, PromptTemplate) else ""
    _of_instance(instance, Operation.PUBLISHED, revision=revision.pk, version=version)


def _on_unpublished(instance: Any, **_: Any) -> None:
    _of_instance(instance, Operation.UNPUBLISHED)


def _on_changed(instance: Any, raw: bool, **_: Any) -> None:
    if not raw:
        _of_instance(instance, Operation.CHANGED)


def _on_deleted(instance: Any, **_: Any) -> None:
    _of_instance(instance, Operation.DELETED)


def _of_instance(instance: Any, operation: Operation, *, version: str = "", **detail: Any) -> None:
    user = get_active_log_context().user
    is_prompt = isinstance(instance, PromptTemplate)
    trail.append(
        NewEntry(
            operation=operation,
            actor=_number(user.pk) if user else "",
            function=getattr(instance, "function", ""),
            prompt=instance.name if is_prompt else "",
            prompt_version=version or (str(instance.version) if is_prompt else ""),
            target_type=instance._meta.label_lower,
            target_id=_number(instance.pk),
            site=_number(getattr(instance, "site_id", None)),
            detail=detail,
            about={"user": user.get_username() if user else "", "target": str(instance)},
            texts={"values": _values(instance)},
        )
    )


def _values(instance: Any) -> dict[str, Any]:
    """What stands in it; of a StreamField as it is stored."""
    values = model_to_dict(instance)
    return {name: value.get_prep_value() if isinstance(value, StreamValue) else value for name, value in values.items()}


# --- upkeep


def keep_up(**_: Any) -> None:
    """Once a day: an anchor, and names and texts erased that are older than the site wants to keep them."""
    age = jobs.heartbeat_age(BEAT)
    if age is not None and age < EVERY_SECONDS:
        return
    jobs.beat(BEAT)
    try:
        add_anchor()
    except OSError as error:
        logger.error("The anchor of the AI audit trail could not be kept (%s)", type(error).__name__)
    days = conf.get("AUDIT_BODY_DAYS")
    if days is not None:
        until = timezone.now() - timedelta(days=days)
        trail.erase(Filters(until=until), by=NewEntry(operation=Operation.ERASED, detail={"older_than_days": days}))


def add_anchor() -> str | None:
    """Write down how far the trail has come; gives the line, None while it is empty. Raises: ``OSError``."""
    made = trail.anchor(timezone.now())
    if made is None:
        return None
    anchor_file.add(made[1])
    return made[1]


def _model_name(content_type_id: int | None) -> str:
    if content_type_id is None:
        return ""
    kind = ContentType.objects.get_for_id(content_type_id)
    return f"{kind.app_label}.{kind.model}"


def _number(primary_key: Any) -> str:
    return "" if primary_key is None else str(primary_key)
