"""A page that somebody has open in a real browser, with autosave on, while a real worker writes to it."""

from __future__ import annotations

import json
import shutil
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from world.demonstration.processes import HOST, free_port, start, wait_for

from tests.support.openai_answers import chat
from tests.support.openai_server import OpenAIServer
from tests.support.site import REPO, Site, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

SUBMIT = """
from django.contrib.auth import get_user_model
from wagtail.models import Page
from wagtail_ai_content.api import Ask, submit
page = Page.objects.get(slug=slug)
user = get_user_model().objects.get(username=user)
out = str(submit(Ask(function="rewrite", page=page, user=user, params={"instruction": "Other words", "field": path},
                     path=path, idempotency_key=key)).pk)
"""
OUTCOME = """
from wagtail_ai_content.models import Job
out = Job.objects.get(pk=job).outcome
"""
PROPOSE = """
from django.contrib.auth import get_user_model
from django.utils import timezone
from wagtail.models import Page
from tests.support.versions import propose
page = Page.objects.get(slug=slug).specific
user = get_user_model().objects.get(username="lead")
out = str(propose(page, wording, requested_by=user).pk)
"""
LATEST = """
import json
from wagtail.models import Page
page = Page.objects.get(slug=slug)
revision = page.latest_revision
content = revision.content
if content["body"].startswith("["):
    content["body"] = json.loads(content["body"])
out = {"id": revision.pk, "content": content, "live": page.live_revision_id, "count": page.revisions.count()}
"""
BLOCKS = """
from wagtail.models import Page
body = Page.objects.get(slug=slug).specific.get_latest_revision_as_object().body
out = [[block.block_type, block.id] for block in body]
"""
VALUE = """async (path) => {
    const module = document.querySelector('script[src*="arrivals_controller"]').src;
    const { partAt } = await import(module.replace(/editor\\/[^/]*$/, 'lib/form.js'));
    const state = partAt(path).getState();
    return state.getCurrentContent ? state.getCurrentContent().getPlainText() : state;
}"""
IS_WATCHED = """() => window.wagtail?.app?.getControllerForElementAndIdentifier(
    document.querySelector('form[data-edit-form]'), 'w-unsaved')?.initialFormData !== undefined"""
