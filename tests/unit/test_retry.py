"""Whether and when a job is tried again."""

from __future__ import annotations

import pytest

from wagtail_ai_content.core.engine.retry import MOST_SECONDS, Tried, verdict
from wagtail_ai_content.core.errors import (
    AIError,
    CutReply,
    DeadlineExceeded,
    Gone,
    LeftAlone,
    MalformedReply,
    NotConfigured,
    ProviderUnavailable,
    RateLimited,
    Refused,
)


def tried(**known: int) -> Tried:
    return Tried(**{"calls": 1, "max_calls": 3, "attempts": 1, "max_attempts": 10, "repairs": 0, **known})


def latest() -> float:
    return 1.0


@pytest.mark.parametrize("error", [Refused(), NotConfigured(model="m"), Gone()])
def test_a_permanent_error_is_final(error: AIError) -> None:
    assert not verdict(error, tried(), draw=latest).again


@pytest.mark.parametrize("error", [ProviderUnavailable(), DeadlineExceeded(), RateLimited()])
def test_a_temporary_error_is_tried_again_as_often_as_allowed(error: AIError) -> None:
    assert verdict(error, tried(calls=2), draw=latest).again
    assert not verdict(error, tried(calls=3), draw=latest).again


def test_pauses_grow_are_random_and_have_an_end() -> None:
    pauses = [verdict(ProviderUnavailable(), tried(calls=n, max_calls=99), draw=latest).delay for n in range(1, 9)]
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1] == MOST_SECONDS
    assert verdict(ProviderUnavailable(), tried(), draw=lambda: 0.0).delay == 0.0


def test_the_pause_is_never_shorter_than_the_provider_asked_for() -> None:
    assert verdict(RateLimited(retry_after=120), tried(), draw=lambda: 0.0).delay == 120


@pytest.mark.parametrize("error", [MalformedReply(reason="x"), CutReply()])
def test_an_unusable_reply_is_asked_for_once_more_at_once(error: AIError) -> None:
    first = verdict(error, tried(), draw=latest)
    assert (first.again, first.delay, first.repair) == (True, 0.0, True)
    assert not verdict(error, tried(calls=2, repairs=1), draw=latest).again


def test_a_provider_that_is_left_alone_costs_no_call_and_is_not_waited_for_for_ever() -> None:
    waiting = verdict(LeftAlone(retry_after=30), tried(calls=3), draw=latest)
    assert (waiting.again, waiting.delay, waiting.counts) == (True, 30, False)
    assert not verdict(LeftAlone(retry_after=30), tried(attempts=10), draw=latest).again
