"""Who may see and decide what: every address of the review screen, for everybody."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.pages.models import DeepPage
from tests.support.versions import propose
from wagtail_ai_content.interfaces.review.viewset import ReviewViewSet
from wagtail_ai_content.pipeline import review
from wagtail_ai_content.records.versions.api import AIVersion, VersionStatus

pytestmark = pytest.mark.django_db
SECRET = "Unannounced merger"
PEOPLE = ["anonymous", "stranger", "editor", "lead", "superuser"]
MAY_SEE = {"editor", "lead", "superuser"}


@pytest.fixture
def version(deep_page: DeepPage, editor: Any) -> AIVersion:
    """Of a page whose draft has a title that nobody else may read."""
    deep_page.title = SECRET
    deep_page.save_revision(user=editor)
    return propose(deep_page, {"body.b3": "It is done."}, requested_by=editor, target_label=SECRET)


@pytest.fixture
def visit(request: Any, client: Client, root: Any, django_user_model: Any) -> Any:
    """``visit(name)``: a client of that person."""

    def enter(name: str) -> Client:
        if name == "superuser":
            client.force_login(django_user_model.objects.create_superuser("boss"))
        elif name != "anonymous":
            client.force_login(request.getfixturevalue(name))
        return client

    return enter


def addresses(version: AIVersion, user: Any) -> dict[str, str]:
    (item,) = review.open_review(version.pk, user).items
    one = [version.pk]
    return {
        "index": reverse("wagtail_ai_content_review:index"),
        "index_results": reverse("wagtail_ai_content_review:index_results"),
        "review": reverse("wagtail_ai_content_review:review", args=one),
        "request": reverse("wagtail_ai_content_review:request", args=one),
        "edit": reverse("wagtail_ai_content_review:edit", args=[*one, item.change.id]),
        "accept_clean": bulk("accept_clean", version),
        "reject": bulk("reject", version),
    }


def bulk(action: str, version: AIVersion) -> str:
    path = reverse("wagtail_bulk_action", args=["wagtail_ai_content", "aiversion", action])
    return f"{path}?id={version.pk}"


def test_no_address_is_forgotten_here(version: AIVersion, editor: Any) -> None:
    names = {pattern.name for pattern in ReviewViewSet().get_urlpatterns()}
    assert names == set(addresses(version, editor)) - {"accept_clean", "reject"}


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("name", ["index", "index_results", "review", "request", "edit", "accept_clean", "reject"])
def test_reading(person: str, name: str, version: AIVersion, editor: Any, visit: Any) -> None:
    answer = visit(person).get(addresses(version, editor)[name])
    shown = answer.content.decode()
    if person == "anonymous":
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("wagtailadmin_login"))
    elif person in MAY_SEE:
        assert answer.status_code == 200
    else:
        assert answer.status_code == (404 if name in ("review", "request", "edit") else 200)
    assert (SECRET in shown) == (person in MAY_SEE and name != "")


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("action", ["apply", "accept_clean", "reject_all", "undo"])
def test_deciding(person: str, action: str, version: AIVersion, editor: Any, visit: Any) -> None:
    (item,) = review.open_review(version.pk, editor).items
    data = {"action": action, f"decision-{item.change.id}": "reject"}
    answer = visit(person).post(addresses(version, editor)["review"], data)
    version.refresh_from_db()
    if person in MAY_SEE:
        assert answer.status_code == 302
        assert bool(version.decisions) == (action != "undo")
    else:
        assert answer.status_code == (302 if person == "anonymous" else 404)
        assert version.decisions == {}


@pytest.mark.parametrize("person", PEOPLE)
def test_deciding_about_several(person: str, version: AIVersion, editor: Any, visit: Any) -> None:
    visit(person).post(bulk("reject", version))
    version.refresh_from_db()
    assert version.status == (VersionStatus.REJECTED if person in MAY_SEE else VersionStatus.PENDING)


def test_a_lost_right_counts_at_once(version: AIVersion, editor: Any, visit: Any) -> None:
    browse = visit("editor")
    address = addresses(version, editor)["review"]
    assert browse.get(address).status_code == 200
    editor.groups.first().page_permissions.all().delete()
    assert browse.get(address).status_code == 404
    assert browse.post(address, {"action": "reject_all"}).status_code == 404


def test_of_a_deleted_page_who_asked_still_reads_what_was_proposed(
    version: AIVersion, deep_page: DeepPage, visit: Any, editor: Any, stranger: Any
) -> None:
    address = addresses(version, editor)["review"]
    deep_page.delete()
    assert visit("editor").get(address).status_code == 200
    assert visit("stranger").get(address).status_code == 404
