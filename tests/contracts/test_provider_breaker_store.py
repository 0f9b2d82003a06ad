"""What a store of breakers must do; here the one in the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from wagtail_ai_content.core.providers.breaker import BreakerPolicy
from wagtail_ai_content.records.breakers import api

pytestmark = pytest.mark.django_db

POLICY = BreakerPolicy(failures=3, open_for=timedelta(seconds=30), probe_for=timedelta(seconds=60))
NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def allow(seconds: float, key: str = "openai") -> float:
    return api.allow(key, now=after(seconds), policy=POLICY)


def fail(*times: float, trip: bool = False) -> None:
    for seconds in times:
        api.record_failure("openai", now=after(seconds), policy=POLICY, trip=trip)


def test_it_opens_after_failures_in_a_row() -> None:
    fail(0, 1)
    assert allow(2) == 0
    fail(2)
    assert allow(12) == 20
    assert api.open_keys() == ["openai"]


def test_a_success_in_between_starts_the_count_again() -> None:
    fail(0, 1)
    api.record_success("openai")
    fail(2, 3)
    assert allow(4) == 0


def test_it_can_be_opened_at_once() -> None:
    fail(0, trip=True)
    assert allow(0) == 30


def test_others_are_not_concerned() -> None:
    fail(0, 0, 0)
    assert allow(1, key="anthropic") == 0


def test_one_probe_at_a_time_when_half_open() -> None:
    fail(0, 0, 0)
    assert [allow(31), allow(32), allow(33)] == [0, 59, 58]


def test_a_lost_probe_is_replaced_after_its_time() -> None:
    fail(0, 0, 0)
    assert [allow(31), allow(92)] == [0, 0]


def test_a_probe_given_back_is_free_again() -> None:
    fail(0, 0, 0)
    allow(31)
    api.release("openai")
    assert allow(32) == 0


def test_a_probe_that_succeeds_closes_and_one_that_fails_opens_again() -> None:
    fail(0, 0, 0)
    allow(31)
    fail(35)
    assert allow(36) == 29
    assert allow(66) == 0
    api.record_success("openai")
    assert [allow(67), allow(68)] == [0, 0]
    assert api.open_keys() == []


def test_a_late_failure_does_not_keep_it_open_longer() -> None:
    fail(0, 0, 0, 20)
    assert allow(21) == 9


def test_a_success_of_a_provider_that_is_well_writes_nothing(django_assert_num_queries: object) -> None:
    fail(0)
    api.record_success("openai")
    with django_assert_num_queries(1):  # type: ignore[operator]
        api.record_success("openai")
    assert allow(1) == 0
