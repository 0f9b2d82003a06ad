"""Every address of the admin that this app answers at, for everybody: what they get, and that they learn nothing else.

``every_view.txt`` has a row for each. An address that is new fails ``test_every_address_has_a_row``, which tells the
row as it would be: judge whether each person may have what they get there, then write it down. What an address needs
to be asked at all (an id, a body) is said in ``World.arguments``, ``QUERIES``, ``BODIES`` and ``JSON_BODIES``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import timezone
from wagtail.models import GroupApprovalTask, PageLogEntry, Revision, TaskState, Workflow, WorkflowState, WorkflowTask

from tests.support.addresses import BULK, addresses
from tests.support.pages.models import Bulletin, DeepPage, PlainPage
from tests.support.versions import propose
from wagtail_ai_content.models import (
    AISwitch,
    AIVersion,
    Budget,
    Job,
    LockedPhrase,
    ModelPrice,
    ModelProfile,
    ModerationDecision,
    PromptTemplate,
    RuleSet,
    Tier,
)
from wagtail_ai_content.pipeline import review
from wagtail_ai_content.records.audit import api as trail

SECRET = "Unannounced merger"
PEOPLE = ("stranger", "unlicensed", "editor", "lead", "auditor", "boss")
"""An editor of another section; one of this who may not use AI; one who may; a content lead, who may publish and write
prompts; somebody who looks after limits and the audit trail, and edits nothing; a superuser."""
OUTSIDE = ("anonymous", "visitor")
"""Nobody, and somebody with an account but no right to the admin."""
REFUSED = {"login", "home", "403", "404", "405"}
"""Sent to log in, sent to the dashboard with a message, or a status."""

NEW = "New. Judge who may have what they get, then add to every_view.txt, under its namespace:"
NO_NAMESPACE = "-"
TABLE = Path(__file__).with_name("every_view.txt").read_text()

PROMPTS = "wagtailsnippets_wagtail_ai_content_prompttemplate"
RULES = "wagtailsnippets_wagtail_ai_content_ruleset"
EDITOR = "wagtail_ai_content_editor"
QUERIES = {
    "wagtailsnippetchoosers_wagtail_ai_content_prompttemplate:chosen_multiple": "id={prompt}",
    "wagtailsnippetchoosers_wagtail_ai_content_ruleset:chosen_multiple": "id={rules}",
    f"{EDITOR}:news": "age=60000",
    f"{EDITOR}:open": "address=/admin/pages/{page}/edit/",
    f"{EDITOR}:panel": "address=/admin/pages/{page}/edit/",
    f"{EDITOR}:panel_dismiss": "address=/admin/pages/{page}/edit/",
    f"{EDITOR}:take": "versions={version}&age=60000",
}
ASKED = {"key": "6f1c1b1e-7d0c-4b7e-9f5e-0c9c3a1f2b3d", "path": "title", "place": "title", "source": "A title"}
"""What the editor asks with, beside the page it is about."""
JSON_BODIES: dict[str, dict[str, str]] = {
    f"{EDITOR}:generate": {**ASKED, "function": "assist", "action": "improve"},
    f"{EDITOR}:preview": {**ASKED, "function": "assist", "action": "improve"},
    f"{EDITOR}:panel_write": {**ASKED, "function": "meta"},
}
BODIES: dict[str, dict[str, str]] = {
    "wagtail_ai_content_review:review": {"action": "reject_all"},
    "ai_moderation:decision": {"decision": "approve"},
    **{
        f"{RULES}:{view}": {"name": "Another", "rules-count": "0"}
        for view in ("add", "edit", "preview_on_add", "preview_on_edit", "revisions_revert")
    },
    "wagtailadmin_pages:add": {"body-count": "0"},
    "wagtailadmin_pages:edit": {"body-count": "0"},
    "wagtailadmin_pages:revisions_revert": {"body-count": "0"},
    f"{EDITOR}:panel_dismiss": {"key": "one"},
    f"{PROMPTS}:revisions_revert": {"name": "Another", "function": "title", "body": "{{ text|fenced }}"},
}
"""What is posted; nothing to the others."""


@dataclass(frozen=True, kw_only=True)
class World:
    """One of each thing an address may be about; each carries the secret in its name."""

    page: DeepPage
    version: AIVersion
    change: str
    job: Job
    entry: int
    """Number of an entry of the audit trail."""
    prompt: PromptTemplate
    moderated: PromptTemplate
    """A prompt in a workflow that waits for the lead."""
    moderated_page: PlainPage
    rules: RuleSet
    decision: ModerationDecision
    others: dict[str, Any]
    """Objects by the namespace of their addresses."""

    def address(self, name: str) -> str:
        """Raises: ``NoReverseMatch`` when something is missing in ``arguments``."""
        numbers = {"prompt": self.prompt.pk, "rules": self.rules.pk, "version": self.version.pk, "page": self.page.pk}
        query = QUERIES.get(name, "").format(**numbers)
        if name.startswith(f"{BULK}:"):
            app, model, action = name.removeprefix(f"{BULK}:").split(".")
            ids = {"aiversion": self.version.pk, "prompttemplate": self.prompt.pk, "ruleset": self.rules.pk}
            return f"{reverse('wagtail_bulk_action', args=[app, model, action])}?id={ids.get(model, self.page.pk)}"
        return f"{_reverse(name, self.arguments(name))}?{query}"

    def arguments(self, name: str) -> dict[str, Any]:
        """Everything that an address may have in it; each takes what it names."""
        namespace, _, view = name.rpartition(":")
        about = self._about(namespace, moderated="workflow" in view)
        state = TaskState.objects.filter(workflow_state__object_id=str(about.pk)).first()
        return {
            "version_id": self.version.pk, "change_id": self.change, "job_id": self.job.pk, "number": 0,
            "page_id": about.pk, "pk": about.pk, "parent_page_id": self.page.get_parent().pk,
            "app_label": "pages", "model_name": "deeppage", "object_id": self.page.pk,
            "content_type_app_name": "pages", "content_type_model_name": "deeppage", "name": "activity",
            "revision_id": about.latest_revision_id if hasattr(about, "revisions") else 1,
            "revision_id_a": "earliest", "revision_id_b": "latest", "action_name": "approve",
            "task_state_id": state.pk if state else 1, "task_id": state.task_id if state else 1,
            "workflow_state_id": state.workflow_state_id if state else 1,
            "instance_pk": self._listed(view), "decision_id": self.decision.pk,
        }  # fmt: skip

    def _listed(self, view: str) -> Any:
        """Number of what a listing of wagtail-modeladmin is about."""
        return self.entry if "audit" in view else self.decision.pk if "moderation" in view else self.job.pk

    def _about(self, namespace: str, *, moderated: bool) -> Any:
        if namespace == "wagtailadmin_pages":
            return self.moderated_page if moderated else self.page
        if "prompttemplate" in namespace:
            return self.moderated if moderated else self.prompt
        if "ruleset" in namespace:
            return self.rules
        return self.others.get(namespace, self.page)


def _reverse(name: str, arguments: dict[str, Any]) -> str:
    """The address of ``name`` with those of ``arguments`` that it takes."""
    *namespaces, view = name.split(":")
    resolver = get_resolver()
    for namespace in namespaces:
        _, resolver = resolver.namespace_dict[namespace]
    wanted = {key for found in resolver.reverse_dict.getlist(view) for _, keys in found[0] for key in keys}
    return reverse(name, kwargs={key: value for key, value in arguments.items() if key in wanted})


@pytest.fixture
def visitor(django_user_model: Any) -> Any:
    return django_user_model.objects.create_user("visitor", "visitor@example.com", "secret")


@pytest.fixture
def boss(django_user_model: Any) -> Any:
    return django_user_model.objects.create_superuser("boss", "boss@example.com", "secret")


@pytest.fixture
def everybody(request: pytest.FixtureRequest, lead: Any) -> dict[str, Any]:
    writes = [
        f"{action}_{model}"
        for action in ("add", "change", "delete")
        for model in ("prompttemplate", "lockedphrase", "ruleset")
    ]
    wanted = [*writes, "publish_prompttemplate", "change_moderationdecision", "change_bulletin", "publish_bulletin"]
    lead.groups.get().permissions.add(*Permission.objects.filter(codename__in=wanted))
    names = (*PEOPLE, *OUTSIDE)
    return {name: None if name == "anonymous" else request.getfixturevalue(name) for name in names}


@pytest.fixture
def world(deep_page: DeepPage, plain_page: PlainPage, everybody: dict[str, Any]) -> World:
    editor, lead = everybody["editor"], everybody["lead"]
    for page in (deep_page, plain_page):
        page.title = SECRET
        page.save_revision(user=editor)
    prompt, moderated = _prompt("one"), _prompt("two")
    bulletin = Bulletin.objects.create(title=SECRET)
    bulletin.save_revision()
    workflow = _workflow(lead.groups.get())
    for instance in (plain_page, moderated, bulletin):
        workflow.start(instance, editor)
    now = timezone.now()
    found = {"arrangements": [{"name": SECRET, "blocks": [{"type": "quote", "id": "q1", "value": SECRET}]}]}
    job = Job.objects.create(
        function="layout", params={"model": "pages.deeppage", "place": "body"}, parsed={"value": found},
        status="succeeded", requested_by=editor, target_label=SECRET, created=now, next_attempt=now,
    )  # fmt: skip
    version = propose(deep_page, {"body.b3": "It is done."}, requested_by=editor, target_label=SECRET)
    (item,) = review.open_review(version.pk, editor).items
    entry = trail.append(trail.NewEntry(operation="generated", about={"target": SECRET}))
    rules = RuleSet.objects.create(name=SECRET, live=False)
    rules.save_revision().publish()
    rules.save_revision()
    decision = ModerationDecision.objects.create(
        content_hash="0" * 64, stage="reply", status="flagged", check_name=SECRET, category=SECRET, asked_by=SECRET
    )
    return World(
        page=deep_page, version=version, change=item.change.id, job=job, entry=entry.pk, prompt=prompt,
        rules=rules, decision=decision, moderated=moderated, moderated_page=plain_page,
        others={
            "wagtailsnippets_pages_bulletin": bulletin,
            "ai_tier": Tier.objects.create(name=SECRET),
            "ai_budget": Budget.objects.create(contact=SECRET, holder="all"),
            "ai_switch": AISwitch.objects.create(reason=SECRET, is_on=True),
            "ai_price": ModelPrice.objects.create(model="openai/secret", input_per_million=1, output_per_million=1),
            "ai_person_chooser": editor,
            "ai_model_profile": ModelProfile.objects.create(function="rewrite", model="openai/secret"),
            "ai_locked_phrase": LockedPhrase.objects.create(phrase=SECRET, page_id=str(deep_page.pk)),
        },
    )  # fmt: skip


def _prompt(name: str) -> PromptTemplate:
    prompt = PromptTemplate.objects.create(
        name=f"{SECRET} {name}", function="title", body="{{ text|fenced }}", live=False
    )
    prompt.save_revision().publish()
    prompt.refresh_from_db()
    prompt.save_revision()
    return prompt


def _workflow(group: Group) -> Workflow:
    task = GroupApprovalTask.objects.create(name="Look at it")
    task.groups.add(group)
    workflow = Workflow.objects.create(name="Moderation")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    return workflow


# --- asking


@dataclass(frozen=True, kw_only=True)
class Answer:
    got: str
    """``page``; ``done`` for a redirect elsewhere; what refusals are called; otherwise the status."""
    text: str
    """With the page that a refused person is sent to."""
    wrote: bool


def ask(world: World, name: str, *, method: str, user: Any, forged: bool = False) -> Answer:
    """As ``user``, and everything undone afterwards. ``forged``: from a page of another site, in the user's browser."""
    headers = {"x-requested-with": "XMLHttpRequest"} if "editor:" in name else {}
    client = Client(enforce_csrf_checks=forged, headers=headers)
    before = _written()
    with transaction.atomic():
        if user is not None:
            client.force_login(user)
        answer = client.get(world.address(name)) if method == "GET" else _post(client, world, name)
        text = _text(answer)
        got = _got(answer)
        if got == "home":
            text += _text(client.get(answer.url))
        result = Answer(got=got, text=text, wrote=_written() != before)
        transaction.set_rollback(True)
    return result


