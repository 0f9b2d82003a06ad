"""The AI side panel of the editor: where it is, for whom, what its tabs hold, and what it costs the edit page."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.viewsets.pages import page_viewset_registry
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from tests.integration.conftest import AddPage
from tests.support.pages.models import Bulletin, DeepPage, PlainPage, SectionPage
from tests.support.versions import propose
from wagtail_ai_content.api import run_job
from wagtail_ai_content.core.providers.fake import FakeProvider
from wagtail_ai_content.models import DismissedSuggestion, Job
from wagtail_ai_content.pipeline.provenance import key_of
from wagtail_ai_content.pipeline.providers import answered_by
from wagtail_ai_content.records.prompts.api import PromptTemplate
from wagtail_ai_content.records.suggestions import api as suggestions

pytestmark = pytest.mark.django_db

PANEL = 'data-side-panel="ai"'
TABS = ("generate", "prompts", "suggestions", "activity")
JSON = "application/json"


@pytest.fixture
def tab(client: Any) -> Callable[..., Any]:
    """``tab("generate", page)``: what the browser gets when a tab is opened at the edit view of a page."""

    def get(name: str, about: Any, **query: str) -> Any:
        address = about if isinstance(about, str) else edit_address(about)
        return client.get(reverse("wagtail_ai_content_editor:panel", args=[name]), {"address": address, **query})

    return get


def edit_address(page: Any) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def asked(page: Any, **more: Any) -> str:
    subject = {"app": page._meta.app_label, "model": page._meta.model_name, "object": str(page.pk), "parent": ""}
    return json.dumps({"key": str(uuid.uuid4()), "subject": subject, "instruction": "", "form": "", **more})


def suggest(client: Any, page: Any, found: list[dict[str, str]]) -> Job:
    """An answered request for suggestions about the content of a page, by whoever has logged in."""
    body = asked(page, function="suggestions", form="title=First+day&content=We+set+out.&slug=first")
    answer = client.post(reverse("wagtail_ai_content_editor:generate"), body, content_type=JSON)
    assert answer.status_code == 202, answer.content
    job = Job.objects.get(pk=answer.json()["job"])
    with answered_by(FakeProvider([json.dumps({"suggestions": found, "note": ""})])):
        return run_job(job)


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


class TestWriting:
    def test_the_whole_page_is_written_by_a_worker(self, client: Any, editor: Any, plain_page: PlainPage) -> None:
        client.force_login(editor)
        body = asked(plain_page, function="title", instruction="Shorter")
        answer = client.post(reverse("wagtail_ai_content_editor:panel_write"), body, content_type=JSON)
        assert answer.status_code == 202
        job = Job.objects.get(pk=answer.json()["job"])
        assert (job.function, job.target_object_id, job.params["instruction"]) == (
            "title",
            str(plain_page.pk),
            "Shorter",
        )
        assert client.get(answer.json()["follow"]).json()["status"] == "pending"
        assert client.post(answer.json()["cancel"]).status_code == 204
        job.refresh_from_db()
        assert job.status == "cancelled"

    def test_the_same_click_is_the_same_job(self, client: Any, editor: Any, plain_page: PlainPage) -> None:
        client.force_login(editor)
        body = asked(plain_page, function="title")
        address = reverse("wagtail_ai_content_editor:panel_write")
        ids = {client.post(address, body, content_type=JSON).json()["job"] for _ in range(2)}
        assert len(ids) == 1

    def test_what_came_of_it_is_told_with_the_way_to_it(self, client: Any, editor: Any, plain_page: PlainPage) -> None:
        client.force_login(editor)
        body = asked(plain_page, function="meta")
        answer = client.post(reverse("wagtail_ai_content_editor:panel_write"), body, content_type=JSON).json()
        run_job(Job.objects.get(pk=answer["job"]))
        result = client.get(answer["follow"]).json()["result"]
        assert result["outcome"] == "revision"
        assert result["message"]
        assert client.get(result["review"]).status_code == 200

    @pytest.mark.parametrize("function", ["assist", "rewrite", "nothing", ""])
    def test_only_what_works_on_the_whole_page(
        self, client: Any, editor: Any, plain_page: PlainPage, function: str
    ) -> None:
        client.force_login(editor)
        body = asked(plain_page, function=function)
        answer = client.post(reverse("wagtail_ai_content_editor:panel_write"), body, content_type=JSON)
        assert answer.status_code == 400
        assert not Job.objects.exists()

    def test_not_for_who_may_not_edit(self, client: Any, stranger: Any, plain_page: PlainPage) -> None:
        client.force_login(stranger)
        body = asked(plain_page, function="title")
        answer = client.post(reverse("wagtail_ai_content_editor:panel_write"), body, content_type=JSON)
        assert answer.status_code == 404
        assert not Job.objects.exists()

    def test_a_page_that_was_never_saved_is_to_be_saved_first(
        self, client: Any, editor: Any, section: SectionPage
    ) -> None:
        client.force_login(editor)
        subject = {"app": "pages", "model": "plainpage", "object": "", "parent": str(section.pk)}
        body = json.dumps({"key": str(uuid.uuid4()), "subject": subject, "function": "title"})
        answer = client.post(reverse("wagtail_ai_content_editor:panel_write"), body, content_type=JSON)
        assert answer.status_code == 400
        assert "Save it first" in answer.json()["message"]

    @pytest.mark.parametrize(
        ("given", "told"),
        [({}, "Mood: This field is required."), ({"mood": "wild"}, "Mood: Select a valid choice"),
         ({"mood": "calm", "longest": "many"}, "Longest: Enter a number.")],
    )  # fmt: skip
    def test_values_that_a_prompt_cannot_take_are_told(
        self, client: Any, editor: Any, plain_page: PlainPage, given: dict[str, Any], told: str
    ) -> None:
        add_prompt()
        client.force_login(editor)
        body = asked(plain_page, function="page_text", prompt="house", variables=given)
        answer = client.post(reverse("wagtail_ai_content_editor:panel_write"), body, content_type=JSON)
        assert answer.status_code == 400
        assert answer.json()["message"].startswith(told)

    def test_values_reach_the_job_with_their_types(self, client: Any, editor: Any, plain_page: PlainPage) -> None:
        add_prompt()
        client.force_login(editor)
        given = {"mood": "calm", "longest": 120}
        body = asked(plain_page, function="page_text", prompt="house", variables=given)
        answer = client.post(reverse("wagtail_ai_content_editor:panel_write"), body, content_type=JSON)
        assert Job.objects.get(pk=answer.json()["job"]).params["variables"] == given

    def test_a_prompt_that_was_deleted_meanwhile_is_told(self, client: Any, editor: Any, plain_page: PlainPage) -> None:
        client.force_login(editor)
        body = asked(plain_page, function="page_text", prompt="house")
        answer = client.post(reverse("wagtail_ai_content_editor:panel_write"), body, content_type=JSON)
        assert answer.status_code == 400
        assert answer.json()["code"] == "unknown_prompt"


class TestSuggestions:
    FOUND = (
        {"id": "t1", "kind": "tone", "message": "Say where.", "replacement": "First day, by the sea"},
        {"id": "t2", "kind": "clarity", "message": "Who is “we”? <b>Say so</b>.", "replacement": ""},
    )

    def test_they_are_shown_by_kind_with_their_texts(
        self, client: Any, editor: Any, tab: Any, plain_page: PlainPage
    ) -> None:
        client.force_login(editor)
        job = suggest(client, plain_page, list(self.FOUND))
        html = tab("suggestions", plain_page, job=str(job.pk)).content.decode()
        assert html.index("Clarity") < html.index("Tone")
        assert 'data-path="title"' in html
        assert "First day, by the sea" in html
        assert "<b>Say so</b>" not in html

    def test_what_was_dismissed_stays_away_until_the_text_changes(
        self, client: Any, editor: Any, tab: Any, plain_page: PlainPage
    ) -> None:
        client.force_login(editor)
        job = suggest(client, plain_page, list(self.FOUND))
        key = job.parsed["value"][0]["key"]
        assert dismiss(client, plain_page, key).status_code == 204
        html = tab("suggestions", plain_page, job=str(job.pk)).content.decode()
        assert "Say where." not in html
        assert "1 that you dismissed is not shown" in html

    def test_dismissing_is_for_oneself(self, client: Any, editor: Any, lead: Any, plain_page: PlainPage) -> None:
        client.force_login(editor)
        dismiss(client, plain_page, "a")
        dismiss(client, plain_page, "a")
        assert suggestions.dismissed(editor, key_of(plain_page)) == {"a"}
        assert suggestions.dismissed(lead, key_of(plain_page)) == frozenset()

    def test_it_is_forgotten_with_the_page(self, client: Any, editor: Any, plain_page: PlainPage) -> None:
        client.force_login(editor)
        dismiss(client, plain_page, "a")
        plain_page.delete()
        assert not DismissedSuggestion.objects.exists()

    def test_only_so_many_are_remembered(self, editor: Any, plain_page: PlainPage) -> None:
        keys = [f"k{number}" for number in range(suggestions.MOST + 10)]
        for key in keys:
            suggestions.dismiss(editor, key_of(plain_page), [key])
        assert suggestions.dismissed(editor, key_of(plain_page)) == set(keys[10:])

    @pytest.mark.parametrize("keys", [[], ["k" * 65], ["k"] * 201])
    def test_what_is_no_key_is_refused(self, client: Any, editor: Any, plain_page: PlainPage, keys: list[str]) -> None:
        client.force_login(editor)
        assert dismiss(client, plain_page, *keys).status_code == 404
        assert not DismissedSuggestion.objects.exists()

    def test_not_for_who_may_not_edit(self, client: Any, stranger: Any, plain_page: PlainPage) -> None:
        client.force_login(stranger)
        assert dismiss(client, plain_page, "a").status_code == 404
        assert not DismissedSuggestion.objects.exists()

    def test_the_answer_is_its_askers_alone(
        self, client: Any, editor: Any, lead: Any, tab: Any, plain_page: PlainPage
    ) -> None:
        client.force_login(editor)
        job = suggest(client, plain_page, list(self.FOUND))
        client.force_login(lead)
        assert tab("suggestions", plain_page, job=str(job.pk)).status_code == 404


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


def add_prompt(variables: list[dict[str, Any]] | None = None) -> PromptTemplate:
    declared = variables or [
        {"name": "mood", "type": "choice", "required": True, "choices": ["calm", "lively"]},
        {"name": "longest", "type": "number"},
    ]
    body = "{# user #}\nWrite {{ mood }}, at most {{ longest }} words."
    return PromptTemplate.objects.create(function="page_text", name="house", body=body, variables=declared, live=True)


def dismiss(client: Any, page: Any, *keys: str) -> Any:
    address = reverse("wagtail_ai_content_editor:panel_dismiss")
    return client.post(f"{address}?address={edit_address(page)}", {"key": list(keys)})


def queries(client: Any, address: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


@contextmanager
def without_us() -> Iterator[None]:
    """The edit view of pages as Wagtail has it."""
    viewset = page_viewset_registry.get_by_type(DeepPage)
    with patch.object(viewset, "edit_view_class", EditView):
        yield
