"""The chooser of people, for those who may grant tiers: names and addresses are for nobody else."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import chooser
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.permissions import policy_registry

from wagtail_ai_content.records.usage.api import Tier

SEARCHED = ("first_name", "last_name", "email")


class PersonSearch(BaseFilterForm):  # type: ignore[misc]  # Wagtail ships no types
    """People by a part of their name or address."""

    q = forms.CharField(
        label=_("Search term"), widget=forms.TextInput(attrs={"placeholder": _("Search")}), required=False
    )

    def filter(self, objects: Any) -> Any:
        self.search_query = self.cleaned_data["q"].strip()
        self.is_searching = bool(self.search_query)
        if not self.is_searching:
            return objects
        known = {field.name for field in objects.model._meta.concrete_fields}
        names = [objects.model.USERNAME_FIELD, *(name for name in SEARCHED if name in known)]
        found = Q()
        for name in names:
            found |= Q(**{f"{name}__icontains": self.search_query})
        return objects.filter(found)


class _ForGranting:
    """A view of the chooser, for those who may grant tiers."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        policy = policy_registry.get_by_type(Tier)
        if not policy.user_has_any_permission(request.user, ("add", "change")):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class _Choose(_ForGranting):
    filter_form_class = PersonSearch
    ordering = "pk"

    def get_object_list(self) -> Any:
        return get_user_model()._default_manager.filter(is_active=True)

    @property
    def columns(self) -> list[Any]:
        full_name = Column("name", label=_("Name"), accessor=lambda user: user.get_full_name())
        return [self.title_column, full_name]  # type: ignore[attr-defined]


class ChoosePerson(_Choose, chooser.ChooseView):  # type: ignore[misc]
    """The chooser's window."""


class ChoosePersonResults(_Choose, chooser.ChooseResultsView):  # type: ignore[misc]
    """The chooser's list."""


class ChosenPerson(_ForGranting, chooser.ChosenView):  # type: ignore[misc]
    """Who was chosen."""


class ChosenPeople(_ForGranting, chooser.ChosenMultipleView):  # type: ignore[misc]
    """Who was chosen, where several may be."""


class PersonChooserViewSet(ChooserViewSet):  # type: ignore[misc]
    """The chooser of people; only used where it is asked for."""

    name = "ai_person_chooser"
    icon = "user"
    choose_one_text = _("Choose a person")
    choose_another_text = _("Choose another person")
    register_widget = False
    choose_view_class = ChoosePerson
    choose_results_view_class = ChoosePersonResults
    chosen_view_class = ChosenPerson
    chosen_multiple_view_class = ChosenPeople

    @cached_property
    def model(self) -> Any:
        return get_user_model()

    def get_urlpatterns(self) -> list[Any]:
        """Nobody is made here."""
        return [pattern for pattern in super().get_urlpatterns() if pattern.name != "create"]


people = PersonChooserViewSet()
