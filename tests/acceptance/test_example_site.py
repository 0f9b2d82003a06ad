"""The example site: its pages, its people, its look, and the processes of its demonstration."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from config.database import database
from world.demonstration.processes import HOST, CannotStart, free_port, is_free, start, wait_for
from world.demonstration.words import word_diff
from world.markup import Places, UnknownPlace, rich_text

from tests.support.browser import listen
from tests.support.site import Site, until

from .conftest import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Page

Visit = Callable[..., Visitor]

STORY, ARTICLE, BLANK = "across-the-wade", "the-clock-that-tells-the-water", "the-walled-orchard"
PATHS = {
    "home": "/",
    "section": "/long-way-round/",
    "story": f"/long-way-round/{STORY}/",
    "article": f"/almanac/{ARTICLE}/",
    "blank": f"/long-way-round/{BLANK}/",
    "ferry": "/almanac/patient-anne-and-the-bell/",
}

PAGES = """
from wagtail.models import Page, Revision
out = {}
for page in Page.objects.filter(depth__gt=1).specific():
    revisions = Revision.objects.for_instance(page)
    out[page.slug] = {
        "pk": page.pk, "type": page._meta.model_name, "path": page.url,
        "live": page.live, "parent": page.get_parent().slug,
        "revisions": list(revisions.values_list("pk", "user__username")),
        "desk_notes": getattr(page, "desk_notes", ""),
    }
"""

BLOCKS = """
from world.models import ArticlePage
out = {kind for page in ArticlePage.objects.all() for kind in (block.block_type for block in page.body)}
out = sorted(out)
"""

CHANGE = """
from wagtail.models import Page
Page.objects.filter(slug=slug).update(seo_title=title)
"""

READ = """
from wagtail.models import Page
out = Page.objects.get(slug=slug).seo_title
"""

SOUND = """
from world.models import ArticlePage
out = []
for article in ArticlePage.objects.all():
    article.full_clean()
    article.body.stream_block.clean(article.body)
    out.append(article.slug)
