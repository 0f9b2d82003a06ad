"""What a save pays for provenance, and two saves at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.support.ai_words import COUNCIL, STORM, WALK, ai_writes, draft_of, fresh, publish, save
from tests.support.pages.models import PlainPage
from wagtail_ai_content import provenance
from wagtail_ai_content.records.provenance.models import Provenance


def queries_of(work: Callable[[], Any]) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        work()
    return [query["sql"] for query in queries if "provenance" in query["sql"]]


def test_a_save_pays_nothing_and_asking_for_a_draft_is_one_query(plain_page: PlainPage) -> None:
    ai_writes(plain_page, {"content": WALK})

    edited = queries_of(lambda: save(plain_page, content=f"{WALK} {COUNCIL}"))
    asked = queries_of(lambda: provenance.of(plain_page, draft=True))

    assert (len(edited), len(asked)) == (0, 1)


def test_publishing_asks_once_and_writes_only_what_is_new(plain_page: PlainPage) -> None:
    ai_writes(plain_page, {"content": WALK})

    first = queries_of(lambda: publish(plain_page))
    same = queries_of(lambda: publish(plain_page))

    assert (len(first), len(same)) == (2, 1)
    assert first[1].startswith("UPDATE")
    assert "origins" not in first[1].partition("WHERE")[0]


@pytest.fixture
def autosave(plain_page: PlainPage, client: Any, lead: Any) -> Callable[..., dict[str, Any]]:
    """Post the edit form as the editor's autosave does."""
    client.force_login(lead)
    known: dict[str, Any] = {}

    def post(**fields: Any) -> dict[str, Any]:
        form = {
            "title": plain_page.title, "slug": plain_page.slug, "kicker": "", "content": "", "colour": "",
            "address": "", "contact": "", "code": "", "seo_title": "", "search_description": "",
            "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0",
            "comments-MIN_NUM_FORMS": "0", "comments-MAX_NUM_FORMS": "", **known, **fields,
        }  # fmt: skip
        answer = client.post(f"/admin/pages/{plain_page.pk}/edit/", form, HTTP_ACCEPT="application/json").json()
        assert answer["success"], answer
        known["overwrite_revision_id"] = answer["revision_id"]
        return answer

    return post


def test_autosaves_that_rewrite_their_revision_are_followed(
    plain_page: PlainPage, autosave: Callable[..., dict[str, Any]]
) -> None:
    ai_writes(plain_page, {"content": WALK})

    first = autosave(content=f"{WALK} On Monday")
    second = autosave(content=f"{WALK} {COUNCIL}")

    assert first["revision_id"] == second["revision_id"]
    assert draft_of(plain_page).part("content").of_text == pytest.approx(13 / 24, abs=0.01)


def test_what_was_worked_out_before_another_write_is_done_again(plain_page: PlainPage) -> None:
    from wagtail_ai_content.records.provenance import api

    ai_writes(plain_page, {"content": WALK})
    stale = Provenance.objects.get()
    version = ai_writes(plain_page, {"content": STORM})
    seen: list[int] = []

    def work_out(row: Provenance) -> dict[str, Any]:
        seen.append(len(row.generations))
        return {"live": {"generations": len(row.generations)}}

    api.change(stale, work_out)

    row = Provenance.objects.get()
    assert seen == [1, 2]
    assert row.live == {"generations": 2}
    assert str(version.generation_id) in row.generations
    assert len(row.origins["content"]) == 2


@pytest.mark.django_db(transaction=True)
def test_publishing_at_the_moment_an_ai_writes_loses_nothing(plain_page: PlainPage) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one connection: only one can write at a time.")
    ai_writes(plain_page, {"content": WALK})
    key_page = fresh(plain_page)
    began, go_on = threading.Event(), threading.Event()
    done: list[str] = []

    def publishes() -> None:
        """Reads the row before the AI's transaction commits, and writes after it."""
        from wagtail_ai_content.pipeline.provenance import key_of
        from wagtail_ai_content.records.provenance import api

        row = api.fetch(key_of(key_page))
        assert row is not None
        began.set()
        go_on.wait(10)
        api.change(row, lambda now: {"live": {"seen": len(now.generations)}})
        done.append("written")
        connection.close()

    thread = threading.Thread(target=publishes)
    thread.start()
    began.wait(10)
    with transaction.atomic():
        ai_writes(plain_page, {"content": STORM})
        go_on.set()
        thread.join(0.5)
        waiting = not done
    thread.join(10)

    row = Provenance.objects.get()
    assert waiting
    assert len(row.generations) == 2
    assert row.live == {"seen": 2}
