"""The one door to the tables of access."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import swapper
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, NullIf

from wagtail_ai_content.records.statements import Given, Names, Statement

from .models import AIPreference, AISwitch, UseGrant

__all__ = [
    "AIPreference",
    "AISwitch",
    "Grant",
    "Off",
    "Standing",
    "UseGrant",
    "is_offered",
    "preference",
    "standing",
    "switch",
    "switches",
]

GRANT, PERSON, OUT, OFF = "grant", "person", "out", "off"
SUPERUSER, MEMBER = "superuser", "member"


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Something that a person may use, by one of their groups."""

    function: str
    """Name; "" for all."""
    site_id: int | None
    """None for all."""
    section: str | None
    """Where in the page tree: the path of its first page; "" for everywhere, None when that page was deleted."""


@dataclass(frozen=True, kw_only=True)
class Off:
    """AI is switched off."""

    reason: str
    everywhere: bool


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a person is to AI at this moment."""

    is_known: bool
    """There is such a user, and they are active."""
    is_superuser: bool
    opted_out: bool
    grants: tuple[Grant, ...]
    off: Off | None


def standing(user_id: Any, *, site_id: int | None) -> Standing:
    """How a person stands on a site, as stored now: one query.

    ``user_id``: None for nobody. ``site_id``: None for what belongs to no site; only switches for all sites count then.
    """
    return _read(_STANDING.rows(user=user_id, site=site_id))


def is_offered(user: Any) -> bool:
    """Whether ``user`` may use anything of AI anywhere, and did not say no. One query, for every edit page."""
    said_no = AIPreference.objects.filter(user=user, opted_out=True)
    if user.is_superuser:
        return not said_no.exists()
    return UseGrant.objects.filter(~Exists(said_no), group__user=user).exists()


def switch(*, is_on: bool, site: Any, reason: str, user: Any) -> AISwitch:
    """Switch AI on or off for ``site``, or for all where that is None. ``user``: None at the command line."""
    with transaction.atomic():
        row, _ = AISwitch.objects.select_for_update().get_or_create(site=site)
        row.is_on, row.reason = is_on, reason
        row.changed_by, row.changed_by_name = user, user.get_username() if user else ""
        row.save()
    return row


def switches() -> list[AISwitch]:
    """All there are, that of all sites first."""
    return list(AISwitch.objects.select_related("site").order_by(F("site").asc(nulls_first=True)))


def preference(user: Any) -> AIPreference:
    """What ``user`` chose; not stored yet where they never did."""
    return AIPreference.objects.filter(user=user).first() or AIPreference(user=user)


def _everything(known: Names) -> QuerySet[Any, Any]:
    """What there is to know of a person, and the switches of a site: kind, function or reason, site, section."""
    off = _switched_off(Given("site", AISwitch._meta.get_field("site")) if "site" in known else None)
    if "user" not in known:
        return off
    user = Given("user", get_user_model()._meta.pk)
    return _grants(user).union(_person(user), _choice(user), off, all=True).order_by()


_STANDING: Final = Statement(_everything)


def _switched_off(site: Given | None) -> QuerySet[Any, Any]:
    here = Q(site=None) if site is None else Q(site=None) | Q(site_id=site)
    off = AISwitch.objects.filter(here, is_on=False).order_by()
    return off.values_list(Value(OFF), "reason", "site_id", Value(""))


def _grants(user: Given) -> QuerySet[Any, Any]:
    pages = swapper.load_model("wagtailcore", "Page")
    number = Cast(NullIf(OuterRef("page_id"), Value("")), output_field=type(pages._meta.pk)())
    path = Subquery(pages._base_manager.order_by().filter(pk=number).values("path")[:1])
    section = Case(When(page_id="", then=Value("")), default=path)
    found = UseGrant.objects.filter(group__user__pk=user).order_by()
    return found.values_list(Value(GRANT), "function", "site_id", section)


def _person(user: Given) -> QuerySet[Any, Any]:
    users = get_user_model()._default_manager.filter(pk=user, is_active=True).order_by()
    rank = Case(When(is_superuser=True, then=Value(SUPERUSER)), default=Value(MEMBER))
    return users.values_list(Value(PERSON), rank, _nothing(), Value(""))


def _choice(user: Given) -> QuerySet[Any, Any]:
    out = AIPreference.objects.filter(user_id=user, opted_out=True).order_by()
    return out.values_list(Value(OUT), Value(""), _nothing(), Value(""))


def _nothing() -> Cast:
    """NULL with a type: PostgreSQL wants to know it in a union."""
    return Cast(Value(None), output_field=IntegerField())


def _read(rows: list[tuple[str, str, int | None, str | None]]) -> Standing:
    ranks = [word for kind, word, _, _ in rows if kind == PERSON]
    return Standing(
        is_known=bool(ranks),
        is_superuser=SUPERUSER in ranks,
        opted_out=any(kind == OUT for kind, *_ in rows),
        grants=tuple(_granted(rows)),
        off=_off(rows),
    )


def _granted(rows: list[tuple[str, str, int | None, str | None]]) -> Iterator[Grant]:
    for kind, function, site_id, section in rows:
        if kind == GRANT:
            yield Grant(function=function, site_id=site_id, section=section)


def _off(rows: list[tuple[str, str, int | None, str | None]]) -> Off | None:
    """That of all sites before that of one."""
    found = [Off(reason=reason, everywhere=site_id is None) for kind, reason, site_id, _ in rows if kind == OFF]
    return min(found, key=lambda off: not off.everywhere, default=None)
