"""Keeping the screens of prompts, rule sets and the like to the sites on which a person has a right.

Wagtail's own screens ask for a right on the model where one on the object is meant. Here every view of one object asks
for the object, and what a person may not see is not found.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.models import Site, WorkflowMixin
from wagtail.permissions import policy_registry
from wagtail.snippets.action_menu import PublishMenuItem, UnpublishMenuItem
from wagtail.snippets.bulk_actions.delete import DeleteBulkAction
from wagtail.snippets.views import chooser, snippets
from wagtail.snippets.views.chooser import SnippetChooserViewSet

from wagtail_ai_content.records.guardrails.api import RuleSet
from wagtail_ai_content.records.prompts.api import PromptTemplate
from wagtail_ai_content.records.prompts.rights import ANY, WRITE

CHOOSE_SITE = _("Choose a site. Only those with a right on all sites may write for all.")
NOT_PUBLISHED = _("You may not publish for this site. Save it as a draft, or choose another site.")


def visible(model: Any, user: Any) -> Any:
    """The rows of ``model`` that the user may see."""
    return policy_registry.get_by_type(model).instances_user_has_any_permission_for(user, ANY)


def is_visible(instance: Any, user: Any) -> bool:
    """Whether the user has any right on the object, or is to approve it at this moment."""
    if policy_registry.get(instance).user_has_any_permission_for_instance(user, ANY, instance):
        return True
    task = instance.current_workflow_task if isinstance(instance, WorkflowMixin) else None
    return bool(task and task.user_can_access_editor(instance, user))


class RightsOn:
    """A permission policy that answers for one object where it is asked about the model.

    The right to add stays one on the model: to copy an object it is enough to see it.
    """

    def __init__(self, policy: Any, instance: Any) -> None:
        self._policy = policy
        self._instance = instance

    def __getattr__(self, name: str) -> Any:
        return getattr(self._policy, name)

    def user_has_permission(self, user: Any, action: str) -> bool:
        if action == "add":
            return bool(self._policy.user_has_permission(user, action))
        return bool(self._policy.user_has_permission_for_instance(user, action, self._instance))

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return bool(self._policy.user_has_any_permission_for_instance(user, actions, self._instance))


class KeptToSites:
    """A view that finds an object only for those who may see it, and asks for rights on it.

    Others are told that there is none, or, without a right on any site, what Wagtail tells everybody without rights.
    """

    model: Any

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        if "pk" in kwargs:
            policy = policy_registry.get_by_type(self.model)
            instance = self.model.objects.filter(pk=unquote(str(kwargs["pk"]))).first()
            if instance is None or not is_visible(instance, request.user):
                raise Http404 if policy.user_has_any_permission(request.user, ANY) else PermissionDenied
            self.permission_policy = RightsOn(policy, instance)
        super().setup(request, *args, **kwargs)  # type: ignore[misc]


class KeptToSitesViewSet:
    """For viewsets of models with an own site or none: puts every view behind :class:`KeptToSites`."""

    def construct_view(self, view_class: Any, **kwargs: Any) -> Any:
        kept = type(view_class.__name__, (KeptToSites, view_class), {"__doc__": view_class.__doc__})
        return super().construct_view(kept, **kwargs)  # type: ignore[misc]


class ListOfSites:
    """A list that offers for each row what may be done with that row."""

    model: Any
    request: Any
    permission_policy: Any

    def get_base_queryset(self) -> Any:
        return visible(self.model, self.request.user).select_related("site")

    def get_edit_url(self, instance: Any) -> Any:
        return super().get_edit_url(instance) if self._may("change", instance) else None  # type: ignore[misc]

    def get_delete_url(self, instance: Any) -> Any:
        return super().get_delete_url(instance) if self._may("delete", instance) else None  # type: ignore[misc]

    def _may(self, action: str, instance: Any) -> bool:
        policy = self.permission_policy
        return bool(policy.user_has_permission_for_instance(self.request.user, action, instance))


class SiteFilter(WagtailFilterSet):  # type: ignore[misc]
    """Filters of a list, among them the sites its reader has a right on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        policy = policy_registry.get_by_type(self._meta.model)
        self.filters["site"].queryset = policy.sites_user_has_any_permission_for(self.request.user, ANY)

    site = django_filters.ModelChoiceFilter(label=_("Site"), queryset=Site.objects.none(), null_label=_("All sites"))


class PublishOnSite:
    """A view of a new object that publishes it only where its user may publish."""

    def is_valid(self, form: Any) -> bool:
        view: Any = self
        valid = super().is_valid(form)  # type: ignore[misc]
        policy, user = policy_registry.get(form.instance), view.request.user
        if not valid or view.action != "publish":
            return bool(valid)
        if policy.user_has_permission_for_instance(user, "publish", form.instance):
            return True
        form.add_error("site", NOT_PUBLISHED)
        view.produced_error_code = "validation_error"
        view.produced_error_message = view.get_error_message()
        return False