def _post(client: Client, world: World, name: str) -> Any:
    if name not in JSON_BODIES:
        return client.post(world.address(name), BODIES.get(name, {}))
    subject = {"app": "pages", "model": "deeppage", "object": str(world.page.pk), "parent": ""}
    body = {**JSON_BODIES[name], "subject": subject}
    return client.post(world.address(name), body, content_type="application/json")


def _text(answer: Any) -> str:
    return b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()


def _got(answer: Any) -> str:
    if answer.status_code == 200:
        return "page"
    if answer.status_code != 302:
        return str(answer.status_code)
    where = answer.url.partition("?")[0]
    return {reverse("wagtailadmin_login"): "login", reverse("wagtailadmin_home"): "home"}.get(where, "done")


def _written() -> list[Any]:
    """What only those may change who are not refused."""
    rows = [
        PromptTemplate.objects.values_list("pk", "name", "live", "locked", "version"),
        AIVersion.objects.values_list("pk", "status", "decisions"),
        LockedPhrase.objects.values_list("pk", "phrase"),
        RuleSet.objects.values_list("pk", "name", "live"),
        ModerationDecision.objects.values_list("pk", "status", "note"),
        ModelProfile.objects.values_list("pk", "model"),
        Tier.objects.values_list("pk", "name"),
        Budget.objects.values_list("pk", "contact"),
        ModelPrice.objects.values_list("pk", "model"),
        AISwitch.objects.values_list("pk", "reason", "is_on"),
        WorkflowState.objects.values_list("pk", "status"),
        Job.objects.values_list("pk", "status"),
    ]
    return [Revision.objects.count(), PageLogEntry.objects.count(), *(sorted(found) for found in map(list, rows))]


