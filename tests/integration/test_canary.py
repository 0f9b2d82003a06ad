"""A provider's key on every way through the product: it reaches the provider, and is nowhere else afterwards."""

from __future__ import annotations

import io
import json
import logging
import uuid
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing import Value
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core import checks
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import AsyncRequestFactory, Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django_q.models import OrmQ, Task
from django_q.monitor import monitor
from django_q.queues import Queue
from django_q.worker import worker
from wagtail.models import Page

from tests.support import kept
from tests.support.addresses import addresses
from tests.support.canary import FORMS, KEY, leaks
from tests.support.openai_answers import chat
from tests.support.openai_server import OpenAIServer
from tests.support.own_thread import in_test_thread
from tests.support.sse import model_stream
from wagtail_ai_content.api import Ask, Job, run_job, show_job, submit
from wagtail_ai_content.core.errors import AIError
from wagtail_ai_content.interfaces.editor import generation
from wagtail_ai_content.interfaces.notices.mail import send_due
from wagtail_ai_content.models import AIVersion, AuditEntry, BreakerState
from wagtail_ai_content.pipeline import queue, recover, turns
from wagtail_ai_content.pipeline.replay import replay

pytestmark = pytest.mark.django_db(transaction=True)

ECHO = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}", "code": "invalid_api_key", "key": KEY}})
HEADERS = {"Content-Type": "application/json", "X-Echo": KEY, "WWW-Authenticate": f"Bearer {KEY}"}
FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "not_configured": ({"status": 401, "headers": HEADERS, "body": ECHO}, "failed"),
    "rate_limited": ({"status": 429, "headers": {**HEADERS, "Retry-After": KEY}, "body": ECHO}, "pending"),
    "unavailable": ({"status": 500, "headers": HEADERS, "body": ECHO}, "pending"),
    "redirected": ({"status": 302, "headers": {"Location": f"http://127.0.0.1:9/?key={KEY}"}}, "failed"),
    "cut": ({"chunks": [f'{{"id": "{KEY}", "choices": ['], "cut": True}, "pending"),
    "malformed": ({"headers": HEADERS, "body": f"<html>{KEY}</html>"}, "pending"),
    "refused": (
        {"headers": HEADERS, "body": json.dumps(chat({"model": "m"}, finish_reason="content_filter", text=""))},
        "failed",
    ),
}
"""What the provider does while repeating the key, and where the job stands then."""
COMMANDS = """
ai_audit verify
ai_audit anchor
ai_audit export
ai_audit export --format csv --output {folder}/a.csv
ai_audit export --format xlsx --output {folder}/a.xlsx
ai_audit replay {job}
ai_jobs list
ai_jobs show {job}
ai_jobs retry {job}
ai_jobs cancel {job}
ai_health
ai_sweep
ai_switch show
ai_generate title {page} --foreground
ai_worker --once
check --deploy
dumpdata wagtail_ai_content --output {folder}/all.json
"""
STREAMS: dict[str, tuple[dict[str, Any], str]] = {
    "whole": (model_stream(["We set out ", "at dawn."]), "result"),
    "cut": (model_stream(["We set out "], cut=True), "error"),
    "an error in the middle": (
        {**(begun := model_stream(["We set out "], cut=True)), "chunks": [*begun["chunks"], f"data: {ECHO}\n\n"]},
        "error",
    ),
    "not begun": (FAULTS["not_configured"][0], "error"),
}


@pytest.fixture(autouse=True)
def site(settings: Any, tmp_path: Path, openai_server: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is kept that can be kept: replies in the cache, anchors, files."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.WAGTAIL_AI_CONTENT = {
        "MODEL": "openai/test-model",
        "PROVIDERS": {"openai": {"API_KEY": KEY, "API_BASE": openai_server.url}},
        "PRICES": {"openai/test-model": {"input": 1, "output": 2}},
        "AUDIT_ANCHORS": str(tmp_path / "anchors"),
    }

    monkeypatch.setattr(turns, "in_pool", in_test_thread)  # in whose connection the rows are


@pytest.fixture(autouse=True)
def clean_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def boss(django_user_model: Any) -> Any:
    return django_user_model.objects.create_superuser("boss", "boss@example.com", "secret")


