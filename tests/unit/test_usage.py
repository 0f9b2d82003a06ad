"""Limits, periods, quotes and refusals, without a database."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from wagtail_ai_content.core.providers.base import Cost, Message, Request, Usage
from wagtail_ai_content.core.providers.pricing import Price, PriceBook
from wagtail_ai_content.core.usage.estimate import quoted
from wagtail_ai_content.core.usage.periods import end_of, start_of
from wagtail_ai_content.core.usage.refusals import AMOUNTS, amount_of, holder_of, shown
from wagtail_ai_content.core.usage.values import (
    Allowance,
    Charge,
    Holder,
    Kind,
    Limit,
    Period,
    Quote,
    Unit,
    dollars,
    effective,
    micros,
)

ME = Holder(kind=Kind.USER, key="5", name="Pro")
BERLIN = ZoneInfo("Europe/Berlin")


def limit(most: int, unit: Unit = Unit.TOKENS, period: Period = Period.DAY, holder: Holder = ME) -> Limit:
    return Limit(holder=holder, unit=unit, period=period, most=most)


def request(text: str, *, max_tokens: int = 100) -> Request:
    return Request(model="a/one", messages=(Message(role="user", content=text),), max_tokens=max_tokens)


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        (Period.MINUTE, "2026-11-21T23:30:00+00:00", "2026-11-21T23:31:00+00:00"),
        (Period.DAY, "2026-11-21T23:00:00+00:00", "2026-11-22T23:00:00+00:00"),
        (Period.MONTH, "2026-10-31T23:00:00+00:00", "2026-11-30T23:00:00+00:00"),
    ],
)
def test_periods_are_those_of_the_sites_time_zone(period: Period, start: str, end: str) -> None:
    now = datetime(2026, 11, 21, 23, 30, 45, 7, tzinfo=UTC)  # half past midnight of the 22nd in Berlin
    assert start_of(period, now, BERLIN) == datetime.fromisoformat(start)
    assert end_of(period, datetime.fromisoformat(start), BERLIN) == datetime.fromisoformat(end)


@pytest.mark.parametrize("day", [datetime(2026, 3, 29, 12, tzinfo=UTC), datetime(2026, 10, 25, 12, tzinfo=UTC)])
def test_a_day_on_which_summer_time_changes_ends_at_midnight(day: datetime) -> None:
    start = start_of(Period.DAY, day, BERLIN)
    end = end_of(Period.DAY, start, BERLIN)
    assert (end.hour, end.minute, end.day) == (0, 0, day.day + 1)
    assert (end - start.astimezone(UTC)).total_seconds() in (23 * 3600, 25 * 3600)


def test_a_december_ends_with_the_year() -> None:
    start = start_of(Period.MONTH, datetime(2026, 12, 31, 12, tzinfo=UTC), BERLIN)
    assert end_of(Period.MONTH, start, BERLIN).isoformat() == "2027-01-01T00:00:00+01:00"


def test_money_is_counted_in_whole_millionths_and_never_rounded_down() -> None:
    assert micros(Decimal("1.234567")) == 1_234_567
    assert micros(Decimal("0.0000001")) == 1
    assert dollars(1) == Decimal("0.000001")


def test_a_persons_own_tier_goes_before_those_of_their_groups() -> None:
    own = Allowance(tier="Free", rank=0, limits=(limit(10),))
    through_group = Allowance(tier="Pro", rank=1, limits=(limit(1000),))
    assert effective([through_group, own]) == (limit(10),)


def test_of_several_groups_the_most_generous_limit_holds_and_none_is_the_most_generous() -> None:
    minute = limit(5, Unit.REQUESTS, Period.MINUTE)
    one = Allowance(tier="Pro", rank=1, limits=(limit(10), minute))
    other = Allowance(tier="Free", rank=1, limits=(limit(30),))
    assert effective([one, other]) == (limit(30),)
    assert effective([]) == ()


def test_a_quote_takes_the_dearest_model_and_the_longest_answer() -> None:
    book = PriceBook(
        site={
            "a/one": Price(input_per_million=Decimal(1), output_per_million=Decimal(10)),
            "b/two": Price(input_per_million=Decimal(2), output_per_million=Decimal(20), source="dear"),
        }
    )

    def priced(model: str, usage: Usage) -> Cost:
        return book.cost(model, usage=usage)

    quote = quoted(request("one two three four"), ("b/two",), priced=priced)
    assert quote == Quote(tokens=106, money=2 * 6 + 20 * 100, source="dear")


def test_a_price_of_zero_is_a_price_and_an_unknown_one_is_not_zero() -> None:
    book = PriceBook(site={"a/one": Price(input_per_million=Decimal(0), source="own machine")})

    def priced(model: str, usage: Usage) -> Cost:
        return book.cost(model, usage=usage)

    free = quoted(request("words"), (), priced=priced)
    assert (free.money, free.source) == (0, "own machine")
    unknown = quoted(request("words"), ("b/two",), priced=priced)
    assert (unknown.money, unknown.source) == (None, "")
    assert unknown.amount(Unit.MONEY) == 0


def test_an_entered_price_goes_before_the_setting_and_the_setting_before_the_list() -> None:
    entered = {"a/one": Price(input_per_million=Decimal(3))}
    book = PriceBook(
        site={"a/one": Price(input_per_million=Decimal(2)), "a/two": Price(input_per_million=Decimal(2))},
        public=lambda model: Price(input_per_million=Decimal(1)),
        entered=entered.get,
    )
    found = [book.price(model) for model in ("a/one", "a/two", "a/three")]
    assert [price and price.input_per_million for price in found] == [3, 2, 1]


def test_what_nobody_counted_is_charged_as_it_was_set_aside() -> None:
    charge = Charge(requests=1, tokens=None, money=7)
    assert [charge.amount(unit, reserved=50) for unit in Unit] == [1, 50, 7]


def test_every_limit_has_words() -> None:
    for unit, period in AMOUNTS:
        assert "1,234" in str(amount_of(limit(1234 * (1_000_000 if unit == Unit.MONEY else 1), unit, period)))
    for kind in Kind:
        assert str(holder_of(Holder(kind=kind, key="1", name="X"))).startswith("for ")


def test_amounts_are_shown_as_people_read_them() -> None:
    assert shown(12_500_000, Unit.MONEY) == "12.50"
    assert shown(1_234_000_001, Unit.MONEY) == "1,234.000001"
    assert shown(12_000, Unit.TOKENS) == "12,000"
