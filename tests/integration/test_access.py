"""Who may use AI: grants of groups, the switch, a person's own choice; asked at the door, and again before writing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, Site

from wagtail_ai_content.core.errors import NotAllowed, SwitchedOff
from wagtail_ai_content.models import AIPreference, AISwitch, AuditEntry, Job, UseGrant
from wagtail_ai_content.pipeline import run
from wagtail_ai_content.pipeline.drain import drain_until_empty
from wagtail_ai_content.pipeline.replay import replay
from wagtail_ai_content.pipeline.submit import Ask, submit
from wagtail_ai_content.records.access import api as access

pytestmark = pytest.mark.django_db(transaction=True)

META = "wagtail_ai_content_editor"


def ask(page: Page, user: Any, function: str = "meta") -> Job:
    return submit(Ask(function=function, page=page, user=user))


def only(editor: Any, **grant: Any) -> None:
    """The editor's group is granted this, and nothing else."""
    group = editor.groups.get()
    UseGrant.objects.filter(group=group).delete()
    UseGrant.objects.create(group=group, **grant)


@pytest.fixture
def at_the_end_of_the_call(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[], None]], None]]:
    """Lets something happen between the model's answer and the writing."""
    waiting: list[Callable[[], None]] = []

    def reach(name: str) -> None:
        if name == "SAVE:start" and waiting:
            waiting.pop()()

    monkeypatch.setattr(run, "reach", reach)
    yield waiting.append
    assert not waiting, "SAVE was not reached"


# --- grants


def test_without_a_grant_nothing_is_accepted_and_a_new_group_has_none(plain_page: Page, unlicensed: Any) -> None:
    with pytest.raises(NotAllowed, match="You may not use AI for this here"):
        ask(plain_page, unlicensed)
    unlicensed.groups.add(Group.objects.create(name="New"))
    with pytest.raises(NotAllowed):
        ask(plain_page, unlicensed)
    assert not Job.objects.exists()


def test_a_grant_may_be_for_one_function(plain_page: Page, editor: Any) -> None:
    only(editor, function="title")
    assert ask(plain_page, editor, "title").status == "pending"
    with pytest.raises(NotAllowed):
        ask(plain_page, editor, "meta")


def test_a_grant_may_be_for_one_site(plain_page: Page, editor: Any, root: Page) -> None:
    other = Site.objects.create(hostname="other.example", root_page=Page.get_first_root_node())
    only(editor, site=other)
    with pytest.raises(NotAllowed):
        ask(plain_page, editor)
    only(editor, site=plain_page.get_site())
    assert ask(plain_page, editor).status == "pending"


def test_a_grant_may_be_for_a_section_and_ends_with_it(
    plain_page: Page, section: Page, root: Page, editor: Any
) -> None:
    elsewhere = root.add_child(instance=Page(title="Elsewhere", slug="elsewhere"))
    only(editor, page_id=str(section.pk))
    assert ask(plain_page, editor).status == "pending"
    with pytest.raises(NotAllowed):
        ask(elsewhere, editor)
    elsewhere.delete()
    only(editor, page_id=str(elsewhere.pk))
    with pytest.raises(NotAllowed):
        ask(plain_page, editor, "title")


def test_a_superuser_needs_no_grant(plain_page: Page, admin_user: Any) -> None:
    assert ask(plain_page, admin_user).status == "pending"


def test_standing_is_one_query(plain_page: Page, editor: Any, django_assert_num_queries: Any) -> None:
    only(editor, page_id=str(plain_page.pk))
    AISwitch.objects.create(is_on=False, reason="Audit")
    AIPreference.objects.create(user=editor, opted_out=True)
    site_id = plain_page.get_site().pk
    with django_assert_num_queries(1):
        here = access.standing(editor.pk, site_id=site_id)
    assert (here.is_known, here.is_superuser, here.opted_out) == (True, False, True)
    assert here.grants == (access.Grant(function="", site_id=None, section=plain_page.path),)
    assert here.off == access.Off(reason="Audit", everywhere=True)


