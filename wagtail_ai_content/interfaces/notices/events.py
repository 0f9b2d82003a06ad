"""What happened, kept as notices for those it concerns; the mails go out later, with the sweep (``mail``)."""

from __future__ import annotations

import uuid
from typing import Any

from wagtail_ai_content import conf
from wagtail_ai_content.core.text import Text, gettext_noop
from wagtail_ai_content.core.usage.refusals import shown
from wagtail_ai_content.core.usage.values import Unit
from wagtail_ai_content.pipeline.functions import is_of_form
from wagtail_ai_content.records.jobs.api import Job, Outcome, Status
from wagtail_ai_content.records.notices import api as notices
from wagtail_ai_content.records.notices.api import NoticeKind
from wagtail_ai_content.records.usage.api import Reached
from wagtail_ai_content.records.versions import api as versions
from wagtail_ai_content.records.versions.api import AIVersion
from wagtail_ai_content.signals import budget_reached, job_finished, proposal_waiting, swept

from .audience import budget_keepers, reviewers
from .mail import send_due

UID = "wagtail_ai_content.notices"
SPENT = gettext_noop("%(share)s %% of this month's AI budget “%(budget)s” is spent: %(spent)s of %(most)s US dollars.")
SPENT_BY_ALL = gettext_noop("%(share)s %% of this month's AI budget is spent: %(spent)s of %(most)s US dollars.")


def connect() -> None:
    job_finished.connect(note_end, dispatch_uid=f"{UID}.job_finished")
    proposal_waiting.connect(note_proposal, dispatch_uid=f"{UID}.proposal_waiting")
    budget_reached.connect(note_budget, dispatch_uid=f"{UID}.budget_reached")
    swept.connect(send_mails, dispatch_uid=f"{UID}.swept")


def note_end(*, job: Job, **kwargs: Any) -> None:
    """For the requester; not of what was cancelled, and not of what somebody is looking at already."""
    if job.status == Status.CANCELLED or job.outcome == Outcome.VALUE or is_of_form(job.function):
        return
    user = job.requested_by
    if user is None:
        return
    version = versions.kept_for(job) if job.outcome == Outcome.PROPOSAL else None
    _note([user], kind=NoticeKind.FINISHED, event=version.pk if version else job.pk, job=job, version=version)


def note_proposal(*, version: AIVersion, **kwargs: Any) -> None:
    """For those who may review it; the requester, who is told about the end of the job, is told no second time."""
    _note(reviewers(version), kind=NoticeKind.WAITING, event=version.pk, version=version)


def note_budget(*, reached: Reached, **kwargs: Any) -> None:
    """For those who may change budgets."""
    told = {
        "share": reached.share,
        "budget": reached.budget,
        "spent": shown(reached.spent, Unit.MONEY),
        "most": shown(reached.most, Unit.MONEY),
    }
    event = uuid.uuid5(uuid.NAMESPACE_OID, f"{reached.slot} {reached.start.isoformat()} {reached.share}")
    text = Text(SPENT if reached.budget else SPENT_BY_ALL, told)
    _note(budget_keepers(), kind=NoticeKind.BUDGET, event=event, text=text)


def send_mails(**kwargs: Any) -> None:
    send_due(after=conf.get("NOTIFY_AFTER_SECONDS"))


def _note(users: list[Any], *, kind: NoticeKind, **about: Any) -> None:
    reachable = [user for user in users if user.is_active and user.email] if conf.get("NOTIFY_BY_EMAIL") else []
    if reachable:
        refused = notices.unwilling(kind, reachable)
        notices.note([user for user in reachable if user.pk not in refused], kind=kind, **about)
