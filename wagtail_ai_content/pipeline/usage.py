"""Quote, reserve, settle: a request is held to its limits before it is stored, and its end gives back the rest.

Settling stands with the ends of jobs (``records.jobs``), so that none is forgotten: success, failure, cancellation, a
dead worker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from wagtail_ai_content import conf
from wagtail_ai_content.core.errors import AIError, QuotaExceeded, UnknownPrice
from wagtail_ai_content.core.providers.base import Cost, Usage
from wagtail_ai_content.core.usage.estimate import quoted, with_extras
from wagtail_ai_content.core.usage.periods import end_of, start_of
from wagtail_ai_content.core.usage.refusals import amount_of, holder_of, shown
from wagtail_ai_content.core.usage.values import Limit, Period, Quote, Unit
from wagtail_ai_content.records.jobs.api import Job, NewJob
from wagtail_ai_content.records.texts import localised
from wagtail_ai_content.records.usage import api as usage
from wagtail_ai_content.signals import budget_reached

from . import moderation, prices
from .build import compose, task_before
from .functions import get_function
from .providers import cost_of, price_book


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a request is held to."""

    limits: tuple[Limit, ...]
    quote: Quote
    model: str = ""


def terms(new: NewJob) -> Terms:
    """The limits of a request, and what it takes of them. One query; what it takes is only worked out where it
    matters."""
    limits = usage.limits_for(new.user_id, new.site_id)
    if all(limit.unit == Unit.REQUESTS for limit in limits) and not conf.get("BLOCK_UNKNOWN_PRICES"):
        return Terms(limits=limits, quote=Quote())
    return _quoted(new, limits)


def _quoted(new: NewJob, limits: tuple[Limit, ...]) -> Terms:
    try:
        built = compose(task_before(new), function=get_function(new.function)).built
    except AIError:
        return Terms(limits=limits, quote=Quote())  # the job will fail of the same before it asks anybody
    prices.refresh()
    book = price_book()

    def priced(model: str, tokens: Usage) -> Cost:
        return cost_of(model, tokens, prices=book)

    quote = with_extras(
        quoted(built.request, built.fallbacks, priced=priced), moderation.extras(built.request), priced=priced
    )
    return Terms(limits=limits, quote=quote, model=built.request.model)


@dataclass(frozen=True, kw_only=True)
class Use:
    """How much of a limit is used now."""

    limit: Limit
    used: int
    """Spent and set aside; of money in millionths of a US dollar."""
    resets: datetime
    """When the count starts again, in the site's time zone."""

    @property
    def share(self) -> int:
        """Per cent, at most 100; of nothing all is used."""
        return min(100, self.used * 100 // self.limit.most) if self.limit.most else 100


def use_by(user_id: Any, site_id: int | None) -> list[Use]:
    """The limits of a person on a site, those shared with others too, and what is used of them."""
    return use_of(usage.limits_for(user_id, site_id))


def use_of(limits: Sequence[Limit]) -> list[Use]:
    """What is used of ``limits`` now."""
    zone = timezone.get_default_timezone()
    needs = _needs(Terms(limits=tuple(limits), quote=Quote()))
    used = usage.used_of(needs)
    return [
        Use(limit=one.limit, used=used[one.limit.slot], resets=end_of(one.limit.period, one.start, zone))
        for one in needs
    ]


def reserve(new: NewJob, held_to: Terms) -> NewJob:
    """``new`` with what it set aside; to be called in the transaction that stores it.

    Raises: ``QuotaExceeded``, ``UnknownPrice``; nothing is set aside then.
    """
    if held_to.quote.money is None and conf.get("BLOCK_UNKNOWN_PRICES"):
        raise UnknownPrice(model=held_to.model)
    if not held_to.limits:
        return new
    try:
        return replace(new, reserved=usage.reserve(_needs(held_to)))
    except usage.Full as full:
        raise _refusal(full) from None


def _needs(held_to: Terms) -> Sequence[usage.Need]:
    now, zone = timezone.now(), timezone.get_default_timezone()
    return [
        usage.Need(limit=limit, start=start_of(limit.period, now, zone), amount=held_to.quote.amount(limit.unit))
        for limit in held_to.limits
    ]


def _refusal(full: usage.Full) -> QuotaExceeded:
    """In the language of whoever asks now: a refused request is not stored."""
    limit, zone = full.need.limit, timezone.get_default_timezone()
    ends = end_of(limit.period, full.need.start, zone)
    return QuotaExceeded(
        limit=localised(amount_of(limit)),
        holder=localised(holder_of(limit.holder)),
        used=shown(full.used, limit.unit),
        needed=shown(full.need.amount, limit.unit),
        resets=f"{date_format(ends, 'DATETIME_FORMAT')} ({ends.tzname()})",
        contact=limit.contact or _("an administrator of this site"),
    )


def record(job: Job, reply: Mapping[str, Any] | None) -> None:
    """Keep what an answer took, in the transaction that keeps it with its job. ``reply``: as it is kept; None: none."""
    if reply is None:
        return
    usage.record(
        usage.Answer(
            job=job.pk,
            actor=job.actor,
            user_name=job.requested_by_name,
            site_id=job.site_id,
            site_name=job.site_name,
            function=job.function,
            reply=reply,
        )
    )


def tell_of_budgets() -> None:
    """Tell once a month of each threshold of a monthly sum that was reached."""
    month = start_of(Period.MONTH, timezone.now(), timezone.get_default_timezone())
    for reached in usage.reached(month):
        budget_reached.send_robust(sender=usage.Budget, reached=reached)
