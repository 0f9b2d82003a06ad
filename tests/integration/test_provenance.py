"""What an AI wrote is known through everything people do with a page."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Locale, Page

from tests.support.ai_words import COUNCIL, STORM, WALK, ai_writes, fresh, latest, publish, save
from tests.support.pages.models import Bulletin, DeepPage, Leaflet, PlainPage, SectionPage
from wagtail_ai_content import provenance
from wagtail_ai_content.pipeline.targets import snapshot
from wagtail_ai_content.records.provenance.models import Provenance


def draft_of(instance: Any) -> provenance.PageProvenance:
    return provenance.of(fresh(instance), draft=True)


def live_of(instance: Any) -> provenance.PageProvenance:
    return provenance.of(fresh(instance))


def raw_body(instance: Any) -> list[dict[str, Any]]:
    return json.loads(json.dumps(list(latest(instance).body.raw_data)))


# --- as it is told


def test_what_an_ai_wrote_is_told_with_everything_about_it(plain_page: PlainPage) -> None:
    version = ai_writes(plain_page, {"content": f"{WALK} {STORM}"})

    found = draft_of(plain_page)
    part = found.part("content")

    assert (part.kind, part.of_text, part.surviving, part.path) == ("ai", 1.0, 1.0, "content")
    assert found.kind == "ai"
    generation = part.generations[0]
    assert generation.id == str(version.generation_id)
    assert generation.version == str(version.pk)
    assert (generation.function, generation.model, generation.parameters) == (
        "rewrite",
        "openai/gpt-test",
        {"temperature": 0.2},
    )
    assert (generation.prompt, generation.prompt_version, generation.prompt_source) == ("rewrite", "3", "shipped")
    assert (generation.confidence, generation.quality) == (0.75, {"score": 0.9})
    assert (timezone.now() - generation.at).total_seconds() < 60
    assert found.part("title").kind == "human"
    assert found.part("no such thing").generations == ()


def test_a_page_no_ai_wrote_for_is_human(plain_page: PlainPage) -> None:
    save(plain_page, content=COUNCIL)

    assert provenance.of(plain_page).kind == "human"
    assert provenance.of_content(plain_page).kind == "human"
    assert provenance.of_many([]) == {}


def test_what_people_make_of_it_is_worked_out_at_each_save(plain_page: PlainPage) -> None:
    ai_writes(plain_page, {"content": WALK})

    save(plain_page, content=f"{WALK} {COUNCIL}")
    mixed = draft_of(plain_page).part("content")
    save(plain_page, content=COUNCIL)

    assert (mixed.kind, mixed.surviving) == ("mixed", 1.0)
    assert mixed.of_text == pytest.approx(13 / 24, abs=0.01)
    assert draft_of(plain_page).kind == "human"


def test_words_a_person_puts_in_when_accepting_are_theirs(plain_page: PlainPage) -> None:
    proposed = {**snapshot(plain_page), "content": WALK}

    ai_writes(plain_page, {"content": f"{WALK} {COUNCIL}"}, proposed=proposed)

    assert draft_of(plain_page).part("content").of_text == pytest.approx(13 / 24, abs=0.01)


def test_only_publishing_changes_what_is_told_of_the_published_page(plain_page: PlainPage) -> None:
    ai_writes(plain_page, {"content": WALK})
    before = live_of(plain_page).kind
    publish(plain_page)
    published = live_of(plain_page).part("content").kind
    save(plain_page, content=COUNCIL)

    assert (before, published) == ("human", "ai")
    assert live_of(plain_page).part("content").kind == "ai"
    assert draft_of(plain_page).kind == "human"

    fresh(plain_page).unpublish()

    assert Provenance.objects.get().live == {}
    assert live_of(plain_page).kind == "human"  # what is not published is told from its draft


def test_many_pages_are_told_in_one_query(
    plain_page: PlainPage, deep_page: DeepPage, django_assert_num_queries: Any
) -> None:
    ai_writes(plain_page, {"content": WALK})
    pages = [fresh(plain_page), fresh(deep_page)]

    with django_assert_num_queries(1):
        found = provenance.of_many(pages, draft=True)

    assert {pk: one.kind for pk, one in found.items()} == {plain_page.pk: "mixed", deep_page.pk: "human"}


def test_a_page_loaded_as_any_class_has_the_same(plain_page: PlainPage) -> None:
    ai_writes(plain_page, {"content": WALK})

    assert provenance.of(Page.objects.get(pk=plain_page.pk), draft=True).kind == "mixed"


# --- kept through what people do


def test_moving_blocks_between_places_keeps_it(deep_page: DeepPage) -> None:
    ai_writes(deep_page, {"body.b2": f"<p>{WALK}</p>", "body.b4.text": f"<p>{STORM}</p>"})
    body = raw_body(deep_page)
    paragraph = next(block for block in body if block["id"] == "b2")
    body.remove(paragraph)
    aside = next(block for block in body if block["id"] == "b5")
    aside["value"].insert(0, paragraph)

    save(deep_page, body=json.dumps([*reversed(body)]))

    found = draft_of(deep_page)
    assert (found.part("b2").kind, found.part("b2").path) == ("ai", "body.b5.b2")
    assert found.part("body.b4.text").kind == "ai"
    assert found.part("b4").kind == "mixed"
    assert found.part("b5").kind == "mixed"


def test_a_block_taken_out_and_put_back_is_known(deep_page: DeepPage) -> None:
    ai_writes(deep_page, {"body.b2": f"<p>{WALK}</p>"})
    body = raw_body(deep_page)

    save(deep_page, body=json.dumps([block for block in body if block["id"] != "b2"]))
    without = draft_of(deep_page).kind
    save(deep_page, body=json.dumps(body))

    assert without == "human"
    assert draft_of(deep_page).part("b2").kind == "ai"


def test_reverting_to_an_old_revision_brings_back_what_was_known_of_it(plain_page: PlainPage, lead: Any) -> None:
    first = ai_writes(plain_page, {"content": WALK})
    old = fresh(plain_page).latest_revision
    ai_writes(plain_page, {"content": STORM})
    save(plain_page, content=COUNCIL)

    old.as_object().save_revision(user=lead, previous_revision=old, log_action=True)

    assert [one.id for one in draft_of(plain_page).part("content").generations] == [str(first.generation_id)]


def test_a_copied_or_split_block_is_known_and_stays_so_when_edited(deep_page: DeepPage) -> None:
    ai_writes(deep_page, {"body.b2": f"<p>{WALK} {STORM}</p>"})
    halves = [
        {"type": "paragraph", "value": f'<p data-block-key="x">{WALK}</p>', "id": "b2"},
        {"type": "paragraph", "value": f'<p data-block-key="y">{STORM}</p>', "id": "split"},
    ]
    save(deep_page, body=json.dumps(halves))
    halves[1]["value"] = f"<p>{STORM.replace('two', 'three')}</p>"

    save(deep_page, body=json.dumps(halves))

    assert draft_of(deep_page).part("split").of_text == pytest.approx(12 / 13, abs=0.01)


def test_a_content_of_blocks_that_no_longer_exist_is_saved_all_the_same(deep_page: DeepPage) -> None:
    ai_writes(deep_page, {"body.b2": f"<p>{WALK}</p>"})
    revision = fresh(deep_page).latest_revision
    revision.content = {**revision.content, "body": '[{"type": "gone", "value": [{}], "id": "b2"}]', "title": None}

    revision.save()

    assert draft_of(deep_page).kind == "human"


def test_scheduling_a_revision_is_not_saving_its_content(plain_page: PlainPage) -> None:
    ai_writes(plain_page, {"content": WALK})
    old = fresh(plain_page).latest_revision
    save(plain_page, content=COUNCIL)

    old.approved_go_live_at = timezone.now()
    old.save(update_fields=["approved_go_live_at"])

    assert draft_of(plain_page).kind == "human"


# --- kept through copies


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


# --- what it costs, and two at the same time


def queries_of(work: Callable[[], Any]) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        work()
    return [query["sql"] for query in queries if "provenance" in query["sql"]]


def test_a_save_asks_once_and_writes_only_what_is_new(plain_page: PlainPage) -> None:
    human = queries_of(lambda: save(plain_page, content=COUNCIL))
    ai_writes(plain_page, {"content": WALK})
    same = queries_of(lambda: save(plain_page, content=WALK))
    edited = queries_of(lambda: save(plain_page, content=f"{WALK} {COUNCIL}"))

    assert [len(human), len(same), len(edited)] == [1, 1, 2]
    assert edited[1].startswith("UPDATE")
    assert "origins" not in edited[1].partition("WHERE")[0]


@pytest.fixture
def autosave(plain_page: PlainPage, client: Any, lead: Any) -> Callable[..., dict[str, Any]]:
    """Post the edit form as the editor's autosave does."""
    client.force_login(lead)
    known: dict[str, Any] = {}

    def post(**fields: Any) -> dict[str, Any]:
        form = {
            "title": plain_page.title, "slug": plain_page.slug, "kicker": "", "content": "", "colour": "",
            "address": "", "contact": "", "code": "", "seo_title": "", "search_description": "",
            "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0",
            "comments-MIN_NUM_FORMS": "0", "comments-MAX_NUM_FORMS": "", **known, **fields,
        }  # fmt: skip
        answer = client.post(f"/admin/pages/{plain_page.pk}/edit/", form, HTTP_ACCEPT="application/json").json()
        assert answer["success"], answer
        known["overwrite_revision_id"] = answer["revision_id"]
        return answer

    return post