"""


@pytest.fixture(scope="module")
def pages(ebbstow: Site) -> dict[str, dict[str, Any]]:
    """What is in the page tree, by slug."""
    found: dict[str, dict[str, Any]] = ebbstow.run(PAGES)
    return found


def test_every_page_is_published_with_one_revision_of_the_content_lead(pages: dict[str, dict[str, Any]]) -> None:
    assert len(pages) >= 24
    assert [slug for slug, page in pages.items() if not page["live"]] == []
    assert {slug for slug, page in pages.items() if [user for _, user in page["revisions"]] != ["lead"]} == set()


def test_sections_hold_what_a_demonstration_needs(pages: dict[str, dict[str, Any]]) -> None:
    below = [(page["parent"], page["type"]) for page in pages.values()]

    assert below.count(("long-way-round", "storypage")) >= 9
    assert below.count(("almanac", "articlepage")) >= 8
    assert below.count(("visiting", "storypage")) >= 3


def test_articles_use_every_kind_of_block_and_satisfy_them(ebbstow: Site) -> None:
    assert ebbstow.run(BLOCKS) == [
        "aside", "embed", "facts", "heading", "image", "paragraph", "quote", "raw_html", "related",
        "table",
    ]  # fmt: skip
    assert len(ebbstow.run(SOUND)) >= 8


def test_loading_again_adds_nothing_and_keeps_what_people_changed(
    ebbstow: Site, pages: dict[str, dict[str, Any]]
) -> None:
    ebbstow.run(CHANGE, slug="about-this-almanac", title="Changed by a person")

    done = ebbstow.manage("load_world")

    assert "(0 new)" in done.stdout, done.stderr
    assert ebbstow.run(READ, slug="about-this-almanac") == "Changed by a person"
    assert ebbstow.run(PAGES) == pages


def test_people_with_a_known_password_are_refused_without_debug(ebbstow: Site) -> None:
    open_to_all = Site(
        ebbstow.folder, database=ebbstow.env["EXAMPLE_SITE_DATABASE"], options={}, EXAMPLE_SITE_DEBUG="0"
    )

    done = open_to_all.manage("load_world")

    assert done.returncode == 1
    assert "password that everybody knows" in done.stderr


def test_every_page_answers_and_keeps_the_desks_notes(visit: Visit, pages: dict[str, dict[str, Any]]) -> None:
    stranger = visit()
    for slug, page in pages.items():
        answer = stranger.get(page["path"])
        assert answer.status == 200, slug
        assert not page["desk_notes"] or page["desk_notes"][:30] not in answer.text, slug


def test_the_api_serves_articles_without_the_desks_notes(visit: Visit, pages: dict[str, dict[str, Any]]) -> None:
    answer = visit().get(f"/api/v3/pages/{pages[ARTICLE]['pk']}/")

    assert answer.status == 200, answer.text
    assert json.loads(answer.text)["standfirst"].startswith("It has one hand")
    assert "desk_notes" not in answer.text
    assert pages[ARTICLE]["desk_notes"][:30] not in answer.text


def test_a_stage_leads_to_the_one_before_and_the_next(visit: Visit) -> None:
    text = visit().get("/long-way-round/the-toll-house/").text

    assert "Stage 2 of 10" in text
    assert 'rel="prev" href="/long-way-round/across-the-wade/"' in text
    assert 'rel="next" href="/long-way-round/samphire-row/"' in text


def test_the_blank_page_says_that_it_waits(visit: Visit) -> None:
    assert "waiting to be written" in visit().get(PATHS["blank"]).text


@pytest.mark.parametrize(
    ("username", "slug", "may_edit", "may_publish"),
    [
        ("lead", STORY, True, True),
        ("developer", STORY, True, True),
        ("editor", STORY, True, False),
        ("editor-b", ARTICLE, True, False),
        ("editor-b", STORY, False, False),
    ],
)
def test_each_person_may_do_what_the_demonstration_says(
    visit: Visit, pages: dict[str, dict[str, Any]], username: str, slug: str, may_edit: bool, may_publish: bool
) -> None:
    path = f"/admin/pages/{pages[slug]['pk']}/edit/"

    answer = visit(username).get(path)

    assert answer.url.endswith(path) is may_edit
    assert ('name="action-publish"' in answer.text) is may_publish


@pytest.mark.parametrize("width", [1400, 400])
@pytest.mark.parametrize("name", PATHS)
def test_a_page_fits_its_window_and_asks_nobody_else(page: Page, address: str, name: str, width: int) -> None:
    noise = listen(page, site=address)
    page.set_viewport_size({"width": width, "height": 900})

    page.goto(PATHS[name], wait_until="networkidle")

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("[...document.images].filter(picture => !picture.naturalWidth).length") == 0
    assert noise == []


def test_the_look_follows_the_readers_colour_scheme(page: Page) -> None:
    page.goto(PATHS["story"])
    backgrounds = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        backgrounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    assert backgrounds == ["rgb(251, 248, 241)", "rgb(18, 25, 30)"]


def test_an_article_opens_in_the_editor_without_an_error(
    page: Page, address: str, pages: dict[str, dict[str, Any]]
) -> None:
    page.goto("/admin/login/")
    page.fill("[name=username]", "editor")
    page.fill("[name=password]", "demo")
    page.click("button[type=submit]")
    noise = listen(page, site=address)

    page.goto(f"/admin/pages/{pages[ARTICLE]['pk']}/edit/", wait_until="networkidle")

    assert page.locator(".public-DraftEditor-content").count() >= 5
    assert noise == []


def test_the_demonstration_names_another_port_where_its_own_is_taken(ebbstow: Site, address: str) -> None:
    port = address.rpartition(":")[2]

    done = ebbstow.manage("demo", "--check", "--port", port)

    assert done.returncode == 1
    assert f"Port {port} is taken" in done.stderr
    assert "--port" in done.stderr


FAMILY = """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.run([sys.executable, "-m", "http.server", "--bind", sys.argv[1], sys.argv[2]])
"""


def test_a_child_that_will_not_end_is_ended_with_its_own_children(tmp_path: Path) -> None:
    port = free_port()
    child = start(
        "server", (sys.executable, "-c", FAMILY, HOST, str(port)), folder=tmp_path, logs=tmp_path, environment={}
    )
    wait_for(f"http://{HOST}:{port}/", children=[child])

    child.stop(patience=0.2)

    assert child.process.poll() is not None
    until(lambda: is_free(port), seconds=5, what="the grandchild's end")


def test_waiting_for_a_child_that_has_died_tells_its_last_words(tmp_path: Path) -> None:
    dying = (sys.executable, "-c", "raise SystemExit('the cellar is flooded')")
    child = start("web server", dying, folder=tmp_path, logs=tmp_path, environment={})

    with pytest.raises(CannotStart, match="the cellar is flooded"):
        wait_for(f"http://{HOST}:{free_port()}/", children=[child])


def test_a_database_url_is_read_part_by_part() -> None:
    settings = database("postgresql://ann:p%40ss@db.example:5433/site", default=Path("unused"))

    assert {key: settings[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "site", "USER": "ann", "PASSWORD": "p@ss", "HOST": "db.example", "PORT": "5433",
    }  # fmt: skip
    assert settings["CONN_MAX_AGE"] == 600


@pytest.mark.parametrize(
    ("value", "name"), [("", "/site/db.sqlite3"), ("/elsewhere/x.sqlite3", "/elsewhere/x.sqlite3")]
)
def test_sqlite_takes_its_lock_at_the_start_of_a_transaction(value: str, name: str) -> None:
    settings = database(value, default=Path("/site/db.sqlite3"))

    assert settings["NAME"] == name
    assert settings["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_a_word_diff_marks_words_and_counts_what_stayed() -> None:
    before = "The same.\n\nThe old door is blue.\n\nGone."
    after = "The same.\n\nThe door is very blue."

    assert word_diff(before, after) == [
        "(1 paragraph unchanged)",
        "",
        "The [-old-] door is {+very+} blue.",
        "",
        "[-Gone.-]",
    ]


def test_content_markup_becomes_rich_text() -> None:
    places = Places(pages={"home": 3})

    assert rich_text("## A & B\n\nGo **[home](page:home)**, *now*.\n\n- one\n- two", places=places) == (
        '<h2>A &amp; B</h2><p>Go <b><a linktype="page" id="3">home</a></b>, <i>now</i>.</p>'
        "<ul><li>one</li><li>two</li></ul>"
    )


def test_content_that_points_nowhere_is_refused() -> None:
    with pytest.raises(UnknownPlace, match="There is no page “nowhere”"):
        rich_text("[Go](page:nowhere)", places=Places())
