"""Prompts and model profiles in the Wagtail admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Site

from wagtail_ai_content.interfaces.manage.prompts import function_choices, function_label
from wagtail_ai_content.records.prompts.api import ModelProfile, PromptTemplate

pytestmark = pytest.mark.django_db
BODY = "{# system #}\nBe <b>kind</b>.\n{# user #}\n{{ text|fenced }}"


def url(name: str, *args: Any) -> str:
    return reverse(f"wagtailsnippets_wagtail_ai_content_prompttemplate:{name}", args=args)


@pytest.fixture
def prompt() -> PromptTemplate:
    made = PromptTemplate.objects.create(name="House style", function="title", body=BODY, live=False)
    made.save_revision().publish()
    return made


@pytest.fixture
def admin(client: Client, django_user_model: Any) -> Client:
    client.force_login(django_user_model.objects.create_superuser("boss", "boss@example.com", "secret"))
    return client


def form(**changes: str) -> dict[str, str]:
    return {
        "name": "House style",
        "function": "title",
        "site": "",
        "body": BODY,
        "variables": "[]",
        "model": "",
        **changes,
    }


def shown_preview(admin: Client, prompt: PromptTemplate, **changes: str) -> str:
    posted = admin.post(url("preview_on_edit", prompt.pk), form(**changes)).json()
    assert posted == {"is_valid": True, "is_available": True}
    return admin.get(url("preview_on_edit", prompt.pk)).content.decode()


def test_the_list_shows_function_site_version_and_status(admin: Client, prompt: PromptTemplate) -> None:
    page = admin.get(url("list")).content.decode()
    assert all(text in page for text in ("House style", "All sites", "live"))


def test_the_list_is_filtered_by_site(admin: Client, prompt: PromptTemplate) -> None:
    site = Site.objects.get(is_default_site=True)
    PromptTemplate.objects.create(name="Only here", function="title", body=BODY, site=site)
    listed = admin.get(url("list"), {"site": site.pk}).content.decode()
    assert "Only here" in listed
    assert "House style" not in listed
    assert "Only here" not in admin.get(url("list"), {"site": "null"}).content.decode()


def test_the_form_lists_the_variables_of_the_function(admin: Client, prompt: PromptTemplate) -> None:
    page = admin.get(url("edit", prompt.pk)).content.decode()
    assert "section_summary" in page
    assert "partial(&quot;rules&quot;)" in page or 'partial("rules")' in page


def test_a_broken_prompt_is_not_saved_and_the_field_says_why(admin: Client, prompt: PromptTemplate) -> None:
    answer = admin.post(url("edit", prompt.pk), form(body="One\n{{ titel }}"))
    assert answer.status_code == 200
    assert "Line 2: there is no variable “titel”" in answer.content.decode()
    prompt.refresh_from_db()
    assert prompt.body == BODY


def test_saving_a_draft_leaves_the_published_prompt_in_use(admin: Client, prompt: PromptTemplate) -> None:
    admin.post(url("edit", prompt.pk), form(body="New {{ text }}"))
    prompt.refresh_from_db()
    assert (prompt.body, prompt.version, prompt.has_unpublished_changes) == (BODY, 1, True)


def test_publishing_in_the_editor_raises_the_version(admin: Client, prompt: PromptTemplate) -> None:
    admin.post(url("edit", prompt.pk), form(body="New {{ text }}") | {"action-publish": "1"})
    prompt.refresh_from_db()
    assert (prompt.body, prompt.version) == ("New {{ text }}", 2)


def test_the_preview_shows_both_parts_escaped(admin: Client, prompt: PromptTemplate) -> None:
    page = shown_preview(admin, prompt)
    assert "Be &lt;b&gt;kind&lt;/b&gt;." in page
    assert "&lt;data-0123456789abcdef&gt;" in page
    assert "lighthouse" in page


@pytest.mark.parametrize("body", ["One\n{{ titel }}", "One\n{{ title", "One\n</script>", "One\n{% include 'x' %}"])
def test_the_preview_shows_what_is_wrong_and_where(admin: Client, prompt: PromptTemplate, body: str) -> None:
    page = shown_preview(admin, prompt, body=body)
    assert "This prompt cannot be used" in page
    assert "Line 2: " in page
    assert "</script>" not in page


def test_a_new_prompt_can_be_previewed(admin: Client) -> None:
    assert admin.post(url("preview_on_add"), form(body="{{ titel }}")).json()["is_available"]
    assert "Line 1: " in admin.get(url("preview_on_add")).content.decode()


def test_nothing_inline_in_the_preview(admin: Client, prompt: PromptTemplate) -> None:
    page = shown_preview(admin, prompt)
    assert "<script" not in page
    assert "<style" not in page
    assert "style=" not in page


@pytest.mark.parametrize("view", ["list", "add"])
def test_prompts_are_closed_to_those_without_the_right(client: Client, editor: Any, view: str) -> None:
    client.force_login(editor)
    assert client.get(url(view)).status_code == 302


@pytest.mark.parametrize("view", ["edit", "history", "copy", "usage", "delete", "preview_on_edit"])
def test_a_prompt_is_closed_to_those_without_the_right(
    client: Client, editor: Any, prompt: PromptTemplate, view: str
) -> None:
    client.force_login(editor)
    assert client.get(url(view, prompt.pk)).status_code in (302, 403)


def test_model_profiles_are_edited_under_settings(admin: Client) -> None:
    fields = {"function": "", "site": "", "model": "a/b", "fallback_models": "", "max_tokens": "300"}
    admin.post(reverse("ai_model_profile:add"), fields | {"temperature": "0", "response_format": ""})
    profile = ModelProfile.objects.get()
    assert (profile.model, profile.max_tokens, profile.temperature, profile.function) == ("a/b", 300, 0.0, "")
    listed = admin.get(reverse("ai_model_profile:index")).content.decode()
    assert "All functions" in listed
    assert reverse("ai_model_profile:edit", args=[profile.pk]) in listed


def test_functions_are_offered_by_their_titles() -> None:
    assert {"title", "meta", "page_text"} <= set(dict(function_choices()))
    assert function_label("uninstalled") == "uninstalled"
