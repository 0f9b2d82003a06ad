"""The workflow task “AI review”: approval waits until what AI wrote was decided, wherever it is asked for."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from wagtail.models import (
    GroupApprovalTask,
    GroupPagePermission,
    Page,
    TaskState,
    Workflow,
    WorkflowContentType,
    WorkflowTask,
)

from tests.support.ai_history import a_version, ai_draft, decide, human_edit
from tests.support.pages.models import Bulletin
from tests.support.versions import propose_content
from wagtail_ai_content.pipeline.review import decide as decide_now
from wagtail_ai_content.pipeline.targets import snapshot
from wagtail_ai_content.records.versions import api as versions
from wagtail_ai_content.records.versions.api import AIVersion, VersionStatus
from wagtail_ai_content.records.workflow.api import AIReviewTask, ApprovalHeldBack

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewers(root: Page) -> Group:
    """May publish, which the end of a workflow does in the name of who approves last."""
    group = Group.objects.create(name="AI reviewers")
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", "publish_bulletin"]))
    publish = Permission.objects.get(content_type__app_label="wagtailcore", codename="publish_page")
    GroupPagePermission.objects.create(group=group, page=root, permission=publish)
    return group


@pytest.fixture
def reviewer(reviewers: Group, django_user_model: Any) -> Any:
    person = django_user_model.objects.create_user("reviewer", "reviewer@example.com", "secret")
    person.groups.add(reviewers)
    return person


@pytest.fixture
def task(reviewers: Group) -> AIReviewTask:
    made = AIReviewTask.objects.create(name="AI review")
    made.groups.add(reviewers)
    return made


@pytest.fixture
def workflow(task: AIReviewTask) -> Workflow:
    made = Workflow.objects.create(name="With AI review")
    WorkflowTask.objects.create(workflow=made, task=task, sort_order=0)
    return made


@pytest.fixture(params=["page", "snippet"])
def target(request: pytest.FixtureRequest, plain_page: Page) -> Any:
    if request.param == "page":
        return plain_page
    made = Bulletin.objects.create(title="Ferry times", live=False)
    made.save_revision()
    return made


def fresh(target: Any) -> Any:
    return type(target)._default_manager.get(pk=target.pk)


def submit(target: Any, workflow: Workflow, user: Any) -> TaskState:
    latest = fresh(target)
    if latest.latest_revision_id is None:
        latest.save_revision()
    return workflow.start(fresh(target), user).current_task_state.specific


def approve(state: TaskState, user: Any) -> None:
    state = TaskState.objects.get(pk=state.pk).specific
    state.task.specific.on_action(state, user, "approve")


def test_approval_waits_until_each_block_was_decided(
    target: Any, workflow: Workflow, editor: Any, reviewer: Any
) -> None:
    version = ai_draft(target, editor, blocks=("one", "two"), title="By AI")
    state = submit(target, workflow, editor)
    with pytest.raises(ApprovalHeldBack, match="2 blocks that AI wrote or changed have not been decided"):
        approve(state, reviewer)
    decide(version, by=reviewer, ids=("one!",))
    with pytest.raises(ApprovalHeldBack, match="1 block that AI wrote or changed has not been decided"):
        approve(state, reviewer)
    assert TaskState.objects.get(pk=state.pk).status == "in_progress"
    decide(version, "rejected", by=reviewer, ids=("two!",))
    approve(state, reviewer)
    assert TaskState.objects.get(pk=state.pk).status == "approved"
    assert fresh(target).live


def test_a_decision_is_void_once_ai_touches_the_block_again(
    target: Any, workflow: Workflow, editor: Any, reviewer: Any
) -> None:
    decide(ai_draft(target, editor, title="By AI"), by=reviewer)
    again = ai_draft(target, editor, title="By AI again")
    state = submit(target, workflow, editor)
    with pytest.raises(ApprovalHeldBack):
        approve(state, reviewer)
    decide(again, by=reviewer)
    approve(state, reviewer)


def test_what_people_wrote_and_what_only_waits_holds_nothing_back(
    target: Any, workflow: Workflow, editor: Any, reviewer: Any
) -> None:
    human_edit(target, editor, title="By hand")
    a_version(target, editor)
    approve(submit(target, workflow, editor), reviewer)


def test_asking_for_changes_is_always_possible(target: Any, workflow: Workflow, editor: Any, reviewer: Any) -> None:
    ai_draft(target, editor, title="By AI")
    state = submit(target, workflow, editor)
    state.task.specific.on_action(state, reviewer, "reject", comment="Too long.")
    assert TaskState.objects.get(pk=state.pk).status == "rejected"


def test_other_pages_hold_nothing_back(
    plain_page: Page, rich_page: Page, workflow: Workflow, editor: Any, reviewer: Any
) -> None:
    ai_draft(rich_page, editor, title="By AI")
    approve(submit(plain_page, workflow, editor), reviewer)


def test_who_asked_cannot_be_the_only_one_who_approves(
    target: Any, workflow: Workflow, reviewer: Any, reviewers: Group, editor: Any
) -> None:
    decide(ai_draft(target, reviewer, title="By AI"), by=editor)
    state = submit(target, workflow, reviewer)
    with pytest.raises(ApprovalHeldBack, match="somebody else has to approve"):
        approve(state, reviewer)
    editor.groups.add(reviewers)
    approve(state, editor)


def test_who_asked_may_approve_what_somebody_else_has_approved_before(
    target: Any, workflow: Workflow, task: AIReviewTask, reviewer: Any, editor: Any
) -> None:
    first = GroupApprovalTask.objects.create(name="First look")
    WorkflowTask.objects.create(workflow=workflow, task=first, sort_order=-1)
    decide(ai_draft(target, reviewer, title="By AI"), by=editor)
    state = submit(target, workflow, reviewer)
    assert state.task.specific == first
    state.approve(user=editor)
    state = state.workflow_state.current_task_state
    assert state.task.specific == task
    approve(state, reviewer)


def test_who_asked_may_approve_where_the_task_says_so(
    target: Any, workflow: Workflow, task: AIReviewTask, reviewer: Any
) -> None:
    AIReviewTask.objects.update(other_reviewer=False)
    decide(ai_draft(target, reviewer, title="By AI"), by=reviewer)
    approve(submit(target, workflow, reviewer), reviewer)


def test_who_asked_may_approve_what_is_new_since_the_last_publication(
    plain_page: Page, workflow: Workflow, reviewer: Any, editor: Any
) -> None:
    version = ai_draft(plain_page, reviewer, title="By AI")
    decide(version, by=editor)
    version.revision.publish()
    human_edit(plain_page, reviewer, title="By hand")
    approve(submit(plain_page, workflow, reviewer), reviewer)


# --- in the admin


def action_url(target: Any, state: TaskState, *, collect: bool = False) -> str:
    name = "wagtailadmin_pages" if isinstance(target, Page) else "wagtailsnippets_pages_bulletin"
    view = "collect_workflow_action_data" if collect else "workflow_action"
    return reverse(f"{name}:{view}", args=[target.pk, "approve", state.pk])


def test_the_dialog_names_the_blocks_instead_of_a_form(
    target: Any, workflow: Workflow, editor: Any, reviewer: Any, client: Client
) -> None:
    version = ai_draft(target, editor, title="By AI")
    state = submit(target, workflow, editor)
    client.force_login(reviewer)
    html = client.get(action_url(target, state, collect=True)).json()["html"]
    assert "1 block that AI wrote or changed has not been decided yet" in html
    assert "Place title" in html
    assert f'href="/admin/ai-review/{version.pk}/"' in html
    assert "<form" not in html
    decide(version, by=reviewer)
    assert "<form" in client.get(action_url(target, state, collect=True)).json()["html"]


def test_an_approval_that_is_posted_anyway_is_refused_with_a_reason(
    target: Any, workflow: Workflow, editor: Any, reviewer: Any, client: Client
) -> None:
    ai_draft(target, editor, title="By AI")
    state = submit(target, workflow, editor)
    client.force_login(reviewer)
    answer = client.post(action_url(target, state), {"next": "/admin/"}, follow=True)
    assert "1 block that AI wrote or changed has not been decided yet" in answer.content.decode()
    assert TaskState.objects.get(pk=state.pk).status == "in_progress"
    answer = client.post(action_url(target, state), {"comment": "Fine"}, headers={"x-requested-with": "XMLHttpRequest"})
    assert answer.json()["step"] == "success"
    assert TaskState.objects.get(pk=state.pk).status == "in_progress"
    assert not fresh(target).live or fresh(target).has_unpublished_changes


def test_an_editor_who_approves_too_early_keeps_what_was_typed(
    workflow: Workflow, editor: Any, reviewer: Any, client: Client, django_user_model: Any
) -> None:
    kind = ContentType.objects.get_for_model(Bulletin)
    WorkflowContentType.objects.create(content_type=kind, workflow=workflow)
    bulletin = Bulletin.objects.create(title="Ferry times", live=False)
    ai_draft(bulletin, editor, title="By AI")
    state = submit(bulletin, workflow, editor)
    client.force_login(django_user_model.objects.create_superuser("boss", "boss@example.com", "secret"))
    posted = {"title": "Typed", "text": "At nine.", "action-workflow-action": "true", "workflow-action-name": "approve"}
    answer = client.post(reverse("wagtailsnippets_pages_bulletin:edit", args=[bulletin.pk]), posted, follow=True)
    assert "has not been decided yet" in answer.content.decode()
    assert fresh(bulletin).get_latest_revision_as_object().title == "Typed"
    assert TaskState.objects.get(pk=state.pk).status == "in_progress"


def test_a_page_editor_who_approves_too_early_keeps_what_was_typed(
    plain_page: Page, workflow: Workflow, editor: Any, client: Client, django_user_model: Any
) -> None:
    from wagtail.test.utils.form_data import inline_formset, nested_form_data

    ai_draft(plain_page, editor, title="By AI")
    state = submit(plain_page, workflow, editor)
    client.force_login(django_user_model.objects.create_superuser("boss", "boss@example.com", "secret"))
    posted = nested_form_data(
        {
            "title": "Typed", "slug": "first", "kicker": "", "content": "We set out.", "colour": "", "address": "",
            "contact": "", "code": "", "seo_title": "", "search_description": "", "comments": inline_formset([]),
            "action-workflow-action": "true", "workflow-action-name": "approve",
        }
    )  # fmt: skip
    answer = client.post(reverse("wagtailadmin_pages:edit", args=[plain_page.pk]), posted, follow=True)
    assert "has not been decided yet" in answer.content.decode()
    assert fresh(plain_page).get_latest_revision_as_object().title == "Typed"
    assert TaskState.objects.get(pk=state.pk).status == "in_progress"


def test_who_is_not_in_the_group_has_no_action_at_all(
    plain_page: Page, workflow: Workflow, editor: Any, client: Client, django_user_model: Any
) -> None:
    ai_draft(plain_page, editor, title="By AI")
    state = submit(plain_page, workflow, editor)
    path = action_url(plain_page, state)
    assert client.post(path).url.startswith("/admin/login/")
    client.force_login(editor)
    assert client.post(path).status_code == 302
    assert "do not have permission" in client.post(path, follow=True).content.decode()
    assert TaskState.objects.get(pk=state.pk).status == "in_progress"


def test_the_task_can_be_made_in_the_settings(client: Client, reviewers: Group, django_user_model: Any) -> None:
    client.force_login(django_user_model.objects.create_superuser("boss", "boss@example.com", "secret"))
    path = reverse("wagtailadmin_workflows:add_task", args=["wagtail_ai_content", "aireviewtask"])
    html = client.get(path).content.decode()
    assert "needs another reviewer" in html.lower()
    client.post(path, {"name": "Ours", "groups": [reviewers.pk]})
    made = AIReviewTask.objects.get(name="Ours")
    assert not made.other_reviewer
    assert made.groups.get() == reviewers


def test_the_dashboard_offers_the_dialog(
    plain_page: Page, workflow: Workflow, editor: Any, reviewer: Any, client: Client
) -> None:
    ai_draft(plain_page, editor, title="By AI")
    state = submit(plain_page, workflow, editor)
    client.force_login(reviewer)
    html = client.get(reverse("wagtailadmin_home")).content.decode()
    button = html.split(action_url(plain_page, state), 1)[1].split("</button>")[0]
    assert "data-launch-modal" in button
    assert html.count(action_url(plain_page, state)) == 1


def test_looking_for_undecided_blocks_takes_one_query(
    plain_page: Page, editor: Any, django_assert_num_queries: Any
) -> None:
    for number in range(5):
        ai_draft(plain_page, editor, blocks=(f"b{number}", "title"), title=f"AI {number}")
    a_version(plain_page, editor, status=VersionStatus.REJECTED)
    page = fresh(plain_page)
    versions.undecided(page)
    with django_assert_num_queries(1):
        found = versions.undecided(page)
    assert sorted(touch.block for touch in found) == ["b0", "b1", "b2", "b3", "b4", "title"]
    newest = AIVersion.objects.filter(status=VersionStatus.DRAFTED).latest("created")
    assert next(touch for touch in found if touch.block == "title").version_id == str(newest.pk)


def test_a_base_page_is_asked_for_like_its_own_type(plain_page: Page, editor: Any) -> None:
    ai_draft(plain_page, editor, title="By AI")
    assert len(versions.undecided(Page.objects.get(pk=plain_page.pk))) == 1


def test_a_reviewer_decides_with_the_review_while_the_workflow_runs(
    plain_page: Page, workflow: Workflow, task: AIReviewTask, editor: Any, lead: Any, reviewers: Group
) -> None:
    """What AI wrote can be left in or taken out; a proposal that waits stays out until the workflow has ended."""
    lead.groups.add(reviewers)
    page = Page.objects.get(pk=plain_page.pk).specific
    page.save_revision()
    base = snapshot(page)
    proposed = {**base, "kicker": "By AI", "content": "We set out late.\n\nRain fell at noon."}
    for name in ("kicker", "content"):
        setattr(page, name, proposed[name])
    entry = {"before": {name: base[name] for name in ("kicker", "content")}, "removed": [], "saved": True}
    version = propose_content(plain_page, base, proposed, requested_by=editor, status="drafted", reason="")
    names = {entry["path"].split(".")[0]: entry["id"] for entry in version.touched}
    entry |= {
        "after": {name: proposed[name] for name in names},
        "added": list(names.values()),
        "by": "editor",
        "at": "",
    }
    version.writes, version.revision = [entry], page.save_revision(user=editor)
    version.save()
    state = submit(plain_page, workflow, editor)
    assert decide_now(version.pk, lead, accept=[names["kicker"]]).status == "done"
    with pytest.raises(ApprovalHeldBack):
        approve(state, lead)
    assert decide_now(version.pk, editor, reject=[names["content"]]).status == "blocked"
    assert decide_now(version.pk, lead, reject=[names["content"]]).status == "done"
    waiting = propose_content(plain_page, base, {**base, "title": "By AI"}, requested_by=editor)
    assert decide_now(waiting.pk, lead, accept=[waiting.touched[0]["id"]]).status == "blocked"
    approve(state, lead)
    live = Page.objects.get(pk=plain_page.pk).specific
    assert (live.title, live.kicker, live.content) == (plain_page.title, "By AI", plain_page.content)
