"""Lists of moderation decisions: those that wait first, then the newest; pages that take as long at a million as at a
thousand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .models import ModerationDecision

MOST_COUNTED: Final = 10_000
"""Decisions that have pages; of more, filters say which."""
AT_ONCE: Final = 500
MOST_VALUES: Final = 200
FLAGGED: Final = ModerationDecision.Status.FLAGGED


class Standing(TextChoices):
    """Where a text stands, and who has said so."""

    WAITING = "waiting", pgettext_lazy("text for a reviewer", "Waiting")
    LET_THROUGH = "let_through", _("Let through")
    REJECTED = "rejected", pgettext_lazy("text for a reviewer", "Rejected")
    BLOCKED = "blocked", _("Blocked by a rule")
    PASSED = "passed", _("Nothing against it")


_STANDINGS: Final[dict[Standing, dict[str, Any]]] = {
    Standing.WAITING: {"status": FLAGGED},
    Standing.LET_THROUGH: {"status": ModerationDecision.Status.APPROVED, "reviewed__isnull": False},
    Standing.REJECTED: {"status": ModerationDecision.Status.REJECTED, "reviewed__isnull": False},
    Standing.BLOCKED: {"status": ModerationDecision.Status.REJECTED, "reviewed__isnull": True},
    Standing.PASSED: {"status": ModerationDecision.Status.APPROVED, "reviewed__isnull": True},
}


def standing_of(decision: ModerationDecision) -> Standing:
    known = {"status": decision.status, "reviewed__isnull": decision.reviewed is None}
    return next(one for one, told in _STANDINGS.items() if told.items() <= known.items())


@dataclass(frozen=True, kw_only=True)
class DecisionFilter:
    """Which decisions are meant; what is None or empty does not count. Each has an index with the time."""

    standing: str = ""
    stage: str = ""
    site: Any = None
    """Number of a site."""
    function: str = ""
    check: str = ""
    """Which guardrail found it."""
    since: datetime | None = None
    """From this moment on."""
    until: datetime | None = None
    """Before this moment."""

    @property
    def columns(self) -> dict[str, Any]:
        told = {
            "stage": self.stage, "site_id": self.site, "function": self.function, "check_name": self.check,
            "created__gte": self.since, "created__lt": self.until,
        }  # fmt: skip
        chosen = {name: value for name, value in told.items() if value}
        return {**chosen, **_STANDINGS[Standing(self.standing)]} if self.standing else chosen


def selected(chosen: DecisionFilter) -> QuerySet[ModerationDecision]:
    """The decisions that are meant, newest first."""
    return ModerationDecision.objects.filter(**chosen.columns).order_by("-created", "-pk")


def count(chosen: DecisionFilter, *, most: int = MOST_COUNTED) -> int:
    """How many there are, counted up to ``most``."""
    return selected(chosen).order_by().values("pk")[:most].count()


def page(chosen: DecisionFilter, *, skip: int, limit: int) -> list[ModerationDecision]:
    """A page of them: those that wait, then the others."""
    if chosen.standing:
        return list(selected(chosen)[skip : skip + limit])
    waiting = selected(chosen).filter(status=FLAGGED)
    rows = list(waiting[skip : skip + limit])
    if len(rows) == limit:
        return rows
    before = max(0, skip - waiting.order_by().count())
    others = selected(chosen).exclude(status=FLAGGED)
    return [*rows, *others[before : before + limit - len(rows)]]


def every(chosen: DecisionFilter) -> Iterator[ModerationDecision]:
    """All of them, newest first, never many at once."""
    rows = ModerationDecision.objects.filter(**chosen.columns).order_by("-pk")
    found = list(rows[:AT_ONCE])
    while found:
        yield from found
        found = list(rows.filter(pk__lt=found[-1].pk)[:AT_ONCE])


def waiting(*, limit: int) -> list[ModerationDecision]:
    """The newest that wait for a reviewer."""
    return list(selected(DecisionFilter(standing=Standing.WAITING))[:limit])


def waiting_count(*, most: int = MOST_COUNTED) -> int:
    """How many texts wait for a reviewer, counted up to ``most``."""
    return count(DecisionFilter(standing=Standing.WAITING), most=most)


def checks() -> list[str]:
    """The guardrails that have found something, in order. One short query for each."""
    found: list[str] = []
    names = ModerationDecision.objects.order_by("check_name").values_list("check_name", flat=True)
    while len(found) < MOST_VALUES:
        following = names.filter(check_name__gt=found[-1] if found else "").first()
        if following is None:
            break
        found.append(following)
    return found
