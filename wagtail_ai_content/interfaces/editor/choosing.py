"""Each person's own choice not to be offered AI, on their account screen."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.account import BaseSettingsPanel, profile_tab
from wagtail.admin.widgets import SwitchInput

from wagtail_ai_content.pipeline import rights
from wagtail_ai_content.records.access import api as access
from wagtail_ai_content.records.access.api import AIPreference


class PreferenceForm(forms.ModelForm):  # type: ignore[type-arg]  # Django has no such index at run time
    """The one switch."""

    class Meta:
        model = AIPreference
        fields = ["opted_out"]
        widgets = {"opted_out": SwitchInput()}


class PreferencePanel(BaseSettingsPanel):  # type: ignore[misc]  # Wagtail ships no types
    """Shown to those who may use AI, or would if they had not said no."""

    name = "ai_use"
    title = _("AI")
    tab = profile_tab
    order = 500

    def is_active(self) -> bool:
        return rights.is_granted_anything(self.user)

    def get_form(self) -> PreferenceForm:
        posted = self.request.POST if self.request.method == "POST" else None
        return PreferenceForm(posted, instance=access.preference(self.user), prefix=self.name)
