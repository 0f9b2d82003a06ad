"""When a count starts, and when it starts again, in the site's time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from .values import Period


def start_of(period: Period, now: datetime, zone: tzinfo) -> datetime:
    """The beginning, in UTC, of the minute, day or month in which ``now`` lies."""
    local = now.astimezone(zone).replace(second=0, microsecond=0)
    if period != Period.MINUTE:
        local = local.replace(hour=0, minute=0, fold=0)
    if period == Period.MONTH:
        local = local.replace(day=1)
    return local.astimezone(UTC)


def end_of(period: Period, start: datetime, zone: tzinfo) -> datetime:
    """When the count that began at ``start`` starts again, in the site's time zone."""
    if period == Period.MINUTE:
        return (start + timedelta(minutes=1)).astimezone(zone)
    days = 32 if period == Period.MONTH else 1
    # Noon, so that neither summer time nor a zone's odd midnight leads into another day.
    inside = start.astimezone(zone).replace(hour=12) + timedelta(days=days)
    return start_of(period, inside, zone).astimezone(zone)
