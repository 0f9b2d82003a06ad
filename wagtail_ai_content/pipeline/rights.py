"""Who may ask for AI work on an object, be it there or only about to be created.

Two questions: may they edit it, which Wagtail says, and may they use AI for that, which grants, switches and their own
choice say. Asked in one place for every door, ``submit``, and of the second again before anything is sent and before
anything is written, of the tables as they are then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wagtail.models import AbstractPage
from wagtail.permissions import policy_registry

from wagtail_ai_content.core.errors import NotAllowed, SwitchedOff
from wagtail_ai_content.core.text import gettext_noop
from wagtail_ai_content.records.access import api as access
from wagtail_ai_content.records.access.api import Grant

from . import drafts
from .targets import check_allowed

NOT_YOURS = gettext_noop("You may not edit this, so AI may not change it for you. Ask for permission first.")
LOCKED = gettext_noop("This is locked, so AI may not change it. Unlock it, or wait until it is unlocked.")
NOT_HERE = gettext_noop("You may not add this here, so AI may not write it for you. Ask for permission first.")
NOT_GRANTED = gettext_noop("You may not use AI for this here. Ask those who look after the groups of this site for it.")
OPTED_OUT = gettext_noop("You chose not to be offered AI. Change that in your account settings to use it.")
OFF_BECAUSE = gettext_noop(
    "AI is switched off here for the moment, so nothing is sent or written. The reason given: %(reason)s"
)


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where somebody wants to use AI."""

    site_id: int | None = None
    """None for what belongs to no site."""
    page: Callable[[], Any] | None = None
    """Gives the page it is about, or the one a new page comes below; None for what is no page."""
    any_section: bool = False
    """Where in the page tree is not known any more; it was looked at when the request came."""

    @property
    def path(self) -> str:
        """Its place in the page tree; "" for what is no page."""
        page = self.page() if self.page is not None else None
        return str(page.path) if page is not None else ""


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


def check_use(user_id: Any, function: str, *, spot: Spot) -> None:
    """Raises: ``SwitchedOff``, or ``NotAllowed`` when that person may not use ``function`` there. One query.

    ``user_id``: None where a program asks for work on no object; only switches count then.
    """
    here = access.standing(user_id, site_id=spot.site_id)
    _check_on(here)
    if user_id is None:
        return
    if not here.is_known:
        raise NotAllowed
    if here.opted_out:
        raise NotAllowed(OPTED_OUT)
    if function not in Uses(standing=here, spot=spot):
        raise NotAllowed(NOT_GRANTED)


@dataclass(frozen=True, kw_only=True)
class Uses:
    """What of AI a person may use at one spot. A switch that is off is another matter: it is told to who asks."""

    standing: access.Standing
    spot: Spot

    def __contains__(self, function: str) -> bool:
        here = self.standing
        if not here.is_known or here.opted_out:
            return False
        return here.is_superuser or any(_covers(grant, function, self.spot) for grant in here.grants)

    def check_on(self) -> None:
        """Raises: ``SwitchedOff``."""
        _check_on(self.standing)


def uses(user: Any, *, spot: Spot) -> Uses:
    """What ``user`` may use at ``spot``. One query."""
    return Uses(standing=access.standing(user.pk, site_id=spot.site_id), spot=spot)


def may_use_anything(user: Any) -> bool:
    """Whether AI is to be shown to ``user`` at all. One query."""
    return access.is_offered(user)


def is_granted_anything(user: Any) -> bool:
    """The same, whether or not they want it."""
    here = access.standing(user.pk, site_id=None)
    return here.is_known and (here.is_superuser or bool(here.grants))


def _check_on(here: access.Standing) -> None:
    if here.off is not None:
        raise SwitchedOff(OFF_BECAUSE, reason=here.off.reason) if here.off.reason else SwitchedOff


def _covers(grant: Grant, function: str, spot: Spot) -> bool:
    if grant.function not in ("", function) or grant.site_id not in (None, spot.site_id) or grant.section is None:
        return False
    return grant.section == "" or spot.any_section or spot.path.startswith(grant.section)