def test_the_key_reaches_the_provider_and_is_nowhere_else(
    plain_page: Page, boss: Any, client: Client, openai_server: OpenAIServer, tmp_path: Path,
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], settings: Any,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    run_in_the_background(plain_page, boss, openai_server)
    ask_a_service(plain_page, boss, openai_server, settings)
    told = [*run_streamed(plain_page, boss, openai_server)]
    run_through_django_q(plain_page, boss, openai_server, settings)
    replay_elsewhere(openai_server)
    recover.recover()
    assert send_due(after=0) == 1

    client.force_login(boss)
    told += run_commands(plain_page, tmp_path)
    told += [("check", f"{message.msg} {message.hint}") for message in wrong_settings(settings)]
    told += look_at_everything(client, plain_page)
    told.append(("printed", "".join(capsys.readouterr())))

    assert all(call.headers["Authorization"] == f"Bearer {KEY}" for call in openai_server.calls)
    everything = [*told, *kept.in_database(), *kept.in_log(caplog.records, caplog.text), *kept.in_mail(),
                  *kept.in_cache(), *kept.in_files(tmp_path)]  # fmt: skip
    places = {place for place, _ in everything}
    assert {
        "wagtail_ai_content_job",
        "django_session",
        "django_q_task",
        "django_q_ormq",
        "the log",
        "anchors",
        "a.csv",
    } <= places
    assert leaks(everything) == []


def run_in_the_background(page: Page, user: Any, server: OpenAIServer) -> None:
    """A draft, a value, each fault; what can be tried again is, to its end."""
    assert run_job(submit(Ask(function="meta", page=page, user=user))).status == "succeeded"
    for name, (entry, status) in FAULTS.items():
        asked = submit(Ask(function="summarise", page=page, user=user, params={"variables": {"fault": name}}))
        answer(server, entry)
        assert run_job(asked).status == status, name
    BreakerState.objects.all().delete()
    Job.objects.filter(status="pending").update(next_attempt=timezone.now())
    for job in Job.objects.filter(status="pending"):
        assert run_job(job).status == "succeeded"
    assert AIVersion.objects.exists()


def ask_a_service(page: Page, user: Any, server: OpenAIServer, settings: Any) -> None:
    """A guardrail asks with the same key, and is refused."""
    right = settings.WAGTAIL_AI_CONTENT
    service = {"NAME": "wagtail_ai_content.guardrails.ProviderModeration", "OPTIONS": {"model": "openai/moderation"}}
    settings.WAGTAIL_AI_CONTENT = {**right, "GUARDRAILS": [service]}
    answer(server, FAULTS["not_configured"][0])
    params = {"instruction": "Shorter"}
    job = run_job(submit(Ask(function="rewrite", page=page, user=user, params=params)))
    settings.WAGTAIL_AI_CONTENT = right
    assert (job.error_code, server.calls[-1].path) == ("guardrail_broken", "/v1/moderations")


def answer(server: OpenAIServer, entry: dict[str, Any]) -> None:
    """The next call, which is made whatever happened before."""
    server.script(entry)
    BreakerState.objects.all().delete()


def run_streamed(page: Page, user: Any, server: OpenAIServer) -> Iterator[tuple[str, str]]:
    """What an open form is told."""
    for name, (entry, ending) in STREAMS.items():
        answer(server, entry)
        body = streamed(user, page)
        assert f"event: {ending}\n" in body, (name, body)
        yield f"stream, {name}", body


def streamed(user: Any, page: Page) -> str:
    subject = {"app": "pages", "model": "plainpage", "object": str(page.pk), "parent": "", "locale": ""}
    asked = {
        "key": str(uuid.uuid4()), "subject": subject, "path": "content", "place": "content", "function": "assist",
        "action": "improve", "source": "We set out at dawn.", "again": True,
    }  # fmt: skip
    request = AsyncRequestFactory().post("/admin/ai-editor/generate/", asked, content_type="application/json")
    request.user = user
    answer: Any = generation.generate(request)

    async def read() -> str:
        return b"".join([piece async for piece in answer]).decode()

    return async_to_sync(read)()


def run_through_django_q(page: Page, user: Any, server: OpenAIServer, settings: Any) -> None:
    """By what its processes run, from its table; once with settings nobody can work with: a traceback is kept."""
    answer(server, FAULTS["not_configured"][0])
    job = submit(Ask(function="title", page=page, user=user))
    work_off()
    assert (show_job(job.pk).error_code, Task.objects.count()) == ("not_configured", 0)
    submit(Ask(function="title", page=page, user=user))
    right = settings.WAGTAIL_AI_CONTENT
    settings.WAGTAIL_AI_CONTENT = {**right, "PROVIDERS": {"openai": KEY}}
    work_off()
    settings.WAGTAIL_AI_CONTENT = right
    assert "Traceback" in Task.objects.get().result
    queue.ring()  # for what stays in its table


