"""Deciding about AI versions: take, leave, rewrite, undo, against what is there at that moment."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from wagtail.models import GroupApprovalTask, Page, PageLogEntry, Workflow, WorkflowTask

from tests.support.versions import propose, propose_content
from wagtail_ai_content.core.errors import Gone, InvalidInput, NotAllowed
from wagtail_ai_content.models import AIVersion
from wagtail_ai_content.pipeline.review import accept_clean, decide, open_review, undo
from wagtail_ai_content.pipeline.targets import snapshot
from wagtail_ai_content.pipeline.visibility import visible_to

pytestmark = pytest.mark.django_db

ROWS = [(0, "Ours for the wind"), (1, "In harbour calm")]
WORDING = {"seo_title": "AI title", "search_description": "AI description", "content": "AI content"}


def draft(page: Page) -> Any:
    return Page.objects.get(pk=page.pk).specific.get_latest_revision_as_object()


def edited(page: Page, **fields: Any) -> Any:
    latest = draft(page)
    for name, value in fields.items():
        setattr(latest, name, value)
    return latest.save_revision()


def ids(version: AIVersion) -> dict[str, str]:
    return {entry["path"]: entry["id"] for entry in version.touched}


@pytest.fixture
def stranger(django_user_model: Any) -> Any:
    return django_user_model.objects.create_user(username="stranger", is_staff=True)


@pytest.fixture
def version(plain_page: Page, editor: Any) -> AIVersion:
    return propose(plain_page, WORDING, requested_by=editor)


def test_taking_one_change_writes_one_draft_with_it_alone(version: AIVersion, plain_page: Page, lead: Any) -> None:
    done = decide(version.pk, lead, accept=[ids(version)["seo_title"]])
    page = draft(plain_page)
    assert (done.status, done.revision_id) == ("done", page.latest_revision_id)
    assert (page.seo_title, page.search_description) == ("AI title", "")
    assert Page.objects.get(pk=plain_page.pk).seo_title == ""
    version.refresh_from_db()
    assert (version.status, version.reviewer) == ("pending", lead)
    assert version.decisions[ids(version)["seo_title"]]["by"] == lead.get_username()
    assert PageLogEntry.objects.filter(page=plain_page, action="wagtail_ai_content.accept").count() == 1


def test_what_a_person_did_to_an_accepted_change_stays_when_the_rest_is_accepted(
    version: AIVersion, plain_page: Page, lead: Any
) -> None:
    decide(version.pk, lead, accept=[ids(version)["seo_title"]])
    edited(plain_page, seo_title="", content=plain_page.content)
    decide(version.pk, lead, accept=[ids(version)["content"], ids(version)["search_description"]])
    page = draft(plain_page)
    assert (page.seo_title, page.content, page.search_description) == ("", "AI content", "AI description")
    version.refresh_from_db()
    assert version.status == "accepted"


def test_taking_merges_with_what_is_there_at_that_moment(version: AIVersion, plain_page: Page, lead: Any) -> None:
    edited(plain_page, kicker="A person's kicker")
    assert accept_clean(version.pk, lead).status == "done"
    page = draft(plain_page)
    assert (page.kicker, page.seo_title, page.content) == ("A person's kicker", "AI title", "AI content")


def test_a_conflict_nobody_saw_decides_nothing(version: AIVersion, plain_page: Page, lead: Any) -> None:
    edited(plain_page, seo_title="A person's title")
    before = draft(plain_page).latest_revision_id
    done = decide(version.pk, lead, accept=[ids(version)["seo_title"], ids(version)["content"]])
    assert (done.status, done.conflicts) == ("conflict", {ids(version)["seo_title"]})
    assert draft(plain_page).latest_revision_id == before
    version.refresh_from_db()
    assert version.decisions == {}


def test_a_conflict_is_shown_with_three_sides_and_either_can_be_chosen_and_undone(
    version: AIVersion, plain_page: Page, lead: Any
) -> None:
    edited(plain_page, seo_title="A person's title")
    item = next(item for item in open_review(version.pk, lead).items if item.change.path == "seo_title")
    assert (item.conflict, item.change.before, item.change.after, item.now) == (
        True, "", "AI title", "A person's title",
    )  # fmt: skip
    change = item.change.id
    assert decide(version.pk, lead, accept=[change], override=[change]).status == "done"
    assert draft(plain_page).seo_title == "AI title"
    edited(plain_page, kicker="Later work")
    assert undo(version.pk, lead).status == "done"
    page = draft(plain_page)
    assert (page.seo_title, page.kicker) == ("A person's title", "Later work")
    assert [item.decision for item in open_review(version.pk, lead).items] == ["", "", ""]


def test_accept_all_clean_leaves_conflicts_and_locked_phrases(plain_page: Page, lead: Any) -> None:
    locked = {"kind": "phrase", "change": "lost", "before": "Harbour", "after": "", "path": "content", "locked": True}
    version = propose(plain_page, WORDING, invariants=[locked])
    edited(plain_page, seo_title="A person's title")
    accept_clean(version.pk, lead)
    version.refresh_from_db()
    assert set(version.decisions) == {ids(version)["search_description"]}


def test_a_person_may_rewrite_what_they_accept(version: AIVersion, plain_page: Page, lead: Any) -> None:
    change = ids(version)["seo_title"]
    decide(version.pk, lead, accept=[change], edits={change: "Better words"})
    assert draft(plain_page).seo_title == "Better words"


def test_rejecting_writes_nothing(version: AIVersion, plain_page: Page, lead: Any) -> None:
    before = draft(plain_page).latest_revision_id
    assert decide(version.pk, lead, reject=list(ids(version).values())).revision_id is None
    assert draft(plain_page).latest_revision_id == before
    version.refresh_from_db()
    assert version.status == "rejected"


def test_rejecting_what_was_written_as_a_draft_takes_it_out_again_and_nothing_else(plain_page: Page, lead: Any) -> None:
    version = propose(plain_page, WORDING)
    accept_clean(version.pk, lead)
    version.refresh_from_db()
    version.decisions, version.status = {}, "drafted"
    version.writes[0]["saved"] = True
    version.save()
    edited(plain_page, kicker="Later work")
    decide(version.pk, lead, reject=[ids(version)["seo_title"]])
    page = draft(plain_page)
    assert (page.seo_title, page.content, page.kicker) == ("", "AI content", "Later work")
    version.refresh_from_db()
    assert version.status == "drafted"
    decide(version.pk, lead, accept=[ids(version)["content"], ids(version)["search_description"]])
    version.refresh_from_db()
    assert version.status == "partly"


def test_the_second_of_two_people_is_told_who_was_first(version: AIVersion, lead: Any, editor: Any) -> None:
    change = ids(version)["seo_title"]
    decide(version.pk, lead, accept=[change])
    done = decide(version.pk, editor, reject=[change])
    assert (done.status, lead.get_username() in str(done.message)) == ("late", True)


def test_taking_one_of_two_proposals_for_a_place_closes_the_other_and_undo_opens_it(
    version: AIVersion, plain_page: Page, lead: Any
) -> None:
    other = propose(plain_page, {"seo_title": "Another title", "kicker": "Another kicker"})
    decide(version.pk, lead, accept=[ids(version)["seo_title"]])
    other.refresh_from_db()
    assert other.decisions[ids(other)["seo_title"]]["decision"] == "superseded"
    assert (other.status, ids(other)["kicker"] in other.decisions) == ("pending", False)
    undo(version.pk, lead)
    other.refresh_from_db()
    assert (other.status, other.decisions) == ("pending", {})


def lock(page: Page, user: Any) -> None:
    Page.objects.filter(pk=page.pk).update(locked=True)


def begin_workflow(page: Page, user: Any) -> None:
    task = GroupApprovalTask.objects.create(name="Look at it")
    task.groups.add(user.groups.get())
    workflow = Workflow.objects.create(name="Moderation")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    draft(page).save_revision(changed=False)
    workflow.start(draft(page), user)


@pytest.mark.parametrize("happens", [lock, begin_workflow])
def test_what_stands_in_the_way_is_said_and_rejecting_still_works(
    version: AIVersion, plain_page: Page, lead: Any, happens: Callable[[Page, Any], None]
) -> None:
    happens(plain_page, lead)
    review = open_review(version.pk, lead)
    assert review.obstacle is not None
    done = accept_clean(version.pk, lead)
    assert (done.status, done.message) == ("blocked", review.obstacle)
    assert decide(version.pk, lead, reject=list(ids(version).values())).status == "done"


def test_a_deleted_page_leaves_the_text_readable(version: AIVersion, plain_page: Page, editor: Any) -> None:
    Page.objects.get(pk=plain_page.pk).delete()
    review = open_review(version.pk, editor)
    assert (review.target, review.title, len(review.items)) == (None, version.target_label, 3)
    assert "deleted" in str(review.obstacle)
    assert accept_clean(version.pk, editor).status == "blocked"
    assert version in visible_to(editor)


def test_a_removed_page_type_leaves_the_text_readable(version: AIVersion, admin_user: Any) -> None:
    AIVersion.objects.filter(pk=version.pk).update(target_content_type=None)
    assert {item.change.after for item in open_review(version.pk, admin_user).items} == set(WORDING.values())


def test_who_may_not_edit_the_page_sees_nothing(version: AIVersion, stranger: Any) -> None:
    with pytest.raises(NotAllowed):
        open_review(version.pk, stranger)
    with pytest.raises(NotAllowed):
        decide(version.pk, stranger, accept=[ids(version)["seo_title"]])
    assert not visible_to(stranger).exists()


def test_an_unknown_version_or_change_is_refused(version: AIVersion, lead: Any) -> None:
    with pytest.raises(Gone):
        open_review(uuid.uuid4(), lead)
    with pytest.raises(InvalidInput):
        decide(version.pk, lead, accept=["nothing"])
    with pytest.raises(InvalidInput):
        decide(version.pk, lead, accept=[ids(version)["content"]], reject=[ids(version)["content"]])


def test_a_row_that_a_person_edited_is_not_taken_out_with_the_ai_s(deep_page: Page, lead: Any) -> None:
    base = snapshot(draft(deep_page))
    rows = [{"pk": None, "sort_order": place, "page": deep_page.pk, "title": title} for place, title in ROWS]
    version = propose_content(deep_page, {**base, "links": rows[1:]}, {**base, "links": rows})
    edited_row = [{**rows[0], "title": "Hers for human words"}, rows[1]]
    draft(deep_page).with_content_json({**base, "links": edited_row}).save_revision(clean=False)
    version.writes = [{"before": {}, "after": {}, "added": list(ids(version).values()), "removed": [], "saved": True}]
    version.status = "drafted"
    version.save()
    done = decide(version.pk, lead, reject=list(ids(version).values()))
    assert done.status == "conflict"
    assert [link.title for link in draft(deep_page).links.all()] == ["Hers for human words", "In harbour calm"]
