"""Rules that stop texts, and texts that were stopped."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from wagtail_ai_content.models import Job, ModerationDecision, RuleSet


def add_decision(*, age: float = 0.0, job: Job | None = None, **fields: Any) -> ModerationDecision:
    """One that waits, found ``age`` seconds ago."""
    category, excerpt = fields.get("category", "a medical claim"), fields.pop("excerpt", "a miracle cure")
    finding = {
        "action": "review", "category": category, "excerpt": excerpt, "advice": "Ask a doctor", "score": None,
        "text": None, "check": fields.get("check_name", "House rules"),
    }  # fmt: skip
    given: dict[str, Any] = {
        "content_hash": uuid.uuid4().hex, "stage": "reply", "status": "flagged", "check_name": "House rules",
        "category": category, "findings": [finding], "function": "summarise", "asked_by": "editor", **fields,
    }  # fmt: skip
    made = ModerationDecision.objects.create(**given)
    ModerationDecision.objects.filter(pk=made.pk).update(created=timezone.now() - timedelta(seconds=age))
    if job is not None:
        made.jobs.add(job)
    return made


def hold(phrase: str, *, stage: str = "both", action: str = "review") -> None:
    """A rule for all sites."""
    value = {"category": "a medical claim", "action": action, "stage": stage, "advice": "", "phrases": phrase}
    RuleSet.objects.create(name="House rules", rules=json.dumps([{"type": "words", "value": value, "id": "r"}]))
