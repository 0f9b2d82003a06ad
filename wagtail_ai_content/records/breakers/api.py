"""The one door to breaker states. Each change is one conditional update, so that processes need no lock."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Q

from wagtail_ai_content.core.providers.breaker import BreakerPolicy

from .models import BreakerState

__all__ = ["allow", "is_troubled", "open_keys", "record_failure", "record_success", "release"]


def allow(key: str, *, now: datetime, policy: BreakerPolicy) -> float:
    """0 to go ahead (as the one probe, when half-open); else the seconds until it is worth asking again."""
    state = BreakerState.objects.filter(key=key).first()
    if state is None or state.opened_at is None:
        return 0.0
    left = (state.opened_at + policy.open_for - now).total_seconds()
    if left > 0:
        return left
    if _claim_probe(key, now=now, policy=policy, opened_at=state.opened_at):
        return 0.0
    until = state.probe_until
    return max((until - now).total_seconds(), 1.0) if until else 1.0


def _claim_probe(key: str, *, now: datetime, policy: BreakerPolicy, opened_at: datetime) -> bool:
    free = Q(probe_until__isnull=True) | Q(probe_until__lte=now)
    half_open = BreakerState.objects.filter(free, key=key, opened_at=opened_at)
    return half_open.update(probe_until=now + policy.probe_for) == 1


def record_success(key: str) -> None:
    """Close the breaker and forget its failures. Costs no write where there are none."""
    BreakerState.objects.filter(key=key).filter(Q(failures__gt=0) | Q(opened_at__isnull=False)).update(
        failures=0, opened_at=None, probe_until=None
    )


def record_failure(key: str, *, now: datetime, policy: BreakerPolicy, trip: bool = False) -> None:
    """Count a failure; open at the policy's number, after a failed probe, or at once with ``trip``.

    A call that began before the breaker opened and fails afterwards does not keep it open longer.
    """
    if not BreakerState.objects.filter(key=key).update(failures=F("failures") + 1):
        _, created = BreakerState.objects.get_or_create(key=key, defaults={"failures": 1})
        if not created:
            BreakerState.objects.filter(key=key).update(failures=F("failures") + 1)
    state = BreakerState.objects.filter(key=key)
    state.filter(opened_at__lte=now - policy.open_for).update(opened_at=now, probe_until=None)
    due = state.filter(opened_at__isnull=True)
    (due if trip else due.filter(failures__gte=policy.failures)).update(opened_at=now, probe_until=None)


def release(key: str) -> None:
    """Give back a probe that came to no result."""
    BreakerState.objects.filter(key=key, probe_until__isnull=False).update(probe_until=None)


def is_troubled(key: str) -> bool:
    """Whether the provider has failed and not answered since."""
    return BreakerState.objects.filter(key=key).filter(Q(failures__gt=0) | Q(opened_at__isnull=False)).exists()


def open_keys() -> list[str]:
    """Providers that are left alone at the moment, or being probed; for the health report."""
    return list(BreakerState.objects.filter(opened_at__isnull=False).order_by("key").values_list("key", flat=True))
