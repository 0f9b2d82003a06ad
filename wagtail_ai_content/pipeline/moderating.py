"""What a reviewer sees of a text and decides about it, and what becomes of the jobs that waited for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction

from wagtail_ai_content.core.errors import AIError, Blocked, Held, MalformedReply
from wagtail_ai_content.core.guardrails.check import Content, Stage, Status
from wagtail_ai_content.core.guardrails.redaction import restore
from wagtail_ai_content.core.text import Text
from wagtail_ai_content.records.guardrails import api as guardrails
from wagtail_ai_content.records.guardrails.api import ModerationDecision
from wagtail_ai_content.records.jobs import api as jobs

from . import audit
from .again import try_again
from .moderation import hash_of, of_reply, of_request, rejection

STOPPED: Final = frozenset({Blocked.code, Held.code})
"""Codes of jobs that a guardrail has stopped."""


MOST_ASKED: Final = 20
"""Jobs that are looked through for a text; each that met it holds it, unless it was run again since."""


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What a decision has brought about."""

    going_on: int
    """Jobs that are in the queue again."""
    problems: tuple[Text, ...]
    """Why others cannot go on, such as a limit that is used up."""


def decide(decision: ModerationDecision, *, approve: bool, user: Any, note: str = "") -> Decided | None:
    """Let a text through, or not, for good. None where somebody else was quicker; nothing is changed then.

    Jobs that it had stopped go on where it is let through: an answer that is there is not asked for again.
    """
    status = Status.APPROVED if approve else Status.REJECTED
    with transaction.atomic():
        if not guardrails.decide(decision, status, user=user, note=note):
            return None
        audit.moderated(decision, user, status=status, note=note)
        met = [jobs.fetch(job_id) for job_id in guardrails.jobs_of(decision)]
        stopped = [job for job in met if job is not None and job.error_code in STOPPED]
        if not approve:
            decision.note = note
            error = rejection(decision)
            jobs.explain([job.pk for job in stopped], code=error.code, error=error.text)
            return Decided(going_on=0, problems=())
    problems = [problem for job in stopped if (problem := _go_on(job)) is not None]
    return Decided(going_on=len(stopped) - len(problems), problems=tuple(problems))


def _go_on(job: jobs.Job) -> Text | None:
    """Put a job back in the queue; why not, where that cannot be."""
    try:
        try_again(job, keep_reply=True)
    except AIError as error:
        return error.text
    return None


def texts_of(decision: ModerationDecision) -> tuple[str, ...]:
    """What the decision is about, as its jobs have it; empty where none has it any more.

    Of a request the texts of its messages, of a reply the texts in it, with what had been taken out put back.
    """
    for job_id in guardrails.jobs_of(decision)[-MOST_ASKED:]:
        job = jobs.fetch(job_id, only=("function", "request", "reply", "prepared"))
        for content in _contents(job, Stage(decision.stage)) if job else ():
            if hash_of(content) == decision.content_hash:
                return content.texts
    return ()


def _contents(job: jobs.Job, stage: Stage) -> Iterator[Content]:
    """What may have been looked at: whether a reply is JSON is known to its function, which may be gone."""
    if stage is Stage.REQUEST and job.request:
        yield of_request((one["content"] for one in job.request["messages"]), function=job.function)
    elif stage is Stage.REPLY and job.reply:
        redacted = (job.prepared or {}).get("redacted", {})
        for structured in (True, False):
            try:
                text = restore(job.reply["text"], redacted, quoted=structured)
            except MalformedReply:
                return
            yield of_reply(text, function=job.function, structured=structured, given="")
