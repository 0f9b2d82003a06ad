"""Phrases that AI must leave as they are."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


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
