"""The switch that turns AI off, for a site or for all, under Settings."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import SwitchInput

from wagtail_ai_content.records.access.api import AISwitch

TWIN = _("There is a switch for it already. Change that one.")


class SwitchForm(WagtailAdminModelForm):  # type: ignore[misc]  # Wagtail ships no types
    """A switch, of which there is one for each site and one for all."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        twins = AISwitch.objects.filter(site=cleaned.get("site")).exclude(pk=self.instance.pk)
        if not self.errors and twins.exists():
            self.add_error("site", TWIN)
        return cleaned

    def save(self, commit: bool = True) -> Any:
        if self.for_user is not None:
            self.instance.changed_by = self.for_user
            self.instance.changed_by_name = self.for_user.get_username()
        return super().save(commit=commit)


class SwitchList(generic.IndexView):  # type: ignore[misc]
    """The switches, with the names of their sites in the same query."""

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("site")


class SwitchViewSet(ModelViewSet):  # type: ignore[misc]
    """Switches, under Settings. AI is on where there is none."""

    model = AISwitch
    name = "ai_switch"
    icon = "warning"
    menu_label = _("AI on or off")
    add_to_settings_menu = True
    copy_view_enabled = False
    index_view_class = SwitchList
    list_display = [
        TitleColumn("name", label=_("For"), accessor=str, url_name="ai_switch:edit"),
        StatusTagColumn(
            "is_on",
            label=_("State"),
            accessor=lambda row: _("On") if row.is_on else _("Off"),
            primary=lambda row: not row.is_on,
        ),
        Column("reason", label=_("Reason")),
        Column("changed_by_name", label=_("Switched by")),
        DateColumn("changed", label=_("Switched")),
    ]
    edit_handler = ObjectList(
        [
            FieldPanel("site"),
            FieldPanel(
                "is_on",
                widget=SwitchInput(),
                help_text=_(
                    "While it is off nothing is sent to a model and nothing of an AI is written. Requests that wait "
                    "end; an answer that arrives is kept, but not written. People can still decide about proposals."
                ),
            ),
            FieldPanel("reason"),
        ],
        base_form_class=SwitchForm,
    )
