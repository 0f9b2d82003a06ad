"""The tables of notices and of what people want to be told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class NoticeKind(models.TextChoices):
    """Why somebody is told."""

    WAITING = "waiting", _("An AI proposal waits for review")
    FINISHED = "finished", _("An AI request has ended")
    BUDGET = "budget", _("An AI budget is being used up")


class Notice(models.Model):
    """One thing that one person is to be told, once.

    It waits (``sent`` is null) until it goes out, with all others that wait for the same person, in one mail. The
    person and the event are unique together, so that an event announced twice is told once. ``attempts`` counts the
    mails that could not be sent.

    Personal data: who is told about what; deleted with the user, and a month after it was sent.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    event = models.UUIDField()
    """The AI version it is about, or else the job, or else what ``text`` says."""
    kind = models.CharField(max_length=10, choices=NoticeKind.choices)
    version = models.ForeignKey("wagtail_ai_content.AIVersion", null=True, on_delete=models.CASCADE, related_name="+")
    job = models.ForeignKey("wagtail_ai_content.Job", null=True, on_delete=models.CASCADE, related_name="+")
    text = models.JSONField(null=True)
    created = models.DateTimeField()
    sent = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        app_label = "wagtail_ai_content"
        constraints = [models.UniqueConstraint(fields=["user", "event"], name="wac_notice_once")]
        indexes = [
            models.Index(fields=["created"], name="wac_notice_unsent", condition=Q(sent=None)),
            models.Index(fields=["sent"], name="wac_notice_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event}"


class NoticePreference(models.Model):
    """What one person wants to be told by e-mail; a person without a row wants everything.

    Personal data: the person's choice; deleted with the user.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    waiting = models.BooleanField(
        _("AI proposals waiting"),
        default=True,
        help_text=_("Receive notification when an AI proposal waits for review on a page you may edit"),
    )
    finished = models.BooleanField(
        _("AI requests ended"),
        default=True,
        help_text=_("Receive notification when the AI has done, or could not do, what you asked for"),
    )
    budget = models.BooleanField(
        _("AI budgets"),
        default=True,
        help_text=_("Receive notification when half, 80 % and all of a monthly AI budget you may change is spent"),
    )

    class Meta:
        app_label = "wagtail_ai_content"
        verbose_name = _("AI notification preferences")
        verbose_name_plural = _("AI notification preferences")

    def __str__(self) -> str:
        return str(self.user)
