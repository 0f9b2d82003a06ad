"""What every writing function has in common: its description, its refusals, the form of its reply."""

from __future__ import annotations

import pytest

from tests.support.pages.models import RichPage
from wagtail_ai_content.core.engine.function import Task
from wagtail_ai_content.core.engine.phases import Phase
from wagtail_ai_content.core.errors import InvalidInput, MalformedReply, NothingToWorkOn
from wagtail_ai_content.features.writing.meta import Meta
from wagtail_ai_content.features.writing.page_text import PageText
from wagtail_ai_content.features.writing.rewrite import Rewrite
from wagtail_ai_content.features.writing.summarise import Summarise
from wagtail_ai_content.features.writing.title import Title

pytestmark = pytest.mark.django_db

FUNCTIONS = [PageText(), Rewrite(), Title(), Meta(), Summarise()]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_every_function_describes_itself_and_refuses_a_request_without_a_page(function):
    metadata = function.get_metadata()
    assert metadata["description"]
    assert list(metadata["phases"]) == [phase.name for phase in Phase]
    assert len(set(metadata["phases"].values())) == len(Phase)
    task = Task(function=function.name, payload={"instruction": "x"}, target=None, user_id=None, site_id=None)
    with pytest.raises(InvalidInput, match="Choose the page"):
        function.validate(task)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_progress_messages_use_only_the_values_there_are(function):
    for message in function.messages.values():
        assert message % {"model": "M", "count": 1, "target": "T"}


@pytest.mark.parametrize(
    "payload", [{"instruction": 3}, {"field": ["body"]}, {"into": {}}, {"headings": "yes"}, {"instruction": "x" * 5000}]
)
def test_parameters_of_the_wrong_kind_are_refused_in_a_sentence(payload, task_for, editor, rich_page):
    for function in FUNCTIONS:
        with pytest.raises(InvalidInput, match=r"must be|longer than"):
            function.validate(task_for(rich_page, editor, function.name, **{"instruction": "x", **payload}))


@pytest.mark.parametrize("function", [Title(), Meta(), Summarise(), Rewrite()], ids=lambda function: function.name)
def test_an_empty_page_is_nothing_to_work_on(function, prepare, section, add_page):
    page = add_page(RichPage, section, title="Empty")

    with pytest.raises(NothingToWorkOn, match="“Empty” has no text"):
        prepare(function, page, instruction="shorter")


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_the_form_of_the_reply_is_a_json_schema(function, prepare, rich_page):
    prepared = prepare(function, rich_page, instruction="shorter")

    schema = function.reply_schema(prepared).json_schema()

    assert schema["required"] == list(schema["properties"])
    assert "note" in schema["required"]


@pytest.mark.parametrize("reply", ["", "[]", "Sorry.", '{"edits": 3}', '{"titles": {}}', "{}"])
def test_a_reply_of_another_form_is_malformed(reply, prepare, rich_page):
    for function in FUNCTIONS:
        prepared = prepare(function, rich_page, instruction="shorter")
        with pytest.raises(MalformedReply):
            function.parse_response(reply, prepared)