def work_off() -> None:
    """The rings in django-q2's table, one of which is enough."""
    tasks, results = Queue(), Queue()
    tasks.put(OrmQ.objects.last().task)
    tasks.put("STOP")
    worker(tasks, results, Value("f", -1))
    results.put("STOP")
    monitor(results)
    OrmQ.objects.all().delete()


def replay_elsewhere(server: OpenAIServer) -> None:
    job = Job.objects.filter(function="summarise", status="succeeded").first()
    assert replay(str(job.pk)).is_same
    assert replay(str(job.pk), model="openai/other").reply is not None
    answer(server, FAULTS["not_configured"][0])
    with pytest.raises(AIError) as caught:
        replay(str(job.pk), model="openai/third")
    assert leaks([("the error", repr(caught.value) + str(caught.value.text) + repr(vars(caught.value)))]) == []


def run_commands(page: Page, folder: Path) -> Iterator[tuple[str, str]]:
    job = str(Job.objects.filter(status="failed").first().pk)
    for line in COMMANDS.format(folder=folder, job=job, page=page.pk).strip().splitlines():
        out, error = io.StringIO(), io.StringIO()
        name, *arguments = line.split()
        with suppress(SystemExit, CommandError):
            call_command(name, *arguments, stdout=out, stderr=error)
        yield line, out.getvalue() + error.getvalue()


def wrong_settings(settings: Any) -> Iterator[checks.CheckMessage]:
    """What is said about a key in the wrong place."""
    right = settings.WAGTAIL_AI_CONTENT
    for wrong in ({"PROVIDERS": KEY}, {"PROVIDERS": {"openai": KEY}}, {"API_KEY": KEY}, {"FUNCTIONS": KEY}, KEY):
        settings.WAGTAIL_AI_CONTENT = {**right, **wrong} if isinstance(wrong, dict) else wrong
        found = checks.run_checks(tags=["wagtail_ai_content"], include_deployment_checks=False)
        settings.WAGTAIL_AI_CONTENT = right
        assert found, "it is said"
        yield from found


def look_at_everything(client: Client, page: Page) -> Iterator[tuple[str, str]]:
    """Every screen of ours that needs nothing in its address, those of each job, and the exports."""
    found = [*plain_addresses(), *(reverse("ai_jobs:job", args=[job.pk]) for job in Job.objects.all())]
    found += [reverse("ai_history_jobs_modeladmin_inspect", args=[job.pk]) for job in Job.objects.all()]
    found += [reverse("ai_history_audit_modeladmin_inspect", args=[entry.pk]) for entry in AuditEntry.objects.all()]
    found += [reverse(f"wagtailadmin_pages:{view}", args=[page.pk]) for view in ("edit", "history", "usage")]
    found += [reverse("wagtail_ai_content_review:review", args=[version.pk]) for version in AIVersion.objects.all()]
    reports = ("ai_jobs:index", "wagtail_ai_content_audit", "ai_usage:index", "ai_history_jobs_modeladmin_index")
    found += [f"{reverse(name)}?export={form}" for name in reports for form in ("csv", "xlsx")]
    shown = 0
    for address in found:
        got = client.get(address)
        shown += got.status_code == 200
        body = b"".join(got.streaming_content) if got.streaming else got.content
        yield address, f"{body.decode('latin-1')} {got.headers}"
    assert shown > 60


def plain_addresses() -> Iterator[str]:
    for name in addresses():
        with suppress(NoReverseMatch):
            yield reverse(name)


# --- what finds it


@pytest.mark.parametrize("form", sorted(FORMS))
def test_every_form_of_the_key_would_be_found(form: str) -> None:
    assert leaks([("here", f"before{form}after"), ("there", "nothing")]) == ["here"]


def test_a_key_that_is_written_is_seen_even_if_it_is_gone_again(plain_page: Page, watch: kept.Watch) -> None:
    plain_page.title = f"The key is {KEY}"
    plain_page.save()
    Page.objects.filter(pk=plain_page.pk).update(title="First day")
    logging.getLogger("somewhere").error("The key is %s", KEY)
    assert len(watch.seen) >= 2
    assert watch.seen[-1] == "log of somewhere"
    watch.seen.clear()
