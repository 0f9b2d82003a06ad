"""Which texts of a page can be written, for any page type."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.pages.models import DeepPage, PlainPage, RichPage, TextlessPage
from wagtail_ai_content.core.versions import places
from wagtail_ai_content.features.writing.targets import TextTarget, text_targets
from wagtail_ai_content.pipeline.targets import snapshot

pytestmark = pytest.mark.django_db

BASE = {"title", "seo_title", "search_description"}


def found(page: Any, user: Any) -> dict[str, TextTarget]:
    return {target.path: target for target in text_targets(type(page), snapshot(page), user=user)}


def test_a_plain_page_offers_its_texts_and_no_addresses_choices_or_fields_without_panel(plain_page, editor):
    assert set(found(plain_page, editor)) == BASE | {"kicker", "content"}


def test_a_target_says_how_its_text_may_be_written(plain_page, rich_page, editor):
    content = found(plain_page, editor)["content"]
    kicker = found(plain_page, editor)["kicker"]
    body = found(rich_page, editor)["body"]

    assert (content.kind, content.multiline, content.max_length, content.role) == ("plain", True, 5000, "prose")
    assert (kicker.kind, kicker.multiline, kicker.max_length, kicker.role) == ("plain", False, 40, "label")
    assert (body.kind, body.value, body.features[:2]) == ("rich", rich_page.body, ("h2", "h3"))


def test_read_only_panels_are_no_targets_and_panels_with_a_permission_only_for_those_who_have_it(
    rich_page, editor, admin_user
):
    assert "legal" not in found(rich_page, editor)
    assert "legal" in found(rich_page, admin_user)
    assert "imported" not in found(rich_page, admin_user)


def test_text_blocks_are_found_at_any_depth_and_blocks_that_hold_no_words_are_not(deep_page, editor):
    paths = {path for path in found(deep_page, editor) if path.startswith("body.")}

    assert paths == {
        "body.b1",
        "body.b2",
        "body.b3",
        *(f"body.b4.{rest}" for rest in ("heading", "text", "remark", "items.i1", "items.i2")),
        "body.b5.a1",
        *(f"body.b5.a2.n1.{rest}" for rest in ("heading", "text", "remark", "items.i1", "items.i2")),
    }


def test_every_target_stands_where_it_says_and_can_be_written_there(deep_page, editor):
    content = snapshot(deep_page)
    for path, target in found(deep_page, editor).items():
        assert places.get(content, path) == target.value
        assert places.get(places.with_changes(content, {path: "new"}), path) == "new"


def test_headings_quotations_and_labels_are_told_from_prose(deep_page, editor):
    roles = {path: target.role for path, target in found(deep_page, editor).items()}

    assert roles["body.b1"] == roles["body.b4.heading"] == "heading"
    assert roles["body.b3"] == "quotation"
    assert roles["body.b2"] == roles["body.b4.items.i1"] == roles["body.b5.a1"] == "prose"


def test_what_the_site_calls_private_is_marked_and_not_writable_at_any_depth_it_names(deep_page, editor):
    private = {path for path, target in found(deep_page, editor).items() if target.private}

    assert private == {"desk_notes", "body.b4.remark", "body.b5.a2.n1.remark"}
    assert not any(found(deep_page, editor)[path].writable for path in private)


@pytest.mark.parametrize(
    ("rules", "writable"),
    [
        ({"only": ["content"]}, {"content"}),
        ({"exclude": ["content"]}, BASE | {"kicker"}),
        ({"only": ["content", "kicker"], "private": ["kicker"]}, {"content"}),
    ],
)
def test_a_site_narrows_the_fields(plain_page, editor, settings, rules, writable):
    settings.WAGTAIL_AI_CONTENT = {"FIELDS": {"pages.PlainPage": rules}}

    assert {path for path, target in found(plain_page, editor).items() if target.writable} == writable


def test_a_site_narrows_blocks_by_the_path_of_their_types(deep_page, editor, settings):
    settings.WAGTAIL_AI_CONTENT = {"FIELDS": {"pages.DeepPage": {"only": ["body.aside.sections.text"]}}}

    assert {path for path, target in found(deep_page, editor).items() if target.writable} == {"body.b5.a2.n1.text"}


def test_rules_of_a_parent_model_hold_for_its_children(plain_page, editor, settings):
    settings.WAGTAIL_AI_CONTENT = {"FIELDS": {"wagtailcore.Page": {"private": ["seo_title"]}}}

    assert found(plain_page, editor)["seo_title"].private


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "not json",
        "[",
        "{}",
        "[1, null, []]",
        '[{"type": "gone", "value": "x", "id": "1"}]',
        '[{"type": "paragraph", "value": {"a": 1}, "id": "1"}]',
        '[{"type": "section", "value": ["x"], "id": "1"}]',
        '[{"type": "section", "value": {"items": "x"}, "id": "1"}]',
        '[{"type": "section", "value": {"items": ["old list", "of bare values"]}, "id": "1"}]',
        '[{"type": "aside", "value": "x", "id": "1"}]',
        '[{"type": ["paragraph"], "value": "x", "id": 1}]',
        "[" * 100_000,
    ],
)
def test_odd_stored_content_is_passed_over(stored, editor):
    assert not [target for target in text_targets(DeepPage, {"body": stored}, user=editor) if "body" in target.path]


def test_a_page_type_without_text_has_only_its_titles(section, add_page, editor):
    page = add_page(TextlessPage, section, title="Bare")

    assert set(found(page, editor)) == BASE


def test_a_value_of_another_kind_counts_as_empty(editor):
    for model in (PlainPage, RichPage):
        targets = text_targets(model, {"content": None, "body": 3, "title": ["x"]}, user=editor)
        assert {target.value for target in targets} == {""}


def test_a_large_stream_is_walked_quickly(editor):
    children = [{"type": "paragraph", "value": "<p>word</p>", "id": str(number)} for number in range(20_000)]

    assert len(list(text_targets(DeepPage, {"body": json.dumps(children)}, user=editor))) > 20_000
