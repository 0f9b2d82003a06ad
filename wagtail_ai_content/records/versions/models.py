"""The table of AI versions."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class VersionStatus(models.TextChoices):
    """What became of a version."""

    PENDING = "pending", _("Waiting for review")
    DRAFTED = "drafted", _("Written as a draft")
    ACCEPTED = "accepted", _("Accepted")
    PARTLY = "partly", _("Partly accepted")
    REJECTED = "rejected", _("Rejected")
    SUPERSEDED = "superseded", _("Superseded")


class VersionKind(models.TextChoices):
    """How its content came about."""

    GENERATED = "generated", _("Generated")
    MERGED = "merged", _("Merged with later edits")


class AIVersion(models.Model):
    """Content an AI wrote for a page or snippet.

    ``drafted``: it is the draft revision named in ``revision``. ``pending``: nothing was written; ``reason`` says why,
    and a person decides (``accepted``, ``partly``, ``rejected``; ``superseded`` when another version was taken).
    It stands on its own feet: model, parameters, prompt and names are copied, so that it stays readable when the job,
    the user or the prompt is deleted.

    Personal data: the reviewer and the requester (set to null with the user; the requester's name stays), and whatever
    the content holds.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.OneToOneField(
        "wagtail_ai_content.Job", null=True, on_delete=models.SET_NULL, related_name="version", verbose_name=_("job")
    )
    generation_id = models.UUIDField()
    target_content_type = models.ForeignKey(ContentType, null=True, on_delete=models.SET_NULL, related_name="+")
    target_object_id = models.CharField(max_length=255)
    target_label = models.CharField(max_length=255, blank=True)
    function = models.CharField(max_length=100)

    status = models.CharField(_("status"), max_length=10, choices=VersionStatus.choices)
    kind = models.CharField(max_length=10, choices=VersionKind.choices, default=VersionKind.GENERATED)
    reason = models.CharField(max_length=30, blank=True)

    base = models.JSONField(encoder=DjangoJSONEncoder)
    proposed = models.JSONField(encoder=DjangoJSONEncoder)
    changes = models.JSONField(encoder=DjangoJSONEncoder)
    writes = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    """What was written, oldest first, to be able to undo it; see ``core.versions.decisions.write_entry``."""
    touched = models.JSONField(default=list)
    """The AI's changes as ``[{"id", "path", "block", "label", "kind"}]``, to list them without comparing again."""
    conflicts = models.PositiveIntegerField(default=0)
    """How many of its changes met an edit made meanwhile when it was kept."""
    warnings = models.JSONField(default=list)
    invariants = models.JSONField(default=list)
    """Facts added, lost or changed, as ``core.versions.invariants`` gives them."""
    alerts = models.PositiveIntegerField(default=0)
    """How many of them a person should look at: lost or changed."""
    revision = models.OneToOneField(
        "wagtailcore.Revision", null=True, on_delete=models.SET_NULL, related_name="ai_version"
    )

    model_used = models.CharField(max_length=200)
    model_parameters = models.JSONField(default=dict)
    prompt_key = models.CharField(max_length=100)
    prompt_version = models.CharField(max_length=20)
    prompt_source = models.CharField(max_length=10)
    confidence = models.FloatField(null=True)
    quality = models.JSONField(null=True)
    cost = models.DecimalField(_("cost"), max_digits=14, decimal_places=6, null=True)

    decisions = models.JSONField(default=dict)
    """By change id: ``{"decision": "accepted", "by": name, "user": pk, "at": ISO time}``; see
    ``core.versions.decisions``."""
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("requested by")
    )
    requested_by_name = models.CharField(max_length=255, blank=True)
    site = models.ForeignKey(
        "wagtailcore.Site", null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("site")
    )
    created = models.DateTimeField(_("created"))
    decided = models.DateTimeField(null=True)

    class Meta:
        app_label = "wagtail_ai_content"
        verbose_name = _("AI version")
        verbose_name_plural = _("AI versions")
        permissions = [("review_aiversion", _("Can decide about what AI proposes"))]
        ordering = ("-created", "-id")
        indexes = [
            models.Index(fields=["target_content_type", "target_object_id", "-created"], name="wac_version_target"),
            models.Index(
                fields=["-created", "-id"], name="wac_version_pending", condition=Q(status=VersionStatus.PENDING)
            ),
            models.Index(fields=["-created", "-id"], name="wac_version_newest"),
            models.Index(fields=["status", "target_content_type", "target_object_id"], name="wac_version_status"),
            models.Index(fields=["model_used"], name="wac_version_model"),
        ]

    def __str__(self) -> str:
        return f"{self.function}: {self.target_label}"
