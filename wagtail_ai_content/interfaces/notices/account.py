"""The switches on a person's account screen, under Wagtail's own notification preferences."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.account import BaseSettingsPanel, notifications_tab
from wagtail.admin.widgets import SwitchInput
from wagtail.permissions import policy_registry

from wagtail_ai_content import conf
from wagtail_ai_content.pipeline.targets import base_page_model
from wagtail_ai_content.records.notices import api as notices
from wagtail_ai_content.records.notices.api import NoticePreference


class NoticePreferenceForm(forms.ModelForm):  # type: ignore[type-arg]  # Django has no such index at run time
    """A switch for each kind of notice."""

    class Meta:
        model = NoticePreference
        fields = ["waiting", "finished", "budget"]
        widgets = {name: SwitchInput() for name in fields}


class NoticesPanel(BaseSettingsPanel):  # type: ignore[misc]  # Wagtail ships no types
    """Shown to those who may edit pages, as Wagtail's switches are."""

    name = "ai_notices"
    title = _("AI notifications")
    tab = notifications_tab
    order = 200

    def is_active(self) -> bool:
        policy = policy_registry.get_by_type(base_page_model())
        return bool(conf.get("NOTIFY_BY_EMAIL") and policy.user_has_permission(self.user, "change"))

    def get_form(self) -> NoticePreferenceForm:
        posted = self.request.POST if self.request.method == "POST" else None
        return NoticePreferenceForm(posted, instance=notices.preference(self.user), prefix=self.name)
