"""Jobs that were never run: rows to list."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from wagtail_ai_content.models import Job


def add_job(*, user: Any = None, age: float = 0.0, **fields: Any) -> Job:
    """One that succeeded ``age`` seconds ago, unless told otherwise."""
    created = timezone.now() - timedelta(seconds=age)
    given: dict[str, Any] = {
        "function": "rewrite", "status": "succeeded", "outcome": "revision", "target_label": "First day",
        "model_used": "test/model", "prompt_key": "rewrite", "prompt_version": "3", "prompt_tokens": 1000,
        "completion_tokens": 234, "cost": Decimal("0.001200"), "started": created,
        "completed": created + timedelta(seconds=3.25), "delivered": created, **fields,
    }  # fmt: skip
    return Job.objects.create(
        requested_by=user,
        requested_by_name=user.get_username() if user else "",
        actor=str(user.pk) if user else "",
        created=created,
        next_attempt=created,
        **given,
    )
