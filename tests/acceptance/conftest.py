"""The example site, filled and running in processes of its own, and ways to visit it.

Nothing here uses Django in the process of the tests: what a test sees is what a visitor, an editor or a command sees.
"""

from __future__ import annotations

import shutil
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from world.demonstration.processes import HOST, free_port, start, wait_for

from tests.support.browser import open_browser
from tests.support.site import REPO, Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a visitor got."""

    status: int
    url: str
    """Where redirects ended."""
    text: str


class Visitor:
    """Somebody with cookies but no browser."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))

    def get(self, path: str) -> Answer:
        return self._open(urllib.request.Request(self.address + path))

    def post(self, path: str, **fields: str) -> Answer:
        token = next((cookie.value for cookie in self._cookies if cookie.name == "csrftoken"), "")
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token or "", **fields}).encode()
        return self._open(urllib.request.Request(self.address + path, data=data))

    def log_in(self, username: str) -> None:
        self.get("/admin/login/")
        answer = self.post("/admin/login/", username=username, password="demo", next="/admin/")
        assert answer.url == f"{self.address}/admin/", f"{username} could not log in"

    def _open(self, request: urllib.request.Request) -> Answer:
        try:
            with self._opener.open(request, timeout=30) as answer:
                return Answer(status=answer.status, url=answer.url, text=answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(status=error.code, url=error.url or "", text=error.read().decode())


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example site's database and files, as they are at first. Never served, only copied."""
    folder = tmp_path_factory.mktemp("world")
    site = Site(folder, database=str(folder / "db.sqlite3"), options={})
    for command in ("migrate", "load_world"):
        done = site.manage(command, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
    site.close()
    return folder


@pytest.fixture(scope="module")
def ebbstow(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The example site with its pages, in a database that the module may change as it likes."""
    folder = tmp_path_factory.mktemp("ebbstow")
    shutil.copytree(world, folder, dirs_exist_ok=True)
    site = Site(folder, database=str(folder / "db.sqlite3"), options={})
    yield site
    site.close()


@pytest.fixture(scope="module")
def address(ebbstow: Site) -> Iterator[str]:
    """Where the example site answers, on a server that can stream."""
    port = free_port()
    command = (sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", HOST, "--port", str(port))
    server = start("web server", command, folder=REPO / "example_site", logs=ebbstow.folder,
                   environment=ebbstow.env)  # fmt: skip
    try:
        wait_for(f"http://{HOST}:{port}/admin/login/", children=[server])
        yield f"http://{HOST}:{port}"
    finally:
        server.stop()


@pytest.fixture
def visit(address: str) -> Callable[..., Visitor]:
    """``visit()`` as a stranger, ``visit("editor")`` as somebody who has logged in."""

    def visitor(username: str = "") -> Visitor:
        new = Visitor(address)
        if username:
            new.log_in(username)
        return new

    return visitor


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A window of its own, without anybody's cookies."""
    context = browser.new_context(base_url=address, viewport={"width": 1400, "height": 900})
    yield context.new_page()
    context.close()
