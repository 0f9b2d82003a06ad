"""Titles, search texts and summaries, from a reply given by hand to the changes."""

from __future__ import annotations

import pytest

from tests.support.replies import answered, told
from wagtail_ai_content.features.writing.meta import Meta
from wagtail_ai_content.features.writing.summarise import Summarise
from wagtail_ai_content.features.writing.title import Title

pytestmark = pytest.mark.django_db


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
