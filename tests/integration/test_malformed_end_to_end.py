"""Every hostile answer of the corpus on the whole trip: sent by a server, met by a job, ended in its expected state."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from wagtail.models import Page

from tests.support.canary import KEY, leaks
from tests.support.kept import in_database, in_log, in_mail
from tests.support.openai_server import OpenAIServer
from tests.support.pages.models import DeepPage
from wagtail_ai_content.api import Ask, Job, run_job, submit
from wagtail_ai_content.core.engine.function import Parsed, Prepared
from wagtail_ai_content.core.engine.reply import read_json
from wagtail_ai_content.core.engine.schema import ReplySchema
from wagtail_ai_content.core.errors import AIError, TemporaryError
from wagtail_ai_content.core.guardrails.blocks import check_blocks
from wagtail_ai_content.features.writing.meta import Meta
from wagtail_ai_content.interfaces.notices.mail import send_due
from wagtail_ai_content.models import AIVersion
from wagtail_ai_content.pipeline.functions import registry

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # litellm looks at every attribute of pydantic's models.
    pytest.mark.filterwarnings("ignore:Accessing the 'model_:DeprecationWarning"),
]

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpora" / "malformed.dev.jsonl"
ROWS = [json.loads(line) for line in CORPUS.read_text().splitlines()] if CORPUS.exists() else []
# Answers that are read as a stream are met by the provider alone: a job asks for them in one piece. So are images,
# vectors and calls of tools, which no function asks for (tests/contracts/test_provider_malformed.py).
MET_HERE = [row for row in ROWS if row.get("task") in (None, "json_schema") and row["level"] != "stream"]
MOST_CALLS = 3
TAKEN_ID = "11111111-1111-1111-1111-111111111111"
ECHO = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}", "code": "invalid_api_key"}})


@dataclass(frozen=True, kw_only=True)
class Article:
    """The form of the corpus' structured rows."""

    title: str
    body: str
    keywords: tuple[str, ...]
    score: float


@dataclass(frozen=True, kw_only=True)
class Blocks:
    """The form of its rows for a StreamField, as far as a schema can say it."""

    blocks: tuple[str, ...]


class PlainProbe(Meta):
    """Writes a free text into the page as it comes out of the gate."""

    name, prompt = "plain_probe", "meta"

    def reply_schema(self, prepared: Prepared) -> None:
        return None

    def parse_response(self, text: str, prepared: Prepared) -> Parsed:
        return Parsed(changes={"search_description": text})


class ArticleProbe(Meta):
    name, prompt = "article_probe", "meta"

    def reply_schema(self, prepared: Prepared) -> ReplySchema[Any]:
        return ReplySchema(Article)

    def parse_response(self, text: str, prepared: Prepared) -> Parsed:
        article = ReplySchema(Article).parse(text)
        return Parsed(changes={"seo_title": article.title, "search_description": article.body})


class BlocksProbe(Meta):
    name, prompt = "blocks_probe", "meta"

    def reply_schema(self, prepared: Prepared) -> ReplySchema[Any]:
        return ReplySchema(Blocks)

    def parse_response(self, text: str, prepared: Prepared) -> Parsed:
        allowed, taken = frozenset({"paragraph", "heading"}), frozenset({TAKEN_ID})
        return Parsed(changes={"body": check_blocks(read_json(text)["blocks"], allowed=allowed, taken_ids=taken)})


PROBES = {None: "plain_probe", "json_schema": "article_probe", "streamfield": "blocks_probe"}


