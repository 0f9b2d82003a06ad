"""The tables of grants, switches and personal choices."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class UseGrant(models.Model):
    """The members of a group may use AI: one function or all, on a site or all, on a page and below it or anywhere.

    Without a grant nothing is offered and nothing accepted; superusers need none. Groups that could add or change pages
    when the app was installed were given one; a group made later has none until somebody gives it one. The page is kept
    as its number, since a site's base page model need not be Wagtail's own.

    Personal data: none.
    """

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="ai_grants")
    function = models.CharField(_("function"), max_length=100, blank=True)
    site = models.ForeignKey(
        "wagtailcore.Site", null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("site")
    )
    page_id = models.CharField(_("page and those below it"), max_length=255, blank=True)

    class Meta:
        app_label = "wagtail_ai_content"
        verbose_name = _("AI grant")
        verbose_name_plural = _("AI grants")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                "group",
                "function",
                Coalesce("site", 0),
                "page_id",
                name="wac_grant_once",
                violation_error_message=_("This is granted already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.function or gettext('all functions')}"


class AISwitch(models.Model):
    """AI is switched off, or was, on a site or, without one, on all.

    Personal data: the name of who switched last, which stays when that user is deleted.
    """

    site = models.ForeignKey(
        "wagtailcore.Site",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("site"),
        help_text=_("Leave empty for all sites."),
    )
    is_on = models.BooleanField(_("AI is on"), default=False)
    reason = models.CharField(
        _("reason"), max_length=255, blank=True, help_text=_("Told to everybody who asks AI for something.")
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("switched by"),
    )
    changed_by_name = models.CharField(_("switched by"), max_length=255, blank=True, editable=False)
    changed = models.DateTimeField(_("switched"), auto_now=True)

    class Meta:
        app_label = "wagtail_ai_content"
        verbose_name = _("AI switch")
        verbose_name_plural = _("AI switches")
        constraints = [models.UniqueConstraint(Coalesce("site", 0), name="wac_switch_once")]

    def __str__(self) -> str:
        return str(self.site) if self.site else gettext("All sites")


class AIPreference(models.Model):
    """What a person chose for themselves.

    Personal data: all of it; deleted with the user.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    opted_out = models.BooleanField(
        _("Do not offer me AI"),
        default=False,
        help_text=_("Hides AI in the editor, for you alone. What others let AI write still comes to you for review."),
    )

    class Meta:
        app_label = "wagtail_ai_content"
        verbose_name = _("AI preference")
        verbose_name_plural = _("AI preferences")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user)
