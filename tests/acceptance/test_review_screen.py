"""The review screen in a real browser: by keyboard, with hostile text, for everybody's eyes."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.support.browser import faults, listen
from tests.support.site import Site

from .test_first_draft import log_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpora" / "xss.dev.jsonl"
PROPOSE = """
import json
from django.contrib.auth import get_user_model
from tests.support.versions import propose_content
from wagtail_ai_content.pipeline.targets import snapshot
from world.models import ArticlePage

page = ArticlePage.objects.get(slug=slug)
base = snapshot(page.get_latest_revision_as_object())
if before:
    base["body"] = json.dumps(before)
    page.body = page._meta.get_field("body").to_python(before)
    page.save_revision(clean=False)
    base = snapshot(page.get_latest_revision_as_object())
proposed = {**base, **wording}
if after:
    proposed["body"] = json.dumps(after)
editor = get_user_model().objects.get(username="editor")
out = str(propose_content(page, base, proposed, requested_by=editor, **fields).pk)
"""
DRAFT = """
from world.models import ArticlePage
page = ArticlePage.objects.get(slug=slug).get_latest_revision_as_object()
out = {"title": page.title, "seo_title": page.seo_title, "body": list(page.body.raw_data), "live": page.live}
"""
FORGET = """
from wagtail_ai_content.records.versions.api import AIVersion
AIVersion.objects.filter(proposed__title="x").delete()
"""
OLD = '<p data-block-key="a">The clock hangs in the <b>gable</b> of the Toll House.</p>'
NEW = '<p data-block-key="a">The clock hangs in the tall <b>gable</b> of the old Toll House.</p>'
SLUG = "the-clock-that-tells-the-water"


def propose(site: Site, slug: str = SLUG, **given: Any) -> str:
    defaults = {"wording": {}, "before": [], "after": [], "fields": {}}
    made: str = site.run(PROPOSE, **{**defaults, **given, "slug": slug})
    return made


@pytest.fixture
def version(ebbstow: Site) -> str:
    """A proposal for a title, a search title, two edits of one paragraph, and a heading; with facts to look at."""
    return propose(
        ebbstow,
        wording={"title": "The clock, told again", "seo_title": "Clock"},
        before=[{"type": "paragraph", "id": "p1", "value": OLD}, {"type": "heading", "id": "h1", "value": "Ten boats"}],
        after=[{"type": "paragraph", "id": "p1", "value": NEW}, {"type": "heading", "id": "h1", "value": "Nine boats"}],
        fields={
            "alerts": 1,
            "invariants": [{"kind": "number", "change": "changed", "before": "Ten", "after": "Nine", "locked": False}],
        },
    )


@pytest.fixture
def lead(page: Page) -> Page:
    """The content lead's window."""
    log_in(page, "lead")
    return page


def test_deciding_by_keyboard_alone(lead: Page, address: str, ebbstow: Site, version: str) -> None:
    noise = listen(lead, site=address)
    lead.goto(f"/admin/ai-review/{version}/")
    lead.wait_for_selector(".wac-review-form--scripted")
    for key in ("j", "a", "j", "r"):
        lead.keyboard.press(key)
    focused = lead.locator("article:focus")
    assert "eo title" in focused.locator("h3").inner_text() or "itle tag" in focused.locator("h3").inner_text()
    assert lead.locator('[data-wac-review-target="tally"]').inner_text().startswith("1 accepted, 1 rejected, 3 und")
    assert "Reject" in lead.locator('[data-wac-review-target="status"]').inner_text()
    lead.keyboard.press("u")
    assert lead.locator('[data-wac-review-target="tally"]').inner_text().startswith("1 accepted, 0 rejected")
    lead.keyboard.press("r")
    lead.keyboard.press("Enter")
    lead.wait_for_selector("text=A new draft of")
    found = ebbstow.run(DRAFT, slug=SLUG)
    assert found["title"] == "The clock, told again"
    assert found["seo_title"] == ""
    assert noise == []


def test_the_help_opens_and_closes_by_keyboard(lead: Page, version: str) -> None:
    lead.goto(f"/admin/ai-review/{version}/")
    lead.wait_for_selector(".wac-review-form--scripted")
    lead.keyboard.press("?")
    expect(lead.locator("dialog.wac-review-shortcuts")).to_be_visible()
    lead.keyboard.press("a")
    expect(lead.locator('input[value="accept"]:checked')).to_have_count(0)
    lead.keyboard.press("Escape")
    expect(lead.locator("dialog.wac-review-shortcuts")).not_to_be_visible()


