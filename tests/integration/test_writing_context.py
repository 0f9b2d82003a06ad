"""What a model is told of the page and its section, and what never leaves the site."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import GroupPagePermission, Page, PageViewRestriction

from tests.support.pages.models import DeepPage, PlainPage, RichPage, SectionPage
from wagtail_ai_content.core.errors import TooLong
from wagtail_ai_content.features.writing.context import Context, even_share
from wagtail_ai_content.features.writing.page_text import PageText

pytestmark = pytest.mark.django_db


@pytest.fixture
def prepare(task_for, editor) -> Any:
    def run(page: Any, **payload: Any) -> Any:
        return PageText().prepare(task_for(page, editor, "page_text", **payload))

    return run


def test_the_section_and_its_pages_come_in_the_order_of_the_tree(prepare, plain_page, rich_page, deep_page):
    variables = prepare(rich_page).variables

    assert variables["section_title"] == variables["title"] == "The long walk"
    assert variables["section_summary"] == variables["summary"] == "Three days along the coast."
    assert [page["title"] for page in variables["pages"]] == ["First day", "Second day", "Third day"]
    assert [page["current"] for page in variables["pages"]] == [False, True, False]
    assert variables["position"] == 1
    assert variables["pages"][0]["text"] == "We set out at dawn.\n\nRain fell at noon."


def test_the_variables_are_plain_data_with_the_agreed_names(prepare, rich_page):
    variables = prepare(rich_page, instruction=" Shorter, please ").variables

    assert json.loads(json.dumps(variables)) == variables
    assert variables["function"] == "page_text"
    assert variables["language"] == "en"
    assert variables["page_title"] == "Second day"
    assert variables["instruction"] == "Shorter, please"
    assert variables["limits"] == {"title": 60, "seo_title": 60, "search_description": 160, "summary": 600}


def test_of_the_page_itself_the_draft_is_read_and_of_other_pages_what_is_published(prepare, plain_page, rich_page):
    for page in (plain_page, rich_page):
        page.title = f"Draft of {page.title}"
        page.save_revision()
    rich_page.body = "<p>A draft.</p>"
    rich_page.save_revision()

    variables = prepare(rich_page).variables

    assert variables["page_title"] == "Draft of Second day"
    assert variables["text"] == "A draft."
    assert [page["title"] for page in variables["pages"]] == ["First day", "Draft of Second day"]


def test_unpublished_and_restricted_pages_of_the_section_are_left_out(prepare, section, add_page, rich_page):
    add_page(PlainPage, section, title="Unpublished", content="Not yet.", live=False)
    hidden = add_page(PlainPage, section, title="For members", content="Hidden.")
    PageViewRestriction.objects.create(page=hidden, restriction_type=PageViewRestriction.LOGIN)

    assert [page["title"] for page in prepare(rich_page).variables["pages"]] == ["Second day"]


def test_a_page_that_is_not_published_has_its_place_in_the_section(prepare, section, add_page, plain_page):
    draft = add_page(RichPage, section, title="Not yet", live=False)

    variables = prepare(draft).variables

    assert (variables["position"], variables["pages"][1]["title"]) == (1, "Not yet")


def test_private_texts_leave_neither_with_their_own_page_nor_with_another(prepare, plain_page, deep_page):
    for page in (plain_page, deep_page):
        prepared = prepare(page)
        sent = json.dumps(prepared.variables)
        assert "555 0199" not in sent
        assert "the shop is cheap" not in sent
        assert "Mind the tide" in sent


def test_a_private_title_is_not_sent(prepare, plain_page, rich_page, settings):
    settings.WAGTAIL_AI_CONTENT = {"FIELDS": {"wagtailcore.Page": {"private": ["title"]}}}

    variables = prepare(rich_page).variables

    assert variables["page_title"] == variables["section_title"] == ""
    assert [page["title"] for page in variables["pages"]] == ["", ""]


def test_the_summary_of_a_section_without_one_is_its_description_for_search(prepare, section, rich_page):
    SectionPage.objects.filter(pk=section.pk).update(intro="", search_description="A walk in three days.")

    assert prepare(rich_page).variables["section_summary"] == "A walk in three days."


def test_a_draft_section_is_told_to_those_who_may_edit_it(prepare, section, rich_page):
    SectionPage.objects.filter(pk=section.pk).update(live=False)

    assert prepare(rich_page).variables["section_title"] == "The long walk"


def test_a_draft_section_is_not_told_to_those_who_may_not_edit_it(task_for, section, rich_page, django_user_model):
    SectionPage.objects.filter(pk=section.pk).update(live=False)
    guest = _editor_of(rich_page, django_user_model)

    variables = PageText().prepare(task_for(rich_page, guest, "page_text")).variables

    assert (variables["section_title"], variables["section_summary"]) == ("", "")


def _editor_of(page: Page, users: Any) -> Any:
    """Somebody who may change this page and no other."""
    group = Group.objects.create(name="one page")
    change = Permission.objects.get(content_type__app_label="wagtailcore", codename="change_page")
    GroupPagePermission.objects.create(group=group, page=page, permission=change)
    user = users.objects.create_user(username="guest", password="secret")
    user.groups.add(group)
    return user


def test_a_page_at_the_top_of_the_tree_has_no_section(task_for, root, add_page, admin_user):
    page = add_page(RichPage, root.get_root(), title="Another site", body="<p>Text.</p>", slug="another")

    variables = PageText().prepare(task_for(page, admin_user, "page_text")).variables

    assert variables["section_title"] == ""
    assert [entry["title"] for entry in variables["pages"]] == ["Another site"]


def test_pictures_have_no_words(prepare, rich_page):
    assert "The road" not in prepare(rich_page).variables["text"]


def test_the_number_of_queries_does_not_grow_with_the_section(prepare, section, rich_page, add_page):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            prepare(rich_page)
        return len(captured)

    add_page(PlainPage, section, title="One", content="Text.", slug="one")
    add_page(DeepPage, section, title="Two", slug="two")
    prepare(rich_page)
    few = queries()
    for number in range(12):
        add_page((PlainPage, DeepPage)[number % 2], section, title=f"Page {number}", slug=f"page-{number}")

    assert queries() == few


def test_a_page_over_the_limit_is_refused_in_one_sentence_that_says_what_to_do(prepare, rich_page, settings):
    settings.WAGTAIL_AI_CONTENT = {"MAX_SOURCE_CHARS": 40}

    with pytest.raises(TooLong, match="“Second day” is longer than 40 characters"):
        prepare(rich_page)


def test_a_page_of_five_megabytes_is_refused(prepare, section, add_page):
    page = add_page(RichPage, section, title="Huge", body="<p>word word</p>" * 330_000)

    with pytest.raises(TooLong):
        prepare(page)


def test_other_pages_are_cut_evenly_to_keep_within_the_limit(prepare, section, add_page, rich_page, settings):
    for number, length in enumerate((50, 900, 2000)):
        add_page(PlainPage, section, title=str(number), content="x" * length, slug=f"n{number}")
    settings.WAGTAIL_AI_CONTENT = {"MAX_SOURCE_CHARS": 1200}

    variables = prepare(rich_page).variables
    lengths = [len(page["text"]) for page in variables["pages"] if not page["current"]]

    assert lengths[0] == 50
    assert lengths[1] == lengths[2] > 300
    assert sum(lengths) + len(variables["text"]) + len(variables["section_summary"]) <= 1200
    assert variables["shortened"]


@pytest.mark.parametrize(
    ("lengths", "room", "share"),
    [([], 10, 0), ([5, 5], 10, 5), ([1, 100], 11, 10), ([7, 7, 7], 10, 3), ([4], 0, 0), ([3, 9], 100, 9)],
)
def test_the_even_share(lengths, room, share):
    assert even_share(lengths, room) == share
    assert sum(min(length, share) for length in lengths) <= room


def test_a_page_that_is_not_in_its_section_any_more_has_no_position():
    empty = Context(page_title="", text="", section_title="", section_summary="", pages=(), shortened=False)

    assert empty.variables()["position"] is None


def test_other_pages_are_not_read_for_a_prompt_that_does_not_use_them(
    rich_page, editor, task_for, django_assert_max_num_queries
):
    import dataclasses

    from wagtail_ai_content.features.writing.meta import Meta

    task = task_for(rich_page, editor, "meta")
    with_pages = Meta().prepare(dataclasses.replace(task, wants=frozenset({"text", "pages"})))
    without = Meta().prepare(dataclasses.replace(task, wants=frozenset({"text"})))
    assert [page["current"] for page in with_pages.variables["pages"]] == [True]
    assert without.variables["pages"] == []
    assert without.variables["text"] == with_pages.variables["text"]
