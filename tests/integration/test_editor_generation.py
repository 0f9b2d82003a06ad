"""Asking for a text in the open form: who may, what is refused, and what comes of it."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import aclosing
from typing import Any
from urllib.parse import urlencode

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import connection
from django.test import AsyncRequestFactory, Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import get_language, override
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from tests.integration.conftest import DEEP_BODY
from tests.support.open_form import sent
from tests.support.pages.models import PARAGRAPH_FEATURES, Bulletin, DeepPage, PlainPage, SectionPage
from wagtail_ai_content.api import run_job
from wagtail_ai_content.core.errors import CutReply, RateLimited, Refused
from wagtail_ai_content.core.providers.base import Capabilities
from wagtail_ai_content.core.text import Text
from wagtail_ai_content.features.writing.assist import Assist
from wagtail_ai_content.interfaces.editor import generation
from wagtail_ai_content.pipeline import recover, stream, turns
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.records.jobs.models import Job
from wagtail_ai_content.records.notices.models import Notice
from wagtail_ai_content.records.prompts.api import PromptTemplate
from wagtail_ai_content.testing import FakeProvider, Step, answered_by

pytestmark = pytest.mark.django_db

GENERATE = "/admin/ai-editor/generate/"
HEADERS = {"X-Requested-With": "XMLHttpRequest"}

Told = list[tuple[str, dict[str, Any]]]


@pytest.fixture(autouse=True)
def one_connection(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The test's own, in which its rows are to be seen before they are committed; and no reply from a cache."""

    async def in_test_thread(work: Callable[[], Any], **_: Any) -> Any:
        return await sync_to_async(work)()

    monkeypatch.setattr(turns, "in_pool", in_test_thread)
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "MODEL": "fake/model", "CACHE_ALIAS": None}


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    provider = FakeProvider()
    with answered_by(provider):
        yield provider


@pytest.fixture
def browse(client: Client, editor: Any) -> Client:
    client.force_login(editor)
    return client


def subject(instance: Any) -> dict[str, str]:
    app, model = instance._meta.label_lower.split(".")
    return {"app": app, "model": model, "object": str(instance.pk), "parent": "", "locale": ""}


def asked(instance: Any, **told: Any) -> dict[str, Any]:
    return {
        "key": str(uuid.uuid4()),
        "subject": subject(instance),
        "path": "content",
        "place": "content",
        "function": "assist",
        "action": "improve",
        "source": "We set out at dawn. Rain fell at noon.",
        **told,
    }


def post(client: Client, told: Any) -> Any:
    """Under WSGI."""
    return client.post(GENERATE, told, content_type="application/json", headers=HEADERS)


def request_for(user: Any, told: dict[str, Any]) -> Any:
    request = AsyncRequestFactory().post(GENERATE, told, content_type="application/json")
    request.user = user
    return request


def streamed(user: Any, told: dict[str, Any]) -> Told:
    """Under ASGI: all events of the answer."""
    answer: Any = generation.generate(request_for(user, told))
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"].startswith("text/event-stream")
    assert answer["X-Accel-Buffering"] == "no"

    async def read() -> str:
        return b"".join([piece async for piece in answer]).decode()

    return events(async_to_sync(read)())


def events(body: str) -> Told:
    found: Told = []
    for block in body.split("\n\n"):
        if block.startswith("event: "):
            name, data = block.split("\n", 1)
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def names(told: Told) -> list[str]:
    return [name for name, _ in told]


def last(told: Told) -> dict[str, Any]:
    return told[-1][1]


# --- streamed


