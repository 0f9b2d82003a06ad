"""Tiers and budgets for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from wagtail_ai_content.core.usage.values import Holder, Kind, Limit, Period, Unit
from wagtail_ai_content.records.usage.api import Budget, Need, QuotaWindow, Tier, TierGrant

DAY = datetime(2026, 11, 21, tzinfo=UTC)
LATER = timedelta(days=1)
EVERYBODY = Holder(kind=Kind.ALL)


def grant(name: str, *, user: Any = None, group: Any = None, **limits: Any) -> Tier:
    """A tier with these limits, granted."""
    tier, _ = Tier.objects.update_or_create(name=name, defaults=limits)
    TierGrant.objects.create(tier=tier, user=user, group=group)
    return tier


def budget(**fields: Any) -> Budget:
    return Budget.objects.create(**fields)


def need(amount: int = 1, *, most: int, start: datetime = DAY, holder: Holder = EVERYBODY, **kind: Any) -> Need:
    unit, period = kind.get("unit", Unit.REQUESTS), kind.get("period", Period.DAY)
    return Need(limit=Limit(holder=holder, unit=unit, period=period, most=most), start=start, amount=amount)


def counts() -> dict[str, tuple[int, int]]:
    """What is set aside and what is spent, by slot."""
    return {row.slot: (row.reserved, row.spent) for row in QuotaWindow.objects.all()}