def test_groups_that_could_edit_pages_were_granted_ai_when_it_was_installed() -> None:
    from importlib import import_module

    from django.apps import apps
    from django.db import connection
    from wagtail.models import GroupPagePermission

    UseGrant.objects.all().delete()
    with connection.schema_editor() as editor:
        import_module("wagtail_ai_content.migrations.0006_access").grant_to_editors(apps, editor)
    editing = GroupPagePermission.objects.filter(permission__codename__in=["add_page", "change_page"])
    expected = set(editing.values_list("group_id", flat=True))
    assert set(UseGrant.objects.values_list("group_id", flat=True)) == expected


# --- the switch


@pytest.mark.parametrize("everywhere", [True, False])
def test_while_ai_is_switched_off_nothing_is_accepted_and_what_waits_ends(
    plain_page: Page, editor: Any, everywhere: bool
) -> None:
    waiting = ask(plain_page, editor)
    site = None if everywhere else plain_page.get_site()
    access.switch(is_on=False, site=site, reason="We look into it.", user=None)
    with pytest.raises(SwitchedOff, match="We look into it"):
        ask(plain_page, editor, "title")
    drain_until_empty()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.error_code, waiting.calls) == ("failed", "switched_off", 0)
    access.switch(is_on=True, site=site, reason="", user=None)
    assert ask(plain_page, editor, "title").status == "pending"


def test_a_switch_of_another_site_is_not_ours(plain_page: Page, editor: Any) -> None:
    other = Site.objects.create(hostname="other.example", root_page=Page.get_first_root_node())
    access.switch(is_on=False, site=other, reason="", user=None)
    assert ask(plain_page, editor).status == "pending"


def test_even_a_superuser_and_the_command_line_are_stopped(plain_page: Page, admin_user: Any) -> None:
    done = ask(plain_page, admin_user)
    drain_until_empty()
    call_command("ai_switch", "off", "--reason", "Enough")
    with pytest.raises(SwitchedOff):
        ask(plain_page, admin_user, "title")
    with pytest.raises(SwitchedOff):
        replay(str(done.pk), model="openai/other")
    with pytest.raises(CommandError, match="switched_off"):
        call_command("ai_generate", "title", str(plain_page.pk))


def test_the_command_tells_and_switches(capsys: pytest.CaptureFixture[str], root: Page) -> None:
    call_command("ai_switch", "off", "--site", "localhost", "--reason", "Moving")
    call_command("ai_switch", "off")
    call_command("ai_switch", "on")
    assert capsys.readouterr().out.splitlines()[-2:] == ["All sites: on", "localhost [default]: off (Moving)"]
    with pytest.raises(CommandError, match="There is no site"):
        call_command("ai_switch", "off", "--site", "nowhere.example")


def test_who_switched_and_why_stands_in_the_admin_and_in_the_audit_trail(client: Client, admin_user: Any) -> None:
    client.force_login(admin_user)
    saved = client.post(reverse("ai_switch:add"), {"reason": "A complaint"})
    assert saved.status_code == 302
    row = AISwitch.objects.get()
    assert (row.is_on, row.changed_by, row.changed_by_name) == (False, admin_user, admin_user.get_username())
    page = client.get(reverse("ai_switch:index")).content.decode()
    assert "A complaint" in page
    assert admin_user.get_username() in page
    entry = AuditEntry.objects.get(target_type="wagtail_ai_content.aiswitch")
    assert (entry.operation, entry.actor) == ("changed", str(admin_user.pk))
    twin = client.post(reverse("ai_switch:add"), {"reason": "Another"})
    assert "There is a switch for it already" in twin.content.decode()


# --- a person's own choice