def test_only_one_change_is_a_tab_stop(lead: Page, version: str) -> None:
    lead.goto(f"/admin/ai-review/{version}/")
    lead.wait_for_selector(".wac-review-form--scripted")
    for _ in range(3):
        lead.keyboard.press("j")
    expect(lead.locator('article[tabindex="0"]')).to_have_count(1)
    assert lead.locator('article[tabindex="0"]').get_attribute("id") == lead.locator("article:focus").get_attribute(
        "id"
    )


def test_rich_text_is_edited_with_the_editor_of_its_field(
    lead: Page, address: str, ebbstow: Site, version: str
) -> None:
    noise = listen(lead, site=address)
    lead.goto(f"/admin/ai-review/{version}/")
    change = lead.locator("article", has_text="Body: Paragraph").first
    change.get_by_role("link", name="Edit before accepting").click()
    editor = change.locator('[contenteditable="true"]')
    editor.wait_for()
    assert change.locator('input[value="edit"]').is_checked()
    lead.keyboard.press("Control+End")
    lead.keyboard.type(" It has a single hand")
    lead.keyboard.press("Control+Enter")
    lead.wait_for_selector("text=A new draft of")
    body = ebbstow.run(DRAFT, slug=SLUG)["body"]
    assert "It has a single hand" in body[0]["value"]
    assert "<b" in body[0]["value"]
    assert noise == []


