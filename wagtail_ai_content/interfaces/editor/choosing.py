"""Each person's own choice not to be offered AI, and what they may use of it, on their account screen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.account import BaseSettingsPanel, profile_tab
from wagtail.admin.widgets import SwitchInput
from wagtail.models import Site

from wagtail_ai_content.core.usage.refusals import amount_of, holder_of, shown
from wagtail_ai_content.pipeline import rights
from wagtail_ai_content.pipeline.usage import Use, use_by
from wagtail_ai_content.records.access import api as access
from wagtail_ai_content.records.access.api import AIPreference
from wagtail_ai_content.records.texts import localised


class PreferenceForm(forms.ModelForm):  # type: ignore[type-arg]  # Django has no such index at run time
    """The one switch."""

    class Meta:
        model = AIPreference
        fields = ["opted_out"]
        widgets = {"opted_out": SwitchInput()}


class PreferencePanel(BaseSettingsPanel):  # type: ignore[misc]  # Wagtail ships no types
    """Shown to those who may use AI, or would if they had not said no."""

    name = "ai_use"
    template_name = "wagtail_ai_content/manage/account_ai.html"
    title = _("AI")
    tab = profile_tab
    order = 500

    def is_active(self) -> bool:
        return rights.is_granted_anything(self.user)

    def get_context_data(self) -> dict[str, Any]:
        site = Site.find_for_request(self.request)
        uses = use_by(self.user.pk, site.pk if site else None)
        return {**super().get_context_data(), "uses": [_in_words(use) for use in uses]}

    def get_form(self) -> PreferenceForm:
        posted = self.request.POST if self.request.method == "POST" else None
        return PreferenceForm(posted, instance=access.preference(self.user), prefix=self.name)


def _in_words(use: Use) -> dict[str, Any]:
    limit = use.limit
    return {
        "limit": f"{localised(amount_of(limit))} {localised(holder_of(limit.holder))}",
        "used": shown(use.used, limit.unit),
        "share": use.share,
        "resets": use.resets,
    }