def test_who_does_not_want_ai_is_offered_none_and_may_change_their_mind(
    client: Client, plain_page: Page, editor: Any
) -> None:
    client.force_login(editor)
    edit, account = reverse("wagtailadmin_pages:edit", args=[plain_page.pk]), reverse("wagtailadmin_account")
    opened = f"{reverse(f'{META}:open')}?address={edit}"
    assert 'data-side-panel="ai"' in client.get(edit).content.decode()
    assert client.get(opened, headers={"x-requested-with": "XMLHttpRequest"}).status_code == 200
    assert "Do not offer me AI" in client.get(account).content.decode()
    AIPreference.objects.create(user=editor, opted_out=True)
    assert 'data-side-panel="ai"' not in client.get(edit).content.decode()
    assert client.get(opened, headers={"x-requested-with": "XMLHttpRequest"}).status_code == 204
    with pytest.raises(NotAllowed, match="You chose not to be offered AI"):
        ask(plain_page, editor)
    assert "Do not offer me AI" in client.get(account).content.decode()


def test_who_may_not_use_ai_is_not_asked_whether_they_want_it(client: Client, unlicensed: Any, root: Page) -> None:
    client.force_login(unlicensed)
    assert "Do not offer me AI" not in client.get(reverse("wagtailadmin_account")).content.decode()


# --- between the answer and the writing


TAKEN: dict[str, Callable[[Any], object]] = {
    "group": lambda user: user.groups.clear(),
    "grant": lambda user: UseGrant.objects.all().delete(),
    "person": lambda user: type(user)._default_manager.filter(pk=user.pk).update(is_active=False),
    "switch": lambda user: access.switch(is_on=False, site=None, reason="", user=None),
    "choice": lambda user: AIPreference.objects.create(user=user, opted_out=True),
}


@pytest.mark.parametrize("what", TAKEN)
def test_what_is_taken_away_after_the_answer_keeps_it_from_being_written_but_not_from_the_record(
    what: str, plain_page: Page, editor: Any, at_the_end_of_the_call: Callable[[Callable[[], None]], None]
) -> None:
    at_the_end_of_the_call(lambda: TAKEN[what](editor))
    job = ask(plain_page, editor)
    drain_until_empty()
    job.refresh_from_db()
    plain_page.refresh_from_db()
    assert (job.status, job.calls) == ("failed", 1)
    assert job.error_code == ("switched_off" if what == "switch" else "not_allowed")
    assert job.reply["text"]
    assert plain_page.latest_revision is None
    entry = AuditEntry.objects.get(job=str(job.pk))
    assert (entry.operation, entry.outcome) == ("failed", job.error_code)
    assert entry.output_hash


# --- giving grants


def test_grants_are_given_in_the_form_of_the_group(client: Client, admin_user: Any, section: Page) -> None:
    client.force_login(admin_user)
    group = Group.objects.create(name="Writers")
    address = reverse("wagtailusers_groups:edit", args=[group.pk])
    page = client.get(address).content.decode()
    assert "Use of AI" in page
    total = {
        f"{prefix}-{name}_FORMS": 0
        for prefix in ("page_permissions", "collection_permissions", "document_permissions", "image_permissions",
                       "collection_mgmt_permissions")
        for name in ("TOTAL", "INITIAL", "MIN_NUM")
    }  # fmt: skip
    rows = {
        "ai_grants-TOTAL_FORMS": 2, "ai_grants-INITIAL_FORMS": 0, "ai_grants-MIN_NUM_FORMS": 0,
        "ai_grants-MAX_NUM_FORMS": 1000,
        "ai_grants-0-function": "title", "ai_grants-0-site": "", "ai_grants-0-page_id": str(section.pk),
        "ai_grants-1-function": "", "ai_grants-1-site": "", "ai_grants-1-page_id": "",
    }  # fmt: skip
    saved = client.post(address, {"name": "Writers", **total, **rows})
    assert saved.status_code == 302
    found = UseGrant.objects.filter(group=group).order_by("function").values_list("function", "site", "page_id")
    assert list(found) == [("", None, ""), ("title", None, str(section.pk))]
    again = {**rows, "ai_grants-0-function": "meta", "ai_grants-0-page_id": "", "ai_grants-1-function": "meta"}
    twice = client.post(address, {"name": "Writers", **total, **again})
    assert "This stands here twice" in twice.content.decode()
