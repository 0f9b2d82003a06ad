"""Answers that are written while somebody watches: over a real server, with a model that behaves and misbehaves."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from world.demonstration.processes import HOST, Child, free_port, start, wait_for

from tests.acceptance.conftest import Visitor
from tests.support.openai_server import OpenAIServer
from tests.support.site import REPO, Site, until
from tests.support.sse import events, model_stream

LEASE = 2
DEADLINE = 10
"""Seconds, of which the first call of a process may need some for loading."""

JOB = """
from wagtail_ai_content.models import Job
found = Job.objects.get(pk=job)
out = {name: getattr(found, name) for name in ("status", "error_code", "outcome", "reply", "prompt_tokens",
    "completion_tokens", "price_source", "lease_owner", "calls", "attempts")}
out["cost"] = None if found.cost is None else str(found.cost)
out["delivered"] = found.delivered is not None
"""
STORY = "from wagtail.models import Page\nout = Page.objects.get(slug='across-the-wade').pk"


class Writer(Visitor):
    """An editor with the story open, who asks for texts."""

    def __init__(self, address: str, page: int) -> None:
        super().__init__(address)
        self.page = page
        self.log_in("editor")

    def ask(self, **told: Any) -> Any:
        """The answer, to be read as it comes."""
        data = {
            "key": str(uuid.uuid4()),
            "subject": {"app": "world", "model": "storypage", "object": str(self.page), "parent": "", "locale": ""},
            "path": "summary", "place": "summary", "function": "assist", "action": "improve",
            "source": "The tide comes in over the sand.", **told,
        }  # fmt: skip
        return self.send("/admin/ai-editor/generate/", data)

    def send(self, path: str, data: Any = None) -> Any:
        token = next(cookie.value for cookie in self._cookies if cookie.name == "csrftoken")
        headers = {
            "Content-Type": "application/json", "X-Requested-With": "XMLHttpRequest", "X-CSRFToken": token or "",
        }  # fmt: skip
        body = json.dumps(data or {}).encode()
        return self._opener.open(urllib.request.Request(self.address + path, data=body, headers=headers), timeout=30)

    def all_of_it(self, **told: Any) -> list[tuple[str, dict[str, Any]]]:
        with self.ask(**told) as answer:
            return list(events(answer))


@contextmanager
def serving(site: Site, *, wsgi: bool = False) -> Iterator[tuple[str, Child]]:
    port = free_port()
    asgi = (sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", HOST, "--port", str(port))
    command = (sys.executable, "manage.py", "runserver", "--noreload", f"{HOST}:{port}") if wsgi else asgi
    server = start(f"web server {port}", command, folder=REPO / "example_site", logs=site.folder, environment=site.env)
    try:
        wait_for(f"http://{HOST}:{port}/admin/login/", children=[server])
        yield f"http://{HOST}:{port}", server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def press(world: Path, _openai_server: OpenAIServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("press")
    shutil.copytree(world, folder, dirs_exist_ok=True)
    options = {
        "PROVIDERS": {"openai": {"API_KEY": "test", "API_BASE": _openai_server.url}},
        "CACHE_ALIAS": None,
        "LEASE_SECONDS": LEASE,
        "CALL_DEADLINE": DEADLINE,
        "PRICES": {"openai/test-model": {"input": 1000, "output": 1000}},
    }
    site = Site(folder, database=str(folder / "db.sqlite3"), options=options, EXAMPLE_SITE_AI_MODEL="openai/test-model")
    yield site
    site.close()


@pytest.fixture(scope="module")
def asgi(press: Site, _openai_server: OpenAIServer) -> Iterator[str]:
    with serving(press) as (address, _):
        warm(Writer(address, press.run(STORY)), _openai_server)
        yield address


def warm(writer: Writer, model: OpenAIServer) -> None:
    """The first call of a process loads what all others need, which a busy machine may not do within the deadline."""
    until(lambda: writer.all_of_it()[-1][0] == "result", seconds=120, what="a first answer")
    model.reset()


@pytest.fixture
def writer(asgi: str, press: Site, openai_server: OpenAIServer) -> Writer:
    return Writer(asgi, press.run(STORY))


def row(site: Site, job: str) -> dict[str, Any]:
    found: dict[str, Any] = site.run(JOB, job=job)
    return found


def ended(site: Site, job: str, *, seconds: float = 10) -> dict[str, Any]:
    until(lambda: row(site, job)["status"] not in ("pending", "running"), seconds=seconds, what="the end of the job")
    return row(site, job)


def first(answer: Any, wanted: str) -> dict[str, Any]:
    return next(data for name, data in events(answer) if name == wanted)


def test_the_first_words_come_long_before_the_last(writer: Writer, press: Site, openai_server: OpenAIServer) -> None:
    openai_server.script(model_stream(["The tide ", "covers ", "the sand."], drip=0.5))
    began = time.monotonic()
    times = [(name, time.monotonic() - began, data) for name, data in events(writer.ask())]
    texts = [at for name, at, _ in times if name == "text"]
    assert texts[0] < times[-1][1] - 0.7
    name, _, result = times[-1]
    assert (name, result["options"][0]["text"]) == ("result", "The tide covers the sand.")
    assert row(press, result["job"])["status"] == "succeeded"


@pytest.mark.parametrize(
    ("fault", "code", "again", "in_words"),
    [
        (model_stream(["The first half of"], cut=True), "cut_reply", True, "middle"),
        ({"status": 429, "headers": {"Retry-After": "3"}, "body": "{}"}, "rate_limited", True, "try again"),
        ({"status": 500, "body": "{}"}, "unavailable", True, "Try again"),
        (model_stream(["I'm sorry, but I cannot help with that."]), "refused", False, "declined"),
        (model_stream([f"{n} " for n in range(100)], drip=0.25), "deadline", True, "too long"),
    ],
    ids=["cut", "429", "500", "refusal", "deadline"],
)
def test_what_goes_wrong_is_one_error_and_no_second_call(
    writer: Writer, press: Site, openai_server: OpenAIServer, fault: dict[str, Any], code: str, again: bool,
    in_words: str,
) -> None:  # fmt: skip
    openai_server.script(fault)
    told = writer.all_of_it()
    assert [name for name, _ in told if name in ("result", "error")] == ["error"]
    assert (told[-1][1]["code"], told[-1][1]["again"]) == (code, again)
    assert in_words in told[-1][1]["message"]
    assert len(openai_server.calls) == 1
    found = row(press, told[0][1]["job"])
    assert (found["status"], found["error_code"], found["lease_owner"]) == ("failed", code, "")


def test_whoever_leaves_ends_the_call_within_a_second(writer: Writer, press: Site, openai_server: OpenAIServer) -> None:
    openai_server.script(model_stream(["One ", "two ", "three "], drip=0.05, end=False))
    answer = writer.ask()
    stream = events(answer)
    job = next(data["job"] for name, data in stream if name == "job")
    assert next(data["text"] for name, data in stream if name == "text")
    assert openai_server.stats["in_flight"] == 1
    left = time.monotonic()
    answer.close()
    until(lambda: openai_server.stats["in_flight"] == 0, seconds=5, what="the end of the call")
    assert time.monotonic() - left < 1.0
    found = ended(press, job)
    assert (found["status"], found["outcome"]) == ("cancelled", "")
    assert found["reply"]["text"].startswith("One")
    assert found["reply"]["estimated"] is True
    assert found["price_source"] == "estimate: site"
    spent = (found["prompt_tokens"] + found["completion_tokens"]) * 1000 / 1_000_000
    assert float(found["cost"]) == pytest.approx(spent)
    until(lambda: row(press, job)["delivered"], seconds=5, what="the announcement")


def test_another_request_stops_it(writer: Writer, press: Site, openai_server: OpenAIServer) -> None:
    openai_server.script(model_stream(["One ", "two "], drip=0.05, end=False))
    stream = events(writer.ask())
    begun = next(data for name, data in stream if name == "job")
    next(data for name, data in stream if name == "text")
    with writer.send(begun["cancel"]) as answer:
        assert answer.status == 204
    rest = list(stream)
    assert rest[-1][0] == "error"
    assert (rest[-1][1]["code"], rest[-1][1]["again"]) == ("stopped", True)
    until(lambda: openai_server.stats["in_flight"] == 0, seconds=2, what="the end of the call")
    found = row(press, begun["job"])
    assert (found["status"], found["reply"]["finish_reason"]) == ("cancelled", "stopped")


def test_the_lease_is_renewed_while_it_runs(writer: Writer, press: Site, openai_server: OpenAIServer) -> None:
    openai_server.script(model_stream(["word "] * 12, drip=LEASE * 1.5 / 12))
    stream = events(writer.ask())
    job = next(data["job"] for name, data in stream if name == "job")
    for name, _ in stream:
        if name == "text":
            press.run("from wagtail_ai_content.pipeline.recover import take_back\nout = take_back()")
    found = row(press, job)
    assert (found["status"], found["attempts"]) == ("succeeded", 1)


def test_the_same_key_follows_the_same_job(writer: Writer, press: Site, openai_server: OpenAIServer) -> None:
    openai_server.script(model_stream(["One ", "two "], drip=0.5))
    key = str(uuid.uuid4())
    with writer.ask(key=key) as one:
        first(one, "text")
        second = writer.all_of_it(key=key)
        rest = list(events(one))
    assert (second[-1][0], second[-1][1]) == ("result", rest[-1][1])
    assert len(openai_server.calls) == 1


def test_no_connection_to_the_database_is_kept_by_those_who_wait(
    writer: Writer, press: Site, openai_server: OpenAIServer
) -> None:
    openai_server.script(*[model_stream(["One "], end=False, drip=0.05)] * 8)
    answers = [writer.ask() for _ in range(8)]
    for answer in answers:
        first(answer, "text")
    database = press.env["EXAMPLE_SITE_DATABASE"]

    def is_open() -> int:
        files = [path for pid in web_processes(writer.address) for path in open_files(pid)]
        return files.count(database)

    most = is_open()
    for answer in answers:
        answer.close()
    assert most <= 4  # the threads of the pool, each at a look of its own
    until(lambda: openai_server.stats["in_flight"] == 0, seconds=5, what="the end of the calls")


def test_a_web_process_that_is_killed_leaves_no_job_behind(press: Site, openai_server: OpenAIServer) -> None:
    with serving(press) as (address, server):
        writer = Writer(address, press.run(STORY))
        warm(writer, openai_server)
        openai_server.script(model_stream(["One ", "two "], drip=0.05, end=False))
        stream = events(writer.ask())
        job = next(data["job"] for name, data in stream if name == "job")
        next(data for name, data in stream if name == "text")
        os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait(10)
    assert row(press, job)["status"] == "running"
    with press.process("ai_worker"):  # whose upkeep sweeps; it must not run the job again
        found = ended(press, job, seconds=60)
    assert (found["status"], found["error_code"], found["attempts"]) == ("failed", "interrupted", 1)
    assert len(openai_server.calls) == 1


def test_without_streams_the_same_result_comes_from_a_worker(press: Site, openai_server: OpenAIServer) -> None:
    with serving(press, wsgi=True) as (address, _), press.process("ai_worker"):
        writer = Writer(address, press.run(STORY))
        with writer.ask() as answer:
            assert answer.status == 202
            told = json.loads(answer.read())

        def follow() -> dict[str, Any]:
            found: dict[str, Any] = json.loads(writer.get(told["follow"]).text)
            return found

        until(lambda: follow()["result"] or follow()["error"], seconds=60, what="the result")
        done = follow()
        assert (done["status"], done["error"]) == ("succeeded", None)
        assert done["result"]["options"][0]["text"]
        openai_server.script({"hang": True})
        with writer.ask() as answer:
            told = json.loads(answer.read())
        until(lambda: openai_server.stats["in_flight"] == 1, seconds=30, what="the call")
        with writer.send(told["cancel"]) as answer:
            assert answer.status == 204
        until(lambda: openai_server.stats["in_flight"] == 0, seconds=10, what="the end of the call")
        assert (follow()["status"], follow()["error"]["code"]) == ("cancelled", "stopped")


def web_processes(address: str) -> list[int]:
    import psutil

    port = address.rpartition(":")[2]
    return [process.pid for process in psutil.process_iter(["cmdline"]) if port in (process.info["cmdline"] or ())]


def open_files(pid: int) -> list[str]:
    folder = Path(f"/proc/{pid}/fd")
    found = []
    for link in folder.iterdir():
        try:
            found.append(str(link.readlink()))
        except OSError:
            continue
    return found


def test_an_anonymous_visitor_gets_nothing(asgi: str, press: Site) -> None:
    visitor = Visitor(asgi)
    visitor.get("/admin/login/")
    token = next(cookie.value for cookie in visitor._cookies if cookie.name == "csrftoken")
    request = urllib.request.Request(
        f"{asgi}/admin/ai-editor/generate/", data=b"{}",
        headers={"X-Requested-With": "XMLHttpRequest", "X-CSRFToken": token or ""},
    )  # fmt: skip
    with pytest.raises(urllib.error.HTTPError) as refused:
        visitor._opener.open(request, timeout=30)
    assert refused.value.code == 403
    refused.value.close()
