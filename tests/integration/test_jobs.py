"""The table of jobs: claims, leases, fences, ends; each by the database's own clock."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

import pytest
from django.utils import timezone

from wagtail_ai_content.core.text import Text
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.records.jobs.models import Heartbeat, Job

pytestmark = pytest.mark.django_db(transaction=True)


def new_job(**fields: object) -> jobs.Job:
    values: dict[str, object] = {"function": "meta", "function_version": "1", "params": {}, "fingerprint": "f"}
    return jobs.create(jobs.NewJob(**{**values, **fields}))  # type: ignore[arg-type]


def claim_one(owner: str = "w1", lease: float = 90) -> jobs.Claim:
    (claim,) = jobs.claim(owner, limit=1, lease=lease)
    return claim


def test_a_job_is_claimed_once() -> None:
    new_job()
    assert len(jobs.claim("w1", limit=5, lease=90)) == 1
    assert jobs.claim("w2", limit=5, lease=90) == []


def test_the_most_urgent_job_goes_first_then_the_oldest() -> None:
    first, second, urgent = new_job(), new_job(), new_job(priority=5)
    Job.objects.filter(pk=first.pk).update(created=second.created - timedelta(seconds=1))
    assert [claim.job_id for claim in jobs.claim("w", limit=3, lease=90)] == [urgent.pk, first.pk, second.pk]


def test_a_claim_brings_the_job_as_it_is_now() -> None:
    new_job()
    jobs.retry(claim_one(), delay=0)
    claim = claim_one("w2")
    stored = jobs.fetch(claim.job_id)
    for field in Job._meta.concrete_fields:
        assert getattr(claim.job, field.attname) == getattr(stored, field.attname), field.name
    assert (claim.job.fence, claim.job.attempts, claim.job.lease_owner) == (2, 2, "w2")


def test_a_job_that_waits_is_not_claimed_before_its_time() -> None:
    new_job()
    jobs.retry(claim_one(), delay=60)
    assert jobs.claim("w2", limit=1, lease=90) == []


def test_a_worker_whose_lease_was_taken_over_changes_nothing() -> None:
    job = new_job()
    slow = claim_one("slow", lease=-1)
    jobs.sweep(max_attempts=9, message=Text("gone"))
    fast = claim_one("fast")
    with pytest.raises(jobs.LeaseLost):
        jobs.finish(slow, status=jobs.Status.SUCCEEDED)
    jobs.finish(fast, status=jobs.Status.SUCCEEDED)
    assert jobs.fetch(job.pk).status == "succeeded"  # type: ignore[union-attr]


def test_the_same_worker_cannot_use_an_old_claim_after_it_claimed_again() -> None:
    new_job()
    old = claim_one("w", lease=-1)
    jobs.sweep(max_attempts=9, message=Text("gone"))
    claim_one("w")
    with pytest.raises(jobs.LeaseLost):
        jobs.update(old, progress=50)


def test_a_cancelled_job_is_out_of_reach_of_its_worker() -> None:
    job = new_job()
    claim = claim_one()
    assert jobs.cancel(job.pk, message=Text("stopped"))
    assert jobs.still_mine("w1", [claim]) == set()
    with pytest.raises(jobs.LeaseLost):
        jobs.update(claim, progress=50)
    assert not jobs.cancel(job.pk, message=Text("again"))


def test_a_live_lease_is_not_swept() -> None:
    new_job()
    claim_one()
    assert jobs.sweep(max_attempts=9, message=Text("gone")) == (0, 0)


def test_a_job_that_kills_its_workers_is_given_up() -> None:
    job = new_job()
    for _ in range(3):
        claim_one(lease=-1)
        jobs.sweep(max_attempts=3, message=Text("gone"))
    found = jobs.fetch(job.pk)
    assert found is not None
    assert (found.status, found.error_code, found.attempts) == ("failed", "worker_lost", 3)


@pytest.mark.parametrize("hours", [1, -1])
def test_a_host_with_a_wrong_clock_neither_steals_nor_freezes_a_job(hours: int) -> None:
    new_job()
    claim = claim_one(lease=30)
    wrong = timezone.now() + timedelta(hours=hours)
    with mock.patch("django.utils.timezone.now", return_value=wrong):
        assert jobs.sweep(max_attempts=9, message=Text("gone")) == (0, 0)
        jobs.keep_alive("w1", [claim], lease=-1)
        assert jobs.sweep(max_attempts=9, message=Text("gone")) == (1, 0)
        assert len(jobs.claim("w2", limit=1, lease=30)) == 1


def test_pages_of_the_list_follow_each_other_without_gap_or_repeat() -> None:
    made = {new_job().pk for _ in range(7)}
    Job.objects.update(created=timezone.now())  # the hard case: all at the same moment
    seen, before = [], None
    while page := jobs.listing(limit=3, before=before):
        seen += [job.pk for job in page]
        before = (page[-1].created, page[-1].pk)
    assert len(seen) == 7
    assert set(seen) == made


def test_health_knows_how_long_a_job_has_been_waiting_and_a_worker_silent() -> None:
    assert jobs.oldest_claimable_age() is None
    assert jobs.heartbeat_age("worker") is None
    new_job()
    jobs.beat("worker")
    Job.objects.update(next_attempt=timezone.now() - timedelta(seconds=100))
    Heartbeat.objects.update(at=timezone.now() - timedelta(seconds=300))
    assert jobs.oldest_claimable_age() == pytest.approx(100, abs=20)
    assert jobs.heartbeat_age("worker") == pytest.approx(300, abs=20)


def test_a_failed_job_can_be_tried_again_and_a_running_one_not() -> None:
    job = new_job()
    claim = claim_one()
    assert not jobs.restart(job.pk)
    jobs.finish(claim, status=jobs.Status.FAILED, error_code="deadline")
    assert jobs.restart(job.pk)
    found = jobs.fetch(job.pk)
    assert found is not None
    assert (found.status, found.error_code, found.calls) == ("pending", "", 0)


def test_pages_of_the_list_do_not_repeat_the_row_they_begin_after() -> None:
    made = [new_job().pk for _ in range(5)]
    Job.objects.filter(pk=made[0]).update(created=timezone.now())  # one with microseconds among the database's own
    seen, before = [], None
    while page := jobs.listing(limit=2, before=before):
        seen += [job.pk for job in page]
        before = (page[-1].created, page[-1].pk)
    assert sorted(seen) == sorted(made)