@pytest.fixture(autouse=True)
def probes(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {probe.name: probe() for probe in (PlainProbe, ArticleProbe, BlocksProbe)}
    real = registry.get
    monkeypatch.setattr(registry, "get", lambda name: known.get(name) or real(name))


@pytest.fixture(autouse=True)
def site(settings: Any, openai_server: OpenAIServer) -> None:
    settings.WAGTAIL_AI_CONTENT = {
        "MODEL": "openai/test-model",
        "PROVIDERS": {"openai": {"API_KEY": KEY, "API_BASE": openai_server.url}},
        "PRICES": {"openai/test-model": {"input": 1, "output": 2}},
        "CACHE_ALIAS": None,
        "MAX_CALLS": MOST_CALLS,
    }


@pytest.fixture(autouse=True)
def key_stays_secret(caplog: pytest.LogCaptureFixture, db: None, openai_server: OpenAIServer) -> Iterator[None]:
    """After every test: the key reached the provider, and is in no table, no log and no e-mail."""
    caplog.set_level(logging.DEBUG)
    yield
    assert all(KEY in call.headers["Authorization"] for call in openai_server.calls)
    send_due(after=0)
    assert leaks([*in_database(), *in_log(caplog.records, caplog.text), *in_mail()]) == []


@pytest.fixture
def page(section: Page, add_page: Any) -> Page:
    body = [{"type": "paragraph", "value": "<p>It was a long day.</p>", "id": TAKEN_ID}]
    return add_page(DeepPage, section, title="Third day", body=body, slug="third")  # type: ignore[no-any-return]


def entry(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as the server's script."""
    shared = {"status": row["status"], "headers": row["headers"]}
    if "payload_b64" in row and row["level"] == "http":
        return shared | {"body_b64": row["payload_b64"]}
    text = "".join(text * times for text, times in row.get("payload_rle", [[row.get("payload"), 1]]))
    return shared | {"body": text if row["level"] == "http" else answer(text, row.get("finish_reason", "stop"))}


def answer(text: str, finish_reason: str) -> str:
    """A well-formed answer around a malformed text."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish_reason}
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    return json.dumps({"id": "x", "object": "chat.completion", "model": "m", "choices": [choice], "usage": usage})


def ask(row: Mapping[str, Any], page: Page, user: Any) -> Job:
    function = PROBES[row.get("schema") or row.get("task")]
    return submit(Ask(function=function, page=page, user=user))


def temporary_codes(kind: type[AIError] = TemporaryError) -> set[str]:
    return {kind.code, *(code for child in kind.__subclasses__() for code in temporary_codes(child))}


def test_the_corpus_is_there() -> None:
    if not ROWS:
        pytest.skip(f"There is no corpus at ../shared/corpora ({CORPUS.name}).")
    assert len(MET_HERE) >= 50


@pytest.mark.parametrize("row", MET_HERE, ids=lambda row: row["id"])
def test_every_row_ends_as_it_should(row: dict[str, Any], page: Page, editor: Any, openai_server: OpenAIServer) -> None:
    openai_server.script(entry(row))
    job = run_job(ask(row, page, editor))
    assert len(openai_server.calls) == 1
    CHECKS[row["expect"]](job, row, openai_server)
    assert not Job.objects.filter(status="running").exists()
    if Job.objects.get().status != "succeeded":
        assert Page.objects.get(pk=page.pk).latest_revision_id is None
        assert DeepPage.objects.get(pk=page.pk).body.raw_data[0]["value"] == "<p>It was a long day.</p>"
        assert not AIVersion.objects.exists()


def check_tried_again(job: Job, row: Mapping[str, Any], server: OpenAIServer) -> None:
    """It waits, and when the answers stay as they are it ends after its tries."""
    assert (job.status, job.error_code in temporary_codes(), job.completed) == ("pending", True, None)
    wait = (job.next_attempt - timezone.now()).total_seconds()
    wanted = {None: 0, "capped": 300}.get(row.get("retry_after"), row.get("retry_after"))
    assert wanted - 5 < wait <= max(wanted, 10)
    tries = 1
    while job.completed is None:
        server.script(entry(row))
        Job.objects.update(next_attempt=timezone.now() - timedelta(seconds=1))
        job, tries = run_job(job), tries + 1
        assert len(server.calls) == tries <= MOST_CALLS
    assert (job.status, job.error_code in temporary_codes(), job.calls) == ("failed", True, tries)


def check_failed_at_once(job: Job, row: Mapping[str, Any], server: OpenAIServer) -> None:
    assert (job.status, job.calls) == ("failed", 1)
    assert job.error_code not in {*temporary_codes(), "internal", "refused"}


def check_refused(job: Job, row: Mapping[str, Any], server: OpenAIServer) -> None:
    assert (job.status, job.error_code, job.calls) == ("failed", "refused", 1)


def check_accepted(job: Job, row: Mapping[str, Any], server: OpenAIServer) -> None:
    assert (job.status, job.outcome, job.price_source) == ("succeeded", "revision", "site")
    assert job.cost == Decimal("0.000020")
    draft = Page.objects.get(pk=job.target_object_id).get_latest_revision_as_object()
    check_draft(draft, row)
    if row.get("must_record") == "model_returned":
        assert job.model_used == "some-other-model"


def check_draft(draft: Any, row: Mapping[str, Any]) -> None:
    """What was accepted came through the gate, and nothing else changed."""
    if row.get("schema") == "streamfield":
        ids = [block["id"] for block in draft.body.raw_data]
        assert [block["value"] for block in draft.body.raw_data] == ["<p>x</p>", "<p>y</p>"]
        assert len({*ids, TAKEN_ID}) == 3
    if "text" in row:
        assert draft.search_description == row["text"]
    assert draft.search_description.isprintable() or "\n" in draft.search_description
    assert draft.seo_title in ("", "Tea", "a", "ab")
    assert (draft.title, draft.slug, draft.owner_id, draft.go_live_at) == ("Third day", "third", None, None)


def check_cost_unknown(job: Job, row: Mapping[str, Any], server: OpenAIServer) -> None:
    assert (job.status, job.outcome) == ("succeeded", "revision")
    assert (job.cost, job.price_source, job.prompt_tokens) == (None, "unknown", None)


def check_truncated(job: Job, row: Mapping[str, Any], server: OpenAIServer) -> None:
    assert (job.status, job.outcome, job.outcome_reason) == ("succeeded", "proposal", "truncated")
    assert AIVersion.objects.get().warnings


CHECKS = {
    "retry": check_tried_again,
    "fail_permanent": check_failed_at_once,
    "refusal": check_refused,
    "accept": check_accepted,
    "accept_cleaned": check_accepted,
    "cost_unknown_flagged": check_cost_unknown,
    "flag_truncated": check_truncated,
}


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_provider_that_repeats_the_key_gets_nobody_to_keep_it(
    page: Page, editor: Any, openai_server: OpenAIServer, status: int
) -> None:
    headers = {"Content-Type": "application/json", "X-Request-Key": KEY, "WWW-Authenticate": f"Bearer {KEY}"}
    openai_server.script({"status": status, "headers": headers, "body": ECHO})
    job = run_job(submit(Ask(function="meta", page=page, user=editor)))
    assert (job.status, job.error_code, len(openai_server.calls)) == ("failed", "not_configured", 1)
    assert send_due(after=0) == 1


def test_a_provider_that_fails_while_repeating_the_key_gets_nobody_to_keep_it(
    page: Page, editor: Any, openai_server: OpenAIServer
) -> None:
    headers = {"Content-Type": "text/plain", "Retry-After": KEY}
    job = submit(Ask(function="meta", page=page, user=editor))
    for _ in range(MOST_CALLS):
        openai_server.script({"status": 500, "headers": headers, "body": ECHO})
        Job.objects.update(next_attempt=timezone.now() - timedelta(seconds=1))
        job = run_job(job)
    assert (job.status, job.error_code, len(openai_server.calls)) == ("failed", "unavailable", MOST_CALLS)
