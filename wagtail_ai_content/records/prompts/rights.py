"""Who may see, write and publish prompts and model profiles, and on which sites.

As for Wagtail's own settings of a site: a permission given to a group as such holds on all sites, one given with a
``GroupSitePermission`` on its site alone. What is kept for all sites may be seen and used by everybody with a right on
any site, and changed by those whose right holds on all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Q, QuerySet
from wagtail.permission_policies.sites import SitePermissionPolicy

VIEW: Final = "view"
WRITE: Final = ("add", "change", "delete", VIEW)
PUBLISH: Final = ("publish", "lock", "unlock")
ANY: Final = frozenset({*WRITE, *PUBLISH})
"""Whoever has one of these on a site may see what is kept for it."""


class SiteOrAllPolicy(SitePermissionPolicy):  # type: ignore[misc]  # Wagtail ships no types
    """Rights on rows whose ``site`` may be empty, which stands for all sites."""

    def user_has_any_permission_for_instance(self, user: Any, actions: Iterable[str], instance: Any) -> bool:
        if getattr(instance, self.site_fk_field_name, None) is None:
            return self.may_on_all_sites(user, actions)
        return bool(super().user_has_any_permission_for_instance(user, actions, instance))

    def may_on_all_sites(self, user: Any, actions: Iterable[str]) -> bool:
        """Whether the user may do one of the actions with what is kept for all sites."""
        if not (user.is_authenticated and user.is_active):
            return False
        if user.is_superuser or self._user_has_global_permission(user, actions):
            return True
        return VIEW in actions and bool(self.user_has_any_permission(user, ANY))

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> QuerySet[Any]:
        kept = Q(site__in=self.sites_user_has_any_permission_for(user, actions))
        if self.may_on_all_sites(user, actions):
            kept |= Q(site__isnull=True)
        found: QuerySet[Any] = self.model._default_manager.filter(kept)
        return found

    def users_with_any_permission_for_instance(self, actions: Iterable[str], instance: Any) -> QuerySet[Any]:
        if getattr(instance, self.site_fk_field_name, None) is not None:
            found: QuerySet[Any] = super().users_with_any_permission_for_instance(actions, instance).distinct()
            return found
        if VIEW in actions:
            seeing: QuerySet[Any] = self.users_with_any_permission(ANY).distinct()
            return seeing
        given = list(self._get_permission_objects_for_actions(actions).values_list("id", flat=True))
        everywhere = Q(is_superuser=True) | Q(user_permissions__in=given) | Q(groups__permissions__in=given)
        changing: QuerySet[Any] = self.users_with_any_permission(actions).filter(everywhere).distinct()
        return changing
