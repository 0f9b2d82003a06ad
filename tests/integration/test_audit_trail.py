"""What comes into the audit trail, what stays of it, and how it is listed."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.log_actions import LogContext
from wagtail.models import Page, Site

from tests.support.audit import SUMMARY, entries, only, summarise
from tests.support.trail import grow, sql
from tests.support.versions import propose
from wagtail_ai_content.api import Ask, Job, cancel_job, retry_job, run_job, submit
from wagtail_ai_content.core.errors import ProviderRejected
from wagtail_ai_content.models import (
    AIVersion,
    AuditEntry,
    ModelPrice,
    ModelProfile,
    PromptTemplate,
    Tier,
)
from wagtail_ai_content.pipeline import recover
from wagtail_ai_content.pipeline.inspection import inspect
from wagtail_ai_content.pipeline.live import LiveRun
from wagtail_ai_content.pipeline.providers import Models
from wagtail_ai_content.pipeline.review import decide, undo
from wagtail_ai_content.pipeline.taking import taken_in_editor
from wagtail_ai_content.records.audit import api as trail
from wagtail_ai_content.records.audit.api import Filters
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.testing import FakeProvider, answered_by

pytestmark = pytest.mark.django_db(transaction=True)


# --- what comes into it


def test_a_job_leaves_one_entry_with_everything_about_it(plain_page: Page, editor: Any) -> None:
    job = summarise(plain_page, editor)

    entry = only()
    assert (entry.operation, entry.outcome) == ("generated", "value")
    assert (entry.actor, entry.job, entry.function) == (str(editor.pk), str(job.pk), "summarise")
    assert (entry.model, entry.prompt) == (job.model_used, "summarise")
    assert (entry.target_type, entry.target_id) == ("pages.plainpage", str(plain_page.pk))
    assert (entry.cost, entry.prompt_tokens) == (job.cost, job.prompt_tokens)
    assert entry.names == {"user": "editor", "target": "First day", "site": str(Site.objects.get())}
    assert trail.matches(entry, sent=job.request, came=SUMMARY) is True
    assert trail.matches(entry, sent=job.request, came="something else") is False
    assert inspect().problems == ()


def test_the_cost_has_six_decimals(plain_page: Page) -> None:
    grow(1, cost=Decimal("0.0000125"))
    assert str(AuditEntry.objects.get().cost) == "0.000012"


def test_a_job_that_failed_is_entered_once_however_often_it_is_announced(plain_page: Page, editor: Any) -> None:
    job = summarise(plain_page, editor, ProviderRejected(status=400))
    recover.announce(job.pk)
    recover.recover()

    assert (only().operation, only().outcome, only().output_hash) == ("failed", "rejected", "")


def test_a_job_that_is_tried_again_has_an_entry_for_each_end(plain_page: Page, editor: Any) -> None:
    job = summarise(plain_page, editor, ProviderRejected(status=400))
    retry_job(job.pk)
    with answered_by(FakeProvider([SUMMARY])):
        run_job(job)

    assert [entry.operation for entry in entries()] == ["failed", "generated"]


def test_an_answer_that_was_paid_for_and_not_used_is_entered(plain_page: Page, editor: Any) -> None:
    with answered_by(FakeProvider(["no JSON at all", SUMMARY])):
        job = submit(Ask(function="summarise", page=plain_page, user=editor))
        run_job(job)
        run_job(job)

    assert [(entry.operation, entry.outcome) for entry in entries()] == [
        ("discarded", "malformed_reply"),
        ("generated", "value"),
    ]


def test_a_job_that_was_cancelled_is_entered(plain_page: Page, editor: Any) -> None:
    job = submit(Ask(function="summarise", page=plain_page, user=editor))
    cancel_job(job.pk)

    assert (only().operation, only().job, only().actor) == ("cancelled", str(job.pk), str(editor.pk))


def test_what_an_answer_cost_that_was_stopped_from_elsewhere_is_entered_too(plain_page: Page, editor: Any) -> None:
    job = submit(Ask(function="summarise", page=plain_page, user=editor))
    (claim,) = jobs.claim("web:here", limit=1, lease=90)
    run = LiveRun(claim, models=Models())
    run.asked(run.prepare())
    run.show("Half an answer")
    cancel_job(job.pk)
    run.settle()

    cancelled, discarded = entries()
    assert (cancelled.operation, cancelled.cost, cancelled.output_hash) == ("cancelled", None, "")
    assert (discarded.operation, discarded.outcome, discarded.completion_tokens) == ("discarded", "stopped", 3)
    assert trail.matches(discarded, sent=Job.objects.get().request, came="Half an answer") is True


def test_jobs_that_killed_their_workers_are_entered_by_the_sweep(plain_page: Page, editor: Any) -> None:
    job = submit(Ask(function="summarise", page=plain_page, user=editor))
    (claim,) = jobs.claim("dead", limit=1, lease=-1)
    jobs.Job.objects.filter(pk=claim.job_id).update(attempts=99)
    recover.recover()

    assert (only().operation, only().outcome, only().job) == ("failed", "worker_lost", str(job.pk))


def test_nothing_is_entered_for_what_is_rolled_back(
    plain_page: Page, editor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("wagtail_ai_content.pipeline.run.audit.generated", broken)
    job = summarise(plain_page, editor)

    assert (job.status, job.parsed) == ("failed", None)
    assert [entry.operation for entry in entries()] == ["failed"]


def test_decisions_are_entered_with_who_made_them(plain_page: Page, editor: Any, lead: Any) -> None:
    version = propose(plain_page, {"seo_title": "New", "content": "Newer"}, requested_by=editor)
    first, second = (entry["id"] for entry in version.touched)
    decide(version.pk, lead, accept=[first])
    decide(version.pk, lead, reject=[second])
    undo(version.pk, lead)

    told = [(entry.operation, entry.actor, entry.job) for entry in entries()]
    assert told == [(name, str(lead.pk), str(version.generation_id)) for name in ("accepted", "rejected", "undone")]
    assert json.loads(entries()[0].detail)["accepted"] == 1
    assert entries()[0].names["user"] == "lead"


def test_taking_a_change_into_an_open_form_is_entered(plain_page: Page, editor: Any) -> None:
    version = propose(plain_page, {"seo_title": "New"}, requested_by=editor)
    plain_page.seo_title = "New"
    plain_page.save_revision(user=editor)
    taken_in_editor(version.pk, editor, [entry["id"] for entry in version.touched])

    assert (only().operation, json.loads(only().detail)["in_editor"]) == ("accepted", True)


def test_publishing_changing_and_deleting_prompts_and_settings_is_entered(lead: Any) -> None:
    body = "{# user #}\n{{ text|fenced }}"
    with LogContext(user=lead):
        prompt = PromptTemplate.objects.create(name="House style", function="title", body=body, live=False)
        prompt.save_revision().publish()
        prompt.refresh_from_db()
        version = prompt.version
        prompt.unpublish()
        profile = ModelProfile.objects.create(function="title", model="openai/gpt-4.1-mini")
        profile.delete()
        prompt.delete()

    told = [(entry.operation, entry.target_type.split(".")[1], entry.actor) for entry in entries()]
    number = str(lead.pk)
    assert told == [
        ("published", "prompttemplate", number),
        ("unpublished", "prompttemplate", number),
        ("changed", "modelprofile", number),
        ("deleted", "modelprofile", number),
        ("deleted", "prompttemplate", number),
    ]
    assert entries()[0].prompt_version == str(version)
    assert trail.texts_of(entries()[0])["values"]["body"] == body


def test_changing_what_ai_may_cost_is_entered() -> None:
    tier = Tier.objects.create(name="Trial")
    tier.save()
    price = ModelPrice.objects.create(model="openai/gpt-4.1-mini", input_per_million=1, output_per_million=2)
    tier.delete()

    assert [(entry.operation, entry.names["target"]) for entry in entries()] == [
        ("changed", "Trial"),
        ("changed", "Trial"),
        ("changed", str(price)),
        ("deleted", "Trial"),
    ]


def test_an_entry_takes_the_same_few_statements_however_long_the_trail(db: None) -> None:
    with CaptureQueriesContext(connection) as few:
        grow(1)
    grow(30)
    with CaptureQueriesContext(connection) as many:
        grow(1)

    assert len(many) <= len(few)
    assert len([query for query in many if "SAVEPOINT" not in query["sql"]]) <= 6  # with BEGIN and COMMIT


def test_times_never_go_back(db: None) -> None:
    grow(1)
    later = timezone.now() + timedelta(hours=1)
    sql("UPDATE wagtail_ai_content_audithead SET at = %s", later)
    grow(2)

    assert [entry.at for entry in entries()[1:]] == [later, later]


# --- what stays of it


def test_deleting_everything_around_leaves_the_trail_complete_and_readable(plain_page: Page, editor: Any) -> None:
    number, page_number = str(editor.pk), str(plain_page.pk)
    site = Site.objects.get()
    summarise(plain_page, editor)
    before = list(trail.rows())

    Site.objects.all().delete()
    Job.objects.all().delete()
    plain_page.delete()
    editor.delete()
    PromptTemplate.objects.all().delete()
    AIVersion.objects.all().delete()

    assert list(trail.rows()) == before
    assert only().names == {"user": "editor", "target": "First day", "site": str(site)}
    assert (only().actor, only().target_id) == (number, page_number)
    assert inspect().problems == ()


# --- lists


def test_a_page_of_the_list_is_the_same_whether_counted_or_not() -> None:
    grow(7)
    for filters in (Filters(), Filters(actor="7"), Filters(since=timezone.now() - timedelta(hours=1))):
        assert trail.count(filters) == 7
        assert [entry.pk for entry in trail.page(filters, skip=2, limit=3)] == [5, 4, 3]
        assert [entry.pk for entry in trail.every(filters)] == [7, 6, 5, 4, 3, 2, 1]


def test_the_times_bound_the_list() -> None:
    first, second, _third = grow(3)
    between = Filters(since=second.at, until=second.at + timedelta(microseconds=1))
    if first.at < second.at:
        assert trail.count(between) == len(list(trail.every(between))) >= 1
    assert trail.count(Filters(since=timezone.now() + timedelta(hours=1))) == 0
    assert trail.count(Filters(until=first.at)) == len(trail.page(Filters(until=first.at), skip=0, limit=9)) == 0


def test_the_values_of_a_column_are_found_without_reading_all() -> None:
    for actor in ("9", "7", "7", "8"):
        grow(1, actor=actor)
    with CaptureQueriesContext(connection) as queries:
        assert trail.values_of("actor") == ["7", "8", "9"]
    assert len(queries) == 4


def test_a_long_or_odd_name_does_not_stop_a_job() -> None:
    grow(1, model="m" * 500, target_id="x\0\ud800")

    assert (len(only().model), only().target_id) == (200, "x")
    assert inspect().problems == ()


def test_many_who_add_at_the_same_time_wait_for_each_other() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one connection: only one can write at a time.")

    def add(number: int) -> None:
        try:
            grow(10, actor=str(number))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(add, range(4)))

    assert [entry.sequence for entry in entries()] == list(range(1, 41))
    assert inspect().problems == ()
