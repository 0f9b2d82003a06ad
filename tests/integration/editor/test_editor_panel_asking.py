"""What the tabs of the AI side panel ask for: texts, and suggestions that are remembered."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.urls import reverse

from tests.support.pages.models import PlainPage, SectionPage
from tests.support.panel import (
    JSON,
    add_prompt,
    asked,
    dismiss,
    suggest,
)
from wagtail_ai_content.api import run_job
from wagtail_ai_content.models import DismissedSuggestion, Job
from wagtail_ai_content.pipeline.provenance import key_of
from wagtail_ai_content.records.suggestions import api as suggestions

pytestmark = pytest.mark.django_db


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
