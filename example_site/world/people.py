"""The people of the demonstration and what each of them may do.

They have a password that everybody knows, so they are only ever made where ``DEBUG`` is on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser, Group, Permission
from wagtail.models import Collection, GroupApprovalTask, GroupCollectionPermission, GroupPagePermission, Page

from wagtail_ai_content.records.access.api import UseGrant

PASSWORD = "demo"
LEADS, EDITORS, ALMANAC_EDITORS = "Content leads", "Editors", "Almanac editors"
PICTURES_AND_DOCUMENTS = ("add_image", "change_image", "choose_image", "add_document", "change_document",
                          "choose_document")  # fmt: skip


class NotADemonstration(Exception):
    """The site runs with DEBUG off, where people with a known password would be an open door."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who can log in."""

    username: str
    name: str
    group: str
    """Name of a group; empty for the superuser."""
    may: str
    """What the person may do, in a few words."""


PEOPLE = (
    Person(
        username="lead", name="Rowan Cray", group=LEADS, may="edit and publish every page, write AI prompts and rules"
    ),
    Person(username="editor", name="Juno Pike", group=EDITORS, may="edit every page, not publish"),
    Person(username="editor-b", name="Bram Tolley", group=ALMANAC_EDITORS, may="edit The Almanac only, not publish"),
    Person(username="developer", name="Devi Orrin", group="", may="everything (superuser)"),
)


def make_people() -> None:
    """Users and the groups they belong to; those that exist are left as they are."""
    if not settings.DEBUG:
        raise NotADemonstration(
            "The example site is a demonstration: its users have a password that everybody knows. "
            "It is not loaded while DEBUG is off."
        )
    for name in (LEADS, EDITORS, ALMANAC_EDITORS):
        Group.objects.get_or_create(name=name)
    for person in PEOPLE:
        _make(person)


def allow_whole_site() -> None:
    """What content leads and editors may do, from the root of the page tree downwards."""
    root, pictures = Page.get_first_root_node(), Collection.get_first_root_node()
    everything = ("add", "change", "publish", "lock", "unlock", "bulk_delete")
    _allow_pages(LEADS, root, everything)
    _allow_pages(EDITORS, root, ("add", "change"))
    _allow_collection(LEADS, pictures, PICTURES_AND_DOCUMENTS)
    _allow_collection(EDITORS, pictures, PICTURES_AND_DOCUMENTS)
    _allow(LEADS, ("access_admin", "add_notice", "change_notice", "delete_notice", "publish_notice"))
    _allow(LEADS, [f"{action}_prompttemplate" for action in ("add", "change", "delete", "publish")])
    _allow(LEADS, [f"{action}_lockedphrase" for action in ("add", "change", "delete")])
    _allow(LEADS, [f"{action}_ruleset" for action in ("add", "change", "delete", "publish")])
    _allow(LEADS, ("review_aiversion", "view_moderationdecision", "change_moderationdecision"))
    _allow(EDITORS, ("access_admin", "add_notice", "change_notice", "review_aiversion"))
    for group in (LEADS, EDITORS):
        _allow_ai(group)
    _let_leads_moderate()


def allow_section(section: Page) -> None:
    """What the Almanac's own editors may do: edit ``section`` and what is below it, nothing else."""
    _allow(ALMANAC_EDITORS, ("access_admin", "review_aiversion"))
    _allow_pages(ALMANAC_EDITORS, section, ("change",))
    _allow_collection(ALMANAC_EDITORS, Collection.get_first_root_node(), ("choose_image", "choose_document"))
    _allow_ai(ALMANAC_EDITORS, section)


def find(username: str) -> AbstractUser:
    return get_user_model().objects.get(username=username)


def _make(person: Person) -> None:
    first, last = person.name.split()
    superuser = not person.group
    defaults = {"first_name": first, "last_name": last, "email": f"{person.username}@ebbstow.example",
                "is_superuser": superuser, "is_staff": superuser}  # fmt: skip
    user, created = get_user_model().objects.get_or_create(username=person.username, defaults=defaults)
    if created:
        user.set_password(PASSWORD)
        user.save()
        user.groups.set(Group.objects.filter(name=person.group))


def _allow(group: str, codenames: Iterable[str]) -> None:
    permissions = Permission.objects.filter(
        codename__in=list(codenames), content_type__app_label__in=["wagtailadmin", "wagtail_ai_content", "world"]
    )
    Group.objects.get(name=group).permissions.add(*permissions)


def _allow_pages(group: str, page: Page, actions: Iterable[str]) -> None:
    for action in actions:
        permission = Permission.objects.get(content_type__app_label="wagtailcore", codename=f"{action}_page")
        GroupPagePermission.objects.get_or_create(group=Group.objects.get(name=group), page=page, permission=permission)


def _allow_ai(group: str, section: Page | None = None) -> None:
    UseGrant.objects.get_or_create(
        group=Group.objects.get(name=group), function="", site=None, page_id=str(section.pk) if section else ""
    )


def _allow_collection(group: str, collection: Collection, codenames: Iterable[str]) -> None:
    permissions = Permission.objects.filter(
        codename__in=list(codenames), content_type__app_label__in=["wagtailimages", "wagtaildocs"]
    )
    for permission in permissions:
        GroupCollectionPermission.objects.get_or_create(
            group=Group.objects.get(name=group), collection=collection, permission=permission
        )


def _let_leads_moderate() -> None:
    """Wagtail's own workflow asks the group “Moderators”, of which nobody here is a member."""
    leads = Group.objects.get(name=LEADS)
    for task in GroupApprovalTask.objects.filter(groups__name="Moderators"):
        task.groups.add(leads)
