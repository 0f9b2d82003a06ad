"""What the tests ask a running site: short programs for the driver."""

from __future__ import annotations

SUBMIT = """
from django.contrib.auth import get_user_model
from wagtail.models import Page
from wagtail_ai_content.api import Ask, submit
job = submit(Ask(
    function=function,
    page=Page.objects.get(slug=slug),
    user=get_user_model().objects.get(username=user),
    params=params,
    idempotency_key=key,
))
out = str(job.pk)
"""

JOB = """
from wagtail.models import Page, PageLogEntry, Revision
from wagtail_ai_content.models import AIVersion, Job
job = Job.objects.get(pk=job)
page = Page.objects.filter(pk=job.target_object_id or 0).first()
revisions = Revision.page_revisions.filter(object_id=job.target_object_id)
out = {
    "status": job.status, "outcome": job.outcome, "reason": job.outcome_reason, "phase": job.phase,
    "calls": job.calls, "attempts": job.attempts, "fence": job.fence, "error": job.error_code,
    "message": job.message.get("template", "") % job.message.get("params", {}) if job.message.get("params")
               else job.message.get("template", ""),
    "model_used": job.model_used, "cost": job.cost, "price_source": job.price_source, "reply": job.reply,
    "progress": job.progress, "completed": job.completed, "delivered": job.delivered,
    "revisions": revisions.count(),
    "latest_is_ai": bool(page and AIVersion.objects.filter(revision_id=page.latest_revision_id).exists()),
    "versions": list(AIVersion.objects.filter(generation_id=job.pk).values_list("status", flat=True)),
    "log": list(PageLogEntry.objects.filter(page_id=job.target_object_id or 0, action__startswith="wagtail_ai")
                .values_list("action", flat=True)),
    "steps": [(step.kind, step.data) for step in job.steps.all()],
    "live_is_untouched": bool(page and page.live and not AIVersion.objects.filter(revision=page.live_revision_id)),
}
"""

REVISIONS = """
from wagtail.models import Page
out = Page.objects.get(slug=slug).revisions.count()
"""

RECOVER = """
from wagtail_ai_content.pipeline import queue
queue.sweep_jobs()
"""

UNFINISHED = """
from wagtail_ai_content.models import Job
out = Job.objects.filter(completed=None).count()
"""
