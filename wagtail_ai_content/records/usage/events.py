"""What was used: an event for each answer, and the sums of each month."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import CharField, Count, F, Q, QuerySet, Sum
from django.db.models.functions import Cast, Coalesce, Now
from django.utils import timezone

from wagtail_ai_content.core.usage.values import Charge, Holder, Kind, Limit, Period, Unit, micros

from .models import UsageEvent, UsageTotal
from .values import Answer


def record(answer: Answer) -> None:
    """Keep what an answer took; to be called in the transaction that keeps the answer. Two statements."""
    reply = answer.reply
    cost = None if reply["cost"] is None else Decimal(reply["cost"])
    UsageEvent.objects.create(
        job=answer.job,
        actor=answer.actor,
        user_name=answer.user_name,
        site_key=answer.site_id,
        site_name=answer.site_name,
        function=answer.function,
        model=reply["model"],
        prompt_tokens=_tokens(reply, "prompt_tokens"),
        completion_tokens=_tokens(reply, "completion_tokens"),
        cost=cost,
        price_source=reply["price_source"][:60],
        estimated=bool(reply.get("estimated")),
        at=Now(),
    )
    _add(answer, cost)


def _tokens(reply: Any, name: str) -> int | None:
    """None of an answer from the cache were sent or received."""
    count: int | None = reply[name]
    return 0 if reply["cached"] else count


def _add(answer: Answer, cost: Decimal | None) -> None:
    key = {
        "month": timezone.localdate().replace(day=1),
        "actor": answer.actor,
        "site_key": answer.site_id or 0,
        "model": answer.reply["model"],
    }
    more = {
        "answers": F("answers") + 1,
        "prompt_tokens": F("prompt_tokens") + (_tokens(answer.reply, "prompt_tokens") or 0),
        "completion_tokens": F("completion_tokens") + (_tokens(answer.reply, "completion_tokens") or 0),
        "money": F("money") + (micros(cost) if cost is not None else 0),
        "unknown": F("unknown") + int(cost is None),
    }
    if not UsageTotal.objects.filter(**key).update(**more):
        new = UsageTotal(**key, user_name=answer.user_name, site_name=answer.site_name)
        UsageTotal.objects.bulk_create([new], ignore_conflicts=True)
        UsageTotal.objects.filter(**key).update(**more)


def charges(jobs: Sequence[uuid.UUID]) -> dict[uuid.UUID, Charge]:
    """What the answers of these jobs took together; one without an answer is not among them."""
    if not jobs:
        return {}
    rows = (
        UsageEvent.objects.filter(job__in=jobs)
        .order_by()
        .values("job")
        .annotate(
            tokens=Sum(F("prompt_tokens") + F("completion_tokens")),
            money=Sum("cost"),
            uncounted=Count("pk", filter=Q(prompt_tokens=None) | Q(completion_tokens=None)),
            unknown=Count("pk", filter=Q(cost=None)),
        )
    )
    return {
        row["job"]: Charge(
            requests=1,
            tokens=None if row["uncounted"] else int(row["tokens"]),
            money=None if row["unknown"] else micros(Decimal(row["money"])),
        )
        for row in rows
    }


def spent_since(start: datetime, limit: Limit) -> int:
    """What of a limit was used since ``start``: of a month by the sums, of a day or a minute by its events."""
    if limit.period == Period.MONTH:
        month = timezone.localdate(start).replace(day=1)
        return _sum_of_totals(_of(UsageTotal.objects.filter(month__gte=month), limit.holder), limit.unit)
    return _sum_of_events(_of(UsageEvent.objects.filter(at__gte=start), limit.holder), limit.unit)


def _of(rows: QuerySet[Any], holder: Holder) -> QuerySet[Any]:
    if holder.kind == Kind.USER:
        return rows.filter(actor=holder.key)
    if holder.kind == Kind.SITE:
        return rows.filter(site_key=int(holder.key))
    if holder.kind == Kind.GROUP:
        members = get_user_model()._default_manager.filter(groups=int(holder.key))
        return rows.filter(actor__in=members.annotate(number=Cast("pk", CharField())).values("number"))
    return rows


def _sum_of_totals(rows: QuerySet[UsageTotal], unit: Unit) -> int:
    what = {
        Unit.REQUESTS: F("answers"),
        Unit.TOKENS: F("prompt_tokens") + F("completion_tokens"),
        Unit.MONEY: F("money"),
    }[unit]
    return int(rows.aggregate(sum=Sum(what))["sum"] or 0)


def _sum_of_events(rows: QuerySet[UsageEvent], unit: Unit) -> int:
    if unit == Unit.REQUESTS:
        return int(rows.aggregate(count=Count("job", distinct=True))["count"])
    if unit == Unit.TOKENS:
        tokens = Coalesce(F("prompt_tokens"), 0) + Coalesce(F("completion_tokens"), 0)
        return int(rows.aggregate(sum=Sum(tokens))["sum"] or 0)
    return micros(Decimal(rows.aggregate(sum=Sum("cost"))["sum"] or 0))


def sums(month: date) -> tuple[int, int]:
    """What a month cost in millionths of a US dollar, and how many answers of unknown cost are not in it."""
    told = report(month).aggregate(money=Sum("money"), unknown=Sum("unknown"))
    return int(told["money"] or 0), int(told["unknown"] or 0)


def report(month: date) -> QuerySet[UsageTotal]:
    """The sums of one month, the dearest first."""
    return UsageTotal.objects.filter(month=month)