class CopyView(snippets.CopyView):  # type: ignore[misc]
    """A new object, begun with what another holds. Sent is its form to where new ones are made.

    Wagtail's own view would also take it, and write over the other.
    """

    http_method_names = ("get", "head", "options")


class InspectView(snippets.InspectView):  # type: ignore[misc]
    """An object with the name of its site."""

    def get_site_display_value(self) -> str:
        return str(self.object.site_label)


class StaysOnSite:
    """A view of an object on the site it was made for: its old versions must not come to the eyes of another site."""

    stays: Any
    """What its form says beside the site."""

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)  # type: ignore[misc]
        field = form.fields["site"]
        field.queryset = Site.objects.filter(pk=form.instance.site_id)
        field.disabled, field.required, field.empty_label = True, False, _("All sites")
        field.help_text = self.stays
        return form


class SiteForm(WagtailAdminModelForm):  # type: ignore[misc]
    """A form in which a person chooses among the sites they may write for; all sites only with a right on all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, policy = self.fields["site"], policy_registry.get(self.instance)
        field.queryset = policy.sites_user_has_any_permission_for(self.for_user, WRITE)
        field.empty_label = _("All sites")
        if not policy.may_on_all_sites(self.for_user, ("add", "change")):
            field.empty_label = None
            field.help_text = _("Those you may write for.")

    def clean_site(self) -> Any:
        """Not left to ``required``, which Wagtail does not ask of drafts."""
        field, site = self.fields["site"], self.cleaned_data["site"]
        if site is None and field.empty_label is None and not field.disabled:
            raise ValidationError(CHOOSE_SITE)
        return site


def offer_publishing(items: list[Any], context: dict[str, Any]) -> None:
    """Show “Publish” and “Unpublish” by the rights on the object's site; Wagtail looks at those on all sites only."""
    instance = context.get("instance")
    policy, user = policy_registry.get_by_type(context["model"]), context["request"].user
    if instance is None:
        may = policy.user_has_permission(user, "publish")
    else:
        may = policy.user_has_permission_for_instance(user, "publish", instance)
    shown = {type(item) for item in items}
    if not may:
        items[:] = [item for item in items if not isinstance(item, PublishMenuItem | UnpublishMenuItem)]
    elif not context.get("locked_for_user"):
        live = instance is not None and instance.live and context["view"] == "edit"
        wanted = [UnpublishMenuItem(order=20)] if live else []
        wanted.append(PublishMenuItem(order=30))
        items.extend(item for item in wanted if type(item) not in shown)


class _Chooser:
    """A view of the chooser that knows only what the user may see."""

    model_class: Any
    request: Any

    @cached_property
    def _visible(self) -> Any:
        return visible(self.model_class, self.request.user)

    def get_object_list(self) -> Any:
        return self._visible

    def get_object(self, pk: Any) -> Any:
        return self._visible.get(pk=pk)

    def get_objects(self, pks: Any) -> Any:
        return self._visible.filter(pk__in=pks)


class ChooseView(_Chooser, chooser.ChooseView):  # type: ignore[misc]
    """The chooser's window."""


class ChooseResultsView(_Chooser, chooser.ChooseResultsView):  # type: ignore[misc]
    """The chooser's list."""


class ChosenView(_Chooser, chooser.SnippetChosenView):  # type: ignore[misc]
    """What was chosen."""


class ChosenMultipleView(_Chooser, chooser.SnippetChosenMultipleView):  # type: ignore[misc]
    """What was chosen, where several may be."""


class SitesChooserViewSet(SnippetChooserViewSet):  # type: ignore[misc]
    """The chooser, kept to what its user may see."""

    choose_view_class = ChooseView
    choose_results_view_class = ChooseResultsView
    chosen_view_class = ChosenView
    chosen_multiple_view_class = ChosenMultipleView

    def get_urlpatterns(self) -> list[Any]:
        """Without the address for making one in the window: there is no form for it, and Wagtail ends in an error."""
        return [pattern for pattern in super().get_urlpatterns() if pattern.name != "create"]


class DeleteOnSites(DeleteBulkAction):  # type: ignore[misc]
    """Deleting several at once, without naming those the user may not see."""

    models = [PromptTemplate, RuleSet]

    def get_actionable_objects(self) -> Any:
        objects, others = super().get_actionable_objects()
        denied = [item for item in others["items_with_no_access"] if is_visible(item, self.request.user)]
        if not objects and not denied:
            raise Http404
        return objects, {"items_with_no_access": denied}
