"""Tables, of which the cells have no names that last: read by whatever reads the page, and never written or lost."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from tests.support.pages.contents import PRICES, TABLE_BODY, TIMES
from tests.support.pages.models import TablePage
from tests.support.replies import answered, edit
from tests.support.versions import propose
from wagtail_ai_content.core.errors import BlockNotAllowed, UnknownTarget
from wagtail_ai_content.features.writing.meta import Meta
from wagtail_ai_content.features.writing.page_text import PageText
from wagtail_ai_content.features.writing.rewrite import Rewrite
from wagtail_ai_content.features.writing.summarise import Summarise
from wagtail_ai_content.features.writing.targets import places_of, text_targets
from wagtail_ai_content.features.writing.title import Title
from wagtail_ai_content.interfaces.editor.fields import OpenForm
from wagtail_ai_content.pipeline import review
from wagtail_ai_content.pipeline.blocks import check_made
from wagtail_ai_content.pipeline.drain import drain_until_empty
from wagtail_ai_content.pipeline.provenance import texts
from wagtail_ai_content.pipeline.submit import Ask, submit
from wagtail_ai_content.pipeline.targets import snapshot
from wagtail_ai_content.records.jobs.api import fetch
from wagtail_ai_content.records.versions.api import AIVersion

pytestmark = pytest.mark.django_db
PRICE_LIST = (
    "At the lane’s end\nWhat | Remark | Pence | From\n"
    "Tea | In odd mugs | 200 | Pike & Daughter\nHoney cake | A slice | 250 |"
)


@pytest.fixture
def table_page(section: Any, add_page: Any) -> TablePage:
    return add_page(TablePage, section, title="Times and prices", slug="tables", body=deepcopy(TABLE_BODY))


@pytest.fixture
def browse(client: Client, editor: Any) -> Client:
    client.force_login(editor)
    return client


def tables(page: Any) -> list[Any]:
    """What is stored of the tables in the newest draft."""
    return [child for child in page.get_latest_revision_as_object().body.raw_data if child["type"] != "paragraph"]


def with_prices(page: Any, **changes: Any) -> dict[str, Any]:
    """The page's content with another value of its price list."""
    content = snapshot(page)
    body = json.loads(content["body"])
    body[2]["value"] = {**body[2]["value"], **changes}
    return {**content, "body": json.dumps(body)}


def read(page: Any, user: Any) -> dict[str, Any]:
    return {target.path: target for target in text_targets(type(page), snapshot(page), user=user) if "." in target.path}


# --- read, not written


def test_a_table_is_read_row_by_row_and_not_written(table_page: TablePage, editor: Any) -> None:
    found = read(table_page, editor)
    assert found["body.c2"].value == (
        "Crossing times\nLow water | Opens | Closes\n11.20 | 8.50 | 13.50\n12.05 | 9.35 |"
    )
    assert found["body.c3"].value == found["body.c4.prices"].value == PRICE_LIST
    assert {path for path, target in found.items() if target.writable} == {"body.c1", "body.c4.heading"}


def test_in_the_form_ai_is_offered_at_paragraphs_and_not_in_cells(editor: Any) -> None:
    assert {place for place in places_of(TablePage, user=editor) if "." in place} == {
        "body.paragraph",
        "body.offer.heading",
    }


@pytest.mark.parametrize("function", [PageText(), Rewrite(), Summarise(), Title(), Meta()], ids=lambda each: each.name)
def test_whatever_works_on_the_page_is_told_what_its_tables_say(
    prepare: Any, table_page: TablePage, function: Any
) -> None:
    text = prepare(function, table_page, instruction="Shorter").variables["text"]
    assert PRICE_LIST in text
    assert "11.20 | 8.50 | 13.50" in text


@pytest.mark.parametrize(
    ("private", "kept"), [("body.prices.supplier", False), ("body.prices", False), ("body.times", True)]
)
def test_a_private_column_or_table_is_left_out(
    settings: Any, prepare: Any, table_page: TablePage, editor: Any, private: str, kept: bool
) -> None:
    places = [private, private.replace("prices", "offer.prices")]
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "FIELDS": {"pages.TablePage": {"private": places}}}
    text = prepare(Summarise(), table_page).variables["text"]
    assert ("Pike" in text) is kept
    assert ("11.20" in text) is (private != "body.times")
    assert any(target.private for target in text_targets(TablePage, snapshot(table_page), user=editor))


def test_a_table_that_is_asked_for_by_name_is_refused(prepare: Any, table_page: TablePage) -> None:
    with pytest.raises(UnknownTarget):
        prepare(Rewrite(), table_page, instruction="Shorter", field="body.c3")


def test_a_page_with_nothing_but_tables_gets_its_text_below_them(prepare: Any, table_page: TablePage) -> None:
    table_page.body = deepcopy(TABLE_BODY[1:])
    table_page.save()
    reply = answered(PageText(), prepare(PageText(), table_page), blocks=[{"kind": "paragraph", "text": "New."}])
    assert reply.changes["body"][:3] == TABLE_BODY[1:]
    assert [child["type"] for child in reply.changes["body"][3:]] == ["paragraph"]


def test_an_edit_of_a_paragraph_leaves_every_cell_alone(prepare: Any, table_page: TablePage) -> None:
    prepared = prepare(PageText(), table_page)
    done = answered(PageText(), prepared, edits=[edit(prepared, "Mind", "<p>Mind the board.</p>")])
    assert done.changes.keys() == {"body.c1"}


