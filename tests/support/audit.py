"""Jobs that leave something in the audit trail, and what they left."""

from __future__ import annotations

from typing import Any

from wagtail.models import Page

from wagtail_ai_content.api import Ask, Job, run_job, submit
from wagtail_ai_content.models import AuditEntry
from wagtail_ai_content.records.audit import api as trail
from wagtail_ai_content.testing import FakeProvider, answered_by

SUMMARY = '{"summary": "A short walk.", "note": ""}'


def summarise(page: Page, user: Any, *replies: Any, **fields: Any) -> Job:
    with answered_by(FakeProvider(replies or [SUMMARY])):
        return run_job(submit(Ask(function="summarise", page=page, user=user, **fields)))


def entries() -> list[AuditEntry]:
    return trail.named(AuditEntry.objects.order_by("sequence"))


def only() -> AuditEntry:
    (entry,) = entries()
    return entry