def test_autosaves_that_rewrite_their_revision_are_followed(
    plain_page: PlainPage, autosave: Callable[..., dict[str, Any]]
) -> None:
    ai_writes(plain_page, {"content": WALK})

    first = autosave(content=f"{WALK} On Monday")
    second = autosave(content=f"{WALK} {COUNCIL}")

    assert first["revision_id"] == second["revision_id"]
    assert draft_of(plain_page).part("content").of_text == pytest.approx(13 / 24, abs=0.01)


def test_a_recompute_from_before_another_write_is_done_again(plain_page: PlainPage) -> None:
    from wagtail_ai_content.records.provenance import api

    ai_writes(plain_page, {"content": WALK})
    stale = Provenance.objects.get()
    version = ai_writes(plain_page, {"content": STORM})
    seen: list[int] = []

    def work_out(row: Provenance) -> dict[str, Any]:
        seen.append(len(row.generations))
        return {"draft": {"generations": len(row.generations)}}

    api.change(stale, work_out)

    row = Provenance.objects.get()
    assert seen == [1, 2]
    assert row.draft == {"generations": 2}
    assert str(version.generation_id) in row.generations
    assert len(row.origins["content"]) == 2


@pytest.mark.django_db(transaction=True)
def test_an_autosave_at_the_moment_an_ai_writes_loses_nothing(plain_page: PlainPage) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one connection: only one can write at a time.")
    ai_writes(plain_page, {"content": WALK})
    key_page = fresh(plain_page)
    began, go_on = threading.Event(), threading.Event()
    done: list[str] = []

    def autosave() -> None:
        """Reads the row before the AI's transaction commits, and writes after it."""
        from wagtail_ai_content.pipeline.provenance import key_of
        from wagtail_ai_content.records.provenance import api

        row = api.fetch(key_of(key_page))
        assert row is not None
        began.set()
        go_on.wait(10)
        api.change(row, lambda now: {"draft": {"seen": len(now.generations)}})
        done.append("written")
        connection.close()

    thread = threading.Thread(target=autosave)
    thread.start()
    began.wait(10)
    with transaction.atomic():
        ai_writes(plain_page, {"content": STORM})
        go_on.set()
        thread.join(0.5)
        waiting = not done
    thread.join(10)

    row = Provenance.objects.get()
    assert waiting
    assert len(row.generations) == 2
    assert row.draft == {"seen": 2}
