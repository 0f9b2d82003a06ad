"""Nine ways to tamper with the audit trail, and what finds each.

1. A fact of an entry is changed.
2. An entry is taken out, which leaves a gap.
3. An entry is taken out and those after it are numbered anew.
4. An entry is put in.
5. Two entries change places.
6. Somebody's name or text beside an entry is changed.
7. The end is cut off, and the note of the end changed with it.
8. Everything from one entry on is sealed anew, with the key.
9. The trail is emptied and begun anew, with the key.

The chain alone finds the first six; the anchors, which are kept outside the database, find the last three.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError

from tests.support import trail as tamper
from tests.support.trail import BODY, ENTRY, HEAD, grow, owner, sql
from wagtail_ai_content.pipeline.audit import add_anchor
from wagtail_ai_content.pipeline.inspection import inspect
from wagtail_ai_content.records.audit.models import AuditBody, AuditEntry, NeverChanged

pytestmark = pytest.mark.django_db

SIZE, PLACE = 12, 5
ANEW = (
    "The trail was written anew, by somebody who has the key: entry {} or one soon after it is not what was anchored."
)


@pytest.fixture
def anchored(tmp_path: Path, settings: Any) -> None:
    """Twelve entries, anchored after the third, the eighth and the last."""
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "AUDIT_ANCHORS": str(tmp_path / "anchors")}
    for count in (3, 5, 4):
        grow(count)
        add_anchor()


@pytest.fixture
def triggers() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("Only PostgreSQL has the triggers.")


def change() -> None:
    sql(f"UPDATE {ENTRY} SET cost = 0 WHERE sequence = %s", PLACE)


def take_out() -> None:
    tamper.remove(PLACE)


def take_out_and_renumber() -> None:
    tamper.remove(PLACE)
    tamper.shift(PLACE + 1, -1)
    tamper.end_at(SIZE - 1)


def put_in() -> None:
    tamper.shift(PLACE, 1)
    columns = ", ".join(f'"{field.column}"' for field in AuditEntry._meta.concrete_fields)
    copied = columns.replace('"sequence"', str(PLACE))
    sql(f"INSERT INTO {ENTRY} ({columns}) SELECT {copied} FROM {ENTRY} WHERE sequence = %s", PLACE + 1)
    sql(f"UPDATE {ENTRY} SET actor = '8' WHERE sequence = %s", PLACE)
    tamper.end_at(SIZE + 1)


def swap() -> None:
    for old, new in ((PLACE, 1000), (PLACE + 1, PLACE), (1000, PLACE + 1)):
        tamper.renumber(old, new)


def change_name() -> None:
    sql(f"UPDATE {BODY} SET about = replace(about, 'Ada', 'Eve') WHERE entry_id = %s", PLACE)


def cut() -> None:
    tamper.remove(PLACE, SIZE)
    tamper.end_at(PLACE - 1)


def rewrite() -> None:
    sql(f"UPDATE {ENTRY} SET actor = '8' WHERE sequence = %s", PLACE)
    tamper.reseal(PLACE)


def rebuild() -> None:
    tamper.remove(1, SIZE)
    sql(f"DELETE FROM {HEAD}")
    grow(SIZE, actor="8")


CASES: dict[Callable[[], None], str] = {
    change: "Entry 5 was changed.",
    take_out: "Entry 5 is missing.",
    take_out_and_renumber: "Entry 5 is missing.",
    put_in: "Entry 5 was put in; the site never wrote it.",
    swap: "Entry 5 stood in another place.",
    change_name: "The names or texts of entry 5 were changed.",
    cut: "Entry 5 and all after it are missing.",
    rewrite: ANEW.format(4),
    rebuild: ANEW.format(1),
}
WITHOUT_ANCHORS = (cut, rewrite, rebuild)


@pytest.mark.parametrize("tampering", CASES, ids=lambda case: case.__name__)
@pytest.mark.usefixtures("anchored")
def test_tampering_is_found_and_the_first_broken_entry_named(
    tampering: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    assert inspect().problems == ()
    with owner():
        tampering()

    with pytest.raises(SystemExit) as ended:
        call_command("ai_audit", "verify")

    assert ended.value.code == 1
    assert capsys.readouterr().err.splitlines()[0] == CASES[tampering]


@pytest.mark.parametrize("tampering", CASES, ids=lambda case: case.__name__)
def test_the_chain_alone_finds_the_first_six(tampering: Callable[[], None]) -> None:
    grow(SIZE)
    with owner():
        tampering()

    assert bool(inspect().problems) == (tampering not in WITHOUT_ANCHORS)


@pytest.mark.usefixtures("anchored")
def test_a_trail_that_nobody_touched_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("ai_audit", "verify")

    said = capsys.readouterr().out
    assert "12 entries right, 0 of them erased" in said
    assert "3 anchors agree." in said
    assert "The audit trail is whole." in said


def test_an_end_cut_off_without_care_is_found_without_anchors() -> None:
    grow(SIZE)
    with owner():
        tamper.remove(SIZE)

    assert [str(problem) for problem in inspect().problems] == ["Entry 12 and all after it are missing."]


def test_the_first_entry_cannot_be_taken_out_either() -> None:
    grow(SIZE)
    with owner():
        tamper.remove(1)

    assert [str(problem) for problem in inspect().problems] == ["Entry 1 is missing."]


def test_names_and_texts_that_were_deleted_are_missed() -> None:
    grow(SIZE)
    with owner():
        sql(f"DELETE FROM {BODY} WHERE entry_id = %s", PLACE)

    (problem,) = inspect().problems
    assert str(problem) == "The names and texts of entry 5 were deleted instead of being erased."


@pytest.mark.usefixtures("anchored")
def test_an_anchor_that_was_changed_is_named(tmp_path: Path) -> None:
    file = tmp_path / "anchors"
    lines = file.read_text().splitlines()
    file.write_text("\n".join([lines[0], lines[1].replace('"count": 8', '"count": 9'), lines[2]]))

    (problem,) = inspect().problems
    assert str(problem) == "Line 2 of the file of anchors was changed, or was signed with another key."


@pytest.mark.usefixtures("anchored")
def test_a_file_of_anchors_that_is_gone_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "anchors").unlink()

    assert "cannot be read" in str(inspect().problems[0])


def test_a_new_key_needs_the_old_one_to_check_with(settings: Any) -> None:
    grow(2)
    own = settings.WAGTAIL_AI_CONTENT
    settings.SECRET_KEY = "another"
    grow(2)
    assert "sealed with a key that is not known here" in str(inspect().problems[0])

    settings.WAGTAIL_AI_CONTENT = {**own, "AUDIT_KEY": "a third", "AUDIT_OLD_KEYS": ["only for tests"]}
    grow(2)
    assert inspect().problems == ()


def test_django_refuses_to_change_or_delete_entries() -> None:
    (entry,) = grow(1)

    for attempt in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(actor="8"),
    ):
        with pytest.raises(NeverChanged):
            attempt()
    assert inspect().problems == ()


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {ENTRY} SET actor = '8'",
        f"DELETE FROM {ENTRY}",
        f"DELETE FROM {BODY}",
        f"UPDATE {BODY} SET about = 'x'",
        f"UPDATE {BODY} SET entry_id = 99, salt = '', about = '', texts = ''",
    ],
)
@pytest.mark.usefixtures("triggers")
def test_postgresql_refuses_it_too(statement: str) -> None:
    grow(2)

    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        sql(statement)
    assert inspect().problems == ()
    assert AuditBody.objects.count() == 2


@pytest.mark.parametrize("tampering", CASES, ids=lambda case: case.__name__)
@pytest.mark.usefixtures("triggers")
def test_as_long_as_its_triggers_are_on_postgresql_refuses_all_nine(tampering: Callable[[], None]) -> None:
    grow(SIZE)

    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        tampering()
    assert (inspect().problems, AuditEntry.objects.count()) == ((), SIZE)


@pytest.mark.usefixtures("triggers", "anchored")
def test_truncating_passes_the_triggers_by_and_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    sql(f"TRUNCATE {ENTRY}, {BODY}, {HEAD} CASCADE")

    with pytest.raises(SystemExit):
        call_command("ai_audit", "verify")
    assert capsys.readouterr().err.splitlines()[0] == "Entry 1 and all after it are missing."
