"""Arrangements of blocks: what is offered to a model, and what of its answer holds up."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from wagtail.blocks import (
    CharBlock,
    IntegerBlock,
    StreamBlock,
    StructBlock,
)

from tests.support.layouts import BRIEF, TEXT, FlexibleBody, blocks, parsed, payload, prepared, told
from tests.support.pages.models import DeepPage
from wagtail_ai_content.api import Ask, run_job, submit
from wagtail_ai_content.core.errors import InvalidInput, MalformedReply, TooLong, UnknownTarget
from wagtail_ai_content.core.versions.richtext import plain_text
from wagtail_ai_content.features.layout import forms
from wagtail_ai_content.features.layout.arrangements import ArrangementsSchema
from wagtail_ai_content.features.layout.forms import Form, offered
from wagtail_ai_content.features.layout.layout import Layout
from wagtail_ai_content.features.layout.outline import outline
from wagtail_ai_content.testing import FakeProvider, answered_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def body(monkeypatch: pytest.MonkeyPatch) -> StreamBlock:
    """A stream that the function finds at ``body`` of a page type."""
    block = FlexibleBody()
    monkeypatch.setattr(DeepPage._meta.get_field("body"), "stream_block", block)
    return block


# --- what is offered


def test_only_blocks_that_can_be_made_of_words_are_offered(body: StreamBlock) -> None:
    found = offered("pages.deeppage", "body", {})
    names = [form.name for form in found.children]
    assert names == ["heading", "paragraph", "quote", "card", "gallery", "facts", "number", "align", "wide", "box"]
    assert [part.name for part in found.child("card").children] == ["title"]  # type: ignore[union-attr]
    assert [part.name for part in found.child("box").children] == ["note"]  # type: ignore[union-attr]
    assert found.child("align").choices == ("left", "right")  # type: ignore[union-attr]


def test_limits_and_kinds_are_said_in_words(body: StreamBlock) -> None:
    said = outline(offered("pages.deeppage", "body", {"heading": 1, "quote": 2}))
    assert (
        '- type "heading" (Heading, at most 1 of them); its value: plain text on one line, at most 30 characters'
        in said
    )
    assert '- type "paragraph" (Paragraph); its value: HTML (p, b, ul with li)' in said
    assert '"source": plain text on one line, may be empty' in said
    assert "a list, at least 1 items, at most 3 items" in said
    assert "pictures" not in said
    assert "html" not in said.lower().replace("html (", "")


def test_what_is_there_takes_up_room(body: StreamBlock) -> None:
    found = offered("pages.deeppage", "body", {"heading": 2, "ai_layout": 1})
    assert found.most == 3
    assert found.child("heading") is None
    with pytest.raises(InvalidInput, match="no room for more"):
        offered("pages.deeppage", "body", {"paragraph": 6})


def test_places_the_site_keeps_to_itself_are_not_offered(body: StreamBlock, settings: Any) -> None:
    settings.WAGTAIL_AI_CONTENT = {
        "FIELDS": {
            "pages.DeepPage": {"private": ["body.paragraph", "body.quote.source"], "exclude": ["body.card.title"]}
        }
    }
    found = offered("pages.deeppage", "body", {})
    assert {"paragraph", "card"}.isdisjoint(form.name for form in found.children)
    assert [part.name for part in found.child("quote").children] == ["text"]  # type: ignore[union-attr]


def test_a_stream_inside_a_block_is_a_place_too(deep_page: DeepPage) -> None:
    assert [form.name for form in offered("pages.deeppage", "body.aside", {}).children] == [
        "paragraph",
        "note",
        "sections",
    ]


@pytest.mark.parametrize("place", ["", "title", "nothing", "body.heading", "body.nothing", "body.section"])
def test_what_is_no_stream_is_refused(place: str) -> None:
    with pytest.raises((InvalidInput, UnknownTarget)):
        offered("pages.deeppage", place, {})
    with pytest.raises(UnknownTarget):
        offered("nothing.here", "body", {})


def test_blocks_inside_each_other_end_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    inner: Any = CharBlock()
    for _ in range(forms.MOST_LEVELS + 3):
        inner = StructBlock([("inside", inner)])
    monkeypatch.setattr(
        DeepPage._meta.get_field("body"), "stream_block", StreamBlock([("a", inner), ("b", CharBlock())])
    )
    assert [form.name for form in offered("pages.deeppage", "body", {}).children] == ["b"]


# --- the request


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"instruction": " "}, "Write in the brief"),
        ({"instruction": "x" * 4001}, "longer than 4000"),
        ({"instruction": 5}, "must be a text"),
        ({"variables": {"present": {"heading": -1}}}, "how many blocks"),
        ({"variables": {"present": ["heading"]}}, "how many blocks"),
        ({"place": "nowhere"}, "no place"),
    ],
)
def test_a_bad_request_is_refused_in_a_sentence(more: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        prepared(**more)


def test_more_text_than_a_model_may_read_is_refused(settings: Any) -> None:
    settings.WAGTAIL_AI_CONTENT = {"MAX_SOURCE_CHARS": 100}
    with pytest.raises(TooLong, match="100 characters"):
        prepared()


def test_the_schema_knows_each_block(body: StreamBlock) -> None:
    schema = ArrangementsSchema(offered("pages.deeppage", "body", {})).json_schema()
    kinds = schema["properties"]["arrangements"]["items"]["properties"]["blocks"]["items"]["anyOf"]
    by_name = {kind["properties"]["type"]["enum"][0]: kind["properties"]["value"] for kind in kinds}
    assert by_name["quote"]["required"] == ["text", "source"]
    assert by_name["gallery"]["required"] == ["caption"]
    assert by_name["align"]["enum"] == ["left", "right"]
    assert by_name["facts"]["items"]["properties"].keys() == {"label", "value"}


# --- the answer


def test_blocks_become_raw_data_with_ids(body: StreamBlock) -> None:
    found = parsed(
        [
            {"type": "heading", "value": "  Across\nthe wade "},
            {"type": "paragraph", "value": "<p>Follow the <b>posts</b>.</p>"},
            {"type": "quote", "value": {"text": "Nobody walks faster.", "source": ""}},
            {"type": "facts", "value": [{"label": "Open", "value": "two hours"}]},
        ]
    )
    first, second, third, fourth = blocks(found)
    assert (first["value"], first["label"]) == ("Across the wade", "Heading")
    assert second["value"] == "<p>Follow the <b>posts</b>.</p>"
    assert third["value"] == {"text": "Nobody walks faster.", "source": ""}
    assert fourth["value"][0]["value"] == {"label": "Open", "value": "two hours"}
    assert len({first["id"], second["id"], third["id"], fourth["id"], fourth["value"][0]["id"]}) == 5
    raw = [{name: block[name] for name in ("type", "value", "id")} for block in blocks(found)]
    assert body.clean(body.to_python(raw)).get_prep_value() == raw
    json.dumps(found.as_json())


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ({"type": "heading", "value": "x" * 31}, "at most 30 characters"),
        ({"type": "heading", "value": ["x"]}, "another kind"),
        ({"type": "heading", "value": None}, "is empty"),
        ({"type": "quote", "value": {"source": "She"}}, "“Text” is empty"),
        ({"type": "quote", "value": "text"}, "another kind"),
        ({"type": "facts", "value": []}, "minimum number of items"),
        ({"type": "facts", "value": [{"label": "a", "value": "b"}] * 4}, "maximum number of items"),
        ({"type": "facts", "value": [{"label": "a", "value": "b"}] * 61}, "too many parts"),
        ({"type": "number", "value": 0}, "greater than or equal to 1"),
        ({"type": "number", "value": 1.5}, "another kind"),
        ({"type": "number", "value": True}, "another kind"),
        ({"type": "align", "value": "middle"}, "none of the choices"),
        ({"type": "wide", "value": "yes"}, "another kind"),
        ({"type": "box", "value": [{"type": "html", "value": "<script>1</script>"}]}, "may not stand there"),
        ({"type": "box", "value": [{"type": "note", "value": "n"}] * 3}, "maximum number of items"),
        ({"type": "paragraph", "value": "<p> </p><script>x</script>"}, "is empty"),
        ({"type": "picture", "value": 1}, "not offered here"),
        ({"type": "html", "value": "<b>x</b>"}, "not offered here"),
        ({"type": "ai_text", "value": {"text": "x"}}, "not offered here"),
        ("heading", "not offered here"),
    ],
)
def test_what_its_block_refuses_is_left_out_with_the_reason(body: StreamBlock, block: Any, said: str) -> None:
    found = parsed([{"type": "heading", "value": "Kept"}, block])
    assert [each["value"] for each in blocks(found)] == ["Kept"]
    assert said in told(found)
    assert "“One”" in told(found)


def test_there_is_never_more_than_there_is_room_for(body: StreamBlock) -> None:
    heading, note = {"type": "heading", "value": "H"}, {"type": "paragraph", "value": "P"}
    found = parsed([heading, heading, note, note, note], variables={"present": {"heading": 1, "quote": 2}})
    assert [each["type"] for each in blocks(found)] == ["heading", "paragraph", "paragraph"]
    assert told(found).count("no room") == 2


def test_an_arrangement_without_a_block_is_dropped_and_none_at_all_is_no_answer(body: StreamBlock) -> None:
    good, bad = [{"type": "heading", "value": "H"}], [{"type": "html", "value": "x"}]
    found = parsed({"name": "Good", "reason": "r", "blocks": good}, {"name": "Bad", "reason": "r", "blocks": bad})
    assert [each["name"] for each in found.value["arrangements"]] == ["Good"]
    assert "“Bad” was left out" in told(found)
    assert "Only one arrangement" in told(found)
    with pytest.raises(MalformedReply):
        parsed(bad)


def test_at_most_three_arrangements_with_short_names(body: StreamBlock) -> None:
    each = {"name": "n" * 500, "reason": "r" * 5000, "blocks": [{"type": "heading", "value": "H"}]}
    found = parsed(each, {**each, "name": " "}, each, each, each)
    names = [each["name"] for each in found.value["arrangements"]]
    assert [len(name) for name in names] == [80, 13, 80]
    assert names[1] == "Arrangement 2"
    assert len(found.value["arrangements"][0]["reason"]) == 300


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No.",
        "[]",
        "{}",
        '{"arrangements": {}}',
        '{"arrangements": []}',
        '{"arrangements": ["x"]}',
        '{"arrangements": [{"name": 1, "blocks": []}]}',
        '{"arrangements": [{"name": "n", "blocks": {}}]}',
        '{"arrangements": [{"name": "n", "reason": 1, "blocks": []}]}',
    ],
)
def test_another_form_is_no_answer(body: StreamBlock, text: str) -> None:
    with pytest.raises(MalformedReply):
        Layout().parse_response(text, prepared())


# --- the whole trip


def test_it_is_asked_for_and_kept_as_a_value(body: StreamBlock, root: Any, editor: Any) -> None:
    answer = {"name": "Short", "reason": "Quick.", "blocks": [{"type": "heading", "value": "The wade"}]}
    fake = FakeProvider([json.dumps({"arrangements": [answer, answer], "note": "Nothing on prices."})])
    with answered_by(fake):
        job = run_job(submit(Ask(function="layout", user=editor, params=payload())))
    assert (job.status, job.outcome) == ("succeeded", "value")
    assert [each["name"] for each in job.parsed["value"]["arrangements"]] == ["Short", "Short"]
    assert "Nothing on prices." in str(job.parsed["warnings"])
    sent = "\n".join(message.content for message in fake.calls[0].messages)
    assert 'type "quote"' in sent
    assert BRIEF in sent
    assert TEXT in sent
    assert "ai_layout" not in sent


def test_the_built_in_engine_arranges_what_is_on_the_page(body: StreamBlock, root: Any, editor: Any) -> None:
    job = run_job(submit(Ask(function="layout", user=editor, params=payload())))
    assert (job.status, job.outcome, job.error) == ("succeeded", "value", {})
    found = job.parsed["value"]["arrangements"]
    assert [each["name"] for each in found] == ["As paragraphs", "Point by point", "Opened by a quotation"]
    assert found[2]["blocks"][0]["value"]["text"].startswith("Nobody walks faster than the tide turns")
    again = run_job(submit(Ask(function="layout", user=editor, params=payload(), idempotency_key="again")))
    assert [each["name"] for each in again.parsed["value"]["arrangements"]] == [each["name"] for each in found]
    for arrangement in found:
        for block in arrangement["blocks"]:
            assert_verbatim(block["value"])


def assert_verbatim(value: Any) -> None:
    for text in value.values() if isinstance(value, dict) else [value]:
        said = re.findall(r"[\w’]+", plain_text(text.replace("</li>", "</li> ")).lower())
        assert set(said) <= set(re.findall(r"[\w’]+", TEXT.lower()))


def test_the_built_in_engine_says_so_where_there_is_nothing_to_arrange(
    body: StreamBlock, root: Any, editor: Any
) -> None:
    job = run_job(submit(Ask(function="layout", user=editor, params=payload(page_text=""))))
    assert (job.status, job.error_code) == ("failed", "nothing_to_work_on")


def test_the_built_in_engine_says_so_where_no_block_takes_a_text(
    monkeypatch: pytest.MonkeyPatch, root: Any, editor: Any
) -> None:
    stream = StreamBlock([("number", IntegerBlock())])
    monkeypatch.setattr(DeepPage._meta.get_field("body"), "stream_block", stream)
    job = run_job(submit(Ask(function="layout", user=editor, params=payload())))
    assert (job.status, job.error_code) == ("failed", "not_supported")


def test_notes_in_the_brief_are_material_where_the_page_is_blank(body: StreamBlock, root: Any, editor: Any) -> None:
    job = run_job(submit(Ask(function="layout", user=editor, params=payload(page_text="", instruction=TEXT))))
    assert job.status == "succeeded"


def test_the_form_of_a_block_is_plain_data(body: StreamBlock) -> None:
    find: Callable[[str], Form | None] = offered("pages.deeppage", "body", {}).child
    assert find("gallery") is not None
    found = parsed([{"type": "gallery", "value": {"caption": "Boats"}}])
    assert blocks(found)[0]["value"] == {"caption": "Boats", "pictures": []}
