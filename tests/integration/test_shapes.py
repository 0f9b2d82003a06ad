"""The shape of what a model holds, and what its places are called."""

from __future__ import annotations

import json

import pytest

from tests.support.pages.models import DeepPage, PlainPage, RichPage
from wagtail_ai_content.core.versions.places import META
from wagtail_ai_content.core.versions.shape import Children, ListOf, RichText, Stream, Struct, Text, Value
from wagtail_ai_content.pipeline.shapes import content_shape, label_of


def test_fields_blocks_and_rows_have_the_shape_of_their_definitions() -> None:
    shape = content_shape(DeepPage)
    body = shape["body"]
    assert isinstance(body, Stream)
    assert body.children["quote"] == Text()
    assert body.children["section"] == Struct(
        {"heading": Text(), "text": RichText(), "remark": Text(), "items": ListOf(Text())}
    )
    aside = body.children["aside"]
    assert isinstance(aside, Stream)
    assert aside.children["sections"] == ListOf(body.children["section"])
    assert shape["links"] == Children({"title": Text()}, order="sort_order")
    assert (content_shape(RichPage)["body"], shape["desk_notes"]) == (RichText(), Text())


def test_what_is_one_thing_is_a_value() -> None:
    body = content_shape(DeepPage)["body"]
    assert isinstance(body, Stream)
    for kind in ("image", "tone", "related", "rule", "contact", "reference"):
        assert type(body.children[kind]) is Value, kind
    plain = content_shape(PlainPage)
    assert all(type(plain.get(name, Value())) is Value for name in ("colour", "code", "show_in_menus"))


def test_what_belongs_to_the_page_as_a_whole_has_no_shape() -> None:
    assert not META & set(content_shape(DeepPage))


SECTION = {
    "heading": "a",
    "items": [{"type": "item", "value": "x", "id": "i1"}, {"type": "item", "value": "y", "id": "i2"}],
}
CONTENT = {
    "body": json.dumps(
        [
            {"type": "heading", "value": "Tea", "id": "h"},
            {"type": "section", "value": SECTION, "id": "s1"},
            {"type": "section", "value": SECTION, "id": "s2"},
            {"type": "gone_type", "value": 1, "id": "g"},
        ]
    ),
    "links": [{"pk": 4, "title": "a"}, {"pk": None, "title": "b"}],
}


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("title", "Title"),
        ("desk_notes", "Desk notes"),
        ("body", "Body"),
        ("body.h", "Body: Heading"),
        ("body.s2.text", "Body: Section 2: Text"),
        ("body.s2.text#k1", "Body: Section 2: Text"),
        ("body.s1.items.i2", "Body: Section 1: Items: 2"),
        ("body.g", "Body: Gone type"),
        ("body.nowhere.text", "Body"),
        ("links.4.title", "Links: 1: Title"),
        ("links.row1", "Links: 2"),
        ("field_of_old", "Field of old"),
    ],
)
def test_places_are_called_what_the_edit_form_calls_them(path: str, label: str) -> None:
    assert label_of(DeepPage, CONTENT, path) == label


@pytest.mark.parametrize("body", [None, "", "[", "7", "[1, null]", '[{"id": "s1"}]', "[" * 5000])
def test_a_place_in_broken_content_is_called_by_its_field(body: str | None) -> None:
    assert label_of(DeepPage, {"body": body, "links": 7}, "body.s1.text").startswith("Body")
    assert label_of(DeepPage, {"links": body}, "links.row1.title").startswith("Links")
