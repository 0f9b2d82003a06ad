"""A new text in streams of different shapes."""

from __future__ import annotations

from typing import Any

import pytest
from wagtail.blocks import BlockQuoteBlock, CharBlock, PageChooserBlock, RichTextBlock, StructBlock, TextBlock, URLBlock
from wagtail.fields import RichTextField, StreamField

from wagtail_ai_content.features.writing.blocks import build
from wagtail_ai_content.features.writing.fields import FieldRules
from wagtail_ai_content.features.writing.markup import NewBlock

TEXT = (
    NewBlock(kind="paragraph", text="First."),
    NewBlock(kind="heading", text="Below"),
    NewBlock(kind="list", items=("one", "two")),
    NewBlock(kind="unheard of", text="Last."),
)
RICH = RichTextBlock(features=["bold", "h3", "ul"])


def built(children: list[tuple[str, Any]], *, rules: FieldRules | None = None, **options: Any) -> list[tuple[str, Any]]:
    field = StreamField(children, **options)
    field.name = "body"
    return [(child["type"], child["value"]) for child in build(field, TEXT, present="[]", rules=rules or FieldRules())]


def test_without_a_heading_block_headings_go_into_the_rich_text_at_the_level_it_has():
    assert built([("text", RICH)]) == [
        ("text", "<p>First.</p>"),
        ("text", "<h3>Below</h3><ul><li>one</li><li>two</li></ul><p>Last.</p>"),
    ]


def test_a_rich_text_of_the_usual_name_goes_before_others_and_quotations_are_never_written():
    children = [("quote", BlockQuoteBlock()), ("caption", RichTextBlock()), ("paragraph", RICH), ("title", CharBlock())]

    assert [kind for kind, _ in built(children)] == ["paragraph", "title", "paragraph"]


def test_a_text_block_takes_plain_lines():
    assert built([("note", TextBlock()), ("heading", CharBlock())]) == [
        ("note", "First."),
        ("heading", "Below"),
        ("note", "- one\n- two\n\nLast."),
    ]


def test_a_struct_with_a_heading_and_a_text_takes_a_part_of_the_text():
    part = StructBlock([("heading", CharBlock(required=False)), ("text", RICH), ("link", URLBlock(required=False))])

    assert built([("part", part)]) == [
        ("part", {"heading": "", "text": "<p>First.</p>", "link": None}),
        ("part", {"heading": "Below", "text": "<ul><li>one</li><li>two</li></ul><p>Last.</p>", "link": None}),
    ]


def test_a_struct_that_needs_more_than_text_is_not_written():
    with pytest.raises(LookupError):
        built([("part", StructBlock([("text", RICH), ("page", PageChooserBlock())]))])


@pytest.mark.parametrize("options", [{"max_num": 1}, {"block_counts": {"text": {"max_num": 1}}}])
def test_a_stream_that_takes_one_block_gets_everything_in_one(options):
    assert built([("text", RICH)], **options) == [
        ("text", "<p>First.</p><h3>Below</h3><ul><li>one</li><li>two</li></ul><p>Last.</p>")
    ]


def test_what_the_site_excludes_is_not_written():
    rules = FieldRules(exclude=frozenset({"body.paragraph", "body.part.text"}))
    part = StructBlock([("text", RICH)])

    assert [kind for kind, _ in built([("paragraph", RICH), ("part", part), ("other", RICH)], rules=rules)] == [
        "other",
        "other",
    ]


def test_a_rich_text_without_lists_or_headings_gets_paragraphs():
    field = RichTextField(features=["bold"])

    assert build(field, TEXT, present="", rules=FieldRules()) == (
        "<p>First.</p><p>Below</p><p>one</p><p>two</p><p>Last.</p>"
    )
