"""A first text for a blank page, from a reply given by hand to the changes."""

from __future__ import annotations

import pytest

from tests.support.pages.models import DeepPage, PlainPage, RichPage, TextlessPage
from tests.support.replies import answered, told
from wagtail_ai_content.core.errors import InvalidInput, MalformedReply
from wagtail_ai_content.features.writing.page_text import PageText

pytestmark = pytest.mark.django_db


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
