"""A real browser for the acceptance tests: Playwright's own Chromium, or the one of the machine."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from .services import missing

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page, Playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
FADING_SECONDS = 5
NAMES = ("chromium", "chromium-browser", "google-chrome")
NO_BROWSER = (
    "There is no Chromium to run this test in. Install one with “python -m playwright install chromium”, "
    "or put the system's own “chromium” on the PATH."
)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A headless Chromium. Where there is none the test is skipped, or fails if CI or REQUIRE_BROWSER is set.

    Playwright keeps an event loop in the thread while it runs, in which Django refuses to touch a database: tests
    with a browser look at the site from outside, and the browser is closed before other tests go on.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_executable(playwright), args=list(FLAGS))
        yield browser
        browser.close()


def listen(page: Page, *, site: str) -> list[str]:
    """A list that fills with what a page should never do: ask other hosts, fail to load, or report an error."""
    noise: list[str] = []
    page.on("request", lambda request: None if _is_own(request.url, site) else noise.append(f"asked {request.url}"))
    page.on("response", lambda answer: noise.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    page.on("console", lambda said: noise.append(f"said {said.text}") if said.type == "error" else None)
    page.on("pageerror", lambda error: noise.append(f"raised {error}"))
    return noise


def faults(frame: Frame | Page, *, within: str | None = None) -> list[str]:
    """What axe finds in a page, a frame or what ``within`` selects, that is serious or critical for people with
    disabilities."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(frame, context=within).response["violations"]
    return [
        f"{fault['id']}: {node['html']}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


def check(page: Page) -> None:
    """Nothing serious for people with disabilities, in the page or its frames, and nothing wider than the window."""
    ends = time.monotonic() + FADING_SECONDS
    while (found := _faults_of(page)) and time.monotonic() < ends:  # colours are on their way while something fades in
        page.wait_for_timeout(200)
    assert found == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def _faults_of(page: Page) -> list[str]:
    return [fault for frame in page.frames if frame.url != "about:blank" for fault in faults(frame)]


def _is_own(url: str, site: str) -> bool:
    return url.startswith((site, "data:", "blob:"))


def _executable(playwright: Playwright) -> str | None:
    """A path, or None for Playwright's own."""
    if Path(playwright.chromium.executable_path).exists():
        return None
    return next(filter(None, map(shutil.which, NAMES)), None) or _give_up()


def _give_up() -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(NO_BROWSER, pytrace=False)
    missing("browser", NO_BROWSER)
