"""Locked phrases in the Wagtail admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import GroupSitePermission, Page, Site

from tests.support.pages.models import PlainPage, SectionPage
from wagtail_ai_content.records.guardrails.api import LockedPhrase

pytestmark = pytest.mark.django_db


def url(name: str, *args: Any) -> str:
    return reverse(f"ai_locked_phrase:{name}", args=args)


def form(**changes: str) -> dict[str, str]:
    return {"phrase": "Acme Corp", "site": "", "page_id": "", "with_descendants": "on", **changes}


@pytest.fixture
def admin(client: Client, django_user_model: Any) -> Client:
    client.force_login(django_user_model.objects.create_superuser("boss", "boss@example.com", "secret"))
    return client


@pytest.fixture
def site(root: Page) -> Site:
    return Site.objects.get(is_default_site=True)


@pytest.fixture
def other_site(root: Page) -> Site:
    home = root.get_root().add_child(instance=SectionPage(title="Other home", slug="other-home"))
    return Site.objects.create(hostname="other.example", site_name="Other site", root_page=home)


def test_a_phrase_is_locked_with_its_spaces_folded(admin: Client, plain_page: PlainPage) -> None:
    admin.post(url("add"), form(phrase=" Acme\u00a0  Corp ", page_id=str(plain_page.pk)))
    row = LockedPhrase.objects.get()
    assert (row.phrase, row.page_id, row.site, row.with_descendants) == ("Acme Corp", str(plain_page.pk), None, True)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"phrase": "a"}, "at least two characters"),
        ({"phrase": " \u200b "}, "at least two characters"),
        ({"page_id": "999999"}, "does not exist any more"),
        ({"page_id": "nonsense"}, "does not exist any more"),
        ({"phrase": "Known  phrase"}, "locked there already"),
    ],
)
def test_what_cannot_be_locked_is_told(admin: Client, changes: dict[str, str], told: str) -> None:
    LockedPhrase.objects.create(phrase="Known phrase")
    answer = admin.post(url("add"), form(**changes))
    assert answer.status_code == 200
    assert told in answer.content.decode()
    assert LockedPhrase.objects.count() == 1


def test_a_page_of_another_site_is_refused(admin: Client, plain_page: PlainPage, other_site: Site) -> None:
    answer = admin.post(url("add"), form(site=str(other_site.pk), page_id=str(plain_page.pk)))
    assert "does not belong to the chosen site" in answer.content.decode()


def test_a_phrase_is_changed_without_being_its_own_twin(admin: Client, plain_page: PlainPage) -> None:
    row = LockedPhrase.objects.create(phrase="Acme Corp", page_id=str(plain_page.pk))
    shown = admin.get(url("edit", row.pk)).content.decode()
    assert "First day" in shown
    fields = form(page_id=str(plain_page.pk))
    del fields["with_descendants"]
    assert admin.post(url("edit", row.pk), fields).status_code == 302
    row.refresh_from_db()
    assert not row.with_descendants


def test_the_list_tells_where(admin: Client, plain_page: PlainPage, site: Site) -> None:
    LockedPhrase.objects.create(phrase="One", page_id=str(plain_page.pk))
    LockedPhrase.objects.create(phrase="Two", page_id=str(plain_page.pk), with_descendants=False)
    LockedPhrase.objects.create(phrase="Three", page_id="999999", site=site)
    page = admin.get(url("index")).content.decode()
    assert all(text in page for text in ("First day and the pages below", "deleted or closed to you", "All sites"))
    on_pages = admin.get(url("index"), {"on_page": "false"}).content.decode()
    assert "First day" not in on_pages
    assert "Three" in admin.get(url("index"), {"site": site.pk}).content.decode()
    assert "Two" not in admin.get(url("index"), {"q": "One"}).content.decode()


def test_the_list_takes_the_same_queries_for_one_and_many(admin: Client, section: SectionPage) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            admin.get(url("index"))
        return len(caught)

    LockedPhrase.objects.create(phrase="p", page_id=str(section.pk))
    queries()
    few = queries()
    pages = [section, *Page.objects.all()] * 5
    LockedPhrase.objects.bulk_create(LockedPhrase(phrase=f"p{page}", page_id=str(page.pk)) for page in pages)
    assert queries() == few


def test_phrases_are_closed_to_those_without_the_right(client: Client, editor: Any) -> None:
    row = LockedPhrase.objects.create(phrase="Secret phrase")
    client.force_login(editor)
    for address in (url("index"), url("add"), url("edit", row.pk), url("delete", row.pk), url("usage", row.pk)):
        answer = client.get(address)
        assert answer.status_code in (302, 403, 404)
        assert b"Secret phrase" not in answer.content
    client.post(url("delete", row.pk))
    assert LockedPhrase.objects.exists()
    client.logout()
    assert client.get(url("index")).status_code == 302


@pytest.fixture
def site_editor(client: Client, editor: Any, site: Site) -> Client:
    """May write for one site."""
    group = Group.objects.get(name="editors")
    for permission in Permission.objects.filter(content_type__model="lockedphrase"):
        GroupSitePermission.objects.create(group=group, site=site, permission=permission)
    client.force_login(editor)
    return client


def test_whoever_writes_for_one_site_keeps_to_it(site_editor: Client, site: Site, other_site: Site) -> None:
    theirs = LockedPhrase.objects.create(phrase="Their phrase", site=other_site)
    LockedPhrase.objects.create(phrase="Phrase of all")
    listed = site_editor.get(url("index")).content.decode()
    assert "Phrase of all" in listed
    assert "Their phrase" not in listed
    assert site_editor.get(url("edit", theirs.pk)).status_code == 404
    assert site_editor.post(url("delete", theirs.pk)).status_code == 404
    site_editor.post(url("add"), form())
    site_editor.post(url("add"), form(site=str(other_site.pk)))
    assert not LockedPhrase.objects.filter(phrase="Acme Corp").exists()
    site_editor.post(url("add"), form(site=str(site.pk)))
    assert LockedPhrase.objects.get(phrase="Acme Corp").site == site


def test_a_title_nobody_may_see_is_not_shown(
    client: Client, editor: Any, other_site: Site, section: SectionPage
) -> None:
    group = Group.objects.get(name="editors")
    group.permissions.add(*Permission.objects.filter(content_type__model="lockedphrase"))
    LockedPhrase.objects.create(phrase="Hidden", page_id=str(other_site.root_page_id))
    LockedPhrase.objects.create(phrase="Open", page_id=str(section.pk))
    client.force_login(editor)
    page = client.get(url("index")).content.decode()
    assert "The long walk" in page
    assert "Other home" not in page
