"""Prompts and model profiles are kept to the sites a person has a right on: no URL shows or changes another site's."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import get_resolver, reverse
from wagtail.models import (
    GroupApprovalTask,
    GroupSitePermission,
    Page,
    Site,
    Workflow,
    WorkflowContentType,
    WorkflowTask,
)
from wagtail.test.utils.form_data import querydict_from_html

from wagtail_ai_content.interfaces.manage.prompts import ModelProfileViewSet
from wagtail_ai_content.records.prompts.api import ModelProfile, PromptTemplate
from wagtail_ai_content.records.prompts.rights import PUBLISH, WRITE

pytestmark = pytest.mark.django_db

SNIPPET = "wagtailsnippets_wagtail_ai_content_prompttemplate"
CHOOSER = "wagtailsnippetchoosers_wagtail_ai_content_prompttemplate"
BODY = "{{ text|fenced }}"
SECRET = "Canary of the other site"
READING = {"copy", "inspect"}
"""What a person may do with a prompt for all sites without a right on all."""
PARAMETERS: dict[str, Any] = {"action_name": "approve", "revision_id_a": "earliest", "revision_id_b": "latest"}

Grant = Callable[..., Client]


@pytest.fixture
def here(root: Page) -> Site:
    return Site.objects.get(is_default_site=True)


@pytest.fixture
def elsewhere(root: Page, add_page: Any) -> Site:
    """A second site beside the first."""
    home = add_page(Page, root.get_parent(), title="Elsewhere", slug="elsewhere")
    return Site.objects.create(hostname="elsewhere.example", root_page=home)


@pytest.fixture
def grant(django_user_model: Any) -> Grant:
    """``grant(site, *actions)``: somebody logged in with those rights on prompts of the site; on all with None."""

    def give(site: Site | None, *actions: str, model: Any = PromptTemplate) -> Client:
        name = uuid.uuid4().hex[:8]
        group = Group.objects.create(name=name)
        group.permissions.add(Permission.objects.get(codename="access_admin"))
        kind = ContentType.objects.get_for_model(model)
        for action in actions:
            permission = Permission.objects.get(content_type=kind, codename=f"{action}_{model._meta.model_name}")
            if site is None:
                group.permissions.add(permission)
            else:
                GroupSitePermission.objects.create(group=group, site=site, permission=permission)
        user = django_user_model.objects.create_user(name, f"{name}@example.com", "secret")
        user.groups.add(group)
        client = Client()
        client.force_login(user)
        return client

    return give


@pytest.fixture
def prompt_for() -> Callable[..., PromptTemplate]:
    """``prompt_for(site, name)``: a published prompt with a second draft."""

    def make(site: Site | None, name: str) -> PromptTemplate:
        prompt = PromptTemplate.objects.create(
            name=name, function="title", body=f"{BODY} {name}", site=site, live=False
        )
        prompt.save_revision().publish()
        prompt.refresh_from_db()
        prompt.body = f"{BODY} draft of {name}"
        prompt.save_revision()
        return prompt

    return make


def names_with_object(namespace: str) -> list[str]:
    """The names of all URLs of one object in a namespace, as the URL conf has them now."""
    _, resolver = next(found for found in _resolvers(get_resolver()) if found[0] == namespace)
    patterns = [entry for entry in resolver.url_patterns if "pk" in entry.pattern.regex.groupindex]
    return sorted({entry.name for entry in patterns})


def _resolvers(resolver: Any) -> Any:
    for entry in resolver.url_patterns:
        if hasattr(entry, "url_patterns"):
            yield entry.namespace, entry
            yield from _resolvers(entry)


def address(namespace: str, name: str, instance: Any) -> str:
    _, resolver = next(found for found in _resolvers(get_resolver()) if found[0] == namespace)
    pattern = next(entry.pattern for entry in resolver.url_patterns if entry.name == name)
    numbers = dict.fromkeys(pattern.regex.groupindex, 1) | {"revision_id": instance_revision(instance)}
    wanted = {key: PARAMETERS.get(key, number) for key, number in numbers.items() if key in pattern.regex.groupindex}
    return reverse(f"{namespace}:{name}", kwargs={**wanted, "pk": instance.pk})


def instance_revision(instance: Any) -> int:
    return getattr(instance, "latest_revision_id", None) or 1


def url(name: str, *args: Any) -> str:
    return reverse(f"{SNIPPET}:{name}", args=args)


def form(**changes: Any) -> dict[str, Any]:
    return {"name": "Mine", "function": "title", "site": "", "body": BODY, "variables": "[]", "model": "", **changes}


# --- what is not there


@pytest.mark.parametrize("rights", [WRITE, (*WRITE, *PUBLISH)], ids=["writer", "publisher"])
@pytest.mark.parametrize("namespace", [SNIPPET, CHOOSER])
def test_no_url_of_a_prompt_of_another_site_is_found(
    grant: Grant, here: Site, elsewhere: Site, prompt_for: Any, namespace: str, rights: tuple[str, ...]
) -> None:
    client, prompt = grant(here, *rights), prompt_for(elsewhere, SECRET)
    before = PromptTemplate.objects.filter(pk=prompt.pk).values().get()
    names = names_with_object(namespace)
    assert names
    for name in names:
        for method in (client.get, client.post, client.delete):
            answer = method(address(namespace, name, prompt))
            assert (name, answer.status_code) in ((name, 404), (name, 405))
            assert SECRET not in answer.content.decode()
    assert PromptTemplate.objects.filter(pk=prompt.pk).values().get() == before


def test_the_urls_of_a_prompt_are_all_known_to_these_tests() -> None:
    assert names_with_object(SNIPPET) == [
        "collect_workflow_action_data", "confirm_workflow_cancellation", "copy", "delete", "edit", "history",
        "history_results", "inspect", "lock", "preview_on_edit", "revisions_compare", "revisions_revert",
        "revisions_unschedule", "revisions_view", "unlock", "unpublish", "usage", "workflow_action",
        "workflow_history", "workflow_history_detail", "workflow_preview",
    ]  # fmt: skip
    assert names_with_object(CHOOSER) == ["chosen"]


def test_lists_choosers_and_reports_name_no_prompt_of_another_site(
    grant: Grant, here: Site, elsewhere: Site, prompt_for: Any
) -> None:
    client = grant(here, *WRITE, *PUBLISH)
    own, foreign = prompt_for(here, "Ours"), prompt_for(elsewhere, SECRET)
    shown = {
        url("list"): {}, url("list_results"): {}, f"{url('list')}?export=csv": {},
        url("list") + "?q=canary": {}, url("list") + f"?site={elsewhere.pk}": {},
        reverse(f"{CHOOSER}:choose"): {}, reverse(f"{CHOOSER}:choose_results"): {},
        reverse(f"{CHOOSER}:chosen_multiple") + f"?id={own.pk}&id={foreign.pk}": {},
        reverse("wagtailadmin_reports:site_history"): {}, reverse("wagtailadmin_home"): {},
    }  # fmt: skip
    for page in shown:
        answer = client.get(page)
        assert (page, answer.status_code) in ((page, 200), (page, 302))
        assert SECRET not in b"".join(answer).decode(), page
    assert "Ours" in client.get(url("list")).content.decode()
    assert "Ours" in client.get(reverse(f"{CHOOSER}:choose")).content.decode()
    assert "elsewhere.example" not in client.get(url("list")).content.decode()


def test_deleting_several_leaves_and_hides_those_of_another_site(
    grant: Grant, here: Site, elsewhere: Site, prompt_for: Any
) -> None:
    client = grant(here, *WRITE)
    own, foreign = prompt_for(here, "Ours"), prompt_for(elsewhere, SECRET)
    bulk = reverse("wagtail_bulk_action", args=["wagtail_ai_content", "prompttemplate", "delete"])
    assert client.get(f"{bulk}?id={foreign.pk}").status_code == 404
    for chosen in (f"id={own.pk}&id={foreign.pk}", "id=all"):
        page = client.get(f"{bulk}?{chosen}").content.decode()
        assert "Ours" in page
        assert SECRET not in page
    client.post(f"{bulk}?id=all")
    assert list(PromptTemplate.objects.values_list("name", flat=True)) == [SECRET]


def test_an_editor_of_pages_without_a_right_on_prompts_sees_none(client: Client, lead: Any, prompt_for: Any) -> None:
    prompt_for(None, SECRET)
    client.force_login(lead)
    for page in (url("list"), reverse(f"{CHOOSER}:choose"), reverse(f"{CHOOSER}:choose_results")):
        assert SECRET not in client.get(page).content.decode()


# --- what one may do


def test_a_person_with_the_rights_of_a_site_writes_and_publishes_there(grant: Grant, here: Site) -> None:
    client = grant(here, *WRITE, *PUBLISH)
    page = client.get(url("add")).content.decode()
    assert 'name="action-publish"' in page
    client.post(url("add"), form(site=here.pk) | {"action-publish": "1"})
    made = PromptTemplate.objects.get()
    assert (made.live, made.site) == (True, here)
    assert 'name="action-publish"' in client.get(url("edit", made.pk)).content.decode()
    client.post(url("edit", made.pk), form(body=f"New {BODY}") | {"action-publish": "1"})
    made.refresh_from_db()
    assert (made.body, made.version, made.site) == (f"New {BODY}", 2, here)
    for name in ("history", "usage", "inspect", "copy", "delete", "unpublish"):
        assert (name, client.get(url(name, made.pk)).status_code) == (name, 200)


def test_a_prompt_cannot_be_made_for_another_site_or_for_all(grant: Grant, here: Site, elsewhere: Site) -> None:
    client = grant(here, *WRITE, *PUBLISH)
    for site in (elsewhere.pk, ""):
        answer = client.post(url("add"), form(site=site))
        assert answer.status_code == 200
        assert "Mine" in answer.content.decode()
    assert not PromptTemplate.objects.exists()


def test_a_prompt_does_not_move_to_another_site(grant: Grant, here: Site, elsewhere: Site, prompt_for: Any) -> None:
    prompt = prompt_for(here, "Ours")
    grant(None, *WRITE).post(url("edit", prompt.pk), form(name="Ours", site=elsewhere.pk, body=f"Moved {BODY}"))
    latest = PromptTemplate.objects.get(pk=prompt.pk).get_latest_revision_as_object()
    assert (latest.site, latest.body) == (here, f"Moved {BODY}")


def test_who_publishes_on_one_site_only_writes_on_the_other(grant: Grant, here: Site, elsewhere: Site) -> None:
    client = grant(here, *WRITE, *PUBLISH)
    group = Group.objects.get(name=client.get(url("list")).wsgi_request.user.username)
    for permission in GroupSitePermission.objects.filter(group=group, permission__codename__regex="^(add|change|view)"):
        GroupSitePermission.objects.create(group=group, site=elsewhere, permission=permission.permission)
    answer = client.post(url("add"), form(site=elsewhere.pk) | {"action-publish": "1"})
    assert "may not publish for this site" in answer.content.decode()
    assert not PromptTemplate.objects.exists()
    client.post(url("add"), form(site=elsewhere.pk))
    made = PromptTemplate.objects.get()
    page = client.get(url("edit", made.pk)).content.decode()
    assert 'name="action-publish"' not in page
    client.post(url("edit", made.pk), form() | {"action-publish": "1"})
    made.refresh_from_db()
    assert (made.live, made.has_unpublished_changes) == (False, True)
    assert client.post(url("unpublish", made.pk)).status_code == 302
    assert client.get(url("delete", made.pk)).status_code == 302


def test_a_prompt_for_all_sites_is_seen_and_copied_but_not_changed(grant: Grant, here: Site, prompt_for: Any) -> None:
    client, prompt = grant(here, *WRITE, *PUBLISH), prompt_for(None, "Shared")
    before = PromptTemplate.objects.filter(pk=prompt.pk).values().get()
    listed = client.get(url("list")).content.decode()
    assert "Shared" in listed
    assert url("edit", prompt.pk) not in listed
    assert url("inspect", prompt.pk) in listed
    for name in names_with_object(SNIPPET):
        if name in READING or name.startswith(("workflow_", "collect_", "confirm_")):
            continue
        assert (name, client.get(address(SNIPPET, name, prompt)).status_code) in ((name, 302), (name, 405), (name, 403))
        client.post(address(SNIPPET, name, prompt), form(name="Shared"))
    assert "Shared" in client.get(url("copy", prompt.pk)).content.decode()
    client.post(url("copy", prompt.pk), form(name="Shared", site=here.pk))
    assert PromptTemplate.objects.filter(pk=prompt.pk).values().get() == before


@pytest.mark.parametrize("site", ["here", "elsewhere", "all"])
def test_a_right_on_all_sites_reaches_every_prompt(
    grant: Grant, here: Site, elsewhere: Site, prompt_for: Any, site: str
) -> None:
    client = grant(None, *WRITE, *PUBLISH)
    prompt = prompt_for({"here": here, "elsewhere": elsewhere, "all": None}[site], SECRET)
    for name in ("edit", "history", "usage", "inspect", "copy", "delete", "unpublish"):
        assert (name, client.get(url(name, prompt.pk)).status_code) == (name, 200)
    assert SECRET in client.get(url("list")).content.decode()
    assert SECRET in client.get(reverse(f"{CHOOSER}:chosen", args=[prompt.pk])).content.decode()


def test_the_reviewer_of_a_running_workflow_may_open_what_waits_for_review(
    grant: Grant, here: Site, elsewhere: Site, prompt_for: Any
) -> None:
    client, prompt = grant(here, *WRITE), prompt_for(elsewhere, SECRET)
    reviewer = client.get(reverse("wagtailadmin_home")).wsgi_request.user
    workflow, task = Workflow.objects.create(name="Prompts"), GroupApprovalTask.objects.create(name="Look")
    task.groups.add(reviewer.groups.get())
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    kind = ContentType.objects.get_for_model(PromptTemplate)
    WorkflowContentType.objects.create(content_type=kind, workflow=workflow)
    assert client.get(url("edit", prompt.pk)).status_code == 404
    workflow.start(prompt.get_latest_revision_as_object(), None)
    assert client.get(url("edit", prompt.pk)).status_code == 200


# --- model profiles


def test_model_profiles_are_kept_to_their_sites_too(grant: Grant, here: Site, elsewhere: Site) -> None:
    client = grant(here, *WRITE, model=ModelProfile)
    own, foreign, shared = (
        ModelProfile.objects.create(site=site, model=model)
        for site, model in ((here, "own/model"), (elsewhere, "secret/model"), (None, "shared/model"))
    )
    listed = client.get(reverse("ai_model_profile:index")).content.decode()
    assert ("own/model" in listed, "shared/model" in listed, "secret/model" in listed) == (True, True, False)
    names = names_with_object(ModelProfileViewSet.name)
    assert names == ["delete", "edit", "history", "history_results", "usage"]
    for name in names:
        for method in (client.get, client.post):
            assert method(reverse(f"ai_model_profile:{name}", args=[foreign.pk])).status_code == 404
        client.post(reverse(f"ai_model_profile:{name}", args=[shared.pk]), {"model": "changed/model"})
    fields = {"function": "", "model": "new/model", "fallback_models": "", "response_format": ""}
    client.post(reverse("ai_model_profile:edit", args=[own.pk]), fields | {"site": elsewhere.pk})
    client.post(reverse("ai_model_profile:add"), fields | {"site": "", "function": "title"})
    assert dict(ModelProfile.objects.values_list("model", "site")) == {
        "own/model": here.pk, "secret/model": elsewhere.pk, "shared/model": None,
    }  # fmt: skip
    client.post(reverse("ai_model_profile:edit", args=[own.pk]), fields | {"site": here.pk})
    own.refresh_from_db()
    assert own.model == "new/model"


# --- giving rights


def test_rights_by_site_are_given_in_the_form_of_the_group(
    client: Client, here: Site, elsewhere: Site, django_user_model: Any
) -> None:
    client.force_login(django_user_model.objects.create_superuser("boss", "boss@example.com", "secret"))
    group = Group.objects.create(name="Prompt writers")
    page = reverse("wagtailusers_groups:edit", args=[group.pk])
    shown = client.get(page)
    assert "AI content permissions by site" in shown.content.decode()
    data = _data_of(shown)
    client.post(page, data | {"ai_content_sites-write": [here.pk, elsewhere.pk], "ai_content_sites-publish": [here.pk]})
    assert _given(group) == {
        (here.pk, *WRITE), (elsewhere.pk, *WRITE), (here.pk, *PUBLISH),
    }  # fmt: skip
    client.post(page, data | {"ai_content_sites-write": [elsewhere.pk], "ai_content_sites-publish": []})
    assert _given(group) == {(elsewhere.pk, *WRITE)}


def _data_of(shown: Any) -> dict[str, Any]:
    return dict(querydict_from_html(shown.content.decode(), form_id="w-editor-form").lists())


def _given(group: Group) -> set[tuple[Any, ...]]:
    rows = GroupSitePermission.objects.filter(group=group).values_list("site_id", "permission__codename")
    given = {(site, code.partition("_")[0]) for site, code in rows}
    sites = {site for site, _ in given}
    return {
        (site, *actions)
        for site in sites
        for actions in (WRITE, PUBLISH)
        if {(site, each) for each in actions} <= given
    }
