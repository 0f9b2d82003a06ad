"""Tables of the audit trail: the entries, their erasable texts, and where the trail ends."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Operation(models.TextChoices):
    """What an entry is about."""

    GENERATED = "generated", _("Generated")
    DISCARDED = "discarded", _("Answer not used")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")
    UNDONE = "undone", _("Taken back")
    PUBLISHED = "published", _("Published")
    UNPUBLISHED = "unpublished", _("Unpublished")
    CHANGED = "changed", pgettext_lazy("audit trail", "Setting changed")
    DELETED = "deleted", _("Deleted")
    MODERATED = "moderated", _("Moderated")
    REPLAYED = "replayed", _("Run again")
    ERASED = "erased", _("Names and texts erased")


class NeverChanged(TypeError):
    """Somebody tried to change or delete an entry."""

    def __init__(self) -> None:
        super().__init__("Entries of the audit trail are never changed or deleted.")


class AppendOnly(models.QuerySet["AuditEntry"]):
    """Entries can be read and added."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise NeverChanged

    def delete(self) -> NoReturn:
        raise NeverChanged


class AuditEntry(models.Model):
    """One thing that AI, or somebody with it, did. Written once; the row is sealed together with the one before.

    No foreign keys: deleting a user, page, prompt, site or job leaves it as it is, and the names they had stay in its
    :class:`AuditBody`. ``input_hash`` and ``output_hash`` are of the request as sent and the reply as it came, salted
    with the body's salt. What is sealed, and in which order, is ``api.FACTS``.

    Personal data: the number of the user's account. Everything else about people is in the body, which can be erased.
    """

    sequence = models.BigIntegerField(_("number"), primary_key=True)
    at = models.DateTimeField(_("time"))
    operation = models.CharField(_("operation"), max_length=20, choices=Operation.choices)
    actor = models.CharField(_("user"), max_length=64, blank=True)
    function = models.CharField(_("function"), max_length=100, blank=True)
    model = models.CharField(_("model"), max_length=200, blank=True)
    prompt = models.CharField(_("prompt"), max_length=100, blank=True)
    prompt_version = models.CharField(_("prompt version"), max_length=20, blank=True)
    target_type = models.CharField(max_length=200, blank=True)
    target_id = models.CharField(max_length=255, blank=True)
    site = models.CharField(max_length=64, blank=True)
    job = models.CharField(_("job"), max_length=36, blank=True)
    outcome = models.CharField(_("outcome"), max_length=40, blank=True)
    detail = models.TextField(blank=True)
    """More facts, none of them about people, as JSON in one fixed way of writing."""
    input_hash = models.CharField(max_length=64, blank=True)
    output_hash = models.CharField(max_length=64, blank=True)
    prompt_tokens = models.PositiveIntegerField(null=True)
    completion_tokens = models.PositiveIntegerField(null=True)
    cost = models.DecimalField(_("cost"), max_digits=14, decimal_places=6, null=True)
    body_hash = models.CharField(max_length=64)
    key = models.CharField(max_length=16)
    previous = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    objects = AppendOnly.as_manager()

    names: dict[str, str]
    """Where ``api.named`` read it: the names of user, target and site, as they were; empty when they were erased."""
    is_erased: bool

    class Meta:
        app_label = "wagtail_ai_content"
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        default_permissions = ()
        permissions = [("read_audit", _("Can read the AI audit trail"))]
        ordering = ("-sequence",)
        indexes = [
            models.Index(fields=["at"], name="wac_audit_at"),
            models.Index(fields=["operation", "-sequence"], name="wac_audit_operation"),
            models.Index(fields=["actor", "-sequence"], name="wac_audit_actor"),
            models.Index(fields=["model", "-sequence"], name="wac_audit_model"),
            models.Index(fields=["target_type", "target_id", "-sequence"], name="wac_audit_target"),
            models.Index(fields=["job"], name="wac_audit_job"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.operation}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise NeverChanged
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise NeverChanged


class AuditBody(models.Model):
    """The names and texts of an entry. Erasing it, salt and all, leaves the trail whole: the entry holds a fingerprint.

    ``texts`` is the request, the reply and what is needed to read it again, as compressed JSON.

    Personal data: all there is in the trail.
    """

    entry = models.OneToOneField(
        AuditEntry, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="body"
    )
    salt = models.CharField(max_length=32, blank=True)
    about = models.TextField(blank=True)
    """The names that user, target and site had, as JSON."""
    texts = models.BinaryField(blank=True)
    erased = models.DateTimeField(null=True)

    class Meta:
        app_label = "wagtail_ai_content"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)


class AuditHead(models.Model):
    """Where the trail ends: one row, locked by whoever adds to it, so that each entry follows one other.

    Personal data: none.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField(default=0)
    seal = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        app_label = "wagtail_ai_content"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.sequence)
