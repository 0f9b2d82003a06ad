"""Which prompt and which model a request gets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from wagtail.models import Page, Site

from wagtail_ai_content.core.errors import PromptError, UnknownPrompt
from wagtail_ai_content.records.prompts.api import (
    ModelProfile,
    ProfileValues,
    PromptTemplate,
    profile_for,
    prompts_for,
    resolve,
)

pytestmark = pytest.mark.django_db
BODY = "Suggest titles for {{ text|fenced }}"


@pytest.fixture
def site() -> Site:
    return Site.objects.get(is_default_site=True)


@pytest.fixture
def other_site() -> Site:
    return Site.objects.create(hostname="other.example", root_page=Page.objects.get(depth=1))


def published(name: str, **fields: Any) -> PromptTemplate:
    values = {"function": "title", "body": BODY, "live": False, **fields}
    prompt = PromptTemplate.objects.create(name=name, **values)
    prompt.save_revision().publish()
    prompt.refresh_from_db()
    return prompt


def test_without_prompts_of_its_own_a_site_uses_the_shipped_one(site: Site) -> None:
    found = resolve("title", site_id=site.pk)
    assert (found.source, found.name, found.version, found.template_id) == ("shipped", "title", "1", None)
    assert found.partials["rules"]
    assert "page_title" in {variable.name for variable in found.variables}


@pytest.mark.parametrize(("function", "pages"), [("meta", False), ("page_text", True)])
def test_only_a_partial_that_a_prompt_names_counts_as_used(site: Site, function: str, pages: bool) -> None:
    used = resolve(function, site_id=site.pk).used
    assert "section_title" in used
    assert ("pages" in used) == pages


def test_a_sites_own_prompt_goes_before_one_for_all_sites(site: Site, other_site: Site) -> None:
    own = published("Own", site=site)
    published("Everybody's")
    found = resolve("title", site_id=site.pk)
    assert (found.source, found.name, found.version, found.template_id) == ("database", "Own", "1", own.pk)
    assert found.revision_id == own.live_revision_id
    assert resolve("title", site_id=other_site.pk).name == "Everybody's"
    assert resolve("title", site_id=None).name == "Everybody's"


def test_a_prompt_of_another_site_is_neither_used_nor_named(site: Site, other_site: Site) -> None:
    published("Secret", site=site)
    assert resolve("title", site_id=other_site.pk).source == "shipped"
    with pytest.raises(UnknownPrompt) as caught:
        resolve("title", site_id=other_site.pk, name="Secret")
    assert caught.value.text.params["known"] == "title"
    assert not prompts_for(other_site.pk).exists()


def test_of_several_prompts_the_one_published_last_is_used() -> None:
    first = published("First")
    published("Second")
    assert resolve("title", site_id=None).name == "Second"
    PromptTemplate.objects.filter(pk=first.pk).update(last_published_at=timezone.now() + timedelta(minutes=1))
    assert resolve("title", site_id=None).name == "First"


def test_a_prompt_that_needs_values_is_used_by_its_name_only() -> None:
    published("plain")
    mood = {"name": "mood", "type": "text", "required": True}
    published(
        "moody", body="A {{ mood }} title for {{ text|fenced }}", variables=[mood, {"name": "text", "type": "text"}]
    )
    assert resolve("title", site_id=None).name == "plain"
    assert resolve("title", site_id=None, name="moody").name == "moody"


def test_a_certain_prompt_can_be_asked_for_by_name() -> None:
    published("First")
    published("Second")
    assert resolve("title", site_id=None, name="First").name == "First"
    assert resolve("title", site_id=None, name="title").source == "shipped"


def test_a_draft_is_not_used() -> None:
    prompt = published("Live")
    prompt.body = "Changed"
    prompt.save_revision()
    PromptTemplate.objects.create(name="Draft", function="title", body=BODY, live=False)
    assert resolve("title", site_id=None).body == BODY
    with pytest.raises(UnknownPrompt):
        resolve("title", site_id=None, name="Draft")


def test_an_unknown_name_lists_the_known_ones() -> None:
    published("House style")
    with pytest.raises(UnknownPrompt, match="House style, title"):
        resolve("title", site_id=None, name="Nope")


def test_a_function_without_any_prompt_is_an_error() -> None:
    with pytest.raises(UnknownPrompt):
        resolve("nope", site_id=None)


def test_a_prompt_given_with_the_task_goes_first() -> None:
    published("House style")
    found = resolve("title", site_id=None, override="Just {{ text }}")
    assert (found.source, found.body, found.template_id) == ("override", "Just {{ text }}", None)


@pytest.mark.parametrize("body", ["{{ titel }}", "{% include 'x' %}", "{{ text.__class__ }}"])
def test_a_prompt_given_with_the_task_is_checked(body: str) -> None:
    with pytest.raises(PromptError):
        resolve("title", site_id=None, override=body)


def test_the_hash_changes_with_the_words() -> None:
    first, again, other = (resolve("title", site_id=None, override=body).hash for body in ("a", "a", "b"))
    assert first == again != other


def test_each_publication_raises_the_version_and_a_draft_does_not() -> None:
    prompt = published("A")
    prompt.save_revision()
    prompt.refresh_from_db()
    assert prompt.version == 1
    prompt.save_revision().publish()
    prompt.refresh_from_db()
    assert prompt.version == 2


def test_a_publication_planned_for_later_does_not_raise_the_version() -> None:
    prompt = published("A")
    prompt.go_live_at = timezone.now() + timedelta(days=1)
    prompt.save_revision().publish()
    prompt.refresh_from_db()
    assert prompt.version == 1


def test_an_older_revision_does_not_bring_back_its_version() -> None:
    prompt = published("A")
    old = prompt.latest_revision
    prompt.save_revision().publish()
    old.publish()
    prompt.refresh_from_db()
    assert prompt.version == 3


def test_saving_names_the_line_and_the_reason() -> None:
    prompt = PromptTemplate(name="A", function="title", body="One\n{{ titel }}")
    with pytest.raises(ValidationError) as caught:
        prompt.full_clean()
    message = caught.value.message_dict["body"][0]
    assert message.startswith("Line 2: there is no variable “titel”; there are: ")


def test_variables_of_its_own_replace_the_standard_ones() -> None:
    prompt = PromptTemplate(name="A", function="glossary", body="{{ word }}", variables=[{"name": "word"}])
    prompt.full_clean()
    prompt.variables = [{"name": "word", "type": "date"}]
    with pytest.raises(ValidationError) as caught:
        prompt.full_clean()
    assert "variables" in caught.value.message_dict


@pytest.mark.parametrize("with_site", [True, False])
def test_a_name_is_unique_for_a_function_on_a_site(with_site: bool, site: Site) -> None:
    fields = {"name": "A", "function": "title", "body": BODY, "site": site if with_site else None}
    PromptTemplate.objects.create(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        PromptTemplate.objects.create(**fields)
    PromptTemplate.objects.create(**{**fields, "function": "meta"})


@pytest.mark.parametrize(("model", "fields"), [(PromptTemplate, {"name": "A", "body": BODY}), (ModelProfile, {})])
@pytest.mark.parametrize("with_site", [True, False])
def test_a_twin_is_refused_in_plain_words(model: Any, fields: dict[str, str], with_site: bool, site: Site) -> None:
    fields = {**fields, "function": "title", "site": site if with_site else None}
    model.objects.create(**fields)
    with pytest.raises(ValidationError) as caught:
        model(**fields).full_clean()
    assert "already" in str(caught.value)
    assert "Constraint" not in str(caught.value)


def test_removing_a_site_removes_its_prompts_and_no_others(other_site: Site) -> None:
    PromptTemplate.objects.create(name="A", function="title", body=BODY, site=other_site)
    PromptTemplate.objects.create(name="B", function="title", body=BODY)
    other_site.delete()
    assert [prompt.name for prompt in PromptTemplate.objects.all()] == ["B"]


def test_without_profiles_nothing_is_said() -> None:
    assert profile_for("title", None) is None


def test_each_value_comes_from_the_closest_profile(site: Site, other_site: Site) -> None:
    ModelProfile.objects.create(model="all/all", max_tokens=900, temperature=0.9, fallback_models="b/1\n\n b/2 ")
    ModelProfile.objects.create(function="title", temperature=0.5)
    ModelProfile.objects.create(site=site, model="site/all")
    ModelProfile.objects.create(site=site, function="title", temperature=0)
    assert profile_for("title", site.pk) == ProfileValues(
        model="site/all", max_tokens=900, temperature=0.0, fallback_models=("b/1", "b/2")
    )
    assert profile_for("title", other_site.pk) == ProfileValues(
        model="all/all", max_tokens=900, temperature=0.5, fallback_models=("b/1", "b/2")
    )
