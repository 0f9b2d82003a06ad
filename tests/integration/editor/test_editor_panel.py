"""The AI side panel: where it is, what it costs, what its tabs show."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from tests.integration.conftest import AddPage
from tests.support.pages.models import Bulletin, DeepPage, PlainPage, SectionPage
from tests.support.panel import (
    JSON,
    PANEL,
    TABS,
    add_prompt,
    asked,
    edit_address,
    queries,
    without_us,
)
from tests.support.versions import propose
from wagtail_ai_content.api import run_job
from wagtail_ai_content.models import Job
from wagtail_ai_content.records.prompts.api import PromptTemplate

pytestmark = pytest.mark.django_db


class TestWhereItIs:
    def test_on_the_edit_view_of_a_page(self, client: Any, editor: Any, plain_page: PlainPage) -> None:
        client.force_login(editor)
        assert PANEL in client.get(edit_address(plain_page)).content.decode()

    def test_on_the_create_view_of_a_page(self, client: Any, editor: Any, section: SectionPage) -> None:
        client.force_login(editor)
        address = reverse("wagtailadmin_pages:add", args=["pages", "plainpage", section.pk])
        assert PANEL in client.get(address).content.decode()

    def test_on_the_view_that_goes_back_to_a_revision(self, client: Any, editor: Any, plain_page: PlainPage) -> None:
        client.force_login(editor)
        revision = plain_page.save_revision()
        address = reverse("wagtailadmin_pages:revisions_revert", args=[plain_page.pk, revision.pk])
        assert PANEL in client.get(address).content.decode()

    def test_on_the_views_of_a_snippet(self, admin_client: Any) -> None:
        bulletin = Bulletin.objects.create(title="Ferry", text="It sails at six.")
        revision = bulletin.save_revision()
        names = {"add": [], "edit": [bulletin.pk], "revisions_revert": [bulletin.pk, revision.pk]}
        for name, args in names.items():
            address = reverse(f"wagtailsnippets_pages_bulletin:{name}", args=args)
            assert PANEL in admin_client.get(address).content.decode(), name

    def test_between_wagtails_checks_and_comments(self, client: Any, editor: Any, plain_page: PlainPage) -> None:
        client.force_login(editor)
        html = client.get(edit_address(plain_page)).content.decode()
        places = [html.index(f'data-side-panel="{name}"') for name in ("status", "checks", "ai", "comments")]
        assert places == sorted(places)

    def test_not_in_what_autosave_puts_into_the_page(self, client: Any, editor: Any, plain_page: PlainPage) -> None:
        client.force_login(editor)
        data = {"title": "First day", "slug": "first", "content": "We set out.", "comments": inline_formset([])}
        answer = client.post(edit_address(plain_page), nested_form_data(data), headers={"Accept": JSON})
        assert answer.json()["success"] is True
        assert "side-panel='status'" in answer.json()["html"]
        assert "side-panel='ai'" not in answer.json()["html"]

    def test_not_in_what_makes_an_edit_page_of_a_create_page(
        self, client: Any, editor: Any, plain_page: PlainPage
    ) -> None:
        client.force_login(editor)
        html = client.get(edit_address(plain_page), {"_w_hydrate_create_view": "1"}).content.decode()
        assert "side-panel='status'" in html
        assert "side-panel='ai'" not in html


class TestWhatItCosts:
    @pytest.mark.parametrize("blocks", [1, 200])
    def test_the_edit_page_has_at_most_two_queries_more(
        self, client: Any, lead: Any, section: SectionPage, add_page: AddPage, blocks: int
    ) -> None:
        client.force_login(lead)
        body = [{"type": "quote", "value": f"Word {n}", "id": f"b{n}"} for n in range(blocks)]
        page = add_page(DeepPage, section, title="Many", slug="many", body=body)
        address = edit_address(page)
        client.get(address)  # what is looked up once for the process
        with_us = queries(client, address)
        with without_us():
            client.get(address)
            without = queries(client, address)
        assert with_us - without <= 2

    def test_its_scripts_load_one_small_module_with_the_page(
        self, client: Any, editor: Any, plain_page: PlainPage
    ) -> None:
        client.force_login(editor)
        html = client.get(edit_address(plain_page)).content.decode()
        assert html.count("wagtail_ai_content/js/panel/") == 1


class TestTabs:
    @pytest.mark.parametrize("name", TABS)
    def test_each_loads_for_who_may_edit(self, client: Any, editor: Any, tab: Any, deep_page: Any, name: str) -> None:
        client.force_login(editor)
        assert tab(name, deep_page).status_code == 200

    @pytest.mark.parametrize("name", TABS)
    def test_there_are_none_for_who_may_not(
        self, client: Any, stranger: Any, tab: Any, deep_page: Any, name: str
    ) -> None:
        client.force_login(stranger)
        answer = tab(name, deep_page)
        assert answer.status_code == 404
        assert deep_page.title not in answer.content.decode()

    def test_strangers_to_the_admin_are_sent_to_log_in(self, client: Any, tab: Any, deep_page: Any) -> None:
        assert tab("generate", deep_page).status_code == 302

    def test_there_is_no_other_tab(self, client: Any, editor: Any, tab: Any, deep_page: Any) -> None:
        client.force_login(editor)
        assert tab("else", deep_page).status_code == 404

    def test_a_locked_page_offers_nothing_but_tells_what_was_done(
        self, client: Any, editor: Any, lead: Any, tab: Any, plain_page: PlainPage
    ) -> None:
        plain_page.locked, plain_page.locked_by = True, lead
        plain_page.save()
        client.force_login(editor)
        assert "locked" in tab("generate", plain_page).content.decode()
        assert "wac-write" not in tab("generate", plain_page).content.decode()
        assert "Nobody has asked AI" in tab("activity", plain_page).content.decode()

    def test_a_page_that_is_being_created(self, client: Any, editor: Any, tab: Any, section: SectionPage) -> None:
        client.force_login(editor)
        address = reverse("wagtailadmin_pages:add", args=["pages", "plainpage", section.pk])
        assert "has not been saved yet" in tab("generate", address).content.decode()
        assert "Nothing has been saved yet" in tab("activity", address).content.decode()

    def test_the_whole_page_is_offered_for_pages_only(
        self, client: Any, admin_user: Any, tab: Any, plain_page: PlainPage
    ) -> None:
        client.force_login(admin_user)
        bulletin = Bulletin.objects.create(title="Ferry")
        address = reverse("wagtailsnippets_pages_bulletin:edit", args=[bulletin.pk])
        assert 'value="function:page_text"' in tab("generate", plain_page).content.decode()
        assert 'value="function:' not in tab("generate", address).content.decode()

    def test_private_places_are_not_named(self, client: Any, editor: Any, tab: Any, deep_page: Any) -> None:
        client.force_login(editor)
        html = tab("generate", deep_page).content.decode()
        assert "body.section.heading" in html
        assert "desk_notes" not in html
        assert "body.section.remark" not in html

    def test_prompts_of_the_site_ask_for_their_variables(
        self, client: Any, editor: Any, tab: Any, plain_page: PlainPage
    ) -> None:
        variables = [
            {"name": "mood", "type": "choice", "required": True, "choices": ["calm", "lively"]},
            {"name": "longest", "type": "number", "help": "In words."},
            {"name": "formal", "type": "boolean"},
        ]
        add_prompt(variables=variables)
        PromptTemplate.objects.create(function="page_text", name="draft-only", body="x", live=False)
        client.force_login(editor)
        html = tab("prompts", plain_page).content.decode()
        assert 'value="page_text:house"' in html
        assert "draft-only" not in html
        for part in ('<option value="lively">', 'type="number"', 'type="checkbox"', "In words."):
            assert part in html


class TestActivity:
    def test_requests_are_listed_newest_first_and_ones_own_can_be_stopped(
        self, client: Any, editor: Any, lead: Any, tab: Any, plain_page: PlainPage
    ) -> None:
        for user, function in ((lead, "title"), (editor, "meta")):
            client.force_login(user)
            body = asked(plain_page, function=function)
            client.post(reverse("wagtail_ai_content_editor:panel_write"), body, content_type=JSON)
        html = tab("activity", plain_page).content.decode()
        assert html.index("Write the search texts") < html.index("Suggest a title")
        assert html.count("wac-activity#cancel") == 1

    def test_proposals_lead_to_their_review(self, client: Any, editor: Any, tab: Any, plain_page: PlainPage) -> None:
        version = propose(plain_page, {"title": "Another title"}, requested_by=editor)
        client.force_login(editor)
        html = tab("activity", plain_page).content.decode()
        assert reverse("wagtail_ai_content_review:review", args=[version.pk]) in html

    def test_who_wrote_each_part(self, client: Any, editor: Any, tab: Any, plain_page: PlainPage) -> None:
        client.force_login(editor)
        body = asked(plain_page, function="meta")
        answer = client.post(reverse("wagtail_ai_content_editor:panel_write"), body, content_type=JSON).json()
        run_job(Job.objects.get(pk=answer["job"]))
        html = tab("activity", plain_page).content.decode()
        assert 'data-key="search_description"' in html
        assert "AI-generated" in html

    def test_its_queries_do_not_grow_with_what_was_done(
        self, client: Any, editor: Any, tab: Any, plain_page: PlainPage
    ) -> None:
        client.force_login(editor)
        numbers = []
        for count in (1, 6):
            for _ in range(count):
                body = asked(plain_page, function="title", instruction=str(uuid.uuid4()))
                client.post(reverse("wagtail_ai_content_editor:panel_write"), body, content_type=JSON)
                propose(plain_page, {"title": str(uuid.uuid4())}, requested_by=editor)
            with CaptureQueriesContext(connection) as caught:
                tab("activity", plain_page)
            numbers.append(len(caught))
        assert numbers[0] == numbers[1]
