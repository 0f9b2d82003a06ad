"""What the rest of the admin feels while 20 editors generate with a model that takes a second.

One reader asks for a list of pages and an edit page, one after the other, first alone, then beside 20 editors who ask
for a new version of a text again and again, then alone once more. Under ASGI (uvicorn, one process) the answers are
streamed; under WSGI (gunicorn, 2 processes of 8 threads) a worker runs the jobs and the browsers follow them. Target:
the reader's median time is at most 1.5 times what it is alone.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

import aiohttp
from stage import work
from stage.figures import Figure, headline, middle, report
from stage.scene import Scene, running, set_up
from world.demonstration.processes import HOST, free_port

from tests.support.site import until

MOST = 1.5
FOLLOW_SECONDS = 0.5
SOURCE = "The ferry leaves at six in the morning, and in the winter it leaves at seven in the morning."

SESSION = """
from django.contrib.auth import get_user_model
from django.test import Client
client = Client()
client.force_login(get_user_model().objects.get(username="developer"))
out = client.cookies["sessionid"].value
"""

PLACES = """
from world.models import StoryPage
page = StoryPage.objects.exclude(body="").order_by("path").first()
out = {"page": page.pk, "section": page.get_parent().pk}
"""


@dataclass(kw_only=True)
class Editors:
    """People who generate until they are told to stop."""

    address: str
    session: str
    page: int
    number: int
    done: int = 0
    failed: list[str] = field(default_factory=list)

    async def work(self, over: asyncio.Event) -> None:
        cookies = {"sessionid": self.session, "csrftoken": "x" * 32}
        headers = {"X-Requested-With": "XMLHttpRequest", "X-CSRFToken": "x" * 32, "Referer": self.address}
        async with aiohttp.ClientSession(cookies=cookies, headers=headers) as browser:
            await asyncio.gather(*(self._one(browser, over, editor) for editor in range(self.number)))

    async def _one(self, browser: aiohttp.ClientSession, over: asyncio.Event, editor: int) -> None:
        await asyncio.sleep(editor / self.number)  # people do not click all at once
        while not over.is_set():
            async with browser.post(f"{self.address}/admin/ai-editor/generate/", json=self._asked()) as answer:
                told = await (self._followed(browser, answer) if answer.status == 202 else answer.text())
            if answer.status < 300 and '"options"' in told:
                self.done += 1
            else:
                self.failed.append(f"{answer.status} {told[-300:]}")
                await asyncio.sleep(1)

    async def _followed(self, browser: aiohttp.ClientSession, answer: aiohttp.ClientResponse) -> str:
        follow = self.address + (await answer.json())["follow"]
        while True:
            await asyncio.sleep(FOLLOW_SECONDS)
            async with browser.get(follow) as now:
                told = await now.text()
                if now.status != 200 or (await now.json())["result"] or (await now.json())["error"]:
                    return told

    def _asked(self) -> dict[str, Any]:
        subject = {"app": "world", "model": "storypage", "object": str(self.page), "parent": ""}
        place = {"path": "summary", "place": "summary", "source": f"{SOURCE} {uuid.uuid4().hex[:6]}"}
        said = {
            "instruction": "",
            "tone": "",
            "language": "",
            "options": 1,
            "earlier": "",
            "prompt": "",
            "variables": {},
        }
        key = str(uuid.uuid4())
        return {"key": key, "subject": subject, "function": "assist", "action": "improve", "selected": False,
                "form": "", **place, **said}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--editors", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=15.0, help="How long the reader reads, three times.")
    parser.add_argument("--postgres", action="store_true", help="In a new PostgreSQL database (POSTGRES_HOST, …).")
    options = parser.parse_args()
    headline(f"The admin beside {options.editors} editors who generate with a model of 1 s")
    with set_up("openai/slow-1.0", postgres=options.postgres) as scene:
        scene.site.env["EXAMPLE_SITE_DEBUG"] = "1"  # static files and easy passwords; queries are logged in both cases
        for name in ("asgi", "wsgi"):
            if name == "wsgi" and find_spec("gunicorn") is None:
                print("WSGI is not measured: it needs `pip install gunicorn`.")
                continue
            with _served(scene, name) as address, work.cluster(scene.site) if name == "wsgi" else nullcontext():
                asyncio.run(_measure(scene, name, address, editors=options.editors, seconds=options.seconds))


@contextmanager
def _served(scene: Scene, name: str) -> Iterator[str]:
    port = free_port()
    asgi = ("-m", "uvicorn", "config.asgi:application", "--host", HOST, "--port", str(port), "--log-level", "warning")
    wsgi = ("-m", "gunicorn", "config.wsgi:application", "--bind", f"{HOST}:{port}", "--workers", "2", "--threads", "8")
    command = (sys.executable, *(asgi if name == "asgi" else wsgi))
    address = f"http://{HOST}:{port}"
    with running(*command, log=scene.folder / f"{name}.log", env=scene.site.env):
        until(lambda: _answers(f"{address}/admin/login/"), seconds=60, what=name)
        yield address


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


async def _measure(scene: Scene, name: str, address: str, *, editors: int, seconds: float) -> None:
    session, places = scene.site.run(SESSION), scene.site.run(PLACES)
    urls = [f"{address}/admin/pages/{places['section']}/", f"{address}/admin/pages/{places['page']}/edit/"]
    await _read(urls, session, seconds=3)
    before = await _read(urls, session, seconds=seconds)
    people = Editors(address=address, session=session, page=places["page"], number=editors)
    over = asyncio.Event()
    working = asyncio.create_task(people.work(over))
    await _until_first(people)
    began, done = time.monotonic(), people.done
    busy = await _read(urls, session, seconds=seconds)
    pace = (people.done - done) / (time.monotonic() - began)
    over.set()
    await working
    after = await _read(urls, session, seconds=seconds)
    alone = middle([*before, *after])
    report(
        Figure(what=f"{name}: a request alone, median", value=alone * 1000, unit="ms"),
        Figure(what=f"{name}: beside the editors, median", value=middle(busy) * 1000, unit="ms"),
        Figure(what=f"{name}: beside them/alone", value=middle(busy) / alone, most=MOST),
        Figure(what=f"{name}: generations a second", value=pace, note=f"{editors} would be the most"),
        Figure(what=f"{name}: generations that failed", value=len(people.failed), note="; ".join(people.failed[:1])),
    )


async def _until_first(people: Editors) -> None:
    """The first generation loads what is only loaded once."""
    ends = time.monotonic() + 60
    while people.done < people.number:
        assert time.monotonic() < ends, f"nobody has an answer: {people.failed[:2]}"
        await asyncio.sleep(0.1)


async def _read(urls: list[str], session: str, *, seconds: float) -> list[float]:
    taken: list[float] = []
    ends = time.monotonic() + seconds
    async with aiohttp.ClientSession(cookies={"sessionid": session}) as browser:
        while time.monotonic() < ends:
            for url in urls:
                began = time.perf_counter()
                async with browser.get(url) as answer:
                    await answer.read()
                    assert answer.status == 200, (url, answer.status)
                taken.append(time.perf_counter() - began)
    return taken


if __name__ == "__main__":
    main()
