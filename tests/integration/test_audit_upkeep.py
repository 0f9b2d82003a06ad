"""Erasing a person's data in the audit trail, and what the sweep does for it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from wagtail.models import Page

from tests.support.audit import SUMMARY, entries, only, summarise
from tests.support.trail import grow
from wagtail_ai_content.checks import check_audit
from wagtail_ai_content.models import (
    AuditBody,
    Heartbeat,
)
from wagtail_ai_content.pipeline import recover
from wagtail_ai_content.pipeline.inspection import inspect
from wagtail_ai_content.records.audit import api as trail

pytestmark = pytest.mark.django_db(transaction=True)


# --- erasing


def test_erasing_a_person_leaves_the_trail_whole_and_others_readable(
    plain_page: Page, editor: Any, lead: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    summarise(plain_page, editor, params={"instruction": "For Wilhelmina"})
    summarise(plain_page, lead)
    before = list(trail.rows())
    call_command("ai_audit", "erase", "--user", "editor", "--yes")

    erased, kept, told = entries()
    assert list(trail.rows())[:2] == before
    assert (erased.names, trail.texts_of(erased), erased.is_erased) == ({}, {}, True)
    assert (kept.names["user"], told.operation) == ("lead", "erased")
    assert trail.matches(erased, sent={}, came=SUMMARY) is None
    assert AuditBody.objects.get(pk=erased.pk).salt == ""
    assert json.loads(told.detail) == {"chosen": {"actor": str(editor.pk)}, "count": 1, "first": 1, "last": 1}
    call_command("ai_audit", "verify")
    assert "3 entries right, 1 of them erased" in capsys.readouterr().out


def test_erasing_asks_first(monkeypatch: pytest.MonkeyPatch) -> None:
    grow(2)
    monkeypatch.setattr("builtins.input", lambda question: "no")
    with pytest.raises(CommandError, match="Nothing was erased"):
        call_command("ai_audit", "erase", "--user", "7")
    assert AuditBody.objects.filter(erased=None).count() == 2


def test_erasing_everything_by_mistake_is_refused() -> None:
    grow(2)
    with pytest.raises(CommandError, match="Say whose"):
        call_command("ai_audit", "erase", "--yes")


def test_erasing_somebody_unknown_is_refused() -> None:
    with pytest.raises(CommandError, match="There is no user “Nobody”"):
        call_command("ai_audit", "erase", "--user", "Nobody", "--yes")


def test_erasing_is_about_one_object_or_job_where_that_is_asked() -> None:
    grow(1, target_type="pages.plainpage", target_id="5")
    grow(1, target_type="pages.plainpage", target_id="6", job="j")
    call_command("ai_audit", "erase", "--object", "pages.PlainPage:5", "--yes")
    call_command("ai_audit", "erase", "--job", "j", "--yes")

    assert [json.loads(entry.detail)["first"] for entry in entries()[2:]] == [1, 2]


# --- upkeep


def test_the_sweep_writes_an_anchor_once_a_day(tmp_path: Path, settings: Any) -> None:
    file = tmp_path / "anchors"
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "AUDIT_ANCHORS": str(file)}
    grow(3)
    recover.recover()
    recover.recover()
    assert len(file.read_text().splitlines()) == 1

    Heartbeat.objects.filter(name="audit").update(at=timezone.now() - timedelta(days=1, seconds=1))
    recover.recover()
    assert [json.loads(line)["sequence"] for line in file.read_text().splitlines()] == [3, 3]


def test_without_a_file_the_anchor_goes_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    grow(1)
    call_command("ai_audit", "anchor")

    assert '"sequence": 1' in caplog.text
    assert any("There are no anchors" in str(note) for note in inspect().notes)


def test_an_anchor_that_cannot_be_kept_is_an_error_in_words(tmp_path: Path, settings: Any) -> None:
    gone = str(tmp_path / "no" / "folder")
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "AUDIT_ANCHORS": gone}
    grow(1)
    with pytest.raises(CommandError, match="No such file or directory"):
        call_command("ai_audit", "anchor")
    recover.recover()  # which goes on


def test_names_and_texts_are_erased_when_their_time_is_over(settings: Any) -> None:
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "AUDIT_BODY_DAYS": 0}
    grow(2)
    recover.recover()

    assert [entry.is_erased for entry in entries()] == [True, True, False]
    assert inspect().problems == ()


def test_texts_are_only_kept_where_the_site_wants_that(plain_page: Page, editor: Any, settings: Any) -> None:
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "AUDIT_TEXTS": False}
    summarise(plain_page, editor)

    assert trail.texts_of(only()) == {}
    assert only().output_hash


def test_a_site_in_production_is_told_to_keep_anchors(settings: Any, tmp_path: Path) -> None:
    (warning,) = check_audit(None)
    assert warning.id == "wagtail_ai_content.W030"
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "AUDIT_ANCHORS": str(tmp_path / "anchors")}
    assert check_audit(None) == []