def test_a_text_comes_piece_by_piece_and_then_whole(editor: Any, plain_page: PlainPage, fake: FakeProvider) -> None:
    fake.say("We left at first light. It rained at noon.")
    told = streamed(editor, asked(plain_page))
    assert names(told)[:3] == ["job", "phase", "phase"]
    assert names(told).count("text") >= 1
    assert (
        "".join(data["text"] for name, data in told if name == "text") == "We left at first light. It rained at noon."
    )
    assert names(told)[-3:] == ["phase", "phase", "result"]
    phases = [data["phase"] for name, data in told if name == "phase"]
    assert phases == ["PREP", "AI_CALL", "PARSE", "SAVE"]
    job = Job.objects.get()
    assert last(told) | {"message": ""} == {
        "review": "",
        "options": [{"text": "We left at first light. It rained at noon.", "facts": []}],
        "value": None, "outcome": "value", "message": "", "warnings": [], "facts": [], "model": "fake/model",
        "cost": None, "job": str(job.pk),
    }  # fmt: skip
    assert (job.status, job.outcome, job.function, job.target_object_id, job.target_path) == (
        "succeeded", "value", "assist", str(plain_page.pk), "content",
    )  # fmt: skip
    assert (job.requested_by, job.calls, job.lease_owner) == (editor, 1, "")
    assert job.delivered is not None


def test_before_the_model_is_asked_a_job_is_stored_once_and_changed_once(
    editor: Any, plain_page: PlainPage, fake: FakeProvider
) -> None:
    with CaptureQueriesContext(connection) as queries:
        streamed(editor, asked(plain_page))
    table = f'"{Job._meta.db_table}"'
    written = [each["sql"] for each in queries if each["sql"].startswith((f"INSERT INTO {table}", f"UPDATE {table}"))]
    sent = next(number for number, sql in enumerate(written) if '"request_hash" =' in sql)
    assert [sql.split()[0] for sql in written[: sent + 1]] == ["INSERT", "UPDATE"]


def test_rich_text_goes_in_and_comes_out_as_a_content_state(
    editor: Any, deep_page: DeepPage, fake: FakeProvider
) -> None:
    fake.say("<p>The harbour was <b>quiet</b> &amp; dark.</p><p>Nobody spoke.</p>")
    state = json.loads(ContentstateConverter(PARAGRAPH_FEATURES).from_database_format("<p>The <b>harbour</b>.</p>"))
    told = streamed(editor, asked(deep_page, path="body.p1", place="body.paragraph", source=state))
    shown = "".join(data["text"] for name, data in told if name == "text")
    assert shown.strip() == "The harbour was quiet & dark.\nNobody spoke."
    option = last(told)["options"][0]["content"]
    assert [block["text"] for block in option["blocks"]] == ["The harbour was quiet & dark.", "Nobody spoke."]
    assert option["blocks"][0]["inlineStyleRanges"] == [{"offset": 16, "length": 5, "style": "BOLD"}]
    assert "<b>harbour</b>" in Job.objects.get().params["source"]


def test_several_versions_come_one_by_one(editor: Any, plain_page: PlainPage, fake: FakeProvider) -> None:
    fake.say("Rain at noon\n=+=+= next option =+=+=\nA wet start")
    told = streamed(
        editor, asked(plain_page, action="suggest", path="title", place="title", source="First day", options=2)
    )
    assert "=+=" not in "".join(data["text"] for name, data in told if name == "text")
    assert [option["text"] for option in last(told)["options"]] == ["Rain at noon", "A wet start"]


def test_facts_that_changed_are_told_in_sentences(editor: Any, plain_page: PlainPage, fake: FakeProvider) -> None:
    fake.say("We walked 15 km on the first day.")
    told = streamed(editor, asked(plain_page, source="We walked 12 km on the first day."))
    assert any("12 km" in fact and "15 km" in fact and "became" in fact for fact in last(told)["facts"])
    assert last(told)["options"][0]["facts"] == last(told)["facts"]


def test_words_for_the_person_are_in_their_language(
    editor: Any, plain_page: PlainPage, fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str | None] = []
    monkeypatch.setattr(generation, "localised", lambda _: heard.append(get_language()) or "")
    with override("de"):
        answer: Any = generation.generate(request_for(editor, asked(plain_page)))

    async def read() -> None:
        async for _ in answer:
            pass

    with override("en"):  # the body is made after the request
        async_to_sync(read)()
    assert set(heard) == {"de"}


