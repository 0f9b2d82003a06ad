"""What a group may use AI for: a panel of the group form, like Wagtail's own for pages and collections."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.formsets import BaseFormSetMixin

from wagtail_ai_content.pipeline.functions import registry
from wagtail_ai_content.records.access.api import UseGrant

from .phrases import PageInput

TWICE = _("This stands here twice. Remove one of them.")
NO_FUNCTION = _("There is no such function.")


class GrantForm(forms.ModelForm):  # type: ignore[type-arg]  # Django has no such index at run time
    """One grant."""

    class Meta:
        model = UseGrant
        fields = ["function", "site", "page_id"]
        widgets = {"page_id": PageInput(show_edit_link=False)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["function"] = forms.ChoiceField(
            choices=_functions(self.instance.function), required=False, label=_("Function")
        )
        site: Any = self.fields["site"]
        site.empty_label = gettext("All sites")

    def clean_page_id(self) -> str:
        return str(self.cleaned_data["page_id"] or "")

    def has_changed(self) -> bool:
        """A row that was added and left as it is stands for everything, everywhere."""
        return self.instance.pk is None or super().has_changed()


class BaseGrantFormSet(BaseFormSetMixin, forms.BaseInlineFormSet):  # type: ignore[misc,type-arg]
    """All grants of a group."""

    def __init__(self, data: Any = None, files: Any = None, instance: Any = None, prefix: str = "ai_grants") -> None:
        super().__init__(data, files, instance=instance, prefix=prefix)

    def clean(self) -> None:
        kept = [form for form in self.forms if form not in self.deleted_forms and not form.errors]
        seen = set()
        for form in kept:
            key = tuple(form.cleaned_data.get(name) for name in ("function", "site", "page_id"))
            if key in seen:
                raise forms.ValidationError(TWICE)
            seen.add(key)

    def as_admin_panel(self) -> str:
        return render_to_string("wagtail_ai_content/manage/grants.html", {"formset": self})


GrantFormSet = forms.inlineformset_factory(
    Group, UseGrant, form=GrantForm, formset=BaseGrantFormSet, extra=0, can_delete=True
)


def _functions(stored: str) -> list[tuple[str, str]]:
    """All, then each by its title; also one that was granted and is no longer there."""
    found = {name: registry.get(name) for name in sorted(registry)}
    named = [(name, gettext(made.title) if made and made.title else name) for name, made in found.items()]
    gone = [(stored, gettext("%(name)s (no longer there)") % {"name": stored})] if stored not in {"", *found} else []
    return [("", gettext("All functions")), *named, *gone]