# --- the table


def rows() -> Iterator[tuple[str, list[str]]]:
    """Each name with what :data:`PEOPLE` get by GET and by POST."""
    namespace = ""
    for line in TABLE.splitlines():
        if not line or line.startswith("#"):
            continue
        if not line.startswith(" "):
            namespace = line.strip()
        else:
            view, *got = line.replace("|", " ").split()
            yield f"{namespace}:{view}".removeprefix(f"{NO_NAMESPACE}:"), got


def row_of(world: World, name: str, everybody: dict[str, Any]) -> str:
    """The row as it would be."""
    got = [[ask(world, name, method=method, user=everybody[who]).got for who in PEOPLE] for method in ("GET", "POST")]
    return f"    {name.rpartition(':')[2]:<32} " + " | ".join(" ".join(f"{one:<4}" for one in six) for six in got)


@pytest.mark.django_db
def test_every_address_has_a_row(world: World, everybody: dict[str, Any]) -> None:
    listed = [name for name, _ in rows()]
    assert len(listed) == len(set(listed))
    assert sorted(set(listed) - addresses()) == [], "These rows are of addresses that are gone. Take them out."
    told = []
    for name in sorted(addresses() - set(listed)):
        try:
            told.append(f"{name.rpartition(':')[0] or NO_NAMESPACE}\n{row_of(world, name, everybody)}")
        except NoReverseMatch as error:
            told.append(f"{name}: {error}. Add what it needs to World.arguments.")
    assert not told, "\n".join([NEW, *told])


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "expected"), list(rows()), ids=[name for name, _ in rows()])
def test_everybody_gets_what_they_may_and_learns_nothing_else(
    name: str, expected: list[str], world: World, everybody: dict[str, Any]
) -> None:
    asked = [(method, who) for method in ("GET", "POST") for who in PEOPLE]
    answers = {key: ask(world, name, method=key[0], user=everybody[key[1]]) for key in asked}
    assert [answers[key].got for key in asked] == expected, row_of(world, name, everybody)
    for (method, who), answer in answers.items():
        if answer.got in REFUSED:
            assert not answer.wrote, (method, who)
        if who == "stranger" or answer.got in REFUSED - {"home"}:
            assert SECRET not in answer.text, (method, who)
            assert not answer.wrote, (method, who)
    for method in ("GET", "POST"):
        for who in OUTSIDE:
            answer = ask(world, name, method=method, user=everybody[who])
            assert (answer.got, answer.wrote, SECRET in answer.text) in (("login", False, False), ("403", False, False))


@pytest.mark.django_db
def test_nothing_can_be_posted_from_a_page_of_another_site(world: World, everybody: dict[str, Any]) -> None:
    for name, _ in rows():
        answer = ask(world, name, method="POST", user=everybody["boss"], forged=True)
        assert (answer.got, answer.wrote, SECRET in answer.text) == ("403", False, False), name
