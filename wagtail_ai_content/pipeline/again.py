"""Trying a job again that failed or was cancelled, held to the limits of whoever asked for it."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from wagtail_ai_content.core.errors import InvalidInput
from wagtail_ai_content.core.text import Text, gettext_noop
from wagtail_ai_content.records.jobs import api as jobs

from . import queue, usage

USELESS_REPLY: Final = frozenset({"refused", "blocked", "malformed_reply", "cut_reply", "other_version"})
"""Codes of errors that the same reply would only bring again."""
NOT_ENDED = gettext_noop("only a job that failed or was cancelled can be tried again")


def try_again(job: jobs.Job, *, keep_reply: bool = False) -> None:
    """Put ``job`` back in the queue. A reply that can be used is not asked for again, so that it takes nothing more of
    any limit; where the model is to be asked, the job sets aside what it may take, as when it was asked for.

    ``keep_reply``: it has just been found that its reply can be used.
    What an earlier try was charged counts a second time when such a job ends: never too little.
    Raises: ``InvalidInput``, ``QuotaExceeded``, ``UnknownPrice``.
    """
    if not can_be_tried(job):
        raise InvalidInput(reason=NOT_ENDED)
    forget = job.error_code in USELESS_REPLY and not keep_reply
    with transaction.atomic():
        new = _as_asked(job)
        reserved = usage.reserve(new, usage.terms(new)).reserved if _will_ask(job, forget) else None
        if not jobs.restart(job.pk, forget_reply=forget, reserved=reserved):
            raise InvalidInput(reason=NOT_ENDED)
    queue.ring_on_commit()


def can_be_tried(job: jobs.Job) -> bool:
    return job.status in (jobs.Status.FAILED, jobs.Status.CANCELLED)


def _will_ask(job: jobs.Job, forget: bool) -> bool:
    """Whether the model has to be asked, and nothing is set aside for that any more."""
    if job.reserved is not None:
        return False
    if not job.reply or job.reply["finish_reason"] == jobs.STOPPED:
        return True
    return forget


def _as_asked(job: jobs.Job) -> jobs.NewJob:
    """The request as it came in."""
    return jobs.NewJob(
        function=job.function,
        function_version=job.function_version,
        params=job.params,
        fingerprint=job.fingerprint,
        user_id=job.requested_by_id,
        user_name=job.requested_by_name,
        site_id=job.site_id,
        site_name=job.site_name,
        target_content_type_id=job.target_content_type_id,
        target_object_id=job.target_object_id,
        target_label=job.target_label,
        target_path=job.target_path,
        message=Text.from_json(job.message),
    )
