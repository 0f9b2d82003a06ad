"""The table of provenance: one row for each object that holds, or once held, AI text."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _


class Provenance(models.Model):
    """What AI wrote for one object, and how much of it is still there.

    ``origins`` remembers what AIs wrote, by place, ``generations`` how, by id. ``live`` is worked out from that when
    something is published, for the site's readers; empty when there is no word by an AI. For a draft it is worked out
    whenever somebody asks. Deleted with the object; what was asked and answered stays in the versions.

    Personal data: none of its own; ``origins`` holds texts of the content.
    """

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    """The base type, as in Wagtail's revisions: the same for every type of page."""
    object_id = models.CharField(max_length=255)
    origins = models.JSONField(default=dict)
    """``{place: [{"text", "authors": [[generation or "", words], …]}, …]}``, oldest first."""
    generations = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    """Their attributes: version, function, model, parameters, prompt, confidence, quality, time."""
    live = models.JSONField(default=dict)
    writes = models.PositiveIntegerField(default=0)
    """Raised by each write. Whoever worked something out from an older state sees another number and does it again."""
    updated = models.DateTimeField(_("updated"))

    class Meta:
        app_label = "wagtail_ai_content"
        verbose_name = _("provenance")
        verbose_name_plural = _("provenance")
        constraints = [models.UniqueConstraint(fields=["content_type", "object_id"], name="wac_provenance_object")]

    def __str__(self) -> str:
        return f"{self.content_type_id}/{self.object_id}"
