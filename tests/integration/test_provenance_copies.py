"""What an AI wrote is known in copies, aliases and translations, and of snippets as of pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale, Page

from tests.support.ai_words import COUNCIL, STORM, WALK, ai_writes, draft_of, fresh, live_of, publish, save
from tests.support.pages.models import Bulletin, DeepPage, Leaflet, PlainPage, SectionPage
from wagtail_ai_content import provenance
from wagtail_ai_content.records.provenance.models import Provenance


@pytest.fixture
def tree(section: SectionPage, plain_page: PlainPage, deep_page: DeepPage) -> SectionPage:
    """A section with two published pages an AI wrote in."""
    ai_writes(plain_page, {"content": WALK})
    publish(plain_page)
    ai_writes(deep_page, {"body.b2": f"<p>{STORM}</p>"})
    publish(deep_page)
    return fresh(section)


def kinds(section: Any, *, draft: bool = True) -> dict[str, str]:
    pages = [page for page in fresh(section).get_children().specific() if page.slug.startswith(("first", "third"))]
    return {
        page.slug[:5]: provenance.of(page, draft=draft).part("content" if page.slug.startswith("first") else "b2").kind
        for page in pages
    }


@pytest.mark.parametrize("copy_revisions", [True, False])
@pytest.mark.parametrize("keep_live", [True, False])
def test_a_copy_of_a_section_by_code_knows_what_was_ai(tree: Any, copy_revisions: bool, keep_live: bool) -> None:
    copy = tree.copy(
        recursive=True,
        to=tree.get_parent(),
        update_attrs={"slug": "copy"},
        copy_revisions=copy_revisions,
        keep_live=keep_live,
    )

    assert kinds(copy) == {"first": "ai", "third": "ai"}
    assert kinds(copy, draft=False) == {"first": "ai", "third": "ai"}
    assert {bool(row.live) for row in Provenance.objects.order_by("-pk")[:2]} == {keep_live}


def test_a_copy_of_a_copy_and_a_copy_of_a_page_held_for_long(tree: Any, plain_page: PlainPage) -> None:
    held = fresh(plain_page)
    copy = held.copy(update_attrs={"slug": "first-copy"})
    save(plain_page, content=f"{WALK} {COUNCIL}")

    again = fresh(copy).copy(update_attrs={"slug": "first-again"})
    late = held.copy(update_attrs={"slug": "first-late"})

    assert draft_of(again).part("content").kind == "ai"
    assert draft_of(late).part("content").kind == "ai"


def test_a_copy_made_in_the_admin_knows_what_was_ai(tree: Any, plain_page: PlainPage, admin_client: Any) -> None:
    response = admin_client.post(
        f"/admin/pages/{tree.pk}/copy/",
        {
            "new_title": "Copy", "new_slug": "admin-copy", "new_parent_page": str(tree.get_parent().pk),
            "copy_subpages": "on", "publish_copies": "on",
        },
    )  # fmt: skip

    assert response.status_code == 302
    assert kinds(Page.objects.get(slug="admin-copy").specific) == {"first": "ai", "third": "ai"}


def test_a_copy_goes_its_own_way(tree: Any, plain_page: PlainPage) -> None:
    copy = fresh(plain_page).copy(update_attrs={"slug": "first-copy"})

    save(copy, content=COUNCIL)

    assert draft_of(copy).kind == "human"
    assert draft_of(plain_page).part("content").kind == "ai"


def test_a_new_page_asks_nothing(section: SectionPage, add_page: Any) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        add_page(PlainPage, section, title="New", slug="new", content=COUNCIL)

    assert not [query for query in queries if "provenance" in query["sql"]]


def test_an_alias_follows_its_source_and_keeps_what_it_knows_as_a_page_of_its_own(
    tree: Any, plain_page: PlainPage, lead: Any
) -> None:
    from wagtail.actions.convert_alias import ConvertAliasPageAction

    alias = fresh(tree).create_alias(recursive=True, parent=tree.get_parent(), update_slug="alias")
    first = fresh(alias).get_children().get(slug="first").specific

    assert kinds(alias, draft=False) == {"first": "ai", "third": "ai"}

    second = ai_writes(plain_page, {"content": STORM})
    publish(plain_page)

    assert [one.id for one in live_of(first).part("content").generations] == [str(second.generation_id)]

    fresh(plain_page).unpublish()
    ConvertAliasPageAction(fresh(first), user=lead).execute(skip_permission_checks=True)
    save(first, content=f"{STORM} {COUNCIL}")

    assert draft_of(first).part("content").kind == "mixed"


@pytest.mark.parametrize("alias", [True, False])
def test_a_translation_copy_of_a_section_knows_what_was_ai(tree: Any, alias: bool) -> None:
    from wagtail.actions.copy_for_translation import CopyPageForTranslationAction

    german = Locale.objects.create(language_code="de")

    CopyPageForTranslationAction(tree, german, copy_parents=True, alias=alias, include_subtree=True).execute(
        skip_permission_checks=True
    )

    assert kinds(tree.get_translation(german)) == {"first": "ai", "third": "ai"}


def test_a_translated_snippet_knows_what_was_ai(root: Page) -> None:
    leaflet = Leaflet.objects.create(title="Tides", text="<p>Soon.</p>", locale=Locale.objects.get(language_code="en"))
    ai_writes(leaflet, {"text": f"<p>{WALK}</p>"})

    copy = fresh(leaflet).copy_for_translation(Locale.objects.create(language_code="de"))
    copy.save()

    assert provenance.of(fresh(copy), draft=True).part("text").kind == "ai"
    save(copy, text=f"<p>{WALK} {COUNCIL}</p>")
    assert draft_of(copy).part("text").kind == "mixed"


def test_a_copy_made_by_code_of_a_site_can_be_told_what_was_ai(root: Page) -> None:
    bulletin = Bulletin.objects.create(title="Ferry", text="Soon.")
    ai_writes(bulletin, {"text": f"{WALK} {STORM}"})
    copy = Bulletin.objects.create(title="Ferry again", text=f"{WALK} {COUNCIL}")

    provenance.carry_over(fresh(bulletin), copy)
    provenance.carry_over(copy, Bulletin.objects.create(title="Nothing known"))

    assert draft_of(copy).part("text").of_text == pytest.approx(13 / 24, abs=0.01)


def test_a_snippet_is_followed_like_a_page(root: Page) -> None:
    bulletin = Bulletin.objects.create(title="Ferry", text="Soon.")
    ai_writes(bulletin, {"text": WALK})
    drafted = draft_of(bulletin).part("text").kind
    publish(bulletin)
    save(bulletin, text=f"{WALK} {COUNCIL}")

    assert drafted == "ai"
    assert live_of(bulletin).part("text").kind == "ai"
    assert draft_of(bulletin).part("text").kind == "mixed"

    fresh(bulletin).unpublish()
    assert Provenance.objects.get().live == {}

    fresh(bulletin).delete()
    assert not Provenance.objects.exists()


def test_it_goes_with_the_page_and_the_pages_below(tree: Any) -> None:
    kept = Provenance.objects.count()

    fresh(tree).delete()

    assert kept == 2
    assert not Provenance.objects.exists()