IS_SAVED = """async () => {
    await new Promise((resolve) => { setTimeout(resolve, 400); }); // rich text reaches its input
    const form = document.querySelector('form[data-edit-form]');
    const [unsaved, autosave] = ['w-unsaved', 'w-autosave']
        .map((name) => window.wagtail.app.getControllerForElementAndIdentifier(form, name));
    return unsaved.formData === unsaved.initialFormData && !autosave.submitPromise;
}"""
VERSION = """
from wagtail_ai_content.models import AIVersion
version = AIVersion.objects.get(pk=version)
out = {"status": version.status, "decisions": {key: entry["decision"] for key, entry in version.decisions.items()}}
"""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A site of its own with a server, and ways to let AI write on it."""

    site: Site
    address: str
    model: OpenAIServer

    def block(self, slug: str, kind: str, number: int = 0) -> str:
        """The id of a block of the article, counted among those of its type."""
        return str([key for type_, key in self.site.run(BLOCKS, slug=slug) if type_ == kind][number])

    def submit(self, slug: str, path: str, answer: str, *, seconds: float = 0, user: str = "lead") -> str:
        """Ask for a text to be rewritten; the model answers with ``answer`` for it after so many seconds."""
        reply = json.dumps({"edits": [{"id": "u1", "html": answer}], "note": ""})
        self.model.script({"body": json.dumps(chat({}, text=reply)), "delay": seconds})
        return str(self.site.run(SUBMIT, slug=slug, path=path, user=user, key=uuid.uuid4().hex))

    def wait_until_asked(self) -> None:
        """Until the model is thinking: the page has been read."""
        until(lambda: self.model.stats["in_flight"] == 1, seconds=60, what="a call in flight")

    def written(self, job: str, outcome: str) -> None:
        """Wait until a worker has ended the job."""
        found = until(lambda: self.site.run(OUTCOME, job=job), seconds=60, what=f"the end of job {job}")
        assert found == outcome

    def rewrite(self, slug: str, path: str, answer: str) -> None:
        """Let a worker write a new draft, in this moment."""
        job = self.submit(slug, path, answer)
        done = self.site.manage("ai_worker", "--once")
        assert done.returncode == 0, done.stderr
        self.written(job, "revision")

    def propose(self, slug: str, wording: dict[str, Any]) -> str:
        return str(self.site.run(PROPOSE, slug=slug, wording=wording))

    def latest(self, slug: str) -> dict[str, Any]:
        found: dict[str, Any] = self.site.run(LATEST, slug=slug)
        return found

    def version(self, version: str) -> dict[str, Any]:
        found: dict[str, Any] = self.site.run(VERSION, version=version)
        return found

    @contextmanager
    def worker(self) -> Iterator[None]:
        with self.site.process("ai_worker"):
            yield


class OpenPage:
    """A page, or what is at another address, in the editor of a browser."""

    def __init__(self, page: Page, slug: str, number: int, *, address: str = "") -> None:
        self.page = page
        self.slug = slug
        self.page.goto(address or f"/admin/pages/{number}/edit/")
        self.page.locator(".wac-notice").wait_for(state="attached")
        wait_until_watched(self.page)

    @property
    def notice(self) -> Locator:
        return self.page.locator(".wac-notice")

    @property
    def conflict(self) -> Locator:
        return self.page.locator(".wac-conflict")

    def told(self, *, times: int = 1) -> str:
        """What the notice says, once it tells of so many versions."""
        self.page.locator(f".wac-notice[data-state=arrived] [role=status] p:nth-of-type({2 * times})").wait_for(
            timeout=20_000
        )
        return self.notice.inner_text()

    def take(self) -> str:
        self.notice.get_by_role("button", name="Take them in").click()
        self.page.locator(".wac-notice[data-state=taken]").wait_for()
        return self.notice.inner_text()

    def type_into(self, name: str, text: str) -> None:
        """Add to a field, as somebody at a keyboard would."""
        field = self.page.locator(f"[name='{name}']")
        field.press("Control+End")
        field.press_sequentially(text, delay=20)

    def write_paragraph(self, block: str, text: str, *, all_of_it: bool = False) -> None:
        """Type into a rich text block: at its start, or instead of what is there."""
        editor = self.page.locator(f"[data-contentpath='{block}'] .public-DraftEditor-content")
        editor.click()
        editor.press("Control+A" if all_of_it else "Control+Home")
        editor.press_sequentially(text, delay=20)

    def value(self, path: str) -> str:
        """The text that stands in the form at a content path."""
        found: str = self.page.evaluate(VALUE, path)
        return found

    def wait_until_saved(self) -> None:
        """Until everything typed was sent and answered: Wagtail overlooks what is typed while it saves."""
        self.page.wait_for_function(IS_SAVED)
        self.page.locator("#w-autosave-indicator[data-w-autosave-state-value=saved]").wait_for()

    def wait_until_paused(self) -> None:
        """Until Wagtail has refused to autosave."""
        self.page.locator("#w-autosave-indicator[data-w-autosave-state-value=paused]").wait_for()

    def has_conflict_warning(self) -> bool:
        """Whether Wagtail would warn before the next save."""
        found: str = (
            self.page.locator("[data-controller~=w-session]").get_attribute("data-w-session-intercept-value") or ""
        )
        return found == "conflict"


def wait_until_watched(page: Page) -> None:
    """Until Wagtail looks for what changes in the form: what is typed before that is never saved by itself.

    It notes two seconds after the page has come what stands in the form, and on some pages once more a little later.
    """
    page.wait_for_function(IS_WATCHED)
    page.wait_for_timeout(2_200)


def tab_to(page: Page, selector: str, *, back: bool = False, most: int = 30) -> None:
    """Press Tab, or Shift and Tab, until the focus is on what ``selector`` means."""
    for _ in range(most):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached by keyboard")


def text_of(latest: dict[str, Any], block: str) -> Any:
    """The raw value of a block of a saved revision."""
    return next(entry["value"] for entry in latest["content"]["body"] if entry["id"] == block)


@pytest.fixture(scope="module")
def desk(world: Path, _openai_server: OpenAIServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(world, folder, dirs_exist_ok=True)
    options = {"PROVIDERS": {"openai": {"API_KEY": "test", "API_BASE": _openai_server.url}}, "CACHE_ALIAS": None}
    site = Site(folder, database=str(folder / "db.sqlite3"), options=options, EXAMPLE_SITE_AI_MODEL="openai/test-model")
    port = free_port()
    command = (sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", HOST, "--port", str(port))
    server = start("web server", command, folder=REPO / "example_site", logs=folder, environment=site.env)
    try:
        address = f"http://{HOST}:{port}"
        wait_for(f"{address}/admin/login/", children=[server])
        yield Desk(site=site, address=address, model=_openai_server)
    finally:
        server.stop()
        site.close()


@pytest.fixture
def window(browser: Browser, desk: Desk) -> Iterator[Page]:
    """A window in which the editor Juno has logged in."""
    context = browser.new_context(base_url=desk.address, viewport={"width": 1400, "height": 900})
    page = context.new_page()
    log_in(page)
    yield page
    context.close()


def log_in(page: Page) -> None:
    page.goto("/admin/login/")
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")


def open_page(desk: Desk, window: Page, slug: str) -> OpenPage:
    number = desk.site.run("from wagtail.models import Page\nout = Page.objects.get(slug=slug).pk", slug=slug)
    return OpenPage(window, slug, number)
