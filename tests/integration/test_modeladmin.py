"""Generation history and audit trail as listings of wagtail-modeladmin: what they show; nothing can be changed."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import NoReverseMatch, reverse
from openpyxl import load_workbook
from wagtail.models import ReferenceIndex

from tests.support.job_rows import add_job
from tests.support.trail import grow
from wagtail_ai_content.models import AuditEntry, Job, ModerationDecision

pytestmark = pytest.mark.django_db
JOBS, AUDIT = "ai_history_jobs_modeladmin", "ai_history_audit_modeladmin"
MODERATION = "ai_history_moderation_modeladmin"


@pytest.fixture
def admin(client: Client, django_user_model: Any) -> Client:
    client.force_login(django_user_model.objects.create_superuser("boss", "boss@example.com", "secret"))
    return client


def page(client: Client, name: str, *args: Any, **asked: Any) -> str:
    answer = client.get(reverse(name, args=args), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def exported(client: Client, name: str, form: str) -> bytes:
    return b"".join(client.get(reverse(name), {"export": form}).streaming_content)


def test_both_are_in_one_menu_for_those_who_may(client: Client, editor: Any) -> None:
    client.force_login(editor)
    home = client.get(reverse("wagtailadmin_home")).content.decode()
    assert "ai_history/jobs" in home
    assert "ai_history/audit" not in home
    editor.groups.get().permissions.add(Permission.objects.get(codename="read_audit"))
    assert "ai_history/audit" in client.get(reverse("wagtailadmin_home")).content.decode()


@pytest.mark.parametrize("name", [JOBS, AUDIT, MODERATION])
@pytest.mark.parametrize("action", ["create", "edit", "delete", "history"])
def test_there_is_no_address_where_anything_is_changed(admin: Client, name: str, action: str) -> None:
    for arguments in ([], ["1"]):
        with pytest.raises(NoReverseMatch):
            reverse(f"{name}_{action}", args=arguments)


def test_a_cost_of_nothing_is_a_cost_and_an_unknown_one_is_none(admin: Client, editor: Any) -> None:
    free = add_job(user=editor, cost=Decimal(0), prompt_tokens=0, completion_tokens=0, target_label="Free")
    unknown = add_job(cost=None, prompt_tokens=None, target_label="Unknown")
    listed = page(admin, f"{JOBS}_index")
    assert "0 US dollars" in listed
    assert listed.count("Written as a draft") == 2
    shown = page(admin, f"{JOBS}_inspect", free.pk)
    assert [text for text in ("0 US dollars", "Free", "rewrite", "3.2 s") if text not in shown] == []
    assert "US dollars" not in page(admin, f"{JOBS}_inspect", unknown.pk)


def test_people_find_their_own_jobs_there(client: Client, editor: Any, lead: Any) -> None:
    mine, other = add_job(user=editor, target_label="Mine"), add_job(user=lead, target_label="Another")
    client.force_login(editor)
    listed = page(client, f"{JOBS}_index")
    assert "Mine" in listed
    assert "Another" not in listed
    assert "Another" not in exported(client, f"{JOBS}_index", "csv").decode()
    assert client.get(reverse(f"{JOBS}_inspect", args=[other.pk])).status_code == 302
    assert "Mine" in page(client, f"{JOBS}_inspect", mine.pk)


def test_they_are_filtered_and_by_nothing_but_their_filters(admin: Client, editor: Any) -> None:
    add_job(user=editor, target_label="One", status="failed", outcome="")
    add_job(user=editor, target_label="Two", function="meta")
    assert "Two" not in page(admin, f"{JOBS}_index", status__exact="failed")
    assert "One" not in page(admin, f"{JOBS}_index", function="meta")
    assert "One" in page(admin, f"{JOBS}_index", requested_by__password__startswith="nothing")


def test_the_trail_is_shown_with_its_names(admin: Client) -> None:
    (entry,) = grow(1, cost="0", outcome="revision", detail={"price": "builtin"})
    for shown in (page(admin, f"{AUDIT}_index"), page(admin, f"{AUDIT}_inspect", entry.pk)):
        told = ("Generated", "Page 0", "Ada", "0 US dollars", "Written as a draft")
        assert [text for text in told if text not in shown] == []
    assert entry.seal in page(admin, f"{AUDIT}_inspect", entry.pk)


@pytest.mark.parametrize("name", [JOBS, AUDIT])
def test_what_does_not_exist_is_not_found(admin: Client, name: str) -> None:
    for key in ("nonsense", "999999", "0b4f4f56-3f33-4b43-8a5e-0c6d1a6f0a11"):
        assert admin.get(reverse(f"{name}_inspect", args=[key])).status_code == 404


def test_no_cell_of_an_export_is_a_formula(admin: Client) -> None:
    add_job(target_label="=1+1")
    grow(1, outcome="=1+1")
    for name in (JOBS, AUDIT):
        text = exported(admin, f"{name}_index", "csv").decode()
        assert "'=1+1" in text
        assert list(csv.DictReader(io.StringIO(text)))
        book = load_workbook(io.BytesIO(exported(admin, f"{name}_index", "xlsx")))
        assert "f" not in {cell.data_type for row in book.active.iter_rows() for cell in row}


def test_wagtail_does_not_look_for_references_in_jobs() -> None:
    assert not ReferenceIndex.is_indexed(Job)
    assert not ReferenceIndex.is_indexed(AuditEntry)


def test_what_was_stopped_is_listed_for_those_who_may_see_it(admin: Client, client: Client, editor: Any) -> None:
    finding = {"action": "review", "category": "=1+1", "excerpt": "<b>a cure</b>", "advice": "", "score": None,
               "text": None, "check": "House rules"}  # fmt: skip
    made = ModerationDecision.objects.create(
        content_hash="0", stage="reply", status="flagged", category="=1+1", check_name="House rules", findings=[finding]
    )
    listed = page(admin, f"{MODERATION}_index")
    inspected = page(admin, f"{MODERATION}_inspect", made.pk)
    assert [text for text in ("House rules", "From a model", "Waiting") if text not in listed + inspected] == []
    assert "&lt;b&gt;a cure&lt;/b&gt;" in inspected
    row = next(csv.DictReader(io.StringIO(exported(admin, f"{MODERATION}_index", "csv").decode())))
    assert (row["What it is"], row["Where"]) == ("'=1+1", "From a model")
    client.force_login(editor)
    assert client.get(reverse(f"{MODERATION}_index")).status_code == 302
    assert client.get(reverse(f"{MODERATION}_inspect", args=[made.pk])).status_code == 302
