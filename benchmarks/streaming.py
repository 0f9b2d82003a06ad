"""What the editor's streaming adds to the model's own: first word, leaving, and a hundred streams in one web process.

One uvicorn with the example site, a model on loopback, and a direct connection to that model in the same run. Targets:
the first word at most 15 ms after it would come directly; the call to the model closed 1 s after the reader has left;
100 streams of 20 pieces a second (each of 100 pieces, so that the floor is 5 s) at most 1.5 times the floor.

Under ASGI Django gives each request a thread and a connection until its view has answered. So a hundred that start in
the same moment want a hundred connections for that moment, more than PostgreSQL has by default: use ``--apart``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
import uuid
from contextlib import aclosing
from typing import Any

import aiohttp
from stage.figures import Figure, headline, percentile, report
from stage.memory import cpu, held
from stage.scene import Scene, running, set_up
from world.demonstration.processes import HOST, free_port, wait_for

from tests.support.sse import model_stream

MODEL = "openai/test-model"
PIECES = 100
APART = 0.05
MOST_FIRST_MS = 15
MOST_LEAVING_MS = 1000
MOST_RATIO = 1.5

STORY = "from wagtail.models import Page\nout = Page.objects.get(slug='across-the-wade').pk"


class Desk:
    """An editor who has logged in, and the model behind the site."""

    def __init__(self, session: aiohttp.ClientSession, *, address: str, model: str, page: int) -> None:
        self._session = session
        self._address = address
        self._model = model
        self._page = page

    async def log_in(self) -> None:
        login = f"{self._address}/admin/login/"
        await (await self._session.get(login)).read()
        data = {"username": "editor", "password": "demo", "csrfmiddlewaretoken": self._token()}
        async with self._session.post(login, data=data) as answer:
            assert answer.url.path == "/admin/", "the editor could not log in"

    async def script(self, *entries: dict[str, Any]) -> None:
        async with self._session.post(f"{self._root}/__script__", json=list(entries)) as answer:
            await answer.read()

    async def in_flight(self) -> int:
        async with self._session.get(f"{self._root}/__stats__?last=1") as answer:
            return int((await answer.json())["in_flight"])

    def ask(self) -> Any:
        told = {
            "key": str(uuid.uuid4()), "function": "assist", "action": "improve", "path": "summary", "place": "summary",
            "subject": {"app": "world", "model": "storypage", "object": str(self._page), "parent": "", "locale": ""},
            "source": "The tide comes in over the sand.",
        }  # fmt: skip
        headers = {"X-Requested-With": "XMLHttpRequest", "X-CSRFToken": self._token()}
        return self._session.post(f"{self._address}/admin/ai-editor/generate/", json=told, headers=headers)

    def ask_directly(self) -> Any:
        body = {"model": "test-model", "stream": True, "messages": [{"role": "user", "content": "x"}]}
        return self._session.post(f"{self._model}/chat/completions", json=body)

    @property
    def _root(self) -> str:
        return self._model.removesuffix("/v1")

    def _token(self) -> str:
        return next((cookie.value for cookie in self._session.cookie_jar if cookie.key == "csrftoken"), "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=20, help="Of one stream alone.")
    parser.add_argument("--apart", type=float, default=0.0, help="Seconds between the starts of the many streams.")
    parser.add_argument("--postgres", action="store_true", help="In a new PostgreSQL database (POSTGRES_HOST, …).")
    options = parser.parse_args()
    headline(f"Streaming, {'PostgreSQL' if options.postgres else 'SQLite'}")
    with set_up(MODEL, postgres=options.postgres, LOCKED_PHRASES=[]) as scene:
        port = free_port()
        command = (sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", HOST, "--port", str(port),
                   "--log-level", "warning")  # fmt: skip
        with running(*command, log=scene.folder / "web.log", env={**scene.site.env}) as server:
            address = f"http://{HOST}:{port}"
            wait_for(f"{address}/admin/login/", children=[])
            asyncio.run(_measure(scene, address, pid=server.pid, options=options))


async def _measure(scene: Scene, address: str, *, pid: int, options: argparse.Namespace) -> None:
    page = scene.site.run(STORY)
    jar = aiohttp.CookieJar(unsafe=True)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(cookie_jar=jar, connector=connector) as session:
        desk = Desk(session, address=address, model=scene.url, page=page)
        await desk.log_in()
        await desk.script(model_stream(["Warm. "]))
        await _read(desk.ask())
        await _first_words(desk, rounds=options.rounds)
        await _leaving(desk, rounds=max(3, options.rounds // 4))
        await _many(desk, streams=options.streams, apart=options.apart, pid=pid)


async def _first_words(desk: Desk, *, rounds: int) -> None:
    direct, ours = [], []
    for _ in range(rounds):
        for times, ask, mark in ((direct, desk.ask_directly, b'"content"'), (ours, desk.ask, b"event: text")):
            await desk.script(model_stream(["One ", "two"]))
            began = time.perf_counter()
            async with ask() as answer:
                async for line in answer.content:
                    if mark in line:
                        times.append((time.perf_counter() - began) * 1000)
                        break
                await answer.read()
    added = percentile(ours, 0.5) - percentile(direct, 0.5)
    report(
        Figure(what="first word directly, p50", value=percentile(direct, 0.5), unit="ms"),
        Figure(what="first word in the editor, p50", value=percentile(ours, 0.5), unit="ms"),
        Figure(what="first word in the editor, p95", value=percentile(ours, 0.95), unit="ms"),
        Figure(what="added to the first word, p50", value=added, unit="ms", most=MOST_FIRST_MS),
    )


async def _leaving(desk: Desk, *, rounds: int) -> None:
    """From closing the connection to the end of the call at the model."""
    times = []
    for _ in range(rounds):
        await desk.script(model_stream(["One ", "two "], drip=APART, end=False))
        answer = await desk.ask()
        async for line in answer.content:
            if b"event: text" in line:
                break
        left = time.perf_counter()
        answer.close()
        while await desk.in_flight():
            await asyncio.sleep(0.005)
        times.append((time.perf_counter() - left) * 1000)
    report(
        Figure(what="reader gone to call closed, p50", value=percentile(times, 0.5), unit="ms"),
        Figure(what="reader gone to call closed, longest", value=max(times), unit="ms", most=MOST_LEAVING_MS),
    )


async def _many(desk: Desk, *, streams: int, apart: float, pid: int) -> None:
    floor = PIECES * APART + apart * (streams - 1)
    entry = model_stream([f"{n} " for n in range(PIECES)], drip=APART)
    await desk.script(*[entry] * streams)
    began = time.perf_counter()
    await asyncio.gather(*(_read(desk.ask_directly(), after=apart * number) for number in range(streams)))
    direct = time.perf_counter() - began
    await desk.script(*[entry] * streams)
    before, used, began = held(pid), cpu(pid), time.perf_counter()
    firsts = await asyncio.gather(*(_read(desk.ask(), after=apart * number) for number in range(streams)))
    took = time.perf_counter() - began
    spent, pieces = cpu(pid) - used, streams * PIECES
    report(
        Figure(what=f"{streams} streams directly", value=direct, unit="s", note=f"floor {floor:g} s"),
        Figure(what=f"{streams} streams in the editor", value=took, unit="s"),
        Figure(what="first words of all, p95", value=percentile(firsts, 0.95), unit="s"),
        Figure(what="editor/floor", value=took / floor, most=MOST_RATIO),
        Figure(what="editor/directly", value=took / direct),
        Figure(what="CPU of the web process", value=spent, unit="s"),
        Figure(what="CPU a piece, the work before and after included", value=spent / pieces * 1e6, unit="µs"),
        Figure(what="memory of the web process, added", value=held(pid) - before, unit="MiB"),
    )


async def _read(asking: Any, *, after: float = 0.0) -> float:
    """Read an answer to its end; gives the seconds to its first line of content."""
    await asyncio.sleep(after)
    began, first, end = time.perf_counter(), 0.0, b""
    async with asking as answer, aclosing(_lines(answer)) as lines:
        assert answer.status == 200, await answer.text()
        async for line in lines:
            if not first and (b"event: text" in line or b'"content"' in line):
                first = time.perf_counter() - began
            end = line if line.startswith(b"data: ") else end
    told = end.removeprefix(b"data: ").strip()
    assert told == b"[DONE]" or "options" in json.loads(told), end
    return first


async def _lines(answer: aiohttp.ClientResponse) -> Any:
    async for line in answer.content:
        yield line


if __name__ == "__main__":
    main()
