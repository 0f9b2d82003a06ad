"""Revising a page that has a text already, piece by piece, from a reply given by hand to the changes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.pages.models import RichPage
from tests.support.replies import answered, edit, told
from wagtail_ai_content.core.engine.function import Parsed
from wagtail_ai_content.core.errors import InvalidInput, MalformedReply, UnknownTarget
from wagtail_ai_content.core.versions import places
from wagtail_ai_content.features.writing.page_text import PageText
from wagtail_ai_content.features.writing.rewrite import Rewrite
from wagtail_ai_content.features.writing.summarise import Summarise

pytestmark = pytest.mark.django_db


def test_a_written_page_is_revised_piece_by_piece_and_all_other_bytes_stay(prepare, rich_page):
    prepared = prepare(PageText(), rich_page)
    reply = [edit(prepared, "We left", 'We started at <b>dawn</b> on the <a href="ref:1">old road</a>.')]

    parsed = answered(PageText(), prepared, edits=reply)

    assert parsed.changes == {"body": rich_page.body.replace("We left", "We started").replace(" by the ", " on the ")}
    assert parsed.count == 1
    assert parsed.warnings == ()


def test_headings_are_sent_as_context_and_changed_only_when_asked(prepare, deep_page):
    def ask(**payload: Any) -> Parsed:
        prepared = prepare(PageText(), deep_page, **payload)
        unit = edit(prepared, "The third day", "Day three")
        return answered(PageText(), prepared, edits=[unit])

    left, changed = ask(), ask(headings=True)

    assert left.changes == {}
    assert "headings or quotations (1)" in told(left)
    assert changed.changes == {"body.b1": "Day three"}


def test_quotations_labels_titles_and_private_texts_are_not_swept_along(prepare, deep_page):
    prepared = prepare(PageText(), deep_page, headings=True)

    sent = [unit["html"] for unit in prepared.variables["units"]]

    assert sent == [
        "The third day",
        "<p>It was a <b>long</b> day.</p>",
        *["What to take", "<p>Take <b>boots</b>.</p>", "A warm coat", "A map"],
        "Mind the tide.",
        *["What to take", "<p>Take <b>boots</b>.</p>", "A warm coat", "A map"],
    ]


def test_changes_deep_in_a_stream_land_where_they_belong(prepare, deep_page):
    prepared = prepare(Rewrite(), deep_page, instruction="shorter", field="body.b5")
    reply = [edit(prepared, "boots", "Take <b>shoes</b>."), edit(prepared, "A map", "Maps")]

    parsed = answered(Rewrite(), prepared, edits=reply)
    content = places.with_changes(prepared.base, parsed.changes)

    assert set(parsed.changes) == {"body.b5.a2.n1.text", "body.b5.a2.n1.items.i2"}
    assert places.get(content, "body.b5.a2.n1.text") == '<p data-block-key="s1">Take <b>shoes</b>.</p>'
    assert places.get(content, "body.b4") == places.get(prepared.base, "body.b4")


@pytest.mark.parametrize(("field", "value"), [("title", "Day two"), ("body", "<p>Day two</p>")])
def test_a_named_field_is_rewritten_alone(prepare, rich_page, field, value):
    prepared = prepare(Rewrite(), rich_page, instruction="shorter", field=field)

    assert {piece["path"] for piece in prepared.notes["pieces"]} == {field}


def test_a_named_title_quotation_or_heading_may_be_changed(prepare, deep_page):
    for field in ("title", "body.b1", "body.b3"):
        prepared = prepare(Rewrite(), deep_page, instruction="shorter", field=field)
        parsed = answered(Rewrite(), prepared, edits=[{"id": "u1", "html": "New &amp; short"}])
        assert parsed.changes == {field: "New & short"}


@pytest.mark.parametrize("field", ["nothing", "body.nothing", "slug", "body.b6", "links", "path", "body.b1.deeper"])
def test_an_unknown_place_is_refused_by_its_name(prepare, deep_page, field):
    with pytest.raises(UnknownTarget, match=f"There is no field “{field}”"):
        prepare(Rewrite(), deep_page, instruction="shorter", field=field)


@pytest.mark.parametrize("field", ["desk_notes", "body.b4.remark"])
def test_a_private_place_is_refused_as_private(prepare, deep_page, field):
    for function, name in ((Rewrite(), "field"), (Summarise(), "into")):
        with pytest.raises(UnknownTarget, match=f"“{field}” is private"):
            prepare(function, deep_page, instruction="shorter", **{name: field})


def test_a_rewrite_needs_an_instruction(task_for, editor, rich_page):
    with pytest.raises(InvalidInput, match="Say how"):
        Rewrite().validate(task_for(rich_page, editor, "rewrite", instruction="  "))


def test_one_field_of_a_page_that_is_too_long_can_be_rewritten(prepare, section, add_page, settings):
    settings.WAGTAIL_AI_CONTENT = {"MAX_SOURCE_CHARS": 60}
    page = add_page(RichPage, section, title="Long", summary="Short.", body="<p>word </p>" * 100)

    prepared = prepare(Rewrite(), page, instruction="longer", field="summary")

    assert prepared.variables["text"] == "Short."


def test_plain_texts_keep_their_characters_and_line_ends_only_where_they_may(prepare, plain_page):
    prepared = prepare(Rewrite(), plain_page, instruction="x", field="content")
    parsed = answered(
        Rewrite(), prepared, edits=[{"id": "u1", "html": "One &lt; two<br>and 100 % <b>more</b>.\n\nEnd."}]
    )
    assert parsed.changes == {"content": "One < two\nand 100 % more.\n\nEnd."}

    prepared = prepare(Rewrite(), plain_page, instruction="x", field="title")
    parsed = answered(Rewrite(), prepared, edits=[{"id": "u1", "html": "One\n two\r\nthree"}])
    assert parsed.changes == {"title": "One two three"}


@pytest.mark.parametrize(
    ("html", "reason"),
    [("x" * 300, "the field takes 255"), ("<b> </b>", "left a piece empty"), ("First day", "changes nothing")],
)
def test_an_edit_that_cannot_be_made_is_not_made_and_told(prepare, plain_page, html, reason):
    prepared = prepare(Rewrite(), plain_page, instruction="x", field="title")

    parsed = answered(Rewrite(), prepared, edits=[{"id": "u1", "html": html}])

    assert parsed.changes == {}
    assert reason in told(parsed)


def test_an_unknown_piece_is_left_out_and_told_a_piece_edited_twice_is_malformed(prepare, rich_page):
    prepared = prepare(PageText(), rich_page)
    known = edit(prepared, "Nobody", "Nobody said a word.")

    parsed = answered(PageText(), prepared, edits=[known, {"id": "u99", "html": "<p>?</p>"}])

    assert parsed.changes == {"body": rich_page.body.replace("Nobody spoke.", "Nobody said a word.")}
    assert "pieces that were not sent (1)" in told(parsed)
    with pytest.raises(MalformedReply, match="twice"):
        answered(PageText(), prepared, edits=[known, known])


def test_a_reply_that_changes_nothing_says_so(prepare, rich_page):
    prepared = prepare(PageText(), rich_page)
    same = [{"id": unit["id"], "html": unit["html"]} for unit in prepared.variables["units"]]

    for edits in ([], same):
        parsed = answered(PageText(), prepared, edits=edits, note="All is well.")
        assert parsed.changes == {}
        assert told(parsed) == "All is well. The answer changes nothing."


def test_new_markup_the_field_lacks_is_unwrapped(prepare, rich_page):
    prepared = prepare(PageText(), rich_page)
    parsed = answered(
        PageText(), prepared, edits=[edit(prepared, "Nobody", "<p><code>Nobody</code> <b>spoke</b>!</p>")]
    )

    assert '<p data-block-key="p3">Nobody <b>spoke</b>!</p>' in parsed.changes["body"]


def test_markup_that_was_there_stays_although_the_field_lacks_it(prepare, section, add_page):
    old = '<p>Type <code>ls</code> at <a linktype="page" id="1">one</a> or <a linktype="page" id="2">two</a>.</p>'
    page = add_page(RichPage, section, title="Old", body=old)
    prepared = prepare(PageText(), page)
    unit = edit(prepared, "Type", prepared.variables["units"][0]["html"].replace("Type", "Enter"))

    assert answered(PageText(), prepared, edits=[unit]).changes == {"body": old.replace("Type", "Enter")}


def test_a_quotation_inside_a_rich_text_is_not_changed(prepare, section, add_page):
    body = "<p>He said:</p><blockquote>I came, I saw.</blockquote>"
    prepared = prepare(PageText(), add_page(RichPage, section, title="Words", body=body))

    parsed = answered(PageText(), prepared, edits=[edit(prepared, "I came", "I stayed.")])

    assert parsed.changes == {}
    assert "headings or quotations (1)" in told(parsed)


def test_an_edit_that_loses_a_link_is_not_made(prepare, rich_page):
    prepared = prepare(PageText(), rich_page)
    parsed = answered(PageText(), prepared, edits=[edit(prepared, "We left", "<p>We left.</p>")])

    assert parsed.changes == {}
    assert "“Body”" in told(parsed)
    assert "link" in told(parsed)
