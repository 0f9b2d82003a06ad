"""Running logged generations again: offline from the log, and on another model."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from wagtail.models import Page

from tests.support.pages.models import PlainPage
from tests.support.trail import BODY, owner, sql
from wagtail_ai_content.api import Ask, Job, run_job, submit
from wagtail_ai_content.core.engine.function import Parsed
from wagtail_ai_content.core.errors import InvalidInput, OtherVersion, ProviderUnavailable, UnknownTarget
from wagtail_ai_content.features.writing.summarise import Summarise
from wagtail_ai_content.models import AIVersion, AuditEntry
from wagtail_ai_content.pipeline.replay import replay
from wagtail_ai_content.testing import FakeProvider, answered_by

pytestmark = pytest.mark.django_db(transaction=True)

SUMMARY = '{"summary": "A short walk.", "note": ""}'


@pytest.fixture
def job(rich_page: Page, editor: Any) -> Job:
    with answered_by(FakeProvider([SUMMARY])):
        return run_job(submit(Ask(function="summarise", page=rich_page, user=editor)))


@pytest.fixture
def page_job(deep_page: Page, editor: Any) -> Job:
    """One that wrote a draft, by the engine that needs no key."""
    return run_job(submit(Ask(function="meta", page=deep_page, user=editor)))


def state() -> tuple[Any, ...]:
    """Everything a replay must leave alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM wagtailcore_revision")
        revisions = cursor.fetchone()[0]
    return revisions, AIVersion.objects.count(), list(Job.objects.values_list("pk", "status", "reply", "parsed"))


def test_offline_the_same_bytes_give_the_same_result(
    job: Job, page_job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    before = state()
    for one in (job, page_job):
        done = replay(str(one.pk))
        assert (done.is_same, done.diff, done.recorded.is_authentic) == (True, [], True)
        call_command("ai_audit", "replay", str(one.pk))

    assert capsys.readouterr().out.count("The result is the same.") == 2
    assert state() == before
    assert AuditEntry.objects.count() == 2  # nobody was asked, so there is nothing to tell


def test_it_works_from_the_trail_alone_when_the_job_is_gone(page_job: Job) -> None:
    number = str(page_job.pk)
    page_job.delete()

    done = replay(number)
    assert (done.is_same, done.recorded.is_authentic, done.recorded.job) == (True, True, None)


def test_it_works_from_the_job_alone_where_no_texts_were_kept(settings: Any, rich_page: Page, editor: Any) -> None:
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "AUDIT_TEXTS": False}
    with answered_by(FakeProvider([SUMMARY])):
        job = run_job(submit(Ask(function="summarise", page=rich_page, user=editor)))
    assert (replay(str(job.pk)).is_same, replay(str(job.pk)).recorded.is_authentic) == (True, True)

    Job.objects.filter(pk=job.pk).update(reply={**job.reply, "text": '{"summary": "Forged.", "note": ""}'})
    assert replay(str(job.pk)).recorded.is_authentic is False
    with pytest.raises(SystemExit):
        call_command("ai_audit", "replay", str(job.pk))


def test_other_code_gives_another_result_which_is_shown(
    job: Job, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Summarise, "parse_response", lambda self, text, prepared: Parsed(value="Else."))
    with pytest.raises(SystemExit) as ended:
        call_command("ai_audit", "replay", str(job.pk))

    said = capsys.readouterr().out
    assert ended.value.code == 1
    assert '-  "value": "A short walk."' in said
    assert '+  "value": "Else."' in said
    assert "The result is another." in said


def test_a_reply_that_could_not_be_used_cannot_be_used_again(rich_page: Page, editor: Any) -> None:
    with answered_by(FakeProvider(["no JSON"] * 3)):
        job = submit(Ask(function="summarise", page=rich_page, user=editor))
        for _ in range(2):
            job = run_job(job)

    assert job.error_code == "malformed_reply"
    done = replay(str(job.pk))
    assert (done.result, done.is_same) == ({"error": "malformed_reply"}, True)


def test_another_model_gets_the_same_request_and_the_difference_is_shown(
    job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    before, asked = state(), job.request
    other = FakeProvider(['{"summary": "A long walk.", "note": ""}'])
    with answered_by(other), pytest.raises(SystemExit):
        call_command("ai_audit", "replay", str(job.pk), "--model", "openai/other")

    (request,) = other.calls
    assert [message.content for message in request.messages] == [one["content"] for one in asked["messages"]]
    assert (request.model, request.max_tokens, request.fresh) == ("openai/other", asked["max_tokens"], True)
    said = capsys.readouterr().out
    assert '-  "value": "A short walk."' in said
    assert '+  "value": "A long walk."' in said
    assert state() == before
    entry = AuditEntry.objects.get(operation="replayed")
    assert (entry.job, entry.outcome, entry.function) == (str(job.pk), "different", "summarise")


def test_data_about_people_stays_here_when_another_model_is_asked(section: Any, add_page: Any, editor: Any) -> None:
    page = add_page(PlainPage, section, title="Contact", content="Write to ada@example.org about boats.", slug="c")
    job = run_job(submit(Ask(function="summarise", page=page, user=editor)))  # the engine on this machine read it all
    assert "ada@example.org" in json.dumps(job.request)
    other = FakeProvider(['{"summary": "Write to [[EMAIL_1]].", "note": ""}'])
    with answered_by(other):
        done = replay(str(job.pk), model="openai/other")

    assert "ada@example.org" not in json.dumps([message.content for message in other.calls[0].messages])
    assert done.result["value"] == "Write to ada@example.org."


def test_the_engine_without_a_key_can_be_the_other_model(job: Job) -> None:
    done = replay(str(job.pk), model="builtin/extractive")
    assert done.result["value"]


def test_a_model_that_does_not_answer_is_an_error_in_words(job: Job) -> None:
    with answered_by(FakeProvider([ProviderUnavailable()])), pytest.raises(CommandError, match="not reachable"):
        call_command("ai_audit", "replay", str(job.pk), "--model", "openai/other")
    assert not AuditEntry.objects.filter(operation="replayed").exists()


def test_what_cannot_be_run_again_is_said(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownTarget):
        replay("no such job")
    with monkeypatch.context() as patch:
        patch.setattr(Summarise, "version", "another")
        with pytest.raises(OtherVersion):
            replay(str(job.pk))
    call_command("ai_audit", "erase", "--job", str(job.pk), "--yes")
    Job.objects.all().delete()
    with pytest.raises(InvalidInput, match="Nothing is left to run again"):
        replay(str(job.pk))


def test_texts_that_were_exchanged_do_not_pass_for_the_logged_ones(job: Job, page_job: Job) -> None:
    first, second = (AuditEntry.objects.get(job=str(one.pk)).pk for one in (job, page_job))
    with owner():
        other = f"(SELECT other.texts FROM {BODY} other WHERE other.entry_id = %s)"
        sql(f"UPDATE {BODY} SET texts = {other} WHERE entry_id = %s", second, first)

    with pytest.raises(SystemExit):
        call_command("ai_audit", "verify")
