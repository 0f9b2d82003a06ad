"""Rights by site in a group's form: where its members may write prompts and AI rules, choose models, lock phrases."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from wagtail.models import GroupSitePermission, Site

from wagtail_ai_content.records.guardrails.api import LockedPhrase, RuleSet
from wagtail_ai_content.records.prompts.api import ModelProfile, PromptTemplate
from wagtail_ai_content.records.prompts.rights import PUBLISH, WRITE


class SitesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    """The sites on which a group has certain permissions."""

    def __init__(self, *, model: Any, actions: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(queryset=Site.objects.all(), required=False, widget=forms.CheckboxSelectMultiple, **kwargs)
        self.model = model
        self.actions = actions

    def permissions(self) -> Any:
        kind = ContentType.objects.get_for_model(self.model)
        codenames = [get_permission_codename(action, self.model._meta) for action in self.actions]
        return Permission.objects.filter(content_type=kind, codename__in=codenames)


class SitePermissionForm(forms.Form):
    """A panel of the group form. Permissions given to the whole group, further up, hold on all sites."""

    template_name = "wagtail_ai_content/manage/site_permissions.html"
    icon = "site"

    write = SitesField(
        model=PromptTemplate,
        actions=WRITE,
        label=_("Write prompts"),
        help_text=_("Add, change and delete AI prompts of these sites, and see those for all sites."),
    )
    publish = SitesField(
        model=PromptTemplate,
        actions=PUBLISH,
        label=_("Publish prompts"),
        help_text=_("Publish, lock and unlock AI prompts of these sites."),
    )
    models = SitesField(
        model=ModelProfile,
        actions=WRITE,
        label=_("Choose AI models"),
        help_text=_("Add, change and delete AI model profiles of these sites, and see those for all sites."),
    )
    phrases = SitesField(
        model=LockedPhrase,
        actions=WRITE,
        label=_("Lock phrases"),
        help_text=_("Add, change and delete locked phrases of these sites, and see those for all sites."),
    )

    rules = SitesField(
        model=RuleSet,
        actions=WRITE,
        label=_("Write AI rules"),
        help_text=_("Add, change and delete AI rule sets of these sites, and see those for all sites."),
    )
    publish_rules = SitesField(
        model=RuleSet,
        actions=PUBLISH,
        label=_("Publish AI rules"),
        help_text=_("Publish AI rule sets of these sites, so that they count there."),
    )

    def __init__(self, *args: Any, instance: Any = None, **kwargs: Any) -> None:
        self.instance = instance
        initial = {name: self._sites(field) for name, field in self.base_fields.items()}
        super().__init__(*args, **{"prefix": "ai_content_sites", "initial": initial, **kwargs})

    def _sites(self, field: Any) -> list[int]:
        if self.instance is None or self.instance.pk is None:
            return []
        given = GroupSitePermission.objects.filter(group=self.instance, permission__in=field.permissions())
        return list(given.values_list("site_id", flat=True).distinct())

    def as_admin_panel(self) -> str:
        context = {"heading": _("AI content permissions by site"), "form": self}
        return render_to_string(self.template_name, context)

    def save(self) -> None:
        """Give what is ticked and take what is not, for each field apart."""
        for name in self.changed_data:
            permissions = self.fields[name].permissions()  # type: ignore[attr-defined]
            GroupSitePermission.objects.filter(group=self.instance, permission__in=permissions).delete()
            GroupSitePermission.objects.bulk_create(
                GroupSitePermission(group=self.instance, site=site, permission=permission)
                for site in self.cleaned_data[name]
                for permission in permissions
            )
