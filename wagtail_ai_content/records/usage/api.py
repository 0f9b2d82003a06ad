"""The one door to what may be used of AI: tiers, budgets, prices, and the running counts.

A count is changed by one conditional statement, ``… WHERE spent + reserved + x <= limit``, so that requests side by
side never pass a limit. On PostgreSQL its rows are locked in the order of their names: no two statements wait for each
other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import transaction
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, NullIf
from django.utils import timezone

from wagtail_ai_content.core.usage.values import Allowance, Charge, Holder, Kind, Limit, Unit, effective

from .events import charges, record, report, spent_since, sums
from .models import LIMITS, Budget, ModelPrice, QuotaWindow, Tier, TierGrant, UsageEvent, UsageTotal, limits_of
from .values import Answer, Ended, Full, Need, Reached, Reserved

__all__ = [
    "Answer",
    "Budget",
    "Ended",
    "Full",
    "ModelPrice",
    "Need",
    "QuotaWindow",
    "Reached",
    "Reserved",
    "Tier",
    "TierGrant",
    "UsageEvent",
    "UsageTotal",
    "limits_for",
    "prices",
    "reached",
    "record",
    "report",
    "reserve",
    "settle",
    "sums",
    "used_of",
]

PERSONAL, OF_GROUP, OF_OTHERS, NOT_GRANTED = range(4)
THRESHOLDS = (50, 80, 100)
"""Per cent of a monthly sum at which people are told."""


def limits_for(user_id: Any, site_id: int | None) -> tuple[Limit, ...]:
    """All limits a request of this person on this site has to keep. One query, whatever is stored."""
    budgets = _budgets(user_id, site_id)
    rows = list(budgets.union(_tiers(user_id), all=True).order_by() if user_id else budgets)
    person = [_allowance(row, user_id) for row in rows if row[0] == Kind.USER]
    shared = [limit for row in rows if row[0] != Kind.USER for limit in _limits(row, key=row[1].partition(":")[2])]
    return (*effective(person), *shared)


def _tiers(user_id: Any) -> QuerySet[Any, Any]:
    grants = TierGrant.objects.filter(tier=OuterRef("pk"))
    rank = Case(
        When(Exists(grants.filter(user_id=user_id)), then=PERSONAL),
        When(Exists(grants.filter(group__user=user_id)), then=OF_GROUP),
        When(is_default=True, then=OF_OTHERS),
        default=NOT_GRANTED,
        output_field=IntegerField(),
    )
    tiers = Tier.objects.annotate(
        rank=rank, kind=_constant(Kind.USER), whom=_constant(str(user_id)), called=F("name")
    ).filter(rank__lt=NOT_GRANTED)
    return tiers.order_by().values_list("kind", "whom", "called", "rank", "contact", *LIMITS)


def _budgets(user_id: Any, site_id: int | None) -> QuerySet[Any, Any]:
    whose = Q(holder=str(Holder(kind=Kind.ALL)))
    if site_id is not None:
        whose |= Q(site_id=site_id)
    if user_id is not None:
        whose |= Q(group__user=user_id)
    kind = Case(
        When(site__isnull=False, then=_constant(Kind.SITE)),
        When(group__isnull=False, then=_constant(Kind.GROUP)),
        default=_constant(Kind.ALL),
    )
    site_name = NullIf(F("site__site_name"), Value(""))
    called = Coalesce(site_name, F("site__hostname"), F("group__name"), Value(""), output_field=CharField())
    budgets = Budget.objects.filter(whose).annotate(
        rank=Value(0, output_field=IntegerField()), kind=kind, whom=F("holder"), called=called
    )
    return budgets.order_by().values_list("kind", "whom", "called", "rank", "contact", *LIMITS)


def _constant(text: str) -> Value:
    return Value(str(text), output_field=CharField())


def _limits(row: Sequence[Any], *, key: str) -> tuple[Limit, ...]:
    kind, _, name, _, contact, *amounts = row
    holder = Holder(kind=Kind(kind), key=key, name=name)
    return limits_of(dict(zip(LIMITS, amounts, strict=True)), holder=holder, contact=contact)


def _allowance(row: Sequence[Any], user_id: Any) -> Allowance:
    return Allowance(tier=row[2], rank=row[3], limits=_limits(row, key=str(user_id)))


def reserve(needs: Sequence[Need]) -> Reserved:
    """Set all of ``needs`` aside, or nothing; gives what a job has to keep of it.

    One statement where every count has begun. To be called in the transaction that stores the job. Raises: ``Full``.
    """
    if needs and not _taken(needs):
        with transaction.atomic():
            _judge(needs)  # the rows stay locked, so that what it found holds
            if not _taken(needs):
                raise AssertionError("a count with room for a request did not take it")
    return {need.limit.slot: [need.start.isoformat(), need.amount] for need in needs}


class _NotAll(Exception):
    """Some counts took their part and some did not."""


def _taken(needs: Sequence[Need]) -> bool:
    """Whether each count took its part; else none has."""
    new = _case(needs, lambda need: need.start, DateTimeField())
    amount = _case(needs, lambda need: need.amount, BigIntegerField())
    most = _case(needs, lambda need: need.limit.most, BigIntegerField())
    rows = _windows([need.limit.slot for need in needs]).annotate(
        amount=amount, most=most, used=_from(new, otherwise=F("spent") + F("reserved"))
    )
    try:
        with transaction.atomic():
            taken = rows.filter(fresh=True, used__lte=F("most") - F("amount")).update(
                start=Greatest(F("start"), new),
                spent=_from(new, otherwise=F("spent")),
                reserved=_from(new, otherwise=F("reserved")) + amount,
                told=_from(new, otherwise=F("told")),
            )
            if taken != len(needs):
                raise _NotAll
    except _NotAll:
        return False
    return True


def _windows(slots: Iterable[str]) -> QuerySet[QuotaWindow]:
    """The counts of these names, to be changed; locked in one order everywhere."""
    ordered = QuotaWindow.objects.filter(slot__in=sorted(slots)).order_by("slot").select_for_update()
    return QuotaWindow.objects.filter(slot__in=ordered.values("slot"))


def _case(needs: Sequence[Need], value: Callable[[Need], Any], field: Any) -> Case:
    """A value of its own for each count."""
    whens = [When(slot=need.limit.slot, then=Value(value(need), output_field=field)) for need in needs]
    return Case(*whens, output_field=field)


def _from(new: Case, *, otherwise: Any) -> Case:
    """0 where a later period begins."""
    return Case(When(start__lt=new, then=0), default=otherwise, output_field=BigIntegerField())


def _judge(needs: Sequence[Need]) -> None:
    """Begin the counts that are missing, count anew where limits were changed. Raises: ``Full``."""
    QuotaWindow.objects.bulk_create(
        (
            QuotaWindow(slot=need.limit.slot, start=need.start, fresh=False)
            for need in sorted(needs, key=lambda need: need.limit.slot)
        ),
        ignore_conflicts=True,
    )
    rows = QuotaWindow.objects.filter(slot__in=[need.limit.slot for need in needs]).order_by("slot").select_for_update()
    windows = {row.slot: row for row in rows}
    for need in needs:
        window = windows[need.limit.slot]
        if not window.fresh:
            _recount(window, need)
        used = window.spent + window.reserved if window.start >= need.start else 0
        if used + need.amount > need.limit.most:
            raise Full(replace(need, start=max(window.start, need.start)), used=used)


def _recount(window: QuotaWindow, need: Need) -> None:
    """What was spent in the present period, by the events; a clock that once ran ahead is put right, too.

    A job that runs keeps what it has set aside and may be counted a second time when it ends: never too little.
    """
    if window.start != need.start:
        window.reserved = window.told = 0
    window.start, window.fresh = need.start, True
    window.spent = spent_since(need.start, need.limit)
    window.save(update_fields=["start", "fresh", "spent", "reserved", "told"])


def settle(ended: Sequence[Ended]) -> None:
    """Give back what ended jobs had set aside, and count what they took. To be called once for each of them, in the
    transaction that ends it."""
    taken = charges([one.job for one in ended if _needs_charge(one)])
    counts: dict[str, dict[str, tuple[int, int]]] = {}  # by start, then slot: what is given back, what is spent
    for one in ended:
        charge = replace(taken.get(one.job, Charge()), requests=int(one.asked))
        for slot, (start, amount) in one.reserved.items():
            back, spent = counts.setdefault(start, {}).get(slot, (0, 0))
            counts[start][slot] = (back + amount, spent + charge.amount(_unit(slot), reserved=amount))
    if len(counts) > 1:
        list(QuotaWindow.objects.filter(slot__in={*chain(*counts.values())}).order_by("slot").select_for_update())
    for start, slots in sorted(counts.items()):
        _give_back(datetime.fromisoformat(start), slots)


def _needs_charge(one: Ended) -> bool:
    return any(_unit(slot) != Unit.REQUESTS for slot in one.reserved)


def _unit(slot: str) -> Unit:
    return Unit(slot.split()[1])


def used_of(needs: Sequence[Need]) -> dict[str, int]:
    """By slot, what is spent and set aside of each limit in the period that began at the need's start. One query, and
    one for each limit whose count has to begin anew."""
    windows = {row.slot: row for row in QuotaWindow.objects.filter(slot__in=[need.limit.slot for need in needs])}
    return {need.limit.slot: _used(windows.get(need.limit.slot), need) for need in needs}


def _used(window: QuotaWindow | None, need: Need) -> int:
    if window is None or not window.fresh:
        return spent_since(need.start, need.limit)
    return window.spent + window.reserved if window.start >= need.start else 0


def _give_back(start: datetime, slots: Mapping[str, tuple[int, int]]) -> None:
    """A count whose period is over meanwhile is left alone: what was set aside went with it."""
    back = Case(*(When(slot=slot, then=Value(one[0])) for slot, one in slots.items()), output_field=BigIntegerField())
    spent = Case(*(When(slot=slot, then=Value(one[1])) for slot, one in slots.items()), output_field=BigIntegerField())
    _windows(slots).filter(start=start).update(reserved=F("reserved") - back, spent=F("spent") + spent)


def prices() -> dict[str, tuple[Any, Any]]:
    """Dollars for a million tokens sent and received, by model, as they are today."""
    rows = ModelPrice.objects.filter(valid_from__lte=timezone.localdate()).order_by("valid_from")
    return {row.model: (row.input_per_million, row.output_per_million) for row in rows}


def reached(month: datetime) -> list[Reached]:
    """Thresholds of monthly sums that were reached and not told yet; they count as told from now on.

    ``month``: the start of the present one.
    """
    found = []
    for budget in Budget.objects.filter(money_per_month__isnull=False).select_related("site", "group"):
        limit = next(one for one in budget.limits(budget.held_by()) if one.slot.endswith(MONEY_A_MONTH))
        told = _reached(limit, month)
        found += [told] if told else []
    return found


MONEY_A_MONTH = f" {Unit.MONEY} month"


def _reached(limit: Limit, month: datetime) -> Reached | None:
    window = QuotaWindow.objects.filter(slot=limit.slot, start__gte=month).first()
    if window is None:
        return None
    share = max((one for one in THRESHOLDS if window.spent * 100 >= limit.most * one), default=0)
    mine = QuotaWindow.objects.filter(slot=limit.slot, start=window.start, told__lt=share)
    if not share or not mine.update(told=share):
        return None
    return Reached(
        budget=limit.holder.name,
        slot=limit.slot,
        start=window.start,
        share=share,
        spent=window.spent,
        most=limit.most,
    )