@pytest.mark.parametrize(
    ("error", "code", "again", "says"),
    [
        (RateLimited(retry_after=3), "rate_limited", True, "try again"),
        (Refused(), "refused", False, "declined"),
        (CutReply(), "cut_reply", True, "middle"),
    ],
)
def test_what_goes_wrong_is_told_once_and_not_tried_again(
    editor: Any, plain_page: PlainPage, fake: FakeProvider, error: Any, code: str, again: bool, says: str
) -> None:
    fake.say(Step(text="Half of a text that stops", error=error))
    told = streamed(editor, asked(plain_page))
    assert names(told)[-1] == "error"
    assert "text" in names(told)
    assert (last(told)["code"], last(told)["again"]) == (code, again)
    assert says in last(told)["message"]
    assert "by itself" not in last(told)["message"]
    job = Job.objects.get()
    assert (job.status, job.error_code, job.calls, len(fake.calls)) == ("failed", code, 1, 1)
    assert job.reply["estimated"] is True
    assert job.cost is None


def test_an_answer_that_cannot_be_used_is_asked_for_once_more(
    editor: Any, plain_page: PlainPage, fake: FakeProvider
) -> None:
    fake.say("   ", "We left at dawn.")
    told = streamed(editor, asked(plain_page))
    phases = [data["phase"] for name, data in told if name == "phase"]
    assert phases == ["PREP", "AI_CALL", "PARSE", "PREP", "AI_CALL", "PARSE", "SAVE"]
    assert last(told)["options"][0]["text"] == "We left at dawn."
    assert (Job.objects.get().repairs, len(fake.calls)) == (1, 2)


def test_twice_an_answer_that_cannot_be_used_is_an_error(
    editor: Any, plain_page: PlainPage, fake: FakeProvider
) -> None:
    fake.say("  ", "\n")
    told = streamed(editor, asked(plain_page))
    assert (names(told)[-1], last(told)["code"]) == ("error", "malformed_reply")
    assert len(fake.calls) == 2


def test_something_unexpected_is_an_error_and_no_stuck_job(
    editor: Any, plain_page: PlainPage, fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Assist, "parse_response", lambda *_: 1 / 0)
    told = streamed(editor, asked(plain_page))
    assert (names(told)[-1], last(told)["code"]) == ("error", "internal")
    assert Job.objects.get().status == "failed"


def test_the_same_key_is_the_same_job(editor: Any, plain_page: PlainPage, fake: FakeProvider) -> None:
    fake.say("We left at dawn.")
    told = asked(plain_page)
    first, second = streamed(editor, told), streamed(editor, told)
    assert last(first) == last(second)
    assert (Job.objects.count(), len(fake.calls)) == (1, 1)
    other = generation.generate(request_for(editor, {**told, "source": "Another text."}))
    assert other.status_code == 409


def test_another_click_is_another_job_although_it_asks_the_same(
    editor: Any, plain_page: PlainPage, fake: FakeProvider
) -> None:
    fake.say("One.", "Two.")
    texts = [last(streamed(editor, asked(plain_page, again=True)))["options"][0]["text"] for _ in range(2)]
    assert texts == ["One.", "Two."]
    assert all(call.fresh for call in fake.calls)  # type: ignore[union-attr]


def test_the_person_leaves_in_the_middle(editor: Any, plain_page: PlainPage) -> None:
    class Slow(FakeProvider):
        closed = False

        async def stream(self, request: Any) -> Any:
            try:
                async for chunk in super().stream(request):
                    yield chunk
                    await asyncio.sleep(0.01)
                await asyncio.sleep(60)
            finally:
                self.closed = True

    slow = Slow(["one two three four five six"])
    with answered_by(slow):
        generation.generate(request_for(editor, asked(plain_page)))
        begun = Job.objects.get()

        async def leave() -> None:
            watched = stream.Stream(begun, claim=jobs.claim_of(begun))
            async with aclosing(watched.events()) as told:  # type: ignore[type-var]
                async for event in told:
                    if isinstance(event, stream.Wrote):
                        break
            await asyncio.gather(*stream._running)

        async_to_sync(leave)()
    job = Job.objects.get()
    assert slow.closed
    assert (job.status, job.error_code, job.outcome) == ("cancelled", "", "")
    assert job.reply["text"].startswith("one")
    assert (job.reply["finish_reason"], job.reply["estimated"]) == ("stopped", True)
    assert job.prompt_tokens
    assert (job.cost, job.price_source) == (None, "estimate: unknown")
    assert job.delivered is not None


