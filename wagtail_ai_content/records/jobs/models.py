"""Tables of jobs, the log of their steps, and the workers' signs of life."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from wagtail_ai_content.core.engine.phases import Phase
from wagtail_ai_content.core.errors import Held


class Status(models.TextChoices):
    """Where a job stands. The last three are final."""

    PENDING = "pending", _("Waiting")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class Outcome(models.TextChoices):
    """What came of a job that succeeded."""

    NONE = "", _("Nothing yet")
    REVISION = "revision", _("Written as a draft")
    PROPOSAL = "proposal", _("Waiting for review")
    VALUE = "value", pgettext_lazy("outcome of an AI job", "Answered")
    UNCHANGED = "unchanged", _("Nothing to change")


PHASES = [(phase.name, phase.name) for phase in Phase]


class Job(models.Model):
    """One request, from being asked to its one end.

    ``pending`` → ``running`` (claimed: owner, lease and a raised fence) → ``succeeded``, ``failed`` or ``cancelled``;
    back to ``pending`` when it is to be tried again or its worker died. Every write of a worker is conditional on its
    fence, so that a worker which lost its lease changes nothing. ``reply`` is committed before it is read, so that it
    is never paid for twice.

    Personal data: the requester (set to null with the user, the name stays), and whatever text the request, the base
    and the reply hold.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    function = models.CharField(_("function"), max_length=100)
    function_version = models.CharField(max_length=20, default="1")
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PENDING)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.NONE, blank=True)
    outcome_reason = models.CharField(max_length=30, blank=True)
    phase = models.CharField(_("phase"), max_length=10, choices=PHASES, default=Phase.INIT.name)
    progress = models.PositiveSmallIntegerField(_("progress"), default=0)
    message = models.JSONField(_("message"), default=dict, blank=True)

    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("requested by")
    )
    requested_by_name = models.CharField(max_length=255, blank=True)
    actor = models.CharField(max_length=64, blank=True)
    site = models.ForeignKey("wagtailcore.Site", null=True, on_delete=models.SET_NULL, related_name="+")
    site_name = models.CharField(max_length=255, blank=True)

    target_content_type = models.ForeignKey(ContentType, null=True, on_delete=models.SET_NULL, related_name="+")
    target_object_id = models.CharField(max_length=255, blank=True)
    target_label = models.CharField(_("about"), max_length=255, blank=True)
    target_path = models.CharField(max_length=500, blank=True)

    params = models.JSONField(_("parameters"), default=dict, blank=True)
    base = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    base_digest = models.CharField(max_length=64, blank=True)
    prepared = models.JSONField(null=True, encoder=DjangoJSONEncoder)

    prompt_source = models.CharField(max_length=10, blank=True)
    prompt_key = models.CharField(_("prompt"), max_length=100, blank=True)
    prompt_version = models.CharField(max_length=20, blank=True)
    prompt_template = models.ForeignKey(
        "wagtail_ai_content.PromptTemplate", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    request = models.JSONField(null=True)
    request_hash = models.CharField(max_length=64, blank=True)
    model_asked = models.CharField(_("model asked"), max_length=200, blank=True)
    model_used = models.CharField(_("model used"), max_length=200, blank=True)
    model_parameters = models.JSONField(default=dict, blank=True)
    reply = models.JSONField(null=True)
    parsed = models.JSONField(null=True)

    prompt_tokens = models.PositiveIntegerField(null=True)
    completion_tokens = models.PositiveIntegerField(null=True)
    cost = models.DecimalField(_("cost"), max_digits=14, decimal_places=6, null=True)
    price_source = models.CharField(max_length=60, blank=True)
    confidence = models.FloatField(_("confidence"), null=True)

    priority = models.SmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    calls = models.PositiveSmallIntegerField(_("calls"), default=0)
    repairs = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    lease_owner = models.CharField(max_length=100, blank=True)
    lease_expires = models.DateTimeField(null=True)
    next_attempt = models.DateTimeField()

    reserved = models.JSONField(null=True)

    idempotency_key = models.CharField(max_length=200, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)

    error_code = models.CharField(max_length=40, blank=True)
    error = models.JSONField(default=dict, blank=True)

    created = models.DateTimeField(_("created"))
    started = models.DateTimeField(_("started"), null=True)
    completed = models.DateTimeField(_("completed"), null=True)
    delivered = models.DateTimeField(null=True)

    class Meta:
        app_label = "wagtail_ai_content"
        verbose_name = _("AI job")
        verbose_name_plural = _("AI jobs")
        ordering = ("-created", "-id")
        indexes = [
            models.Index(fields=["-priority", "created"], name="wac_job_claimable", condition=Q(status=Status.PENDING)),
            models.Index(fields=["lease_expires"], name="wac_job_leases", condition=Q(status=Status.RUNNING)),
            models.Index(
                fields=["completed"], name="wac_job_outbox", condition=Q(delivered=None, completed__isnull=False)
            ),
            models.Index(
                fields=["completed"],
                name="wac_job_unsettled",
                condition=Q(completed__isnull=False, reserved__isnull=False),
            ),
            models.Index(fields=["-created", "-id"], name="wac_job_newest"),
            models.Index(fields=["status", "-created", "-id"], name="wac_job_status"),
            models.Index(fields=["function", "-created", "-id"], name="wac_job_function"),
            models.Index(fields=["model_used", "-created", "-id"], name="wac_job_model"),
            models.Index(fields=["site", "-created", "-id"], name="wac_job_site"),
            models.Index(fields=["actor", "-created", "-id"], name="wac_job_actor"),
            models.Index(fields=["actor", "fingerprint", "-created"], name="wac_job_repeats"),
            models.Index(fields=["target_content_type", "target_object_id", "-created"], name="wac_job_target"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "idempotency_key"], condition=~Q(idempotency_key=""), name="wac_job_idempotency"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.function} {self.id}"

    @property
    def is_over(self) -> bool:
        return self.status not in (Status.PENDING, Status.RUNNING)

    @property
    def state(self) -> str:
        """Where it stands, in a person's words: what came of it, where there is more to say than that it has ended."""
        if self.status == Status.SUCCEEDED and self.outcome:
            return str(self.get_outcome_display())
        if self.status == Status.FAILED and self.error_code == Held.code:
            return gettext("Held for a decision")
        return str(self.get_status_display())

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """What people are told to look at in its result, as stored; of its request where there is no result."""
        return list((self.parsed or {}).get("warnings") or (self.prepared or {}).get("warned") or ())


class JobStep(models.Model):
    """A line in the log of a job: a request, a response, an error, what was saved. Never changed once written.

    Personal data: none of its own; requests and replies stay on the job.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=20)
    phase = models.CharField(max_length=10)
    fence = models.PositiveIntegerField()
    data = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        app_label = "wagtail_ai_content"
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M:%S}"


class Heartbeat(models.Model):
    """When a part of the machinery last showed that it is alive.

    ``worker``: stamped once a minute by a task that has to pass through the queue and a worker, so that a cluster
    which only looks alive is found out. Personal data: none.
    """

    name = models.CharField(primary_key=True, max_length=50)
    at = models.DateTimeField()

    class Meta:
        app_label = "wagtail_ai_content"

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"
