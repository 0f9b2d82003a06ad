"""The tables of prompts and model profiles."""

from __future__ import annotations

import time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.models import DraftStateMixin, LockableMixin, PreviewableMixin, Revision, RevisionMixin, WorkflowMixin
from wagtail.search import index

from wagtail_ai_content.core.errors import PromptError
from wagtail_ai_content.core.prompts.problems import Problem, reason_of
from wagtail_ai_content.core.prompts.sample import sample_values
from wagtail_ai_content.core.prompts.template import check_prompt, render_messages
from wagtail_ai_content.core.prompts.variables import Variable, completed, names_of, variables_from_json
from wagtail_ai_content.core.text import Text

from .shipped import shipped

PREVIEW_MARKER = "0123456789abcdef"
"""Stands in previews for the secret word of the fences."""

ALL_SITES = _("All sites")


class PromptTemplate(
    WorkflowMixin,  # type: ignore[misc]
    DraftStateMixin,  # type: ignore[misc]
    LockableMixin,  # type: ignore[misc]
    RevisionMixin,  # type: ignore[misc]
    PreviewableMixin,  # type: ignore[misc]
    index.Indexed,  # type: ignore[misc]
    models.Model,
):
    """A prompt of the site, used instead of the shipped one.

    Only what is published is used; of several published ones for the same function, the one published last. A draft can
    be written, previewed and sent through a workflow without any effect on running work. ``version`` counts the times
    it was published. Jobs and AI versions keep the text they were made with, so a prompt may be deleted.

    Personal data: none beyond what its author writes into it.
    """

    site = models.ForeignKey(
        "wagtailcore.Site",
        verbose_name=_("site"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,  # SET_NULL would turn the prompt of a removed site into the prompt of all others
        related_name="+",
        help_text=_("Leave empty to use it on all sites. A site's own prompt goes first."),
    )
    function = models.CharField(_("AI function"), max_length=100)
    name = models.CharField(_("name"), max_length=100)
    body = models.TextField(
        _("prompt"),
        help_text=_(
            "A line {# system #} opens the part that says who the model is and which rules hold; a line {# user #} "
            'opens the task and its material. Put texts of the site in as {{ text|fenced("page_text") }}, so that '
            "the model can tell them from your instructions."
        ),
    )
    variables = models.JSONField(
        _("variables"),
        default=list,
        blank=True,
        help_text=_(
            "Leave empty for a function whose variables are listed above. Otherwise a list of objects, each with name, "
            "type, required, help and choices."
        ),
    )
    model = models.CharField(
        _("model"),
        max_length=200,
        blank=True,
        help_text=_("As provider/model, such as openai/gpt-4.1-mini. Leave empty for the model of the site."),
    )
    version = models.PositiveIntegerField(_("version"), default=0, editable=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    updated = models.DateTimeField(_("updated"), auto_now=True)

    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.SearchField("body"),
        index.FilterField("function"),
        index.FilterField("site_id"),
    ]
    skip_body_check = False
    """True on the copy that is previewed: the preview shows what is wrong in place of the prompt."""

    class Meta:
        verbose_name = _("AI prompt")
        verbose_name_plural = _("AI prompts")
        ordering = ["function", "name"]
        constraints = [
            models.UniqueConstraint(fields=["site", "function", "name"], name="wac_prompt_unique_in_site"),
            models.UniqueConstraint(
                fields=["function", "name"],
                condition=Q(site__isnull=True),
                name="wac_prompt_unique_for_all_sites",
                violation_error_message=_(
                    "All sites have a prompt of this name for this function already. "
                    "Change that one, or choose another name."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def site_label(self) -> str:
        return str(self.site) if self.site_id else str(ALL_SITES)

    def known_variables(self) -> tuple[Variable, ...]:
        """Its own variables, else those of the shipped prompt for its function. Raises: ``Problem``."""
        own = variables_from_json(self.variables or [])
        standard = shipped().for_function(self.function)
        return own or (standard.variables if standard else ())

    def clean(self) -> None:
        super().clean()
        try:
            known = self.known_variables()
        except Problem as problem:
            raise ValidationError({"variables": in_words(problem.text)}) from None
        if self.body and not self.skip_body_check:
            self._check_body(known)

    def _check_body(self, known: tuple[Variable, ...]) -> None:
        try:
            check_prompt(self.body, name=self.name, variables=names_of(known), partials=shipped().partials)
        except PromptError as error:
            raise ValidationError({"body": explain(error)}) from None

    def with_content_json(self, content: dict[str, Any]) -> PromptTemplate:
        """A revision as an object; the number of publications belongs to the prompt, not to one revision of it."""
        prompt: PromptTemplate = super().with_content_json(content)
        prompt.version = self.version
        return prompt

    def publish(self, revision: Revision, *args: Any, **kwargs: Any) -> None:
        super().publish(revision, *args, **kwargs)
        published = type(self).objects.filter(pk=self.pk, live=True, live_revision=revision)
        published.update(version=F("version") + 1)

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        return "wagtail_ai_content/prompts/preview.html"

    def get_preview_context(self, request: Any, mode_name: str) -> dict[str, Any]:
        context = super().get_preview_context(request, mode_name)
        return {**context, "prompt": self, **self._rendered()}

    def _rendered(self) -> dict[str, Any]:
        try:
            known = self.known_variables()
            partials = shipped().partials
            values = completed(sample_values(self.function), known)
            check_prompt(self.body, name=self.name, variables=names_of(known), partials=partials)
            messages = render_messages(
                self.body, values, name=self.name, clock=time.monotonic, marker=PREVIEW_MARKER, partials=partials
            )
        except PromptError as error:
            return {"problem": explain(error), "excerpt": excerpt(self.body, error.line)}
        except Problem as problem:
            return {"problem": in_words(problem.text)}
        return {"messages": messages}


class ModelProfile(models.Model):
    """Which model answers, and how, for one function or all of them, on one site or all of them.

    What is left empty is taken from the next wider profile, then from the settings.

    Personal data: none.
    """

    class ResponseFormat(models.TextChoices):
        """The form asked of the model beside what the prompt says."""

        SCHEMA = "schema", _("JSON, held to a schema by the provider")
        TEXT = "text", _("Plain text, as the prompt asks")

    site = models.ForeignKey(
        "wagtailcore.Site",
        verbose_name=_("site"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,  # as for prompts: a removed site's choice must not become everybody's
        related_name="+",
        help_text=_("Leave empty for all sites."),
    )
    function = models.CharField(
        _("AI function"), max_length=100, blank=True, help_text=_("Leave empty for all functions.")
    )
    model = models.CharField(
        _("model"), max_length=200, blank=True, help_text=_("As provider/model, such as openai/gpt-4.1-mini.")
    )
    max_tokens = models.PositiveIntegerField(
        _("longest answer"),
        null=True,
        blank=True,
        validators=[MinValueValidator(16), MaxValueValidator(200_000)],
        help_text=_("In tokens; an English word is a little more than one."),
    )
    temperature = models.FloatField(
        _("temperature"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0.0), MaxValueValidator(2.0)],
        help_text=_("0 for the most predictable words, higher for more varied ones."),
    )
    response_format = models.CharField(
        _("form of the answer"), max_length=10, blank=True, choices=ResponseFormat.choices
    )
    fallback_models = models.TextField(
        _("fallback models"),
        blank=True,
        help_text=_("One on each line; asked in this order when the model does not answer."),
    )

    class Meta:
        verbose_name = _("AI model profile")
        verbose_name_plural = _("AI model profiles")
        ordering = ["function", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["site", "function"], name="wac_profile_unique_in_site"),
            models.UniqueConstraint(
                fields=["function"],
                condition=Q(site__isnull=True),
                name="wac_profile_unique_for_all_sites",
                violation_error_message=_("All sites have a profile for this function already. Change that one."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.function_label} · {self.site_label}"

    @property
    def function_label(self) -> str:
        return self.function or gettext("All functions")

    @property
    def site_label(self) -> str:
        return str(self.site) if self.site_id else str(ALL_SITES)

    @property
    def fallbacks(self) -> tuple[str, ...]:
        return tuple(line.strip() for line in self.fallback_models.splitlines() if line.strip())


def explain(error: PromptError) -> str:
    """Where the prompt is wrong and why, in the reader's language."""
    return gettext("Line %(line)s: %(reason)s.") % {"line": error.line, "reason": in_words(reason_of(error))}


def in_words(text: Text) -> str:
    """``text`` in the reader's language."""
    template = gettext(text.template)
    return template % dict(text.params) if text.params else template


def excerpt(body: str, line: int) -> list[tuple[int, str]]:
    """The lines around ``line``, with their numbers."""
    lines = list(enumerate(body.splitlines(), start=1))
    return lines[max(0, line - 3) : line + 2]