def test_an_object_that_was_never_saved_can_be_asked_about(
    editor: Any, section: SectionPage, fake: FakeProvider
) -> None:
    fake.say("A walk along the coast.")
    new = {"app": "pages", "model": "plainpage", "object": "", "parent": str(section.pk), "locale": "en"}
    form = urlencode({"title": "First day", "kicker": "Coast", "content": ""})
    told = streamed(
        editor,
        asked(section, subject=new, action="write", source="", instruction="The first day", form=form),
    )
    assert last(told)["options"][0]["text"] == "A walk along the coast."
    job = Job.objects.get()
    assert (job.target_object_id, job.target_content_type.model) == ("", "plainpage")  # type: ignore[union-attr]
    assert (job.params["page_title"], job.params["page_text"]) == ("First day", "Coast")


def test_a_snippet_can_be_asked_about(admin_user: Any, fake: FakeProvider) -> None:
    fake.say("The ferry leaves at 9.")
    bulletin = Bulletin.objects.create(title="Ferry")
    told = streamed(admin_user, asked(bulletin, path="text", place="text", source="The ferry will leave at 9."))
    assert names(told)[-1] == "result"
    assert Job.objects.get().target_object_id == str(bulletin.pk)


def test_private_texts_of_the_form_are_not_sent(editor: Any, deep_page: DeepPage, fake: FakeProvider) -> None:
    fake.say("A walk by the sea")
    content = {"title": "Third day", "body": json.dumps(DEEP_BODY), "desk_notes": "Ring 555 0199 before noon."}
    told = asked(
        deep_page, action="suggest", path="title", place="title", source="Third day",
        form=urlencode(sent(DeepPage, content)),
    )  # fmt: skip
    assert names(streamed(editor, told))[-1] == "result"
    job = Job.objects.get()
    assert "I shall never walk again." in job.params["page_text"]
    assert "555 0199" not in json.dumps(job.params) + json.dumps(job.request)


def test_a_prompt_of_the_site_is_used(editor: Any, plain_page: PlainPage, fake: FakeProvider) -> None:
    PromptTemplate.objects.create(
        name="house", function="assist", live=True, body="{# system #}\nYou are a pirate.\n{# user #}\n{{ text }}"
    )
    fake.say("Arr.")
    told = streamed(editor, asked(plain_page, action="", prompt="house"))
    assert names(told)[-1] == "result"
    assert fake.calls[0].messages[0].content.strip() == "You are a pirate."  # type: ignore[union-attr]


