"""The running counts: set aside, given back, counted; whatever the clock does."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.support.usage import DAY, LATER, budget, counts, grant, need
from wagtail_ai_content.core.usage.values import Holder, Kind, Period, Unit
from wagtail_ai_content.records.usage import api as usage
from wagtail_ai_content.records.usage.api import Budget, Ended, Full, QuotaWindow, Tier, UsageEvent, UsageTotal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tiers")]


def ended(reserved: Any, *, asked: bool = True, job: uuid.UUID | None = None) -> Ended:
    return Ended(job=job or uuid.uuid4(), reserved=reserved, asked=asked)


def answer(job: uuid.UUID, *, cost: str | None = "0.000123", tokens: int | None = 10, **about: Any) -> usage.Answer:
    fields = {"actor": "7", "user_name": "ann", "site_id": 3, "site_name": "Example", "function": "meta", **about}
    reply = {
        "model": "a/one", "prompt_tokens": tokens, "completion_tokens": 5, "cost": cost, "price_source": "site",
        "cached": False,
    }  # fmt: skip
    return usage.Answer(job=job, reply=reply, **fields)


def test_there_is_room_up_to_the_limit_and_not_one_more() -> None:
    for _ in range(3):
        usage.reserve([need(most=3)])
    with pytest.raises(Full) as full:
        usage.reserve([need(most=3)])
    assert (full.value.used, counts()) == (3, {"all requests day": (3, 0)})


def test_a_limit_of_nothing_leaves_no_room() -> None:
    with pytest.raises(Full):
        usage.reserve([need(most=0)])


def test_all_counts_take_their_part_or_none_does() -> None:
    tokens = {"unit": Unit.TOKENS}
    usage.reserve([need(most=9), need(80, most=100, **tokens)])
    before = counts()
    with pytest.raises(Full) as full:
        usage.reserve([need(most=9), need(21, most=100, **tokens)])
    assert full.value.need.limit.unit == Unit.TOKENS
    assert counts() == before


def test_what_was_set_aside_comes_back_and_what_was_taken_is_counted() -> None:
    kinds = [{"unit": Unit.REQUESTS}, {"unit": Unit.TOKENS}, {"unit": Unit.MONEY}]
    reserved = usage.reserve(
        [need(1, most=9, **kinds[0]), need(90, most=99, **kinds[1]), need(500, most=999, **kinds[2])]
    )
    job = uuid.uuid4()
    usage.record(answer(job))
    usage.record(answer(job))
    usage.settle([ended(reserved, job=job)])
    assert counts() == {"all requests day": (0, 1), "all tokens day": (0, 30), "all money day": (0, 246)}


def test_a_job_that_asked_nobody_gives_everything_back() -> None:
    reserved = usage.reserve([need(most=9), need(90, most=99, unit=Unit.TOKENS)])
    usage.settle([ended(reserved, asked=False)])
    assert set(counts().values()) == {(0, 0)}


def test_what_nobody_counted_is_counted_as_it_was_set_aside() -> None:
    reserved = usage.reserve([need(90, most=99, unit=Unit.TOKENS), need(500, most=999, unit=Unit.MONEY)])
    job = uuid.uuid4()
    usage.record(answer(job, cost=None, tokens=None))
    usage.settle([ended(reserved, job=job)])
    assert counts() == {"all tokens day": (0, 90), "all money day": (0, 500)}


def test_a_new_period_has_room_and_takes_over_the_row() -> None:
    usage.reserve([need(most=1)])
    usage.reserve([need(most=1, start=DAY + LATER)])
    row = QuotaWindow.objects.get()
    assert (row.start, row.reserved) == (DAY + LATER, 1)


def test_a_clock_set_back_gives_no_room() -> None:
    usage.reserve([need(most=1, start=DAY + LATER)])
    for start in (DAY, DAY - 30 * LATER):
        with pytest.raises(Full) as full:
            usage.reserve([need(most=1, start=start)])
        assert full.value.need.start == DAY + LATER, "people are told when the count that holds them ends"


def test_an_end_in_a_later_period_does_not_touch_its_count() -> None:
    yesterday = usage.reserve([need(most=5)])
    today = usage.reserve([need(most=5, start=DAY + LATER)])
    usage.settle([ended(yesterday), ended(today)])
    assert counts() == {"all requests day": (0, 1)}


def test_many_ends_of_several_people_are_settled_by_few_statements() -> None:
    people = [Holder(kind=Kind.USER, key=str(number)) for number in range(20)]
    kept = [usage.reserve([need(most=9, holder=person), need(most=999)]) for person in people]
    with CaptureQueriesContext(connection) as queries:
        usage.settle([ended(one) for one in kept])
    assert len(queries) == 1
    assert counts()["all requests day"] == (0, 20)
    assert counts()["user:7 requests day"] == (0, 1)


def test_a_check_and_a_reservation_take_one_query_each(editor: Any, root: Any) -> None:
    grant("Strict", user=editor, requests_per_day=5, tokens_per_month=900, money_per_month=Decimal(3))
    budget(money_per_month=Decimal(100))
    site = root.get_site().pk
    with CaptureQueriesContext(connection) as check:
        limits = usage.limits_for(editor.pk, site)
    needs = [usage.Need(limit=limit, start=DAY, amount=1) for limit in limits]
    usage.reserve(needs)
    with CaptureQueriesContext(connection) as reservation:
        usage.reserve(needs)
    assert (len(limits), len(check)) == (4, 1)
    assert [query["sql"].split()[0] for query in reservation] == ["SAVEPOINT", "UPDATE", "RELEASE"]


def test_a_persons_tier_comes_from_themselves_their_groups_or_holds_for_everybody_else(editor: Any) -> None:
    def found() -> list[tuple[str, int]]:
        return [(limit.holder.name, limit.most) for limit in usage.limits_for(editor.pk, None)]

    assert found() == [], "as installed nobody is limited"
    Tier.objects.filter(is_default=True).update(requests_per_day=5)
    assert found() == [("Free", 5)]
    grant("Team", group=editor.groups.get(), requests_per_day=50)
    assert found() == [("Team", 50)]
    grant("Own", user=editor, requests_per_day=7)
    assert found() == [("Own", 7)]
    assert usage.limits_for(None, None) == (), "what the site asks by itself has no tier"


def test_budgets_of_site_group_and_everybody_all_hold(editor: Any, root: Any) -> None:
    site = root.get_site()
    budget(site=site, money_per_month=Decimal("10.50"))
    budget(group=editor.groups.get(), tokens_per_day=1000)
    budget(requests_per_minute=60, contact="Ann")
    found = {(str(one.holder), one.holder.name, one.most, one.contact) for one in usage.limits_for(editor.pk, site.pk)}
    group = editor.groups.get()
    assert found == {
        (f"site:{site.pk}", site.site_name or site.hostname, 10_500_000, ""),
        (f"group:{group.pk}", group.name, 1000, ""),
        ("all", "", 60, "Ann"),
    }
    assert {str(one.holder) for one in usage.limits_for(None, site.pk)} == {f"site:{site.pk}", "all"}


def test_negative_limits_and_prices_are_refused_by_the_database() -> None:
    for make in (
        lambda: Tier.objects.create(name="Bad", requests_per_day=-1),
        lambda: Tier.objects.create(name="Bad", money_per_month=Decimal(-1)),
        lambda: Budget.objects.create(money_per_day=Decimal("-0.01")),
        lambda: usage.ModelPrice.objects.create(model="m", input_per_million=-1, output_per_million=0),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make()


def test_there_is_one_budget_for_each_and_one_tier_for_everybody_else() -> None:
    budget(tokens_per_day=1)
    for make in (
        lambda: budget(tokens_per_day=2),
        lambda: Tier.objects.create(name="Second", is_default=True),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make()


def test_a_tier_in_use_cannot_be_deleted(editor: Any) -> None:
    from django.db.models import ProtectedError

    tier = grant("Used", user=editor)
    with pytest.raises(ProtectedError):
        tier.delete()
    tier.grants.all().delete()
    Tier.objects.get(pk=tier.pk).delete()


def test_a_limit_set_in_the_middle_of_a_month_counts_what_was_spent_before() -> None:
    for cost in ("1.5", "0.25", None):
        usage.record(answer(uuid.uuid4(), cost=cost))
    month = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    site = Holder(kind=Kind.SITE, key="3")
    spent = {"unit": Unit.MONEY, "period": Period.MONTH, "start": month, "holder": site}
    with pytest.raises(Full) as full:
        usage.reserve([need(250_001, most=2_000_000, **spent)])
    assert full.value.used == 1_750_000
    usage.reserve([need(250_000, most=2_000_000, **spent)])


@pytest.mark.parametrize(
    ("holder", "used"),
    [(Holder(kind=Kind.USER, key="7"), 2), (Holder(kind=Kind.SITE, key="3"), 3), (Holder(kind=Kind.ALL), 4)],
)
def test_after_limits_were_changed_a_day_is_counted_anew_from_its_events(holder: Holder, used: int) -> None:
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    usage.reserve([need(most=9, start=today, holder=holder)])
    for about in ({}, {}, {"actor": "8"}, {"actor": "8", "site_id": 4}):
        usage.record(answer(uuid.uuid4(), **about))
    Tier.objects.get(name="Pro").save()
    usage.reserve([need(most=9, start=today, holder=holder)])
    assert counts() == {f"{holder} requests day": (2, used)}


def test_a_group_counts_its_members(editor: Any) -> None:
    group = Holder(kind=Kind.GROUP, key=str(editor.groups.get().pk))
    usage.record(answer(uuid.uuid4(), actor=str(editor.pk)))
    usage.record(answer(uuid.uuid4(), actor="999"))
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    usage.reserve([need(most=9, start=today, holder=group)])
    assert counts() == {f"{group} requests day": (1, 1)}


def test_a_count_that_a_clock_ran_ahead_with_is_put_right_when_limits_are_saved() -> None:
    far = datetime(2036, 1, 1, tzinfo=UTC)
    usage.reserve([need(most=1, start=far)])
    with pytest.raises(Full):
        usage.reserve([need(most=1)])
    Tier.objects.get(name="Pro").save()
    UsageEvent.objects.all().delete()
    usage.reserve([need(most=1)])


def test_sums_of_a_month_add_up_exactly() -> None:
    for _ in range(7):
        usage.record(answer(uuid.uuid4(), cost="0.000001"))
    usage.record(answer(uuid.uuid4(), cost=None))
    usage.record(answer(uuid.uuid4(), actor="", user_name="", site_id=None, site_name=""))
    ann, nobody = UsageTotal.objects.order_by("-answers")
    assert (ann.answers, ann.money, ann.unknown, ann.prompt_tokens) == (8, 7, 1, 80)
    assert (nobody.answers, nobody.money, nobody.actor) == (1, 123, "")


def test_an_answer_from_the_cache_took_no_tokens() -> None:
    given = answer(uuid.uuid4(), cost="0")
    usage.record(usage.Answer(**{**given.__dict__, "reply": {**given.reply, "cached": True}}))
    event = UsageEvent.objects.get()
    assert (event.prompt_tokens, event.completion_tokens, event.cost) == (0, 0, 0)


def test_prices_are_those_of_today() -> None:
    today = timezone.localdate()
    for days, price in ((-30, 1), (-1, 2), (1, 3)):
        usage.ModelPrice.objects.create(
            model="a/one", input_per_million=price, output_per_million=0, valid_from=today + timedelta(days=days)
        )
    assert usage.prices() == {"a/one": (Decimal(2), Decimal(0))}


def test_thresholds_of_a_budget_are_told_once_each() -> None:
    budget(money_per_month=Decimal(10))
    month = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)

    def told(spent: int) -> list[int]:
        QuotaWindow.objects.update_or_create(slot="all money month", defaults={"start": month, "spent": spent})
        return [one.share for one in usage.reached(month)]

    steps = [told(spent) for spent in (4_999_999, 5_000_000, 5_100_000, 9_000_000, 10_000_000, 10_000_000)]
    assert steps == [[], [50], [], [80], [100], []]
