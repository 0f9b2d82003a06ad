"""What a site forbids an AI to do, and what was decided about texts."""

from __future__ import annotations

import json
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.fields import StreamField
from wagtail.models import DraftStateMixin, PreviewableMixin, RevisionMixin

from wagtail_ai_content.core.guardrails.check import Action, Content, Finding, Stage
from wagtail_ai_content.core.guardrails.patterns import Unusable
from wagtail_ai_content.core.guardrails.rules import View

from .blocks import RulesBlock, in_words
from .compiled import compiled_set

STAGES: Final = {Stage.REQUEST: _("To a model"), Stage.REPLY: _("From a model")}
ACTIONS: Final = {Action.BLOCK: _("Blocked"), Action.REVIEW: _("Held for a reviewer"), Action.WARN: _("Warned")}


class LockedPhrase(models.Model):
    """Words an AI may not change, drop or translate: a product name, a legal sentence.

    It counts on every site, on one site, or on one page with or without the pages below it. The page is kept as its
    number, since a site's base page model need not be Wagtail's own.

    Personal data: none.
    """

    phrase = models.CharField(_("phrase"), max_length=255)
    site = models.ForeignKey(
        "wagtailcore.Site", null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("site")
    )
    page_id = models.CharField(_("page"), max_length=255, blank=True)
    with_descendants = models.BooleanField(_("also on the pages below"), default=True)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        app_label = "wagtail_ai_content"
        verbose_name = _("locked phrase")
        verbose_name_plural = _("locked phrases")
        ordering = ("phrase", "pk")
        indexes = [models.Index(fields=["page_id"], name="wac_phrase_page")]

    def __str__(self) -> str:
        return self.phrase


class RuleSet(
    DraftStateMixin,  # type: ignore[misc]  # Wagtail ships no types
    RevisionMixin,  # type: ignore[misc]
    PreviewableMixin,  # type: ignore[misc]
    models.Model,
):
    """Words and patterns that a site looks for in what is sent to a model, and in its answers.

    Only what is published counts, for one site or for all. A draft can be tried on a sample in the preview.

    Personal data: none beyond what its author writes into it.
    """

    site = models.ForeignKey(
        "wagtailcore.Site",
        verbose_name=_("site"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,  # SET_NULL would turn the rules of a removed site into the rules of all others
        related_name="+",
        help_text=_("Leave empty to use it on all sites."),
    )
    name = models.CharField(_("name"), max_length=100, help_text=_("Told to whoever meets one of its rules."))
    rules = StreamField(RulesBlock(), verbose_name=_("rules"), blank=True)
    sample = models.TextField(
        _("sample"), blank=True, help_text=_("A text to try the rules on. The preview shows what they find in it.")
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)
    updated = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        app_label = "wagtail_ai_content"
        verbose_name = _("AI rule set")
        verbose_name_plural = _("AI rule sets")
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name

    @property
    def site_label(self) -> str:
        return str(self.site or _("All sites"))

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        return "wagtail_ai_content/guardrails/preview.html"

    def get_preview_context(self, request: Any, mode_name: str) -> dict[str, Any]:
        context: dict[str, Any] = super().get_preview_context(request, mode_name)
        try:
            tried = [(STAGES[stage], self.tried(stage)) for stage in Stage]
            return {**context, "rule_set": self, "tried": tried}
        except Unusable as unusable:
            return {**context, "rule_set": self, "problem": in_words(unusable)}
        except ValueError:  # a draft need not say yet what happens, or where
            return {**context, "rule_set": self, "problem": gettext("it is not finished")}

    def tried(self, stage: Stage) -> list[Finding]:
        """What its rules find in its sample. Raises: ``Unusable``, ``ValueError`` for a rule that is not finished."""
        rules = json.dumps(self.rules.get_prep_value())
        return list(compiled_set(self.name, rules).find(View(Content(stage=stage, texts=(self.sample,)))))


class ModerationDecision(models.Model):
    """What was decided about a text that a guardrail did not let through, or that a service was asked about.

    There is one for each text, by its hash; the same text is decided once. Jobs that waited for it go on when a
    reviewer approves it. The text itself stays with its jobs; here are only the places that were found. Deleting a
    job, a user or a site leaves it, with their names as they were.

    Personal data: the reviewer, and whatever the excerpts hold.
    """

    class Status(models.TextChoices):
        """What was decided."""

        APPROVED = "approved", _("Approved")
        FLAGGED = "flagged", _("Waiting")
        REJECTED = "rejected", _("Rejected")

    content_hash = models.CharField(_("hash"), max_length=64, unique=True)
    stage = models.CharField(_("where"), max_length=10, choices=list(STAGES.items()))
    status = models.CharField(_("decision"), max_length=10, choices=Status.choices)
    score = models.FloatField(_("score"), null=True)
    check_name = models.CharField(_("found by"), max_length=100, blank=True)
    category = models.CharField(_("what it is"), max_length=100, blank=True)
    findings = models.JSONField(default=list)
    checks = models.CharField(max_length=64, blank=True)
    function = models.CharField(_("function"), max_length=100, blank=True)
    site = models.ForeignKey(
        "wagtailcore.Site", null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("site")
    )
    site_name = models.CharField(max_length=255, blank=True)
    jobs = models.ManyToManyField("wagtail_ai_content.Job", related_name="+")
    asked_by = models.CharField(_("asked by"), max_length=255, blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("reviewer")
    )
    reviewer_name = models.CharField(_("reviewer"), max_length=255, blank=True)
    note = models.CharField(_("note"), max_length=255, blank=True)
    created = models.DateTimeField(_("found"), auto_now_add=True)
    reviewed = models.DateTimeField(_("decided"), null=True)

    class Meta:
        app_label = "wagtail_ai_content"
        verbose_name = _("moderation decision")
        verbose_name_plural = _("moderation decisions")
        ordering = ("-created", "-pk")
        default_permissions = ("view", "change")
        indexes = [
            models.Index(fields=["status", "-created", "-id"], name="wac_moderation_status"),
            models.Index(
                fields=["status", "-created", "-id"],
                name="wac_moderation_decided",
                condition=models.Q(reviewed__isnull=False),
            ),
            models.Index(fields=["-created", "-id"], name="wac_moderation_newest"),
            models.Index(fields=["stage", "-created", "-id"], name="wac_moderation_stage"),
            models.Index(fields=["site", "-created", "-id"], name="wac_moderation_site"),
            models.Index(fields=["function", "-created", "-id"], name="wac_moderation_function"),
            models.Index(fields=["check_name", "-created", "-id"], name="wac_moderation_check"),
        ]

    def __str__(self) -> str:
        return f"{self.check_name} {self.content_hash[:8]}"

    @property
    def is_by_a_person(self) -> bool:
        return self.reviewed is not None