# --- refused


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"place": "nothing", "path": "nothing"}, 400, "unknown_target"),
        ({"action": "explode"}, 400, "invalid_input"),
        ({"action": "list"}, 400, "invalid_input"),
        ({"action": "tone"}, 400, "invalid_input"),
        ({"action": "ask"}, 400, "invalid_input"),
        ({"prompt": "gone"}, 400, "unknown_prompt"),
        ({"instruction": "x" * 4_001}, 400, "invalid_input"),
        ({"options": 0}, 400, "invalid_input"),
        ({"options": 5}, 400, "invalid_input"),
        ({"options": True}, 400, "invalid_input"),
        ({"options": "2"}, 400, "invalid_input"),
        ({"key": "not one"}, 400, "invalid_input"),
        ({"key": ""}, 400, "invalid_input"),
        ({"path": "title"}, 400, "invalid_input"),
        ({"path": "content." + "x" * 600}, 400, "invalid_input"),
        ({"source": {"blocks": [], "entityMap": {}}}, 400, "invalid_input"),
        ({"source": 5}, 400, "invalid_input"),
        ({"source": ""}, 400, "nothing_to_work_on"),
        ({"subject": "x"}, 400, "invalid_input"),
        ({"function": "poem"}, 400, "unknown_function"),
        ({"function": "page_text"}, 400, "invalid_input"),
        ({"variables": []}, 400, "invalid_input"),
        ({"subject": {"app": "pages", "model": "plainpage", "object": "999999"}}, 404, None),
        ({"subject": {"app": "auth", "model": "user", "object": "1"}}, 404, None),
        ({"subject": {"app": "pages", "model": "plainpage", "object": ["1"]}}, 404, None),
        ({"source": "word " * 220_000}, 413, "too_long"),
        ({"form": "a=1&" * 1_200, "action": "suggest", "path": "title", "place": "title"}, 413, "too_long"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_stored(
    browse: Client, plain_page: PlainPage, changed: dict[str, Any], status: int, code: str | None
) -> None:
    answer = post(browse, asked(plain_page, **changed))
    assert answer.status_code == status, answer.content
    if code is not None:
        assert answer.json()["code"] == code
        assert answer.json()["message"].endswith(".")
    assert not Job.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b"[" * 100_000, b"{}"])
def test_a_body_that_is_no_request_is_refused(browse: Client, root: Any, body: bytes) -> None:
    answer = browse.post(GENERATE, body, content_type="application/json", headers=HEADERS)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


def test_a_body_that_is_too_large_is_refused(browse: Client, plain_page: PlainPage, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    answer = post(browse, asked(plain_page, source="x" * 2_000))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_long")


def test_a_private_and_an_excluded_place_are_refused(browse: Client, deep_page: DeepPage, settings: Any) -> None:
    answer = post(browse, asked(deep_page, path="desk_notes", place="desk_notes"))
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_target")
    assert "private" in answer.json()["message"]
    settings.WAGTAIL_AI_CONTENT = {"FIELDS": {"pages.DeepPage": {"exclude": ["body.heading"]}}}
    answer = post(browse, asked(deep_page, path="body.x", place="body.heading"))
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_target")


@pytest.mark.parametrize(
    "state", [{"blocks": 5}, {"blocks": [{}]}, {"x": 1}, {"blocks": [{"text": 1}], "entityMap": []}]
)
def test_what_is_no_content_state_is_refused(browse: Client, deep_page: DeepPage, state: Any) -> None:
    answer = post(browse, asked(deep_page, path="body.p1", place="body.paragraph", source=state))
    assert answer.status_code == 400
    assert answer.json()["code"] in ("invalid_input", "nothing_to_work_on")


@pytest.mark.parametrize(
    ("who", "status"), [("editor", 202), ("lead", 202), ("admin_user", 202), ("stranger", 404), ("nobody", 403)]
)
def test_only_who_may_edit_may_ask(
    request: pytest.FixtureRequest, client: Client, plain_page: PlainPage, who: str, status: int
) -> None:
    if who != "nobody":
        client.force_login(request.getfixturevalue(who))
    assert post(client, asked(plain_page)).status_code == status
    assert Job.objects.exists() == (status == 202)


def test_a_locked_page_is_refused(browse: Client, plain_page: PlainPage, lead: Any) -> None:
    PlainPage.objects.filter(pk=plain_page.pk).update(locked=True, locked_by=lead)
    answer = post(browse, asked(plain_page))
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_who_may_not_add_there_may_not_ask(client: Client, stranger: Any, section: SectionPage) -> None:
    client.force_login(stranger)
    new = {"app": "pages", "model": "plainpage", "object": "", "parent": str(section.pk), "locale": ""}
    assert post(client, asked(section, subject=new)).status_code == 404


def test_other_methods_are_refused(browse: Client, root: Any) -> None:
    assert browse.get(GENERATE, headers=HEADERS).status_code == 405


# --- followed (WSGI)


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
