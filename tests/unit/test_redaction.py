"""What stays on the site is replaced in a request and comes back in the answer."""

from __future__ import annotations

import json

import pytest

from wagtail_ai_content.core.errors import MalformedReply
from wagtail_ai_content.core.guardrails.pii import KINDS
from wagtail_ai_content.core.guardrails.redaction import Restoring, redact, restore, stand_ins

TEXT = "Ask jane@example.org or joe@example.org; jane@example.org knows more."


def test_the_same_data_has_the_same_stand_in_in_all_parts() -> None:
    done = redact([TEXT, "Jane is jane@example.org."], kinds=KINDS)

    assert done.texts[0] == "Ask [[EMAIL_1]] or [[EMAIL_2]]; [[EMAIL_1]] knows more."
    assert done.texts[1] == "Jane is [[EMAIL_1]]."
    assert done.originals == {"[[EMAIL_1]]": "jane@example.org", "[[EMAIL_2]]": "joe@example.org"}


def test_it_comes_back_where_the_answer_needs_it() -> None:
    done = redact([TEXT], kinds=KINDS)

    assert restore("<p>Mail [[EMAIL_2]].</p>", done.originals, quoted=False) == "<p>Mail joe@example.org.</p>"


def test_in_json_it_comes_back_as_json() -> None:
    key = "-----BEGIN PRIVATE KEY-----\nRVhBTVBMRS1OT1QtQS1LRVk=\n-----END PRIVATE KEY-----"
    done = redact([f"The key: {key}"], kinds=KINDS)
    answer = json.dumps({"text": "The key: [[API_KEY_1]]"})

    assert json.loads(restore(answer, done.originals, quoted=True)) == {"text": f"The key: {key}"}


def test_a_stand_in_that_was_made_up_is_no_answer() -> None:
    done = redact([TEXT], kinds=KINDS)

    with pytest.raises(MalformedReply):
        restore("Mail [[EMAIL_3]].", done.originals, quoted=False)


def test_what_only_looks_like_a_stand_in_stays_what_it_is() -> None:
    done = redact(["Write [[EMAIL_1]] into the template, says jane@example.org"], kinds=KINDS)

    assert done.texts == ("Write [[EMAIL_1]] into the template, says [[EMAIL_2]]",)
    assert restore("[[EMAIL_1]]: [[EMAIL_2]]", done.originals, quoted=False) == "[[EMAIL_1]]: jane@example.org"
    assert restore("[[EMAIL_1]] is a placeholder", {}, quoted=False) == "[[EMAIL_1]] is a placeholder"


def test_stand_ins_can_be_pointed_at() -> None:
    (text,) = redact([TEXT], kinds=KINDS).texts

    assert [text[start:end] for start, end in stand_ins(text)] == ["[[EMAIL_1]]", "[[EMAIL_2]]", "[[EMAIL_1]]"]


@pytest.mark.parametrize("size", [1, 2, 5, 11, 100])
def test_while_an_answer_comes_its_stand_ins_are_shown_as_what_they_stand_for(size: int) -> None:
    answer, shown = "Mail [[EMAIL_1]] or [[EMAIL_9]], see [1]. ", Restoring({"[[EMAIL_1]]": "jane@example.org"})

    pieces = [shown.read(answer[at : at + size]) for at in range(0, len(answer), size)]

    assert "".join(pieces) == "Mail jane@example.org or [[EMAIL_9]], see [1]. "
    assert not any("EMAIL_1" in piece for piece in pieces)
