"""Who may ask for AI work on an object, be it there or only about to be created. Asked in one place, ``submit``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wagtail.models import AbstractPage
from wagtail.permissions import policy_registry

from wagtail_ai_content.core.errors import NotAllowed
from wagtail_ai_content.core.text import gettext_noop

from . import drafts
from .targets import check_allowed

NOT_YOURS = gettext_noop("You may not edit this, so AI may not change it for you. Ask for permission first.")
LOCKED = gettext_noop("This is locked, so AI may not change it. Unlock it, or wait until it is unlocked.")
NOT_HERE = gettext_noop("You may not add this here, so AI may not write it for you. Ask for permission first.")


@dataclass(frozen=True, kw_only=True)
class NewObject:
    """Something that is being created in the editor and was never saved."""

    model: Any
    parent: Any = None
    """Of a page: the specific page it is created below."""


def check(instance: Any, user: Any) -> None:
    """Raises: ``NotAllowed`` when ``user`` may not edit ``instance``, or nobody may at the moment.

    The user must be fresh: Wagtail caches rights on it.
    """
    if isinstance(instance, AbstractPage):
        return check_allowed(instance.specific, user)
    if not drafts.may_edit(instance, user):
        raise NotAllowed(NOT_YOURS)
    if drafts.locked_for(instance, user):
        raise NotAllowed(LOCKED)


def check_new(new: NewObject, user: Any) -> None:
    """Raises: ``NotAllowed`` when ``user`` may not create it there."""
    if not may_add(new, user):
        raise NotAllowed(NOT_HERE)


def may_add(new: NewObject, user: Any) -> bool:
    """As Wagtail's own create views ask."""
    if not issubclass(new.model, AbstractPage):
        return bool(policy_registry.get_by_type(new.model).user_has_permission(user, "add"))
    if new.parent is None or not new.parent.permissions_for_user(user).can_add_subpage():
        return False
    return new.model in new.parent.creatable_subpage_models() and bool(new.model.can_create_at(new.parent))
