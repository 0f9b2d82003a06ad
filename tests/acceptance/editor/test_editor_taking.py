"""AI writes to a page that somebody has open: they are told, take it in, and go on; nothing typed is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.support.browser import listen
from tests.support.site import until

from .conftest import Desk, open_page, text_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

AI = "<p>Words that the worker wrote.</p>"
TYPED = "Typed by a person all the while the worker was at it, word after word."


def saved(desk: Desk, slug: str, *, field: str, text: str) -> dict[str, Any]:
    """The latest revision, once it holds a text."""

    def look() -> dict[str, Any] | None:
        latest = desk.latest(slug)
        return latest if text in str(latest["content"][field]) else None

    found: dict[str, Any] = until(look, seconds=20, what=f"a save with “{text}”")
    return found


def test_an_editor_types_while_a_worker_writes_to_another_block_and_both_survive(desk: Desk, window: Page) -> None:
    slug = "the-clock-that-tells-the-water"
    block = desk.block(slug, "paragraph", 1)
    live = desk.latest(slug)["live"]
    opened = open_page(desk, window, slug)
    with desk.worker():
        job = desk.submit(slug, f"body.{block}", AI, seconds=6)
        desk.wait_until_asked()
        for word in [
            "Typed",
            "by",
            "a",
            "person",
            "all",
            "the",
            "while",
            "the",
            "worker",
            "was",
            "at",
            "it,",
            "word",
            "after",
            "word.",
        ]:
            opened.type_into("standfirst", f" {word}")
        desk.written(job, "revision")
    assert "AI wrote 1 change to this page while you had it open." in opened.told()
    opened.type_into("standfirst", " And afterwards.")
    assert "1 change is in your form now. Nothing is published." in opened.take()
    latest = saved(desk, slug, field="standfirst", text=f" {TYPED} And afterwards.")
    assert "Words that the worker wrote." in text_of(latest, block)
    assert (latest["live"], opened.has_conflict_warning()) == (live, False)
    opened.wait_until_saved()
    opened.type_into("standfirst", " Autosave goes on.")
    assert saved(desk, slug, field="standfirst", text="goes on.")["id"] == latest["id"]
    assert not opened.has_conflict_warning()


def test_two_ai_drafts_in_a_row_are_taken_in_together_after_they_stopped_autosave(desk: Desk, window: Page) -> None:
    slug = "paper-from-the-marsh"
    first, second = desk.block(slug, "paragraph", 0), desk.block(slug, "paragraph", 2)
    opened = open_page(desk, window, slug)
    opened.type_into("standfirst", " Before.")
    opened.wait_until_saved()
    desk.rewrite(slug, f"body.{first}", AI)
    desk.rewrite(slug, f"body.{second}", "<p>And a second time.</p>")
    opened.type_into("standfirst", " Between.")
    assert opened.told(times=2).count("AI wrote 1 change to this page while you had it open.") == 2
    opened.wait_until_paused()
    assert "2 changes are in your form now." in opened.take()
    latest = saved(desk, slug, field="standfirst", text="Before. Between.")
    assert "Words that the worker wrote." in text_of(latest, first)
    assert "And a second time." in text_of(latest, second)
    assert not opened.has_conflict_warning()
    page = opened.page
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_load_state()
    assert page.locator("#w-save-confirmation-dialog[aria-hidden=true]").count() <= 1
    expect(page.get_by_text("saved a new version").locator("visible=true")).to_have_count(0)


def test_what_waits_for_later_stays_at_hand_and_nothing_takes_the_focus(desk: Desk, window: Page) -> None:
    slug = "one-hundred-and-eight-small-boats"
    noise = listen(window, site=desk.address)
    opened = open_page(desk, window, slug)
    desk.propose(slug, {"standfirst": "The AI's own."})
    field = window.locator("[name=standfirst]")
    field.press("Control+End")
    opened.told()
    window.keyboard.type(" Typed on.")
    assert field.input_value().endswith(" Typed on.")
    opened.notice.get_by_role("button", name="Later").click()
    assert "AI changes wait." in opened.notice.inner_text()
    opened.notice.get_by_role("button", name="Show").click()
    assert "AI proposes 1 change to this page." in opened.notice.inner_text()
    link = opened.notice.get_by_role("link", name="Compare")
    with window.context.expect_page() as compared:
        link.click()
    compared.value.get_by_role("heading", name="Standfirst").first.wait_for()
    opened.wait_until_saved()
    assert [what for what in noise if what.startswith("raised")] == []


def test_blocks_that_ai_added_moved_and_took_away_come_into_the_form_and_go_again(desk: Desk, window: Page) -> None:
    slug = "the-weather-every-day-since-1841"
    before = desk.latest(slug)["content"]["body"]
    aside = next(entry for entry in before if entry["type"] == "aside")
    new = {"type": "quote", "id": "11111111-1111-4111-8111-111111111111", "value": {"text": "New.", "source": "AI"}}
    nested = {**aside["value"][0], "value": "<p>Deep inside.</p>"}
    changed = [{**entry, "value": [nested, *entry["value"][1:]]} if entry is aside else entry for entry in before]
    wanted = [changed[2], changed[0], new, *(entry for entry in changed[3:] if entry["type"] != "facts")]
    version = desk.propose(slug, {"body": wanted})
    opened = open_page(desk, window, slug)
    assert opened.notice.get_attribute("data-state") == "idle", "what was there before is for the review screen"
    version = desk.propose(slug, {"body": wanted})
    opened.told()
    opened.take()
    latest = saved(desk, slug, field="body", text="New.")
    assert [entry["id"] for entry in latest["content"]["body"]] == [entry["id"] for entry in wanted]
    assert "Deep inside." in str(text_of(latest, aside["id"]))
    until(lambda: desk.version(version)["status"] == "accepted", seconds=10, what="the decisions to be noted")
    opened.notice.get_by_role("button", name="Take out again").click()
    until(
        lambda: [entry["id"] for entry in desk.latest(slug)["content"]["body"]] == [entry["id"] for entry in before],
        seconds=20,
        what="a save with the blocks as they were",
    )
    assert "Deep inside." not in str(text_of(desk.latest(slug), aside["id"]))
    until(lambda: desk.version(version)["decisions"] == {}, seconds=10, what="the decisions to be open again")
    assert desk.version(version)["status"] == "pending"


def test_where_another_person_saved_too_wagtail_still_warns(desk: Desk, window: Page) -> None:
    slug = "the-library-of-borrowed-coats"
    opened = open_page(desk, window, slug)
    desk.site.run(
        """
