"""A small site for every test that needs one: a section with pages in order, and two people."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.backends.signals import connection_created
from wagtail.models import GroupPagePermission, Locale, Page, Site

from tests.support.kept import Watch
from tests.support.pages.models import DeepPage, PlainPage, RichPage, SectionPage
from tests.support.services import missing
from tests.support.site import Postgres
from wagtail_ai_content.core.engine.function import AIFunction, Prepared, Target, Task
from wagtail_ai_content.records.access.api import UseGrant

AddPage = Callable[..., Page]


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Before the test database is made: is there a server to make it on?"""
    if os.environ.get("TEST_DATABASE") == "postgresql" and not (server := Postgres()).is_there():
        missing("postgres", f"No PostgreSQL answers at {server.host}:{server.port}.")


@pytest.fixture(scope="session")
def watch(django_db_setup: None) -> Iterator[Watch]:
    """Over all that is written to the database or logged."""
    watch = Watch()
    connection_created.connect(watch.connected)
    watch.connected(connection)
    logging.getLogger().addHandler(watch)
    yield watch
    logging.getLogger().removeHandler(watch)
    connection_created.disconnect(watch.connected)


@pytest.fixture(autouse=True)
def key_goes_nowhere(request: pytest.FixtureRequest) -> Iterator[None]:
    """In no test is the provider's key written to the database or logged."""
    if "db" not in request.fixturenames and not request.node.get_closest_marker("django_db"):
        yield
        return
    watch: Watch = request.getfixturevalue("watch")
    yield
    seen, watch.seen = watch.seen, []
    assert seen == []


@pytest.fixture
def root(db: None) -> Page:
    """The site's front page. Wagtail's own migrations make one, which tests with real transactions empty out.

    Wagtail remembers in the cache where sites begin, longer than a test lasts.
    """
    Site.clear_site_root_paths_cache()
    site = Site.objects.filter(is_default_site=True).first()
    return site.root_page if site else _new_site().root_page


@pytest.fixture
def add_page() -> AddPage:
    """``add_page(PageType, parent, title=…, …)``: a page below another, live unless told otherwise."""

    def add(kind: type[Page], parent: Page, **fields: Any) -> Page:
        # Treebeard reads the place of the next child from the parent as it is now.
        return parent.specific_class.objects.get(pk=parent.pk).add_child(instance=kind(**fields))

    return add


@pytest.fixture
def section(root: Page, add_page: AddPage) -> SectionPage:
    return add_page(
        SectionPage, root, title="The long walk", intro="Three days along the coast.", step_name="Day", slug="walk"
    )


@pytest.fixture
def plain_page(section: SectionPage, add_page: AddPage) -> PlainPage:
    return add_page(
        PlainPage, section, title="First day", content="We set out at dawn.\n\nRain fell at noon.", slug="first"
    )


@pytest.fixture
def rich_page(section: SectionPage, add_page: AddPage) -> RichPage:
    return add_page(RichPage, section, title="Second day", body=RICH_BODY, slug="second")


@pytest.fixture
def deep_page(section: SectionPage, add_page: AddPage) -> DeepPage:
    return add_page(
        DeepPage, section, title="Third day", body=DEEP_BODY, desk_notes="Ring 555 0199 before noon.", slug="third"
    )


@pytest.fixture
def editor(root: Page, django_user_model: Any) -> Any:
    """May add and change pages, not publish them."""
    return _person(django_user_model, "editor", on=root, may=["add_page", "change_page"])


@pytest.fixture
def lead(root: Page, django_user_model: Any) -> Any:
    """May also publish, lock and unlock."""
    may = ["add_page", "change_page", "publish_page", "lock_page", "unlock_page"]
    return _person(django_user_model, "lead", on=root, may=may)


@pytest.fixture
def unlicensed(root: Page, django_user_model: Any) -> Any:
    """May edit as the editor, and may not use AI."""
    person = _person(django_user_model, "unlicensed", on=root, may=["add_page", "change_page"])
    UseGrant.objects.filter(group__user=person).delete()
    return person


@pytest.fixture
def auditor(root: Page, django_user_model: Any) -> Any:
    """Looks after limits, prices and the audit trail, and edits nothing."""
    person = _person(django_user_model, "auditor", on=root, may=[])
    models = ("tier", "budget", "modelprice")
    wanted = [f"{action}_{model}" for action in ("add", "change", "delete") for model in models]
    person.groups.get().permissions.add(*Permission.objects.filter(codename__in=[*wanted, "read_audit"]))
    return person


