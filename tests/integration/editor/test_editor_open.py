"""What the editor is told it can ask for: for whom, in which form, and where."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override
from wagtail.blocks import CharBlock, StreamBlock, StructBlock, TextBlock
from wagtail.models import Locale, Page, Site

from tests.support.pages.models import Bulletin, DeepPage, Leaflet, PlainPage, RichPage, SectionPage
from wagtail_ai_content.features.writing import targets
from wagtail_ai_content.features.writing.targets import places_of
from wagtail_ai_content.interfaces.editor import subject
from wagtail_ai_content.interfaces.editor.subject import Subject
from wagtail_ai_content.records.prompts.api import PromptTemplate

pytestmark = pytest.mark.django_db

OPEN = "/admin/ai-editor/open/"
HEADERS = {"X-Requested-With": "XMLHttpRequest"}


def ask(client: Client, address: str) -> Any:
    return client.get(OPEN, {"address": address}, headers=HEADERS)


def edit(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def add(kind: str, parent: Page) -> str:
    return reverse("wagtailadmin_pages:add", args=["pages", kind, parent.pk])


# --- who may ask


@pytest.mark.parametrize(
    ("who", "status"), [("editor", 200), ("lead", 200), ("admin_user", 200), ("stranger", 404), ("nobody", 403)]
)
def test_only_who_may_edit_or_add_is_told_anything(
    request: pytest.FixtureRequest, client: Client, plain_page: PlainPage, who: str, status: int
) -> None:
    if who != "nobody":
        client.force_login(request.getfixturevalue(who))
    section = plain_page.get_parent()
    for address in (edit(plain_page), add("plainpage", section)):
        answer = ask(client, address)
        assert answer.status_code == status
        assert ("places" in answer.content.decode()) == (status == 200)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nothing",
        "/admin/pages/999999/edit/",
        "/admin/pages/add/pages/plainpage/999999/",
        "/admin/pages/add/pages/nothing/1/",
        "/admin/snippets/pages/bulletin/edit/999999/",
        "https://example.org/admin/pages/1/edit/%00",
        "/" + "x" * 3_000,
        "//[",
    ],
)
def test_what_is_not_there_is_not_found(client: Client, admin_user: Any, root: Page, address: str) -> None:
    client.force_login(admin_user)
    assert ask(client, address).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/admin/", "/admin/pages/add/auth/user/1/", "/admin/snippets/pages/bulletin/", "/admin/images/add/",
        "/admin/users/new/", "/admin/ai_locked_phrase/new/", "/admin/snippets/wagtail_ai_content/ruleset/add/",
        "/admin/snippets/wagtail_ai_content/prompttemplate/add/",
    ],
)  # fmt: skip
def test_in_forms_without_texts_for_ai_nothing_is_offered(
    client: Client, admin_user: Any, root: Page, address: str
) -> None:
    client.force_login(admin_user)
    answer = ask(client, address)
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_page_type_that_may_not_stand_there_is_not_found(
    client: Client, admin_user: Any, section: SectionPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(admin_user)
    assert ask(client, add("plainpage", section)).status_code == 200
    monkeypatch.setattr(PlainPage, "can_create_at", classmethod(lambda cls, parent: False))
    assert ask(client, add("plainpage", section)).status_code == 404


def test_a_locked_page_is_refused_with_a_sentence(
    client: Client, editor: Any, lead: Any, plain_page: PlainPage
) -> None:
    Page.objects.filter(pk=plain_page.pk).update(locked=True, locked_by=lead)
    client.force_login(editor)
    answer = ask(client, edit(plain_page))
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert "locked" in answer.json()["message"]


def test_a_locked_snippet_is_refused_too(client: Client, admin_user: Any, lead: Any) -> None:
    bulletin = Bulletin.objects.create(title="Ferry", locked=True, locked_by=lead)
    client.force_login(admin_user)
    answer = ask(client, reverse("wagtailsnippets_pages_bulletin:edit", args=[bulletin.pk]))
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_an_alias_is_refused(client: Client, admin_user: Any, plain_page: PlainPage, section: SectionPage) -> None:
    alias = plain_page.create_alias(parent=section, update_slug="again")
    client.force_login(admin_user)
    assert ask(client, edit(alias)).status_code == 403


# --- which object


def test_pages_and_snippets_are_known_by_the_addresses_of_their_forms(
    client: Client, admin_user: Any, plain_page: PlainPage, section: SectionPage
) -> None:
    client.force_login(admin_user)
    revision = plain_page.save_revision()
    bulletin = Bulletin.objects.create(title="Ferry")
    page = {"app": "pages", "model": "plainpage", "object": str(plain_page.pk), "parent": "", "locale": ""}
    assert ask(client, edit(plain_page)).json()["subject"] == page
    revert = reverse("wagtailadmin_pages:revisions_revert", args=[plain_page.pk, revision.pk])
    assert ask(client, f"{revert}?next=/").json()["subject"] == page
    assert ask(client, add("plainpage", section)).json()["subject"] == {
        "app": "pages", "model": "plainpage", "object": "", "parent": str(section.pk), "locale": "en",
    }  # fmt: skip
    assert ask(client, f"/admin/snippets/pages/bulletin/edit/{bulletin.pk}/").json()["subject"] == {
        "app": "pages", "model": "bulletin", "object": str(bulletin.pk), "parent": "", "locale": "",
    }  # fmt: skip
    assert ask(client, "/admin/snippets/pages/bulletin/add/").json()["subject"]["object"] == ""


def test_the_form_of_any_viewset_with_panels_is_known(
    client: Client, admin_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(admin_user)
    monkeypatch.setattr(subject, "OWN_APP", "")  # as if it were a site's own
    found = ask(client, reverse("wagtailsnippets_wagtail_ai_content_prompttemplate:add"))
    assert found.status_code == 200
    assert found.json()["subject"]["model"] == "prompttemplate"


# --- which places


def test_places_are_those_of_the_form_without_private_ones(client: Client, editor: Any, deep_page: DeepPage) -> None:
    client.force_login(editor)
    places = ask(client, edit(deep_page)).json()["places"]
    assert list(places) == [
        "title",
        "body.heading",
        "body.paragraph",
        "body.quote",
        "body.section.heading",
        "body.section.text",
        "body.section.items",
        "body.aside.paragraph",
        "body.aside.note",
        "body.aside.sections.heading",
        "body.aside.sections.text",
        "body.aside.sections.items",
        "body.image.alt_text",
        "seo_title",
        "search_description",
    ]
    assert places["title"] | {"actions": 0} == {
        "label": "Title", "kind": "plain", "multiline": False, "max_length": 255, "use": "title", "wants": 60,
        "actions": 0,
    }  # fmt: skip
    assert places["body.section.text"]["kind"] == "rich"
    assert places["body.section.text"]["label"] == "Body: Section: Text"
    assert "list" in places["body.paragraph"]["actions"]
    assert "list" not in places["title"]["actions"]


def test_a_field_that_only_some_may_edit_is_offered_to_them_only(
    client: Client, editor: Any, admin_user: Any, rich_page: RichPage
) -> None:
    for user, offered in ((editor, False), (admin_user, True)):
        client.force_login(user)
        places = ask(client, edit(rich_page)).json()["places"]
        assert ("legal" in places, "imported" in places) == (offered, False)


def test_a_site_narrows_the_places(client: Client, editor: Any, plain_page: PlainPage, settings: Any) -> None:
    settings.WAGTAIL_AI_CONTENT = {
        "FIELDS": {"pages.PlainPage": {"only": ["content", "kicker"], "exclude": ["kicker"]}}
    }
    client.force_login(editor)
    assert list(ask(client, edit(plain_page)).json()["places"]) == ["content"]


def test_a_page_in_whose_form_nothing_may_be_written_offers_nothing(
    client: Client, editor: Any, plain_page: PlainPage, settings: Any
) -> None:
    settings.WAGTAIL_AI_CONTENT = {"FIELDS": {"pages.PlainPage": {"only": []}}}
    client.force_login(editor)
    assert ask(client, edit(plain_page)).status_code == 204


class Quiet(StructBlock):
    text = TextBlock()

    class Meta:
        ai = False


class Few(StructBlock):
    text = TextBlock()
    other = CharBlock()

    class Meta:
        ai_actions = ("fix",)


class Nest(StreamBlock):
    text = TextBlock()
    quiet = Quiet()
    few = Few()


def test_blocks_say_themselves_what_may_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    block = Nest()
    block.child_blocks["nest"] = block  # may hold itself
    stream: Any = DeepPage._meta.get_field("body")
    monkeypatch.setitem(stream.__dict__, "stream_block", block)
    targets._defined.cache_clear()
    places = places_of(DeepPage, user=None)
    targets._defined.cache_clear()
    assert [name for name in places if name.startswith("body")] == ["body.text", "body.few.text", "body.few.other"]
    assert places["body.few.text"].actions == ("fix",)
    assert places["body.text"].actions is None


def test_a_panel_says_itself_what_may_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    panels = {each.field.name: each.panel for each in targets.text_panels(PlainPage)}
    monkeypatch.setattr(panels["kicker"], "ai", False, raising=False)
    monkeypatch.setattr(panels["content"], "ai_actions", ("improve", "shorten"), raising=False)
    targets._defined.cache_clear()
    places = places_of(PlainPage, user=None)
    targets._defined.cache_clear()
    assert "kicker" not in places
    assert places["content"].actions == ("improve", "shorten")
    assert places["title"].actions is None


def test_labels_are_in_the_language_of_the_reader(deep_page: DeepPage) -> None:
    with override("de"):
        german = places_of(DeepPage, user=None)["title"].target.label
    assert (german, places_of(DeepPage, user=None)["title"].target.label) == ("Titel", "Title")


def test_places_cost_no_query(client: Client, editor: Any, deep_page: DeepPage) -> None:
    with CaptureQueriesContext(connection) as queries:
        places_of(DeepPage, user=None)
    assert len(queries) == 0


# --- the rest


def test_it_says_how_answers_come_and_into_what_a_text_may_be_translated(
    client: Client, editor: Any, plain_page: PlainPage
) -> None:
    client.force_login(editor)
    told = ask(client, edit(plain_page)).json()
    assert (told["streams"], told["rtl"]) == (False, False)
    assert {"value": "de", "label": "German"} in told["languages"]
    assert {"value": "friendly", "label": "Friendlier"} in told["tones"]
    improve = next(action for action in told["actions"] if action["name"] == "improve")
    assert improve == {
        "name": "improve", "label": "Improve", "icon": "edit", "group": "change", "needs": "",
        "when": ["selection", "text"], "reads_page": False,
    }  # fmt: skip


def test_only_published_prompts_of_the_function_and_site_are_offered(
    client: Client, editor: Any, plain_page: PlainPage
) -> None:
    other = Site.objects.create(hostname="other.example", root_page=plain_page)
    here = Site.objects.exclude(pk=other.pk).get()
    body = "{# system #}\nWrite.\n{# user #}\nDo it."
    for name, fields in {
        "ours": {"site": here, "variables": [{"name": "mood", "type": "text", "required": True, "help": "How?"}]},
        "everywhere": {},
        "draft": {"live": False},
        "theirs": {"site": other},
        "another": {"function": "rewrite"},
    }.items():
        PromptTemplate.objects.create(**{"name": name, "function": "assist", "body": body, "live": True, **fields})
    client.force_login(editor)
    section = plain_page.get_parent()
    prompts = ask(client, edit(section)).json()["prompts"]
    assert [prompt["name"] for prompt in prompts] == ["everywhere", "ours"]
    assert prompts[1]["variables"] == [
        {"name": "mood", "type": "text", "required": True, "help": "How?", "choices": []}
    ]


def test_a_translated_snippet_that_is_being_created_has_the_language_of_its_form(
    client: Client, admin_user: Any, root: Page
) -> None:
    Locale.objects.get_or_create(language_code="de")
    subject = Subject.of(admin_user, {"app": "pages", "model": "leaflet", "object": "", "locale": "de"})
    assert (subject.language, subject.as_json()["locale"], subject.model) == ("de", "de", Leaflet)
