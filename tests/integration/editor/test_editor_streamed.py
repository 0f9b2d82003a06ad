"""Text that is streamed to the editor, and whatever can happen to it on its way."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import Any
from urllib.parse import urlencode

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import get_language, override
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from tests.integration.conftest import DEEP_BODY
from tests.support.generation import (
    asked,
    last,
    names,
    request_for,
    streamed,
)
from tests.support.open_form import sent
from tests.support.pages.models import PARAGRAPH_FEATURES, Bulletin, DeepPage, PlainPage, SectionPage
from wagtail_ai_content.core.errors import CutReply, RateLimited, Refused
from wagtail_ai_content.features.writing.assist import Assist
from wagtail_ai_content.interfaces.editor import generation
from wagtail_ai_content.pipeline import stream
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.records.jobs.models import Job
from wagtail_ai_content.records.prompts.api import PromptTemplate
from wagtail_ai_content.testing import FakeProvider, Step, answered_by

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_connection")]


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