from django.contrib.auth import get_user_model
from wagtail.models import Page
page = Page.objects.get(slug=slug).specific
page.standfirst = "Saved by a colleague."
page.save_revision(user=get_user_model().objects.get(username="lead"))
""",
        slug=slug,
    )
    desk.rewrite(slug, f"body.{desk.block(slug, 'paragraph')}", AI)
    opened.type_into("standfirst", " Mine.")
    opened.told()
    assert "saved a new version meanwhile. Wagtail will ask before yours is saved over it." in opened.take()
    assert AI[3:-4] in opened.value(f"body.{desk.block(slug, 'paragraph')}")
    assert opened.has_conflict_warning()
    assert desk.latest(slug)["content"]["standfirst"] == "Saved by a colleague."


def test_a_page_that_never_had_a_revision(desk: Desk, window: Page) -> None:
    slug = desk.site.run(
        """
from wagtail.models import Page
from world.models import StoryPage
parent = Page.objects.get(slug="long-way-round")
page = StoryPage(title="Without a past", slug="without-a-past", summary="What it is about.")
parent.add_child(instance=page)
out = page.slug
"""
    )
    opened = open_page(desk, window, slug)
    desk.rewrite(slug, "summary", "What the AI says it is about.")
    opened.told()
    opened.take()
    opened.type_into("title", " at all")
    latest = saved(desk, slug, field="title", text="Without a past at all")
    assert latest["content"]["summary"] == "What the AI says it is about."
    assert latest["count"] == 3
    assert not opened.has_conflict_warning()