@pytest.mark.parametrize(
    "broken", [None, [], "x", {}, {"columns": 1, "rows": [1, {"values": None}]}, {"data": [1, [[]]]}]
)
def test_a_table_that_is_none_says_nothing(table_page: TablePage, editor: Any, broken: Any) -> None:
    body = [{"type": kind, "value": broken, "id": kind} for kind in ("times", "prices")]
    found = text_targets(TablePage, {"body": json.dumps(body)}, user=editor)
    assert [target.value for target in found if "." in target.path] == ["", ""]


# --- the whole trip


@pytest.mark.django_db(transaction=True)
def test_a_page_with_tables_goes_from_the_request_to_its_history(
    table_page: TablePage, editor: Any, browse: Client
) -> None:
    table_page.body = [
        {**TABLE_BODY[0], "value": "<p>Mind the  the board , at the the lane.</p>"},
        *deepcopy(TABLE_BODY[1:]),
    ]
    before = table_page.save_revision(user=editor)
    asked = {"instruction": "Correct spelling and punctuation."}
    job = submit(Ask(function="rewrite", page=table_page, user=editor, params=asked))
    drain_until_empty()
    table_page.refresh_from_db()

    assert fetch(job.pk).outcome == "revision"
    assert tables(table_page) == TABLE_BODY[1:]
    version = AIVersion.objects.get()
    assert {item.change.path for item in review.open_review(version.pk, editor).items} == {"body.c1"}
    for url in (
        reverse("wagtail_ai_content_review:review", args=[version.pk]),
        reverse("wagtailadmin_pages:revisions_compare", args=[table_page.pk, before.pk, "latest"]),
        reverse("wagtailadmin_pages:history", args=[table_page.pk]),
    ):
        assert browse.get(url).status_code == 200


def test_a_table_nobody_touched_is_the_same_in_the_open_form(table_page: TablePage, editor: Any) -> None:
    prices = deepcopy(PRICES)
    prices["rows"][0]["values"][1] = '<p data-block-key="t1">In <strong>odd</strong> mugs</p>'
    content = {"body": json.dumps([TABLE_BODY[1], {"type": "prices", "value": prices, "id": "c3"}])}
    form = OpenForm(table_page, editor, data=QueryDict(), files={})
    sent = json.loads(form.as_sent(content, names=["body"], now={})["body"])
    assert sent == [TABLE_BODY[1], {"type": "prices", "value": PRICES, "id": "c3"}]


# --- changed by a function of the site


def test_a_changed_table_is_shown_as_tables_and_its_words_are_compared(
    table_page: TablePage, editor: Any, browse: Client
) -> None:
    dearer = deepcopy(PRICES)
    dearer["rows"][0]["values"][2] = 220
    dearer["rows"][0]["values"][1] = '<p data-block-key="t1">In <b>clean</b> mugs<script>x</script></p>'
    version = propose(table_page, {"body.c3": dearer}, requested_by=editor)
    shown = browse.get(reverse("wagtail_ai_content_review:review", args=[version.pk])).content.decode()
    assert shown.count("<caption>At the lane’s end</caption>") >= 2
    assert '<th><p class="wac-review-text" dir="auto">Pence</p></th>' in shown
    assert "<del>200</del><ins>220</ins>" in shown
    assert "<script>x" not in shown


def test_a_table_that_people_changed_meanwhile_keeps_every_cell_of_theirs(table_page: TablePage, editor: Any) -> None:
    version = propose(table_page, {"body.c2": {**TIMES, "table_caption": "By the AI"}}, requested_by=editor)
    theirs = {**TIMES, "data": [*TIMES["data"], ["13.00", "10.30", "15.30"]]}
    table_page.body = [TABLE_BODY[0], {**TABLE_BODY[1], "value": theirs}, *TABLE_BODY[2:]]
    table_page.save_revision(user=editor)
    (item,) = review.open_review(version.pk, editor).items
    assert item.conflict
    review.decide(version.pk, editor, accept=[item.change.id])
    table_page.refresh_from_db()
    assert tables(table_page)[0]["value"] == theirs


def test_the_words_of_a_table_have_an_author(table_page: TablePage) -> None:
    found = texts(snapshot(table_page), TablePage)
    assert found["c3"].text == found["c4.prices"].text == PRICE_LIST
    assert found["c2"].parts[-1].path == "body.c2"


def test_raw_html_reaches_no_cell_by_an_ai(table_page: TablePage) -> None:
    columns = [*PRICES["columns"], {"type": "raw_html", "heading": "Code"}]
    rows = [{"values": [*row["values"], "<script>x</script>"]} for row in PRICES["rows"]]
    with pytest.raises(BlockNotAllowed):
        check_made(TablePage, snapshot(table_page), with_prices(table_page, columns=columns, rows=rows))
    assert check_made(TablePage, snapshot(table_page), with_prices(table_page, caption="Another")) == ()


def test_nor_does_it_reach_a_table_whose_cells_are_html(monkeypatch: Any, table_page: TablePage) -> None:
    block = TablePage._meta.get_field("body").stream_block.child_blocks["times"]
    monkeypatch.setitem(block.table_options, "renderer", "html")
    content = snapshot(table_page)
    body = json.loads(content["body"])
    body[1]["value"]["data"][1][0] = "<script>x</script>"
    with pytest.raises(BlockNotAllowed):
        check_made(TablePage, snapshot(table_page), {**content, "body": json.dumps(body)})


def test_an_empty_table_of_an_open_form_stays_empty(table_page: TablePage, editor: Any) -> None:
    body = json.dumps([{"type": "prices", "id": "t1", "value": {}}])
    form = OpenForm(table_page, editor, data=QueryDict(), files={})

    assert form.as_sent({"body": body}, names=["body"], now={}) == {"body": body}
