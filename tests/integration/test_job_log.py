"""Reports → AI jobs: who sees which, what it shows, its pages and exports, and what can be done about a job."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from wagtail.models import Site

from tests.support.job_rows import add_job
from tests.support.trail import grow
from tests.support.usage import grant
from tests.support.versions import propose
from wagtail_ai_content.models import Job, JobStep, QuotaWindow
from wagtail_ai_content.records.jobs import api as jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client, django_user_model: Any) -> Client:
    client.force_login(django_user_model.objects.create_superuser("boss", "boss@example.com", "secret"))
    return client


@pytest.fixture
def url() -> str:
    return reverse("ai_jobs:index")


def address(job: Job, action: str = "job") -> str:
    return reverse(f"ai_jobs:{action}", args=[job.pk])


def allow(person: Any, codename: str) -> None:
    person.groups.get().permissions.add(Permission.objects.get(codename=codename))


def listed(client: Client, url: str, **chosen: Any) -> list[str]:
    answer = client.get(url, chosen)
    assert answer.status_code == 200
    return [job.target_label for job in answer.context["object_list"]]


# --- who sees which


def test_everybody_sees_their_own_jobs_and_no_others(client: Client, url: str, editor: Any, lead: Any) -> None:
    mine, other = add_job(user=editor, target_label="Mine"), add_job(user=lead, target_label="Not mine")
    client.force_login(editor)
    assert listed(client, url) == listed(client, reverse("ai_jobs:results")) == ["Mine"]
    assert listed(client, url, actor=str(lead.pk)) == ["Mine"]
    assert "Not mine" not in b"".join(client.get(url, {"export": "csv"}).streaming_content).decode()
    assert client.get(address(mine)).status_code == 200
    assert client.get(address(other)).status_code == 404
    assert client.post(address(other, "cancel")).status_code == 404
    assert "actor" not in client.get(url).context["filters"].form.fields
    assert "reports/ai-jobs" in client.get(reverse("wagtailadmin_home")).content.decode()


@pytest.mark.parametrize("codename", ["read_audit", "change_job"])
def test_whoever_reads_the_trail_or_may_change_jobs_sees_all(
    codename: str, client: Client, url: str, editor: Any, lead: Any
) -> None:
    job = add_job(user=editor)
    client.force_login(lead)
    assert listed(client, url) == []
    allow(lead, codename)
    assert listed(client, url) == ["First day"]
    assert client.get(address(job)).status_code == 200


def test_the_form_of_a_group_offers_the_permission(admin: Client, lead: Any) -> None:
    permission = Permission.objects.get(codename="change_job")
    page = admin.get(reverse("wagtailusers_groups:edit", args=[lead.groups.get().pk])).content.decode()
    assert f'value="{permission.pk}"' in page
    assert not lead.groups.filter(permissions=permission).exists()


# --- what it shows


def test_a_row_says_who_asked_for_what_and_what_came_of_it(admin: Client, url: str, editor: Any) -> None:
    add_job(user=editor)
    page = admin.get(url).content.decode()
    shown = (
        "First day",
        editor.get_username(),
        "test/model",
        "1,234",
        "0.0012 US dollars",
        "3.2 s",
        "Written as a draft",
    )
    assert [text for text in shown if text not in page] == []


def test_it_is_filtered_by_each_of_its_filters(admin: Client, url: str, editor: Any, lead: Any) -> None:
    site = Site.objects.get(is_default_site=True)
    add_job(user=editor, target_label="one", site=site)
    add_job(user=lead, target_label="two", status="failed", outcome="", function="meta", model_used="b/two")
    add_job(target_label="old", age=3 * 86_400)
    today = timezone.localdate()
    assert listed(admin, url) == ["two", "one", "old"]
    assert listed(admin, url, status="failed") == listed(admin, url, function="meta") == ["two"]
    assert listed(admin, url, model="b/two") == listed(admin, url, actor=str(lead.pk)) == ["two"]
    assert listed(admin, url, site=site.pk) == ["one"]
    assert listed(admin, url, created_from=str(today)) == ["two", "one"]
    assert listed(admin, url, created_to=str(today - timedelta(days=1))) == ["old"]
    assert listed(admin, url, created_to=str(today)) == ["two", "one", "old"]
    assert listed(admin, url, status="failed", model="test/model") == []
    assert len(listed(admin, url, status="nonsense")) == 3


def test_pages_follow_one_another(admin: Client, url: str) -> None:
    for number in range(120):
        add_job(target_label=f"{number}", age=number)
    assert [label for page in (1, 2, 3) for label in listed(admin, url, p=page)] == [str(one) for one in range(120)]


def test_where_counting_stops_it_says_how_to_see_the_rest(
    admin: Client, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        add_job(age=number)
    monkeypatch.setattr(jobs, "MOST_COUNTED", 7)
    assert "7 or more AI jobs: choose a date to see older ones" in admin.get(url).content.decode()


def test_rows_of_any_number_take_the_same_queries(admin: Client, url: str, editor: Any) -> None:
    counts = []
    for _ in range(2):
        add_job(user=editor)
        with CaptureQueriesContext(connection) as queries:
            admin.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- exports


def test_everything_chosen_is_exported(admin: Client, url: str, editor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wagtail_ai_content.records.jobs.lists.AT_ONCE", 2)
    for number in range(5):
        add_job(user=editor, target_label=f"{number}", age=number)
    add_job(user=editor, status="failed")
    text = b"".join(admin.get(url, {"export": "csv", "status": "succeeded"}).streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["About"] for row in rows] == ["0", "1", "2", "3", "4"]
    assert (rows[0]["Seconds"], rows[0]["Cost (USD)"], rows[0]["Prompt version"]) == ("3.25", "0.001200", "3")


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "-2+3", "\t=1", "+cmd|' /C calc'!A0"])
def test_no_cell_is_a_formula(admin: Client, url: str, text: str) -> None:
    add_job(target_label=text)
    table = b"".join(admin.get(url, {"export": "csv"}).streaming_content).decode()
    assert text in next(csv.DictReader(io.StringIO(table)))["About"][1:]
    assert next(csv.DictReader(io.StringIO(table)))["About"].startswith("'")
    book = load_workbook(io.BytesIO(b"".join(admin.get(url, {"export": "xlsx"}).streaming_content)))
    assert "f" not in {cell.data_type for row in book.active.iter_rows() for cell in row}


# --- one job


def test_a_job_tells_its_steps_its_error_and_what_to_do(admin: Client, editor: Any) -> None:
    told = {"template": "The provider declined. Ask in other words.", "params": {}}
    job = add_job(user=editor, status="failed", outcome="", error_code="refused", error=told, message=told)
    JobStep.objects.create(job=job, kind="request", phase="AI_CALL", fence=1, data={"call": 1}, at=timezone.now())
    grow(1, job=str(job.pk), operation="failed")
    page = admin.get(address(job)).content.decode()
    shown = (
        "The provider declined. Ask in other words.", "refused", "Asked the model", "call 1", "“rewrite”, version 3",
        "First day", str(job.pk), "Entries of the audit trail",
    )  # fmt: skip
    assert [text for text in shown if text not in page] == []


def test_each_step_is_told_in_words(admin: Client, editor: Any) -> None:
    job = add_job(user=editor, price_source="builtin")
    steps = {
        "prepared": {"prompt": "rewrite", "version": "3", "source": "shipped"},
        "response": {"finish_reason": "stop", "prompt_tokens": 5916, "cost": "0.001200", "cached": True, "text": None},
        "parsed": {"warnings": 2},
        "saved": {"outcome": "revision", "reason": ""},
        "stopped": {"completion_tokens": 47, "estimated": True},
        "error": {"code": "rate_limited", "again": True, "delay": 2.5},
    }
    for kind, data in steps.items():
        JobStep.objects.create(job=job, kind=kind, phase="SAVE", fence=1, data=data, at=timezone.now())
    page = admin.get(address(job)).content.decode()
    shown = (
        "prompt “rewrite”, version 3, built in", "the model&#x27;s reason to end: stop", "5,916 tokens sent",
        "0.0012 US dollars, from the cache", "warnings: 2", "Written as a draft", "47 tokens received, estimated",
        "code of the error: rate_limited, to be tried again, after 2.5 s", "(price from the built-in engine)",
    )  # fmt: skip
    assert [text for text in shown if text not in page] == []
    assert [key for key in ("finish_reason", "prompt_tokens", "cached", "False") if key in page] == []


def test_the_entries_of_the_trail_are_for_those_who_may_read_it(client: Client, editor: Any) -> None:
    job = add_job(user=editor)
    grow(1, job=str(job.pk))
    client.force_login(editor)
    assert "Audit trail" not in client.get(address(job)).content.decode()
    allow(editor, "read_audit")
    assert "Audit trail" in client.get(address(job)).content.decode()


def test_a_version_is_linked_for_those_who_may_see_it(client: Client, deep_page: Any, editor: Any, lead: Any) -> None:
    version = propose(deep_page, {"body.b3": "It is done."}, requested_by=editor)
    job = add_job(user=editor, id=version.generation_id)
    link = reverse("wagtail_ai_content_review:review", args=[version.pk])
    client.force_login(editor)
    assert link in client.get(address(job)).content.decode()


def test_no_text_that_was_sent_or_came_back_is_shown(admin: Client, editor: Any) -> None:
    job = add_job(
        user=editor, params={"instruction": "Tell SECRET"}, request={"messages": [{"content": "SECRET"}]},
        reply={"text": "SECRET"}, parsed={"value": "SECRET"}, base={"title": "SECRET"},
    )  # fmt: skip
    assert "SECRET" not in admin.get(address(job)).content.decode()


def test_what_was_warned_of_is_told_in_the_words_of_the_review_screen(client: Client, editor: Any) -> None:
    told = {"template": "%(check)s: %(reason)s.", "params": {"check": "House rules", "reason": "a boast (“the best”)"}}
    answered, failed = (
        add_job(user=editor, parsed={"warnings": [told]}),
        add_job(user=editor, status="failed", outcome="", prepared={"warned": [told]}),
    )
    client.force_login(editor)
    for job in (answered, failed):
        assert "House rules: a boast (“the best”)." in client.get(address(job)).content.decode()


def test_what_was_warned_of_quotes_and_is_not_told_to_everybody_who_sees_the_job(
    client: Client, editor: Any, lead: Any
) -> None:
    job = add_job(user=editor, parsed={"warnings": [{"template": "It says SECRET.", "params": {}}]})
    allow(lead, "read_audit")
    client.force_login(lead)
    assert "SECRET" not in client.get(address(job)).content.decode()
    allow(lead, "view_moderationdecision")
    assert "SECRET" in client.get(address(job)).content.decode()


def test_what_people_and_models_wrote_is_text(admin: Client, url: str) -> None:
    job = add_job(target_label="<script>alert(1)</script>", model_used="<b>bold</b>")
    for shown in (url, address(job)):
        page = admin.get(shown).content.decode()
        assert "<script>alert(1)</script>" not in page
        assert "<b>bold</b>" not in page


# --- doing something about it


def test_a_person_cancels_their_own_job(client: Client, editor: Any) -> None:
    job = add_job(user=editor, status="pending", outcome="", completed=None, delivered=None)
    client.force_login(editor)
    assert "Cancel this job" in client.get(address(job)).content.decode()
    answer = client.post(address(job, "cancel"), follow=True)
    job.refresh_from_db()
    assert (job.status, answer.redirect_chain[-1][0]) == ("cancelled", address(job))
    assert "Try again" in answer.content.decode()
    assert "already ended" in client.post(address(job, "cancel"), follow=True).content.decode()


def test_reading_the_trail_is_no_right_to_change_jobs(client: Client, editor: Any, lead: Any) -> None:
    job = add_job(user=editor, status="failed", outcome="")
    allow(lead, "read_audit")
    client.force_login(lead)
    assert "Try again" not in client.get(address(job)).content.decode()
    client.post(address(job, "again"))
    job.refresh_from_db()
    assert job.status == "failed"
    allow(lead, "change_job")
    client.post(address(job, "again"))
    job.refresh_from_db()
    assert (job.status, job.requested_by) == ("pending", editor)


def test_what_was_asked_in_an_open_form_is_not_offered_again(admin: Client, editor: Any) -> None:
    job = add_job(user=editor, function="assist", status="failed", outcome="")
    assert "Try again" not in admin.get(address(job)).content.decode()


def test_trying_again_keeps_to_the_limits_of_whoever_asked(client: Client, editor: Any) -> None:
    grant("one a day", user=editor, requests_per_day=1)
    job, other = (add_job(user=editor, status="failed", outcome="", error_code="timed_out") for _ in range(2))
    client.force_login(editor)
    client.post(address(job, "again"))
    refused = client.post(address(other, "again"), follow=True).content.decode()
    job.refresh_from_db()
    other.refresh_from_db()
    assert (job.status, other.status) == ("pending", "failed")
    assert list(job.reserved) == [QuotaWindow.objects.get().slot]
    assert "1 requests a day" in refused


def test_a_reply_that_is_kept_is_no_new_request(client: Client, editor: Any) -> None:
    grant("nothing", user=editor, requests_per_day=0)
    kept = {"text": "Hello", "finish_reason": "stop"}
    job = add_job(user=editor, status="failed", outcome="", error_code="not_allowed", reply=kept)
    client.force_login(editor)
    client.post(address(job, "again"))
    job.refresh_from_db()
    assert (job.status, job.reply, job.reserved) == ("pending", kept, None)
