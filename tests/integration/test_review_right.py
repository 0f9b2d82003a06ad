"""Deciding about what others asked of AI needs the right to review, beside the right to edit the page."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupPagePermission

from tests.support.versions import propose
from wagtail_ai_content.core.errors import NotAllowed
from wagtail_ai_content.interfaces.notices.audience import reviewers
from wagtail_ai_content.interfaces.review.menu import count_waiting
from wagtail_ai_content.models import AIVersion
from wagtail_ai_content.pipeline import review, taking

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(editor: Any, django_user_model: Any) -> Any:
    """The editor, who edits and does not review."""
    Group.objects.get(user=editor).permissions.remove(Permission.objects.get(codename="review_aiversion"))
    return django_user_model.objects.get(pk=editor.pk)


@pytest.fixture
def proposal(plain_page: Any, lead: Any) -> AIVersion:
    return propose(plain_page, {"title": "Told anew"}, requested_by=lead)


def change_of(version: AIVersion) -> str:
    return str(version.touched[0]["id"])


def address(version: AIVersion) -> str:
    return reverse("wagtail_ai_content_review:review", args=[version.pk])


def test_who_may_not_review_reads_it_and_is_told_why_there_are_no_buttons(
    writer: Any, proposal: AIVersion, client: Client
) -> None:
    client.force_login(writer)
    answer = client.get(address(proposal))
    html = answer.content.decode()

    assert answer.status_code == 200
    assert "Told anew" in html
    assert "needs the right to review" in html
    assert 'name="action"' not in html
    assert f'name="decision-{change_of(proposal)}"' not in html


@pytest.mark.parametrize("action", ["apply", "accept_clean", "reject_all", "undo"])
def test_a_post_without_the_right_is_refused(writer: Any, proposal: AIVersion, client: Client, action: str) -> None:
    client.force_login(writer)
    answer = client.post(address(proposal), {"action": action, f"decision-{change_of(proposal)}": "accept"})
    proposal.refresh_from_db()

    assert answer.status_code == 302
    assert answer.url == reverse("wagtailadmin_home")
    assert (proposal.status, proposal.decisions) == ("pending", {})


def test_the_wording_of_a_change_is_not_open_to_them(writer: Any, proposal: AIVersion, client: Client) -> None:
    client.force_login(writer)
    where = reverse("wagtail_ai_content_review:edit", args=[proposal.pk, change_of(proposal)])

    assert client.get(where, headers={"X-Requested-With": "XMLHttpRequest"}).status_code == 403


def test_no_way_past_the_screen(writer: Any, proposal: AIVersion, plain_page: Any) -> None:
    for attempt in (
        lambda: review.decide(proposal.pk, writer, accept=[change_of(proposal)]),
        lambda: review.accept_clean(proposal.pk, writer),
        lambda: review.undo(proposal.pk, writer),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    taking.taken_in_editor(proposal.pk, writer, [change_of(proposal)])
    proposal.refresh_from_db()
    assert (proposal.status, proposal.decisions) == ("pending", {})


def test_bulk_leaves_out_what_they_may_not_decide(writer: Any, proposal: AIVersion, client: Client) -> None:
    client.force_login(writer)
    where = reverse("wagtail_bulk_action", args=["wagtail_ai_content", "aiversion", "reject"]) + f"?id={proposal.pk}"
    client.post(where)
    proposal.refresh_from_db()

    assert proposal.status == "pending"


def test_it_is_not_offered_to_take_into_their_open_form(
    writer: Any, lead: Any, proposal: AIVersion, plain_page: Any, client: Client
) -> None:
    where = reverse("wagtail_ai_content_editor:news", args=["pages", "plainpage", plain_page.pk])
    seen = {}
    for person in (writer, lead):
        client.force_login(person)
        seen[person.username] = client.get(where, {"age": 600_000}).status_code

    assert seen == {"editor": 204, "lead": 200}


def test_they_decide_about_what_they_asked_for_themselves(writer: Any, plain_page: Any) -> None:
    own = propose(plain_page, {"title": "Mine"}, requested_by=writer)

    assert review.decide(own.pk, writer, accept=[change_of(own)]).status == "done"


def test_nothing_of_others_waits_for_them_and_nobody_tells_them(writer: Any, lead: Any, proposal: AIVersion) -> None:
    assert (count_waiting(writer), count_waiting(lead)) == (0, 1)
    assert writer not in reviewers(proposal)
    assert lead in reviewers(proposal)
    assert mail.outbox == []


def test_who_may_review_but_not_edit_the_page_does_not_see_it(stranger: Any, proposal: AIVersion) -> None:
    with pytest.raises(NotAllowed):
        review.decide(proposal.pk, stranger, accept=[change_of(proposal)])


def test_groups_that_edit_when_the_right_comes_have_it(root: Any) -> None:
    editing, other = Group.objects.create(name="Editing"), Group.objects.create(name="Other")
    permission = Permission.objects.get(codename="change_page")
    GroupPagePermission.objects.create(group=editing, page=root, permission=permission)
    module = import_module("wagtail_ai_content.migrations.0008_guardrails")
    module.let_editors_review(apps, SimpleNamespace(connection=connection))

    assert editing.permissions.filter(codename="review_aiversion").exists()
    assert not other.permissions.exists()


def test_the_form_of_a_group_offers_it(django_user_model: Any, client: Client) -> None:
    client.force_login(django_user_model.objects.create_superuser("boss", "boss@example.com", "secret"))
    group = Group.objects.create(name="Any")

    assert "Can decide about what AI proposes" in client.get(f"/admin/groups/edit/{group.pk}/").content.decode()
