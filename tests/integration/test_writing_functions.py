"""The writing functions, from the request to the changes, with a reply given by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.pages.models import DeepPage, PlainPage, RichPage, TextlessPage
from wagtail_ai_content.core.engine.function import AIFunction, Parsed, Prepared, Task
from wagtail_ai_content.core.engine.phases import Phase
from wagtail_ai_content.core.errors import InvalidInput, MalformedReply, NothingToWorkOn, UnknownTarget
from wagtail_ai_content.core.versions import places
from wagtail_ai_content.features.writing.meta import Meta
from wagtail_ai_content.features.writing.page_text import PageText
from wagtail_ai_content.features.writing.rewrite import Rewrite
from wagtail_ai_content.features.writing.summarise import Summarise
from wagtail_ai_content.features.writing.title import Title

pytestmark = pytest.mark.django_db

FUNCTIONS = [PageText(), Rewrite(), Title(), Meta(), Summarise()]
Answer = Callable[..., Parsed]


@pytest.fixture
def prepare(task_for, editor) -> Callable[..., Prepared]:
    def run(function: AIFunction, page: Any, **payload: Any) -> Prepared:
        task = task_for(page, editor, function.name, **payload)
        function.validate(task)
        return function.prepare(task)

    return run


def answered(function: AIFunction, prepared: Prepared, **reply: Any) -> Parsed:
    """What comes of a reply, with everything stored as JSON in between, as a job does."""
    stored = json.loads(json.dumps(prepared.as_json()))
    parsed = function.parse_response(json.dumps(reply), Prepared(base=prepared.base, **stored))
    assert json.loads(json.dumps(parsed.as_json()))["changes"] == dict(parsed.changes)
    return parsed


def edit(prepared: Prepared, containing: str, html: str) -> dict[str, str]:
    """An edit of the one unit whose HTML contains a text."""
    (unit,) = (unit for unit in prepared.variables["units"] if containing in unit["html"])
    return {"id": unit["id"], "html": html}


def told(parsed: Parsed) -> str:
    return " ".join(str(warning) for warning in parsed.warnings)


# --- all of them


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_every_function_describes_itself_and_refuses_a_request_without_a_page(function):
    metadata = function.get_metadata()
    assert metadata["description"]
    assert list(metadata["phases"]) == [phase.name for phase in Phase]
    assert len(set(metadata["phases"].values())) == len(Phase)
    task = Task(function=function.name, payload={"instruction": "x"}, target=None, user_id=None, site_id=None)
    with pytest.raises(InvalidInput, match="Choose the page"):
        function.validate(task)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_progress_messages_use_only_the_values_there_are(function):
    for message in function.messages.values():
        assert message % {"model": "M", "count": 1, "target": "T"}


@pytest.mark.parametrize(
    "payload", [{"instruction": 3}, {"field": ["body"]}, {"into": {}}, {"headings": "yes"}, {"instruction": "x" * 5000}]
)
def test_parameters_of_the_wrong_kind_are_refused_in_a_sentence(payload, task_for, editor, rich_page):
    for function in FUNCTIONS:
        with pytest.raises(InvalidInput, match=r"must be|longer than"):
            function.validate(task_for(rich_page, editor, function.name, **{"instruction": "x", **payload}))


@pytest.mark.parametrize("function", [Title(), Meta(), Summarise(), Rewrite()], ids=lambda function: function.name)
def test_an_empty_page_is_nothing_to_work_on(function, prepare, section, add_page):
    page = add_page(RichPage, section, title="Empty")

    with pytest.raises(NothingToWorkOn, match="“Empty” has no text"):
        prepare(function, page, instruction="shorter")


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_the_form_of_the_reply_is_a_json_schema(function, prepare, rich_page):
    prepared = prepare(function, rich_page, instruction="shorter")

    schema = function.reply_schema(prepared).json_schema()

    assert schema["required"] == list(schema["properties"])
    assert "note" in schema["required"]


@pytest.mark.parametrize("reply", ["", "[]", "Sorry.", '{"edits": 3}', '{"titles": {}}', "{}"])
def test_a_reply_of_another_form_is_malformed(reply, prepare, rich_page):
    for function in FUNCTIONS:
        prepared = prepare(function, rich_page, instruction="shorter")
        with pytest.raises(MalformedReply):
            function.parse_response(reply, prepared)


# --- page_text on a blank page

BLOCKS = [
    {"kind": "heading", "text": "Packing &amp; food", "items": []},
    {"kind": "paragraph", "text": "Take a <b>coat</b> <script>alert(1)</script>and a map.", "items": []},
    {"kind": "list", "text": "", "items": ["bread", "cheese"]},
    {"kind": "heading", "text": "The way", "items": []},
    {"kind": "paragraph", "text": "Turn left.", "items": []},
]


def test_a_blank_rich_text_is_written_with_the_features_of_the_field(prepare, section, add_page):
    page = add_page(RichPage, section, title="Blank", summary="Is no body.")
    prepared = prepare(PageText(), page)

    parsed = answered(PageText(), prepared, blocks=BLOCKS, note="Done.")

    assert parsed.changes == {
        "body": "<h2>Packing &amp; food</h2><p>Take a <b>coat</b> and a map.</p>"
        "<ul><li>bread</li><li>cheese</li></ul><h2>The way</h2><p>Turn left.</p>"
    }
    assert told(parsed) == "Done."
    assert parsed.count == 5


def test_a_blank_stream_is_written_in_its_own_block_types_with_ids(prepare, section, add_page):
    page = add_page(DeepPage, section, title="Blank")
    parsed = answered(PageText(), prepare(PageText(), page), blocks=BLOCKS)

    raw = parsed.changes["body"]

    assert [child["type"] for child in raw] == ["heading", "paragraph", "heading", "paragraph"]
    assert raw[0]["value"] == "Packing & food"
    assert raw[1]["value"] == "<p>Take a <b>coat</b> and a map.</p><ul><li>bread</li><li>cheese</li></ul>"
    assert len({child["id"] for child in raw}) == 4
    page.body = raw
    assert page._meta.get_field("body").stream_block.clean(page.body)
    assert page.body.get_prep_value() == raw


def test_a_blank_plain_field_is_written_in_paragraphs(prepare, section, add_page):
    page = add_page(PlainPage, section, title="Blank")

    parsed = answered(PageText(), prepare(PageText(), page), blocks=BLOCKS)

    assert parsed.changes == {
        "content": "Packing & food\n\nTake a coat and a map.\n\n- bread\n- cheese\n\nThe way\n\nTurn left."
    }


def test_blocks_and_embeds_without_words_stay_above_the_new_text(prepare, section, add_page):
    image = '<embed embedtype="image" format="left" id="7" alt="The road"/><hr/>'
    rich = add_page(RichPage, section, title="Picture", body=f"{image}<p></p>", slug="r")
    heading = {"type": "heading", "value": "Only a heading", "id": "h"}
    deep = add_page(DeepPage, section, title="Heading", body=[heading], slug="d")
    blocks = [{"kind": "paragraph", "text": "New."}]

    written = answered(PageText(), prepare(PageText(), rich), blocks=blocks).changes["body"]
    raw = answered(PageText(), prepare(PageText(), deep), blocks=blocks).changes["body"]

    assert written == f"{image}<p>New.</p>"
    assert raw[0] == heading
    assert [child["type"] for child in raw] == ["heading", "paragraph"]


def test_block_types_the_site_excludes_are_not_written(prepare, section, add_page, settings):
    settings.WAGTAIL_AI_CONTENT = {"FIELDS": {"pages.DeepPage": {"exclude": ["body.heading"]}}}
    page = add_page(DeepPage, section, title="Blank")

    raw = answered(PageText(), prepare(PageText(), page), blocks=BLOCKS).changes["body"]

    assert [child["type"] for child in raw] == ["paragraph", "paragraph"]
    assert "Packing" in raw[0]["value"]


def test_a_text_too_long_for_its_field_is_not_used_and_a_person_is_told(prepare, section, add_page):
    page = add_page(PlainPage, section, title="Blank")

    parsed = answered(PageText(), prepare(PageText(), page), blocks=[{"kind": "paragraph", "text": "long " * 1500}])

    assert parsed.changes == {}
    assert "takes 5000" in told(parsed)


def test_a_link_to_a_foreign_host_is_taken_out_of_a_new_text(prepare, section, add_page):
    page = add_page(RichPage, section, title="Blank")
    text = 'See <a href="https://evil.example/">this</a>.'

    parsed = answered(PageText(), prepare(PageText(), page), blocks=[{"kind": "paragraph", "text": text}])

    assert parsed.changes == {"body": "<p>See this.</p>"}
    assert "evil.example" in told(parsed)


def test_a_reply_without_any_words_is_malformed(prepare, section, add_page):
    prepared = prepare(PageText(), add_page(RichPage, section, title="Blank"))

    with pytest.raises(MalformedReply):
        answered(PageText(), prepared, blocks=[{"kind": "paragraph", "text": "<p> </p>"}])


def test_a_page_type_without_a_text_field_is_refused_in_one_sentence(prepare, section, add_page):
    with pytest.raises(InvalidInput, match="“Bare” has no field an AI may write a text into"):
        prepare(PageText(), add_page(TextlessPage, section, title="Bare"))


# --- page_text and rewrite on a written page


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


# --- titles, search texts, summaries


def test_the_first_new_title_is_a_change_and_the_others_are_the_answer(prepare, rich_page):
    titles = ["Second day", "<b>Dawn</b> &amp; tide", "x" * 256, "Calm\nsea", "Calm sea", "A third", "A fourth"]

    parsed = answered(Title(), prepare(Title(), rich_page), titles=titles)

    assert parsed.changes == {"title": "Dawn & tide"}
    assert parsed.value == ["Calm sea", "A third"]


def test_titles_that_are_all_the_present_one_change_nothing(prepare, rich_page):
    parsed = answered(Title(), prepare(Title(), rich_page), titles=["Second day"])

    assert (parsed.changes, told(parsed)) == ({}, "The answer changes nothing.")


def test_search_texts_are_cut_at_a_word_and_the_slug_is_never_touched(prepare, rich_page):
    parsed = answered(
        Meta(), prepare(Meta(), rich_page), seo_title="word " * 20, search_description="term, " * 50, slug="new"
    )

    assert set(parsed.changes) == {"seo_title", "search_description"}
    assert len(parsed.changes["seo_title"]) <= 60
    assert parsed.changes["seo_title"].endswith("word…")
    assert len(parsed.changes["search_description"]) <= 160
    assert parsed.changes["search_description"].endswith("term…")


def test_search_texts_the_site_excludes_are_left_alone(prepare, rich_page, settings):
    settings.WAGTAIL_AI_CONTENT = {"FIELDS": {"wagtailcore.Page": {"exclude": ["seo_title"]}}}

    parsed = answered(Meta(), prepare(Meta(), rich_page), seo_title="A", search_description="B")

    assert parsed.changes == {"search_description": "B"}


def test_a_summary_is_an_answer(prepare, rich_page):
    parsed = answered(Summarise(), prepare(Summarise(), rich_page), summary="A calm day.")

    assert (parsed.changes, parsed.value) == ({}, "A calm day.")
    assert Summarise().save_output(parsed, prepare(Summarise(), rich_page), None).outcome == "value"


@pytest.mark.parametrize(
    ("into", "written"),
    [
        ("summary", "A day.\nA <night>."),
        ("body", "<p>A day.</p><p>A &lt;night&gt;.</p>"),
        ("title", "A day. A <night>."),
    ],
)
def test_a_summary_may_be_written_into_a_field(prepare, rich_page, into, written):
    prepared = prepare(Summarise(), rich_page, into=into)

    assert answered(Summarise(), prepared, summary="A day.\nA &lt;night&gt;.").changes == {into: written}


def test_a_summary_too_long_for_its_field_stays_an_answer(prepare, plain_page):
    parsed = answered(Summarise(), prepare(Summarise(), plain_page, into="kicker"), summary="word " * 20)

    assert parsed.changes == {}
    assert parsed.value
    assert "takes 40" in told(parsed)
