"""One AI version on the review screen: what it shows, and what decisions do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from wagtail.models import Page

from tests.integration.conftest import DEEP_BODY, AddPage
from tests.support.pages.models import DeepPage, RichPage
from tests.support.versions import propose
from wagtail_ai_content.pipeline import review
from wagtail_ai_content.records.jobs.models import Job
from wagtail_ai_content.records.versions.api import AIVersion, VersionStatus

pytestmark = pytest.mark.django_db
WORDING = {"title": "The third day, told again", "body.b3": "I shall walk again.", "body.b4.heading": "What to carry"}


@pytest.fixture
def browse(client: Client, editor: Any) -> Client:
    client.force_login(editor)
    return client


@pytest.fixture
def version(deep_page: DeepPage, editor: Any) -> AIVersion:
    return propose(deep_page, WORDING, requested_by=editor)


def url(version: AIVersion, name: str = "review", *more: str) -> str:
    return reverse(f"wagtail_ai_content_review:{name}", args=[version.pk, *more])


def look(browse: Client, version: AIVersion) -> str:
    answer = browse.get(url(version))
    assert answer.status_code == 200
    return answer.content.decode()


def ids(version: AIVersion, user: Any) -> dict[str, str]:
    """Change ids by path."""
    return {item.change.path: item.change.id for item in review.open_review(version.pk, user).items}


def send(browse: Client, version: AIVersion, **data: str) -> str:
    """What the screen says after a post."""
    return browse.post(url(version), data, follow=True).content.decode()


def draft(page: Page) -> Any:
    return page.specific_class.objects.get(pk=page.pk).get_latest_revision_as_object()


def block(page: Any, key: str) -> Any:
    return next(item["value"] for item in page.body.raw_data if item["id"] == key)


def test_it_shows_who_asked_with_what_and_each_change(browse: Client, version: AIVersion) -> None:
    shown = look(browse, version)
    for text in ("Third day", "Rewrite", "test/model", "“rewrite”, version 1 (built in)", "3 changes wait"):
        assert text in shown
    for text in ("I shall never walk again.", "What to take", "Section"):
        assert text in shown


def test_accepting_one_change_writes_only_that(browse: Client, version: AIVersion, editor: Any, deep_page: Any) -> None:
    said = send(browse, version, **{f"decision-{ids(version, editor)['body.b3']}": "accept"})
    assert "A new draft" in said
    assert "Look at the draft" in said
    page = draft(deep_page)
    assert block(page, "b3") == "I shall walk again."
    assert page.title == "Third day"
    assert block(page, "b4")["heading"] == "What to take"
    version.refresh_from_db()
    assert version.status == VersionStatus.PENDING


def test_deciding_everything_settles_the_version(browse: Client, version: AIVersion, editor: Any) -> None:
    choices = dict(zip(ids(version, editor).values(), ["accept", "reject", "accept"], strict=True))
    shown = send(browse, version, **{f"decision-{key}": choice for key, choice in choices.items()})
    version.refresh_from_db()
    assert version.status == VersionStatus.PARTLY
    assert "Partly accepted" in shown
    assert "Apply decisions" not in shown


def test_what_nobody_chose_stays_undecided(browse: Client, version: AIVersion) -> None:
    assert "Nothing was decided" in send(browse, version)
    version.refresh_from_db()
    assert version.decisions == {}


def test_accept_all_clean_and_undo(browse: Client, version: AIVersion, deep_page: Any) -> None:
    shown = send(browse, version, action="accept_clean")
    assert draft(deep_page).title == WORDING["title"]
    assert "Undo" in shown
    shown = send(browse, version, action="undo")
    assert "Undone" in shown
    assert draft(deep_page).title == "Third day"
    version.refresh_from_db()
    assert version.status == VersionStatus.PENDING


def test_reject_all_writes_nothing(browse: Client, version: AIVersion, deep_page: Any) -> None:
    send(browse, version, action="reject_all")
    version.refresh_from_db()
    assert version.status == VersionStatus.REJECTED
    deep_page.refresh_from_db()
    assert deep_page.latest_revision_id is None


def test_the_text_can_be_edited_before_it_is_accepted(
    browse: Client, version: AIVersion, editor: Any, deep_page: Any
) -> None:
    key = ids(version, editor)["body.b3"]
    part = browse.get(url(version, "edit", key), headers={"X-Requested-With": "XMLHttpRequest"}).content.decode()
    assert "<html" not in part
    assert f'name="edit-{key}"' in part
    send(browse, version, **{f"decision-{key}": "edit", f"edit-{key}": "I may walk again."})
    assert block(draft(deep_page), "b3") == "I may walk again."


def test_without_scripts_editing_is_a_page_of_its_own(browse: Client, version: AIVersion, editor: Any) -> None:
    shown = browse.get(url(version, "edit", ids(version, editor)["title"])).content.decode()
    assert "<html" in shown
    assert f'action="{url(version)}"' in shown
    assert "Accept with this wording" in shown


def test_edited_rich_text_keeps_only_what_the_field_may_hold(browse: Client, rich_page: RichPage, editor: Any) -> None:
    version = propose(rich_page, {"body": rich_page.body.replace("Nobody spoke", "Nobody said a word")})
    (key,) = ids(version, editor).values()
    state = {
        "blocks": [
            {
                "key": "p3abc", "type": "unstyled", "depth": 0, "text": "Nobody laughed.",
                "inlineStyleRanges": [{"offset": 0, "length": 6, "style": "BOLD"}],
                "entityRanges": [{"offset": 7, "length": 7, "key": 0}],
            }
        ],
        "entityMap": {"0": {"type": "LINK", "mutability": "MUTABLE", "data": {"url": "javascript:alert(1)"}}},
    }  # fmt: skip
    send(browse, version, **{f"decision-{key}": "edit", f"edit-{key}": json.dumps(state)})
    body = draft(rich_page).body
    assert "<b>Nobody</b>" in body
    assert "javascript:" not in body
    assert "The <i>sea</i> was calm" in body


def test_broken_editor_state_does_not_replace_anything(browse: Client, rich_page: RichPage, editor: Any) -> None:
    version = propose(rich_page, {"body": rich_page.body.replace("Nobody spoke", "Nobody said a word")})
    (key,) = ids(version, editor).values()
    shown = send(browse, version, **{f"decision-{key}": "edit", f"edit-{key}": "{not json"})
    assert "could not be read" in shown
    rich_page.refresh_from_db()
    assert rich_page.latest_revision_id is None


def test_a_conflict_shows_three_sides_and_asks_for_a_choice(
    browse: Client, version: AIVersion, editor: Any, deep_page: Any
) -> None:
    deep_page.title = "A day at sea"
    deep_page.save_revision(user=editor)
    shown = look(browse, version)
    for text in ("Third day", "told again", "A day at sea", "Edited meanwhile", "Take the AI&#x27;s"):
        assert text in shown
    send(browse, version, action="accept_clean")
    assert draft(deep_page).title == "A day at sea"
    send(browse, version, **{f"decision-{ids(version, editor)['title']}": "accept"})
    assert draft(deep_page).title == WORDING["title"]


def test_the_second_of_two_people_is_told_so(
    browse: Client, version: AIVersion, editor: Any, lead: Any, deep_page: Any
) -> None:
    changes = ids(version, editor)
    look(browse, version)
    review.decide(version.pk, lead, reject=[changes["title"]])
    data = {f"decision-{changes[path]}": "accept" for path in ("title", "body.b3")}
    assert "lead has decided about this meanwhile. Nothing of yours was done" in send(browse, version, **data)
    page = draft(deep_page)
    assert (page.title, block(page, "b3")) == ("Third day", "I shall never walk again.")


def test_facts_and_warnings_are_named(browse: Client, deep_page: DeepPage) -> None:
    facts = [
        {"kind": "number", "change": "changed", "before": "12 %", "after": "15 %", "path": "title", "locked": False},
        {"kind": "phrase", "change": "lost", "before": "Ebbstow & Sons", "after": "", "path": "title", "locked": True},
    ]
    shown = look(browse, propose(deep_page, WORDING, invariants=facts, alerts=2, warnings=[
        {"template": "A link was taken out of the answer, because its address is not a plain one. Its words were kept.",
         "params": {}}]))  # fmt: skip
    assert "<del>12 %</del>" in shown
    assert "<ins>15 %</ins>" in shown
    assert "Ebbstow &amp; Sons" in shown
    assert shown.index("Ebbstow") < shown.index("12 %")
    assert "A link was taken out" in shown


def test_the_request_is_shown_word_for_word(browse: Client, deep_page: DeepPage) -> None:
    version = propose(deep_page, WORDING)
    assert "not kept any more" in browse.get(url(version, "request")).content.decode()
    messages = [{"role": "system", "content": "Be <kind>."}, {"role": "user", "content": "Rewrite."}]
    job = Job.objects.create(
        pk=version.generation_id, function="rewrite", request={"messages": messages}, next_attempt=version.created,
        created=version.created,
    )  # fmt: skip
    shown = browse.get(url(version, "request")).content.decode()
    assert "Be &lt;kind&gt;." in shown
    assert job.pk == version.generation_id


def test_an_unknown_action_or_change_is_refused(browse: Client, version: AIVersion) -> None:
    assert browse.post(url(version), {"action": "publish"}).status_code == 404
    assert browse.get(url(version, "edit", "nonsense")).status_code == 404


# --- what became of the page meanwhile


def _delete(page: Page) -> None:
    page.delete()


def _lock(page: Page) -> None:
    Page.objects.filter(pk=page.pk).update(locked=True)


@pytest.mark.parametrize(("happens", "said"), [(_delete, "was deleted"), (_lock, "is locked")])
def test_a_version_stays_readable_and_says_why_it_cannot_be_taken(
    browse: Client, version: AIVersion, deep_page: DeepPage, happens: Callable[[Page], None], said: str
) -> None:
    happens(deep_page)
    shown = look(browse, version)
    assert said in shown
    assert "I shall walk again." in shown
    assert 'value="accept_clean" class="button button-secondary" disabled' in shown
    shown = send(browse, version, action="accept_clean")
    assert said in shown
    send(browse, version, action="reject_all")
    version.refresh_from_db()
    assert version.status == VersionStatus.REJECTED


def test_a_version_of_a_page_type_that_was_removed_stays_readable(
    client: Client, version: AIVersion, django_user_model: Any
) -> None:
    client.force_login(django_user_model.objects.create_superuser("boss"))
    removed = ContentType.objects.create(app_label="pages", model="gone")
    AIVersion.objects.update(target_content_type=removed)
    shown = client.get(url(version)).content.decode()
    assert "I shall walk again." in shown
    assert "was deleted or its type was removed" in shown
    client.post(url(version), {"action": "reject_all"})
    version.refresh_from_db()
    assert version.status == VersionStatus.REJECTED


def test_blocks_of_a_type_that_was_removed_stay_readable(browse: Client, deep_page: DeepPage) -> None:
    version = propose(deep_page, {"title": "Other"})
    old = [{"type": "poem", "value": "Roses <b>are</b> red", "id": "p1"}, *DEEP_BODY]
    new = [{"type": "poem", "value": "Violets are blue", "id": "p1"}, *DEEP_BODY]
    AIVersion.objects.update(
        base={**version.base, "body": json.dumps(old)}, proposed={**version.proposed, "body": json.dumps(new)}
    )
    shown = look(browse, version)
    assert "Violets" in shown
    assert "&lt;b&gt;are" in shown


def test_an_unpublished_and_moved_page_can_still_be_decided_about(
    browse: Client, version: AIVersion, deep_page: DeepPage, root: Page, add_page: AddPage
) -> None:
    deep_page.unpublish()
    Page.objects.get(pk=deep_page.pk).move(Page.objects.get(pk=root.pk), "last-child")
    send(browse, version, action="accept_clean")
    assert draft(deep_page).title == WORDING["title"]


def test_what_ai_wrote_as_a_draft_can_be_kept_while_the_page_is_locked(
    browse: Client, deep_page: DeepPage, editor: Any
) -> None:
    version = propose(deep_page, WORDING)
    review.accept_clean(version.pk, editor)
    version.refresh_from_db()
    AIVersion.objects.update(decisions={}, status=VersionStatus.DRAFTED)
    _lock(deep_page)
    shown = look(browse, version)
    assert "Take out again" in shown
    assert 'value="accept_clean" class="button button-secondary">' in shown
    assert 'value="reject_all" class="button button-secondary" disabled' in shown
    send(browse, version, action="accept_clean")
    version.refresh_from_db()
    assert version.status == VersionStatus.ACCEPTED
