"""The one door to locked phrases, rule sets and moderation decisions."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import CharField, Q, QuerySet, TextField
from django.db.models.functions import Cast, Now

from wagtail_ai_content.core.errors import GuardrailBroken
from wagtail_ai_content.core.guardrails.check import Action, Finding, Stage, Status, Verdict
from wagtail_ai_content.core.guardrails.rules import RuleSet as CompiledRules
from wagtail_ai_content.core.text import Text
from wagtail_ai_content.records.statements import Given, Names, Statement

from .compiled import compiled_set
from .lists import (
    MOST_COUNTED,
    DecisionFilter,
    Standing,
    checks,
    count,
    every,
    page,
    selected,
    standing_of,
    waiting,
    waiting_count,
)
from .models import ACTIONS, STAGES, LockedPhrase, ModerationDecision, RuleSet

__all__ = [
    "ACTIONS",
    "MOST_COUNTED",
    "STAGES",
    "DecisionFilter",
    "Judged",
    "LockedPhrase",
    "ModerationDecision",
    "RuleSet",
    "Standing",
    "checks",
    "count",
    "decide",
    "decision_about",
    "every",
    "findings_of",
    "get",
    "jobs_of",
    "keep",
    "locked_phrases",
    "page",
    "rules_for",
    "selected",
    "standing_of",
    "stopped",
    "waiting",
    "waiting_count",
]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A text and what was found in it."""

    content_hash: str
    stage: Stage
    verdict: Verdict
    checks: str
    """Names the services that were asked, and how; empty where none was."""
    job: uuid.UUID
    function: str
    site_id: int | None
    site_name: str
    asked_by: str


def locked_phrases(page: Any = None, *, site_id: int | None = None) -> tuple[str, ...]:
    """The phrases AI must keep on ``page``: those locked everywhere, on its site, on it, or on a page above it.

    Without a page (a snippet): those locked everywhere or on the site. One query.
    """
    on_page = Q(page_id="")
    if page is not None:
        above = page.get_ancestors().annotate(number=Cast("pk", CharField())).values("number")
        on_page |= Q(page_id=str(page.pk)) | Q(with_descendants=True, page_id__in=above)
    phrases = LockedPhrase.objects.filter(on_page, _on_site(site_id)).order_by("phrase")
    return tuple(phrases.values_list("phrase", flat=True).distinct())


def rules_for(site_id: int | None) -> tuple[CompiledRules, ...]:
    """The published rule sets of a site and of all sites. One query; they are compiled when they have changed.

    Raises: ``GuardrailBroken`` for one that cannot be used, since what it forbids is then not known.
    """
    return tuple(_compiled(*row) for row in _RULES.rows(site=site_id or None))


def _rules(known: Names) -> QuerySet[Any, Any]:
    site = Given("site", RuleSet._meta.get_field("site")) if "site" in known else None
    live = RuleSet.objects.filter(_on_site(site), live=True).order_by("name", "pk")
    return live.values_list("name", Cast("rules", TextField()))


_RULES: Final = Statement(_rules)


def _compiled(name: str, rules: str) -> CompiledRules:
    try:
        return compiled_set(name, rules)
    except Exception as error:
        raise GuardrailBroken(check=name) from error


def _on_site(site_id: int | Given | None) -> Q:
    return Q(site=None) | Q(site_id=site_id) if site_id else Q(site=None)


def decision_about(content_hash: str) -> ModerationDecision | None:
    """What was decided about the text with this hash."""
    return next(iter(_DECISIONS.objects(content=content_hash)), None)


def _decisions(known: Names) -> QuerySet[Any, Any]:
    content = Given("content", ModerationDecision._meta.get_field("content_hash"))
    return ModerationDecision.objects.filter(content_hash=content).order_by()


_DECISIONS: Final = Statement(_decisions)


def keep(judged: Judged) -> ModerationDecision:
    """Keep what was found in a text, and that a job met it. What a person has decided stays."""
    stopping = judged.verdict.stopping
    first = stopping[0] if stopping else None
    found = {
        "status": judged.verdict.status,
        "score": judged.verdict.score,
        "check_name": first.check[:100] if first else "",
        "category": first.category[:100] if first else "",
        "findings": [asdict(finding) for finding in judged.verdict.findings],
        "checks": judged.checks,
    }
    about = {
        "stage": judged.stage,
        "function": judged.function,
        "site_id": judged.site_id,
        "site_name": judged.site_name,
        "asked_by": judged.asked_by,
    }
    with transaction.atomic():
        row, is_new = ModerationDecision.objects.get_or_create(
            content_hash=judged.content_hash, defaults={**found, **about}
        )
        if not is_new:
            ModerationDecision.objects.filter(pk=row.pk, reviewed=None).update(**found)
            row.refresh_from_db()
        row.jobs.through.objects.get_or_create(moderationdecision_id=row.pk, job_id=judged.job)
    return row


def findings_of(decision: ModerationDecision) -> tuple[Finding, ...]:
    """What was found in the text."""
    return tuple(_finding(stored) for stored in decision.findings)


def _finding(stored: Mapping[str, Any]) -> Finding:
    text = Text.from_json(stored["text"]) if stored["text"] else None
    return Finding(**{**stored, "action": Action(stored["action"]), "text": text})


def decide(decision: ModerationDecision, status: Status, *, user: Any, note: str = "") -> bool:
    """A reviewer's decision; False where somebody was quicker, and nothing is changed then."""
    undecided = ModerationDecision.objects.filter(pk=decision.pk, reviewed=None)
    decided = undecided.update(
        status=status, reviewer=user, reviewer_name=user.get_username(), note=note[:255], reviewed=Now()
    )
    return bool(decided)


def jobs_of(decision: ModerationDecision) -> list[uuid.UUID]:
    """The numbers of the jobs that met the text, as far as they are still there, in the order in which they did."""
    met = decision.jobs.through.objects.filter(moderationdecision_id=decision.pk)
    return list(met.order_by("pk").values_list("job_id", flat=True))


def get(number: Any) -> ModerationDecision | None:
    return ModerationDecision.objects.filter(pk=number).first()


def stopped(job_id: uuid.UUID) -> ModerationDecision | None:
    """What was decided last about a text that a job could not get past; None where nothing has stopped it."""
    against = ModerationDecision.objects.filter(jobs=job_id).exclude(status=Status.APPROVED)
    return against.order_by("-pk").first()
