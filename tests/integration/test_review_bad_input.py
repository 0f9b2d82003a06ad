"""A page that is not any more what the AI read: its state is told, and what was proposed stays readable."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupApprovalTask, Page, Revision, Workflow, WorkflowTask

from tests.integration.conftest import DEEP_BODY, AddPage
from tests.support.pages.models import DeepPage, SectionPage
from tests.support.versions import propose, propose_content
from wagtail_ai_content.pipeline import review
from wagtail_ai_content.pipeline.targets import snapshot
from wagtail_ai_content.records.versions.api import AIVersion, VersionStatus

pytestmark = pytest.mark.django_db
TITLE, QUOTE = "The third day, told again", "I shall walk again."
LIST = "wagtail_ai_content_review:index"


@pytest.fixture
def browse(client: Client, lead: Any) -> Client:
    client.force_login(lead)
    return client


@pytest.fixture
def version(deep_page: DeepPage, lead: Any) -> AIVersion:
    return propose(deep_page, {"title": TITLE, "body.b3": QUOTE}, requested_by=lead)


def look(browse: Client, version: AIVersion) -> str:
    answer = browse.get(reverse("wagtail_ai_content_review:review", args=[version.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def send(browse: Client, version: AIVersion, **data: str) -> str:
    """What the screen says after a post."""
    address = reverse("wagtail_ai_content_review:review", args=[version.pk])
    return browse.post(address, data, follow=True).content.decode()


def stored(page: Page) -> Any:
    return page.specific_class.objects.get(pk=page.pk)


def draft(page: Page) -> Any:
    return stored(page).get_latest_revision_as_object()


def begin_workflow(page: Page, user: Any) -> None:
    task = GroupApprovalTask.objects.create(name="Look at it")
    workflow = Workflow.objects.create(name="Moderation")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    page.save_revision(changed=False)
    workflow.start(page, user)


def schedule(page: Page, user: Any) -> None:
    page.go_live_at = timezone.now() + timedelta(days=1)
    page.save_revision().publish()


def lock(page: Page, user: Any) -> None:
    Page.objects.filter(pk=page.pk).update(locked=True)


@pytest.mark.parametrize(
    ("happens", "said"),
    [(begin_workflow, "is in moderation"), (schedule, "is scheduled for publication"), (lock, "is locked")],
)
def test_what_keeps_the_page_from_being_edited_is_said_and_the_text_can_be_read_and_rejected(
    browse: Client, version: AIVersion, deep_page: DeepPage, lead: Any,
    happens: Callable[[Any, Any], None], said: str,
) -> None:  # fmt: skip
    happens(draft(deep_page), lead)
    before = draft(deep_page).latest_revision_id
    shown = look(browse, version)
    assert said in shown
    assert QUOTE in shown
    assert said in send(browse, version, action="accept_clean")
    assert draft(deep_page).latest_revision_id == before
    version.refresh_from_db()
    assert version.status == VersionStatus.PENDING
    assert deep_page.title in browse.get(reverse(LIST)).content.decode()
    send(browse, version, action="reject_all")
    version.refresh_from_db()
    assert version.status == VersionStatus.REJECTED
    assert QUOTE in look(browse, version)


def test_a_deleted_page_is_still_in_the_list_of_who_asked(
    browse: Client, version: AIVersion, deep_page: DeepPage
) -> None:
    stored(deep_page).delete()
    assert version.target_label in browse.get(reverse(LIST)).content.decode()
    shown = look(browse, version)
    assert "was deleted" in shown
    assert QUOTE in shown


def test_a_page_that_was_moved_and_unpublished_stays_so_when_a_version_is_taken(
    browse: Client, version: AIVersion, deep_page: DeepPage, root: Page, add_page: AddPage
) -> None:
    elsewhere = add_page(SectionPage, root, title="Elsewhere", slug="elsewhere")
    stored(deep_page).unpublish()
    stored(deep_page).move(Page.objects.get(pk=elsewhere.pk), "last-child")
    assert QUOTE in look(browse, version)
    assert "It is not published." in send(browse, version, action="accept_clean")
    page = stored(deep_page)
    assert (page.live, page.get_parent().pk) == (False, elsewhere.pk)
    assert draft(deep_page).title == TITLE


def test_a_page_moved_out_of_reach_is_out_of_reach_here_too(
    client: Client, version: AIVersion, deep_page: DeepPage, stranger: Any, root: Page
) -> None:
    client.force_login(stranger)
    address = reverse("wagtail_ai_content_review:review", args=[version.pk])
    assert client.get(address).status_code == 404
    stored(deep_page).move(Page.objects.get(slug="elsewhere"), "last-child")
    assert client.get(address).status_code == 200
    stored(deep_page).move(Page.objects.get(pk=root.pk), "last-child")
    assert client.get(address).status_code == 404


def test_a_purged_revision_leaves_the_text_readable_and_the_decision_undoable(
    browse: Client, version: AIVersion, deep_page: DeepPage, lead: Any
) -> None:
    review.accept_clean(version.pk, lead)
    version.refresh_from_db()
    written = version.revision_id
    later = draft(deep_page)
    later.desk_notes = "Later work"
    later.save_revision()
    call_command("purge_revisions", verbosity=0)
    version.refresh_from_db()
    assert not Revision.objects.filter(pk=written).exists()
    assert (version.revision_id, version.status) == (None, VersionStatus.ACCEPTED)
    assert QUOTE in look(browse, version)
    history = browse.get(reverse("wagtailadmin_pages:history", args=[deep_page.pk])).content.decode()
    assert str(version.pk) in history
    assert "Undone" in send(browse, version, action="undo")
    page = draft(deep_page)
    assert (page.title, page.desk_notes) == (deep_page.title, "Later work")


def test_a_block_of_a_type_that_was_removed_is_not_written_and_stays_readable(
    browse: Client, deep_page: DeepPage
) -> None:
    base = snapshot(draft(deep_page))
    poem = {"type": "poem", "value": "Violets are blue", "id": "p1"}
    version = propose_content(deep_page, base, {**base, "body": json.dumps([poem, *DEEP_BODY])})
    before = draft(deep_page).latest_revision_id
    assert "Violets are blue" in look(browse, version)
    assert "cannot hold this any more" in send(browse, version, action="accept_clean")
    assert draft(deep_page).latest_revision_id == before
    version.refresh_from_db()
    assert version.status == VersionStatus.PENDING


def test_blocks_of_removed_types_in_the_base_do_not_keep_the_rest_from_being_taken(
    browse: Client, deep_page: DeepPage, lead: Any
) -> None:
    base = snapshot(draft(deep_page))
    poem = {"type": "poem", "value": "Roses are red", "id": "p1"}
    old = {**base, "body": json.dumps([poem, *DEEP_BODY])}
    version = propose_content(deep_page, old, {**old, "title": TITLE})
    assert "A new draft of" in send(browse, version, action="accept_clean")
    page = draft(deep_page)
    assert page.title == TITLE
    assert [block["id"] for block in page.body.raw_data] == [block["id"] for block in DEEP_BODY]


def test_a_removed_page_type_is_listed_for_superusers_with_its_text(
    client: Client, version: AIVersion, django_user_model: Any
) -> None:
    client.force_login(django_user_model.objects.create_superuser("boss"))
    AIVersion.objects.update(target_content_type=ContentType.objects.create(app_label="pages", model="gone"))
    assert version.target_label in client.get(reverse(LIST)).content.decode()
    shown = look(client, version)
    assert "its type was removed" in shown
    assert QUOTE in shown
    assert "its type was removed" in send(client, version, action="accept_clean")


def test_who_comes_second_is_told_who_decided_and_still_reads_the_text(
    client: Client, version: AIVersion, editor: Any, lead: Any
) -> None:
    changes = [item.change.id for item in review.open_review(version.pk, editor).items]
    client.force_login(editor)
    sent = {"action": "apply", **{f"decision-{change}": "accept" for change in changes}}
    review.decide(version.pk, lead, reject=changes)
    shown = send(client, version, **sent)
    assert f"{lead.get_username()} has decided about this meanwhile. Nothing of yours was done" in shown
    assert QUOTE in shown
