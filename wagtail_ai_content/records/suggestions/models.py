"""The table of dismissed suggestions."""

from __future__ import annotations

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _


class DismissedSuggestion(models.Model):
    """A suggestion that a person dismissed, at one object.

    ``key`` stands for the kind of suggestion and the words it is about, so that it holds until those words change.

    Personal data: who dismissed it; deleted with the user. No text of the content.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    """The base type, as in Wagtail's revisions."""
    object_id = models.CharField(max_length=255)
    key = models.CharField(max_length=64)
    at = models.DateTimeField(_("dismissed"))

    class Meta:
        app_label = "wagtail_ai_content"
        verbose_name = _("dismissed suggestion")
        verbose_name_plural = _("dismissed suggestions")
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "user", "key"], name="wac_suggestion_dismissed_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.content_type_id}/{self.object_id}: {self.key}"