def test_everything_works_without_scripts(browser: Browser, address: str, ebbstow: Site, version: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    log_in(page, "lead")
    page.goto(f"/admin/ai-review/{version}/")
    heading = page.locator("article", has_text="Body: Heading")
    heading.get_by_role("link", name="Edit before accepting").click()
    page.get_by_label("Your wording").fill("Eleven boats")
    page.get_by_role("button", name="Accept with this wording").click()
    assert "A new draft of" in page.inner_text("body")
    page.locator("article", has_text="Title").first.get_by_label("Accept").check()
    page.get_by_role("button", name="Apply decisions").click()
    found = ebbstow.run(DRAFT, slug=SLUG)
    assert found["body"][1]["value"] == "Eleven boats"
    assert found["title"] == "The clock, told again"
    page.goto(f"/admin/ai-review/{version}/")
    page.get_by_label("Word by word").check()
    expect(page.locator(".wac-review-columns").first).to_be_hidden()
    expect(page.locator(".wac-review-unified").first).to_be_visible()
    context.close()


def test_the_way_of_showing_is_remembered(lead: Page, version: str) -> None:
    lead.goto(f"/admin/ai-review/{version}/")
    lead.get_by_label("Word by word").check()
    lead.get_by_label("Source").check()
    lead.reload()
    lead.wait_for_selector(".wac-review-form--scripted")
    assert lead.get_by_label("Word by word").is_checked()
    expect(lead.locator(".wac-review-unified .wac-source").first).to_be_visible()
    expect(lead.locator(".wac-review-unified .wac-rendered").first).to_be_hidden()


# --- hostile text


def hostile() -> list[dict[str, Any]]:
    if not CORPUS.exists():
        pytest.skip("This checkout has no corpus of hostile HTML beside it (../shared/corpora).")
    return [json.loads(line) for line in CORPUS.read_text().splitlines()]


def payload(row: dict[str, Any]) -> str:
    text = row["payload"] if "payload" in row else base64.b64decode(row["payload_b64"]).decode("utf-8", "replace")
    return str(text).replace("\0", "")


@contextmanager
def nothing_happens(page: Page, address: str) -> Iterator[None]:
    """Fails when a script of the text runs, when anything else than the site is asked, or an error shows."""
    ran: list[str] = []
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    page.on("popup", lambda popup: ran.append(popup.url))
    noise = listen(page, site=address)
    yield
    assert ran == []
    assert noise == []


def test_hostile_text_stays_text_wherever_it_is_shown(lead: Page, address: str, ebbstow: Site) -> None:
    rows = hostile()
    blank = [
        *({"type": "paragraph", "id": f"r-{row['id']}", "value": "<p>Before</p>"} for row in rows),
        *({"type": "heading", "id": f"t-{row['id']}", "value": "Before"} for row in rows),
    ]
    filled = [{**block, "value": payload(row)} for block, row in zip(blank, rows * 2, strict=True)]
    facts = [
        {"kind": "link", "change": "changed", "before": payload(row), "after": payload(row), "locked": False}
        for row in rows
    ]
    version = propose(ebbstow, before=blank, after=filled, fields={"invariants": facts})
    shown = {}
    with nothing_happens(lead, address):
        for number in (1, 2):
            lead.goto(f"/admin/ai-review/{version}/?p={number}")
            for choice in ("Three columns", "Word by word", "Source", "Formatted"):
                lead.get_by_label(choice).check()
                lead.mouse.wheel(0, 20_000)
            lead.get_by_label("Three columns").check()
            shown |= lead.eval_on_selector_all(
                "article",
                """articles => Object.fromEntries(articles.map(article => [
                    article.querySelector('h3').textContent.trim() + article.id,
                    [article.querySelectorAll('section')[1].querySelector('.wac-rendered').textContent,
                     article.querySelectorAll('section')[1].querySelector('.wac-source').textContent,
                     article.querySelector('.wac-review-columns').querySelectorAll(
                         'script, img, iframe, svg, style, object, embed, a, form, [style], [onerror]').length],
                ]))""",
            )
        lead.wait_for_timeout(500)
    assert len(shown) == 2 * len(rows)
    for (rendered, source, dangerous), block in zip(shown.values(), filled, strict=True):
        assert dangerous == 0
        assert " ".join(source.split()) == " ".join(block["value"].split())
        assert rendered is not None
    texts = " ".join(" ".join(rendered.split()) for rendered, _, _ in list(shown.values())[: len(rows)])
    kept = [row["keep"] for row in rows if row["sink"] == "rich_html" and "keep" in row]
    assert [text for text in kept if " ".join(text.split()) not in texts] == []


def test_hostile_names_stay_names_in_the_list(lead: Page, address: str, ebbstow: Site) -> None:
    rows = hostile()
    with nothing_happens(lead, address):
        for row in rows[:40]:
            text = payload(row)[:100]
            fields = {"target_label": text, "model_used": text, "requested_by_name": text, "function": text}
            propose(ebbstow, wording={"title": "x"}, fields=fields)
        lead.goto("/admin/ai-review/")
        lead.wait_for_timeout(500)
        shown = lead.inner_text("#listing-results")
    assert "alert(1)" in shown
    ebbstow.run(FORGET)


# --- for everybody


@pytest.mark.parametrize("path", ["", "{version}/", "{version}/request/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, address: str, version: str, path: str, scheme: Any) -> None:
    context = browser.new_context(base_url=address, color_scheme=scheme, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    log_in(page, "lead")
    page.goto(f"/admin/ai-review/{path.format(version=version)}")
    found = faults(page, within="main")
    context.close()
    assert found == []


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_sticks_out(
    browser: Browser, address: str, ebbstow: Site, version: str, width: int, language: str
) -> None:
    ebbstow.run(
        "from django.contrib.auth import get_user_model\nfrom wagtail.users.models import UserProfile\n"
        "profile = UserProfile.get_for_user(get_user_model().objects.get(username='lead'))\n"
        "profile.preferred_language = language\nprofile.save()",
        language=language,
    )
    context = browser.new_context(base_url=address, viewport={"width": width, "height": 900})
    page = context.new_page()
    try:
        log_in(page, "lead")
        page.goto(f"/admin/ai-review/{version}/")
        assert page.evaluate("document.dir") == ("rtl" if language == "ar" else "ltr")
        wide = page.eval_on_selector_all(
            ".wac-review *",
            """elements => elements.filter(element => {
                const box = element.getBoundingClientRect();
                return box.width && !element.closest('.w-sr-only') && (box.right > innerWidth + 1 || box.left < -1);
            }).map(element => element.outerHTML.slice(0, 80))""",
        )
        assert wide == []
    finally:
        context.close()
        ebbstow.run("from wagtail.users.models import UserProfile\nUserProfile.objects.update(preferred_language='')")
