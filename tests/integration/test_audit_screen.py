"""Reports → AI audit, its exports, and the export of the command: who may read it, what it shows, what is defused."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from tests.support.trail import grow
from wagtail_ai_content.core.audit.escape import csv_plain
from wagtail_ai_content.models import AuditBody
from wagtail_ai_content.records.audit import api as trail

pytestmark = pytest.mark.django_db

CORPORA = Path(__file__).parents[2].parent / "shared" / "corpora"
LIVE = "=+-@|%"


@pytest.fixture
def admin(client: Client, django_user_model: Any) -> Client:
    client.force_login(django_user_model.objects.create_superuser("boss", "boss@example.com", "secret"))
    return client


@pytest.fixture
def url() -> str:
    return reverse("wagtail_ai_content_audit")


def corpus(name: str) -> list[dict[str, Any]]:
    file = CORPORA / f"{name}.dev.jsonl"
    if not file.exists():
        pytest.skip("The corpora are not beside this checkout.")
    return [json.loads(line) for line in file.read_text().splitlines()]


def _named(name: str) -> None:
    trail.append(trail.NewEntry(operation="generated", about={"target": name}))


def download(admin: Client, url: str, form: str) -> bytes:
    response = admin.get(url, {"export": form})
    assert response.status_code == 200
    return b"".join(response.streaming_content)


# --- who may


def test_only_who_has_the_permission_may_read_it(client: Client, url: str, lead: Any) -> None:
    grow(1)
    client.force_login(lead)
    for address in (url, reverse("wagtail_ai_content_audit_results"), f"{url}?export=csv"):
        assert client.get(address).status_code == 302  # where Wagtail sends who may not see something
    assert "ai-audit" not in client.get(reverse("wagtailadmin_home")).content.decode()

    lead.groups.get().permissions.add(Permission.objects.get(codename="read_audit"))
    assert client.get(url).status_code == 200
    assert "reports/ai-audit" in client.get(reverse("wagtailadmin_home")).content.decode()


def test_nobody_who_is_not_logged_in_reads_it(client: Client, url: str) -> None:
    assert client.get(url).status_code == 302


def test_no_group_has_the_permission_by_itself_but_the_form_offers_it(admin: Client) -> None:
    permission = Permission.objects.get(codename="read_audit")
    assert not Group.objects.filter(permissions=permission).exists()
    page = admin.get(reverse("wagtailusers_groups:edit", args=[Group.objects.first().pk])).content.decode()
    assert f'value="{permission.pk}"' in page


def test_there_is_no_way_to_change_anything_there(admin: Client, url: str) -> None:
    grow(1)
    assert admin.post(url, {}).status_code == 405


# --- what it shows


def test_the_report_shows_what_happened(admin: Client, url: str, editor: Any) -> None:
    grow(1, actor=str(editor.pk), cost="0.001200", prompt="rewrite", prompt_version="3", outcome="revision")
    page = admin.get(url).content.decode()
    for text in ("Generated", "Page 0", "Ada", "test/model", "rewrite 3", "0.0012 US dollars", "Written as a draft"):
        assert text in page


def test_it_is_filtered_by_operation_user_model_and_date(admin: Client, url: str, editor: Any) -> None:
    grow(2, actor=str(editor.pk), model="a/one")
    grow(3, actor="999", model="b/two", operation="failed")
    today, tomorrow = timezone.now().date(), timezone.now().date() + timedelta(days=1)

    def shown(**chosen: Any) -> int:
        return len(admin.get(url, chosen).context["object_list"])

    assert shown() == 5
    assert shown(operation="failed") == 3
    assert shown(actor=str(editor.pk)) == 2
    assert shown(model="b/two") == 3
    assert shown(model="b/two", actor=str(editor.pk)) == 0
    assert (shown(at_from=str(today)), shown(at_from=str(tomorrow))) == (5, 0)
    assert (shown(at_to=str(today)), shown(at_to=str(today - timedelta(days=1)))) == (5, 0)


def test_people_who_were_deleted_can_still_be_chosen(admin: Client, url: str, editor: Any) -> None:
    grow(1, actor=str(editor.pk))
    assert ">editor</" in admin.get(url).content.decode().replace("\n", "").replace(" ", "")
    number = editor.pk
    editor.delete()
    assert f"Account {number}, deleted" in admin.get(url).content.decode()


def test_what_was_erased_says_so(admin: Client, url: str) -> None:
    grow(1, target_type="pages.plainpage", target_id="5")
    call_command("ai_audit", "erase", "--user", "7", "--yes")
    page = admin.get(url).content.decode()
    assert "Erased" in page
    assert "pages.plainpage 5" in page
    assert "Ada" not in page


def test_hostile_names_are_only_text(admin: Client, url: str) -> None:
    grow(1, model="<script>alert(1)</script>")
    page = admin.get(url).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_pages_cost_the_same_at_both_ends(admin: Client, url: str) -> None:
    grow(120)
    with CaptureQueriesContext(connection) as first:
        assert [entry.pk for entry in admin.get(url).context["object_list"]][:1] == [120]
    with CaptureQueriesContext(connection) as last:
        assert [entry.pk for entry in admin.get(url, {"p": 3}).context["object_list"]] == list(range(20, 0, -1))
    assert len(last) == len(first)
    assert not any("OFFSET" in query["sql"] for query in last)


# --- exports


def exported(admin: Client, url: str) -> dict[str, Any]:
    """The export in every format, as rows."""
    book = load_workbook(io.BytesIO(download(admin, url, "xlsx")))
    return {
        "csv": list(csv.reader(io.StringIO(download(admin, url, "csv").decode(), newline=""))),
        "xlsx": [[cell.value for cell in row] for row in book.active.iter_rows()],
        "types": {cell.data_type for row in book.active.iter_rows() for cell in row},
    }


def test_every_filtered_entry_is_exported(admin: Client, url: str) -> None:
    grow(3)
    grow(2, operation="failed")
    rows = list(csv.reader(io.StringIO(b"".join(admin.get(url, {"export": "csv", "operation": "failed"})).decode())))
    assert [row[0] for row in rows] == ["Number", "5", "4"]
    assert (rows[1][2], rows[1][4]) == ("Failed", "Ada")
    assert len(exported(admin, url)["xlsx"]) == 6


def test_formulas_are_defused_everywhere_and_other_texts_kept(admin: Client, url: str, tmp_path: Path) -> None:
    payloads = [row["payload"] for row in corpus("csv")]
    for payload in payloads:
        _named(payload)
    found = exported(admin, url)
    call_command("ai_audit", "export", "--format", "csv", "--output", str(tmp_path / "a.csv"))
    call_command("ai_audit", "export", "--format", "xlsx", "--output", str(tmp_path / "a.xlsx"))
    command = list(csv.reader(io.StringIO((tmp_path / "a.csv").read_bytes().decode(), newline="")))

    for rows, column in ((found["csv"], "About"), (command, "target")):
        cells = [row[rows[0].index(column)] for row in rows[1:]][::-1]
        assert [csv_plain(cell) for cell in cells] == payloads
        for row, cell in zip(corpus("csv"), cells, strict=True):
            assert row["category"] == "benign" or not is_live(cell), row["id"]
    for book in (found["types"], _types(tmp_path / "a.xlsx")):
        assert "f" not in book


def _types(file: Path) -> set[str]:
    return {cell.data_type for row in load_workbook(file).active.iter_rows() for cell in row}


def is_live(cell: str) -> bool:
    return unicodedata.normalize("NFKC", cell).strip().startswith(tuple(LIVE))


def test_each_entry_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    rows = corpus("unicode_log")
    for row in rows:
        _named(row["payload"])
    call_command("ai_audit", "export")

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(rows)
    told = [json.loads(line)["target"] for line in reversed(lines)]
    assert told == [row["payload"].replace("\0", "") for row in rows]
    assert json.loads(lines[0])["seal"]


def test_a_spreadsheet_needs_a_file() -> None:
    with pytest.raises(CommandError, match="--output"):
        call_command("ai_audit", "export", "--format", "xlsx")


def test_the_command_filters_by_time_object_and_person(capsys: pytest.CaptureFixture[str], editor: Any) -> None:
    grow(2, actor=str(editor.pk), target_type="pages.plainpage", target_id="5")
    grow(1)

    def lines(*options: str) -> int:
        call_command("ai_audit", "export", *options)
        return len(capsys.readouterr().out.splitlines())

    assert lines("--user", "editor") == lines("--object", "pages.PlainPage:5") == 2
    assert lines("--since", "2000-01-01", "--until", "2100-01-01T00:00") == 3
    assert lines("--since", "2100-01-01") == lines("--model", "no/model") == 0
    for wrong in (("--since", "soon"), ("--object", "5")):
        with pytest.raises(CommandError, match="write"):
            lines(*wrong)


def test_control_characters_do_not_break_a_spreadsheet(admin: Client, url: str) -> None:
    _named("bell \x07 and escape \x1b[2J")
    assert "bell  and escape [2J" in str(exported(admin, url)["xlsx"])


def test_nothing_of_the_trail_is_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    grow(5)
    monkeypatch.setattr(trail, "AT_ONCE", 2)
    taken: Iterator[Any] = trail.every(trail.Filters())
    with CaptureQueriesContext(connection) as queries:
        next(taken)
    assert len([query for query in queries if "auditentry" in query["sql"]]) == 1
    assert [entry.pk for entry in taken] == [4, 3, 2, 1]
    assert AuditBody.objects.count() == 5
