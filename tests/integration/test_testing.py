"""The public testing tools work as their docstring says."""

from __future__ import annotations

from typing import Any

import pytest
from wagtail.models import Page

from wagtail_ai_content.api import Ask, Job, retry_job, run_job, submit
from wagtail_ai_content.core.errors import RateLimited
from wagtail_ai_content.pipeline.drain import drain_until_empty
from wagtail_ai_content.testing import FakeProvider, Step, answered_by

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_fake_answers_for_every_model(plain_page: Page, editor: Any) -> None:
    fake = FakeProvider(['{"summary": "Short.", "note": ""}'])
    with answered_by(fake):
        job = run_job(submit(Ask(function="summarise", page=plain_page, user=editor)))
    assert (job.status, job.parsed["value"]) == ("succeeded", "Short.")
    assert len(fake.calls) == 1


def test_a_temporary_error_lets_the_job_wait_with_the_delay_the_provider_asked_for(
    plain_page: Page, editor: Any
) -> None:
    with answered_by(FakeProvider([RateLimited(retry_after=200)])):
        job = run_job(submit(Ask(function="summarise", page=plain_page, user=editor)))
    assert (job.status, job.error_code, job.calls) == ("pending", "rate_limited", 1)
    assert (job.next_attempt - job.started).total_seconds() == pytest.approx(200, abs=15)


def test_an_unusable_answer_is_asked_for_once_more_and_then_given_up(plain_page: Page, editor: Any) -> None:
    fake = FakeProvider(["not JSON at all", "still not", '{"summary": "Too late.", "note": ""}'])
    with answered_by(fake):
        job = submit(Ask(function="summarise", page=plain_page, user=editor))
        first = run_job(job)
        assert (first.status, first.reply) == ("pending", None)
        second = run_job(job)
    assert (second.status, second.error_code, second.calls) == ("failed", "malformed_reply", 2)
    assert second.reply["text"] == "still not"
    assert fake.calls[0].fresh is False
    assert fake.calls[1].fresh is True


def test_a_job_is_never_called_for_more_often_than_allowed(plain_page: Page, editor: Any) -> None:
    fake = FakeProvider([RateLimited(retry_after=1) for _ in range(5)])
    job = submit(Ask(function="summarise", page=plain_page, user=editor))
    Job.objects.filter(pk=job.pk).update(calls=3)  # three workers died in the middle of a call
    with answered_by(fake):
        job = run_job(job)
    assert (job.status, job.error_code, len(fake.calls)) == ("failed", "too_many_calls", 0)


def test_trying_a_declined_job_again_asks_the_model_again(plain_page: Page, editor: Any) -> None:
    fake = FakeProvider(["I'm sorry, but I can't assist with that request.", '{"summary": "Short.", "note": ""}'])
    with answered_by(fake):
        job = run_job(submit(Ask(function="summarise", page=plain_page, user=editor)))
        assert (job.status, job.error_code) == ("failed", "refused")
        retry_job(job.pk)
        job = run_job(job)
    assert (job.status, job.parsed["value"]) == ("succeeded", "Short.")


def test_a_reply_with_characters_no_database_takes_is_stored_and_used(plain_page: Page, editor: Any) -> None:
    text = '{"summary": "Sh\0ort\ud800.", "note": ""}'
    fake = FakeProvider([Step(text=text, model="test/mo\0del\ud800", finish_reason="stop")])
    with answered_by(fake):
        job = run_job(submit(Ask(function="summarise", page=plain_page, user=editor)))
    assert (job.status, job.parsed["value"], job.model_used) == ("succeeded", "Short.", "test/model")
    assert len(fake.calls) == 1


def test_a_job_that_is_to_wait_a_moment_is_not_left_to_the_sweeper(plain_page: Page, editor: Any) -> None:
    fake = FakeProvider([RateLimited(retry_after=1), '{"summary": "Short.", "note": ""}'])
    job = submit(Ask(function="summarise", page=plain_page, user=editor))
    with answered_by(fake):
        assert drain_until_empty() is False
    job.refresh_from_db()
    assert (job.status, job.calls) == ("succeeded", 2)
