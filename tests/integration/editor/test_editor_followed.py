"""Jobs that the editor follows where nothing is streamed, and those whose web process dies."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from tests.support.generation import (
    HEADERS,
    asked,
    last,
    names,
    post,
    request_for,
    streamed,
)
from tests.support.pages.models import PARAGRAPH_FEATURES, DeepPage, PlainPage
from wagtail_ai_content.api import run_job
from wagtail_ai_content.core.errors import CutReply, Refused
from wagtail_ai_content.core.providers.base import Capabilities
from wagtail_ai_content.core.text import Text
from wagtail_ai_content.interfaces.editor import generation
from wagtail_ai_content.pipeline import recover
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.records.jobs.models import Job
from wagtail_ai_content.records.notices.models import Notice
from wagtail_ai_content.testing import FakeProvider, Step, answered_by

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_connection")]


def test_without_streams_a_worker_does_it_and_the_browser_follows(
    browse: Client, plain_page: PlainPage, fake: FakeProvider
) -> None:
    fake.say("We left at dawn.")
    answer = post(browse, asked(plain_page)).json()
    waiting = browse.get(answer["follow"], headers=HEADERS).json()
    assert (waiting["status"], waiting["result"], waiting["error"]) == ("pending", None, None)
    job = Job.objects.get(pk=answer["job"])
    assert job.priority == 100
    run_job(job)
    done = browse.get(answer["follow"], headers=HEADERS).json()
    assert (done["status"], done["error"]) == ("succeeded", None)
    assert done["result"]["options"] == [{"text": "We left at dawn.", "facts": []}]


def test_a_job_is_stopped_by_its_requester_alone(
    browse: Client, lead: Any, plain_page: PlainPage, client: Client
) -> None:
    answer = post(browse, asked(plain_page)).json()
    other = Client()
    other.force_login(lead)
    assert other.get(answer["follow"], headers=HEADERS).status_code == 404
    assert other.post(answer["cancel"], headers=HEADERS).status_code == 404
    assert browse.get(answer["cancel"], headers=HEADERS).status_code == 405
    assert browse.post(answer["cancel"], headers=HEADERS).status_code == 204
    stopped = browse.get(answer["follow"], headers=HEADERS).json()
    assert (stopped["status"], stopped["error"]["code"], stopped["error"]["again"]) == ("cancelled", "stopped", True)
    assert browse.post(answer["cancel"], headers=HEADERS).status_code == 204
    unknown = f"/admin/ai-editor/jobs/{uuid.uuid4()}/"
    assert browse.get(unknown, headers=HEADERS).status_code == 404


# --- the web process dies


def test_a_job_whose_web_process_died_ends_and_is_not_run_by_a_worker(
    editor: Any, plain_page: PlainPage, settings: Any
) -> None:
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "LEASE_SECONDS": -1}
    generation.generate(request_for(editor, asked(plain_page)))  # nobody ever reads the body
    assert Job.objects.get().status == "running"
    assert recover.take_back() == (0, 1)
    job = Job.objects.get()
    assert (job.status, job.error_code) == ("failed", "interrupted")
    assert "web server stopped" in job.error["template"]


def test_a_text_of_thirty_thousand_words_works_or_says_its_limit(
    editor: Any, deep_page: DeepPage, fake: FakeProvider, settings: Any
) -> None:
    html = "".join(f"<p>{'word ' * 99}end {n}.</p>" for n in range(300))
    state = json.loads(ContentstateConverter(PARAGRAPH_FEATURES).from_database_format(html))
    ask = {"path": "body.p1", "place": "body.paragraph", "source": state}
    told = streamed(editor, asked(deep_page, **ask))
    assert (names(told)[-1], last(told)["code"], last(told)["again"]) == ("error", "too_long", False)
    assert "150000" in last(told)["message"].replace(",", "")
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "MAX_SOURCE_CHARS": 300_000}
    fake.say(html)
    told = streamed(editor, asked(deep_page, **ask, action="shorten"))
    assert names(told)[-1] == "result"


def test_stand_ins_for_data_about_people_are_not_shown(
    editor: Any, plain_page: PlainPage, fake: FakeProvider, settings: Any
) -> None:
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "REDACT": ["EMAIL"]}
    fake.say("Write to [[EMAIL_1]] or [[x]] today.")
    told = streamed(editor, asked(plain_page, source="Please write to jo@example.org at [[x]] now."))
    assert "jo@example.org" not in json.dumps(Job.objects.get().request)
    shown = "".join(data["text"] for name, data in told if name == "text")
    assert shown == "Write to jo@example.org or [[x]] today."


def test_a_job_that_was_stopped_begins_anew_when_it_is_restarted(
    editor: Any, plain_page: PlainPage, fake: FakeProvider
) -> None:
    fake.say(Step(text="Half of it stops here", error=CutReply()))
    streamed(editor, asked(plain_page))
    job = Job.objects.get()
    assert job.reply is not None
    assert jobs.restart(job.pk)
    fake.say("We left at dawn.")
    job = run_job(Job.objects.get())
    assert job.parsed["value"]["options"] == ["We left at dawn."]


def test_a_cancelled_job_keeps_what_is_known_of_its_cost(editor: Any, plain_page: PlainPage) -> None:
    generation.generate(request_for(editor, asked(plain_page)))
    claim = jobs.claim_of(Job.objects.get())
    assert jobs.cancel(claim.job_id, message=Text("Stopped."))
    assert jobs.settle(claim, message=Text("Stopped."), prompt_tokens=12)
    assert Job.objects.get().prompt_tokens == 12
    Job.objects.update(status="succeeded")
    assert not jobs.settle(claim, message=Text("Stopped."), prompt_tokens=99)
    assert Job.objects.get().prompt_tokens == 12


def test_failures_that_somebody_has_seen_are_not_mailed(editor: Any, plain_page: PlainPage, fake: FakeProvider) -> None:
    fake.say(Refused())
    streamed(editor, asked(plain_page))
    assert not Notice.objects.exists()


def test_a_model_that_cannot_stream_answers_in_one_piece(editor: Any, plain_page: PlainPage) -> None:
    whole = FakeProvider(["We left at dawn."], capabilities=Capabilities(supports_streaming=False))
    with answered_by(whole):
        told = streamed(editor, asked(plain_page))
    assert [data["text"] for name, data in told if name == "text"] == ["We left at dawn."]
    assert names(told)[-1] == "result"
