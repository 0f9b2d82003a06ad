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

STATES = """
from django.db.models import Count
from wagtail_ai_content.models import AIVersion, Job
from wagtail.models import Revision
versions = dict(AIVersion.objects.values_list("generation_id").annotate(n=Count("pk")))
revisions = dict(AIVersion.objects.exclude(revision=None).values_list("generation_id").annotate(n=Count("pk")))
out = [
    {"id": str(job.pk), "function": job.function, "status": job.status, "outcome": job.outcome, "calls": job.calls,
     "error": job.error_code, "delivered": job.delivered, "versions": versions.get(job.pk, 0),
     "revisions": revisions.get(job.pk, 0)}
    for job in Job.objects.all()
]
"""

SUBMIT_MANY = """
from django.contrib.auth import get_user_model
from django.db import transaction
from wagtail.models import Page
from wagtail_ai_content.api import Ask, submit
user = get_user_model().objects.get(username="editor")
out = []
with transaction.atomic():
    for number, (function, slug) in enumerate(asked):
        page = Page.objects.get(slug=slug)
        ask = Ask(function=function, page=page, user=user, params=params, idempotency_key=f"{key}-{number}")
        out.append(str(submit(ask).pk))
"""

SLUGS = """
from world.models import ArticlePage, StoryPage
from wagtail.models import Page
pages = Page.objects.type(StoryPage, ArticlePage).filter(locale__language_code="en").specific()
out = [page.slug for page in pages if page.body]
"""

FORGET = """
from wagtail_ai_content.models import AIVersion, Job
AIVersion.objects.all().delete()
Job.objects.all().delete()
"""

COUNT_REVISIONS = """
from wagtail.models import Revision
out = Revision.page_revisions.count()
"""

BEAT = """
from django_q.tasks import async_task
from wagtail_ai_content.pipeline import queue
async_task(queue.BEAT, q_options={"save": False})
"""

QUEUED = """
from django_q.models import OrmQ
out = OrmQ.objects.count()
"""

HEALTH = """
from io import StringIO
from django.core.management import call_command
told = StringIO()
try:
    call_command("ai_health", stdout=StringIO(), stderr=told)
    out = ""
except SystemExit:
    out = told.getvalue()
"""

HEARTBEAT = """
from wagtail_ai_content.records.jobs import api
out = api.heartbeat_age("worker")
"""

BREAKERS = """
from wagtail_ai_content.models import BreakerState
out = {row.key: (row.failures, row.opened_at is not None) for row in BreakerState.objects.all()}
"""

FORGET_BREAKERS = """
from wagtail_ai_content.models import BreakerState
BreakerState.objects.all().delete()
"""

AGE_BREAKERS = """
from datetime import timedelta
from django.db.models import F
from wagtail_ai_content.models import BreakerState
out = BreakerState.objects.update(opened_at=F("opened_at") - timedelta(seconds=31))
"""

NEXT_ATTEMPT = """
from django.db.models.functions import Now
from wagtail_ai_content.models import Job
job = Job.objects.annotate(now=Now()).get(pk=job)
out = {"status": job.status, "seconds": (job.next_attempt - job.now).total_seconds()}
"""

ROW = """
from wagtail_ai_content.models import Job
row = Job.objects.filter(pk=job).values().get()
out = [str(row), Job.objects.get(pk=job).steps.count()]
"""

CLONE = """
import uuid
from wagtail_ai_content.models import Job
rows = []
for number in range(count):
    row = Job.objects.get(pk=job) if number == 0 else row
    fields = {field.attname: getattr(row, field.attname) for field in Job._meta.concrete_fields}
    rows.append(Job(**{**fields, "id": uuid.uuid4(), "idempotency_key": ""}))
Job.objects.bulk_create(rows, batch_size=500)
out = Job.objects.filter(status="pending").count()
"""

COUNTS = """
from django.db.models import Count, Q
from wagtail_ai_content.models import Job
out = Job.objects.aggregate(
    pending=Count("pk", filter=Q(status="pending")), running=Count("pk", filter=Q(status="running")),
    cancelled=Count("pk", filter=Q(status="cancelled")), untold=Count("pk", filter=Q(delivered=None)),
)
"""

EDIT = """
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from wagtail.models import Page
from wagtail.test.utils.form_data import querydict_from_html
page = Page.objects.get(slug=slug)
client = Client()
client.force_login(get_user_model().objects.get(username=user))
url = reverse("wagtailadmin_pages:edit", args=[page.pk])
data = querydict_from_html(client.get(url).content.decode(), form_id="page-edit-form").copy()
for name, value in changed.items():
    data[name] = value
answer = client.post(url, data)
page.refresh_from_db()
out = [answer.status_code, page.latest_revision_id, page.get_latest_revision().content]
"""

LATEST = """
from wagtail.models import Page
page = Page.objects.get(slug=slug)
out = [page.latest_revision_id, page.get_latest_revision().content]
"""

DUMP = """
from django.apps import apps
from django.db import connection
rows = []
for table in connection.introspection.table_names():
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        rows += [f"{table}: {row}" for row in cursor.fetchall()]
out = [row[:200] for row in rows if any(word in row for word in words)]
"""