@pytest.fixture
def stranger(root: Page, add_page: AddPage, django_user_model: Any) -> Any:
    """An editor of another section, who may change nothing else."""
    elsewhere = add_page(SectionPage, root, title="Elsewhere", slug="elsewhere")
    return _person(django_user_model, "stranger", on=elsewhere, may=["add_page", "change_page"])


@pytest.fixture
def task_for() -> Callable[..., Task]:
    """``task_for(page, user, function, **payload)``."""

    def task(page: Page, user: Any, function: str, **payload: Any) -> Task:
        kind = page.cached_content_type
        target = Target(
            content_type=f"{kind.app_label}.{kind.model}", object_id=str(page.pk), label=page.title, path=""
        )
        return Task(function=function, payload=payload, target=target, user_id=str(user.pk), site_id=None)

    return task


@pytest.fixture
def prepare(task_for: Callable[..., Task], editor: Any) -> Callable[..., Prepared]:
    """``prepare(function, page, **payload)``: what the function makes of the page before the model is asked."""

    def run(function: AIFunction, page: Any, **payload: Any) -> Prepared:
        task = task_for(page, editor, function.name, **payload)
        function.validate(task)
        return function.prepare(task)

    return run


def _new_site() -> Site:
    Locale.objects.get_or_create(language_code="en")
    home = Page.add_root(title="Root", slug="root").add_child(instance=Page(title="Home", slug="home"))
    return Site.objects.create(hostname="localhost", root_page=home, is_default_site=True)


def _person(model: Any, name: str, *, on: Page, may: list[str]) -> Any:
    group = Group.objects.create(name=f"{name}s")
    group.permissions.add(Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin"))
    pages = ContentType.objects.get_for_model(Page)
    for codename in may:
        permission = Permission.objects.get(content_type=pages, codename=codename)
        GroupPagePermission.objects.create(group=group, page=on, permission=permission)
    if "change_page" in may:  # as the migration gives it to those who edit when the app is installed
        group.permissions.add(Permission.objects.get(codename="review_aiversion"))
    UseGrant.objects.bulk_create([UseGrant(group=group)])  # which leaves no entry in the audit trail
    person = model.objects.create_user(username=name, email=f"{name}@example.com", password="secret")
    person.groups.add(group)
    return person


RICH_BODY = (
    '<h2 data-block-key="h1">Leaving</h2>'
    '<p data-block-key="p1">We left at <b>dawn</b> by the <a linktype="page" id="1">old road</a>.</p>'
    '<embed embedtype="image" format="left" id="7" alt="The road"/>'
    '<p data-block-key="p2">The <i>sea</i> was calm, see <a href="https://tides.example/today">the tides</a>.</p>'
    '<ul><li data-block-key="l1">bread</li><li data-block-key="l2">cheese</li></ul>'
    "<hr/>"
    '<p data-block-key="p3">Nobody spoke.</p>'
)

_SECTION = {
    "heading": "What to take",
    "text": '<p data-block-key="s1">Take <b>boots</b>.</p>',
    "remark": "Margin: the shop is cheap.",
    "items": [{"type": "item", "value": "A warm coat", "id": "i1"}, {"type": "item", "value": "A map", "id": "i2"}],
}

DEEP_BODY = [
    {"type": "heading", "value": "The third day", "id": "b1"},
    {"type": "paragraph", "value": '<p data-block-key="d1">It was a <b>long</b> day.</p>', "id": "b2"},
    {"type": "quote", "value": "I shall never walk again.", "id": "b3"},
    {"type": "section", "value": _SECTION, "id": "b4"},
    {
        "type": "aside",
        "value": [
            {"type": "note", "value": "Mind the tide.", "id": "a1"},
            {"type": "sections", "value": [{"type": "item", "value": _SECTION, "id": "n1"}], "id": "a2"},
        ],
        "id": "b5",
    },
    {"type": "raw_html", "value": "<marquee>no</marquee>", "id": "b6"},
    {"type": "address", "value": "https://walk.example/", "id": "b7"},
    {"type": "contact", "value": "walk@example.com", "id": "b8"},
    {"type": "reference", "value": "ABC", "id": "b9"},
    {"type": "tone", "value": "a", "id": "b10"},
    {"type": "rule", "value": None, "id": "b11"},
]


@pytest.fixture
def tiers(db: None) -> None:
    """The tiers that come with the app. A migration makes them, which tests with real transactions empty out."""
    if not apps.get_model("wagtail_ai_content", "Tier").objects.exists():
        import_module("wagtail_ai_content.migrations.0004_usage").add_tiers(apps, None)
