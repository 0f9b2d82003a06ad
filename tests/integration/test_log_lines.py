"""What people write does not get into our log lines: it could forge others, or tell what is nobody else's business."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from tests.support.pages.models import PlainPage, SectionPage
from wagtail_ai_content.api import Ask, run_job, submit
from wagtail_ai_content.core.errors import ProviderUnavailable
from wagtail_ai_content.pipeline import recover
from wagtail_ai_content.testing import FakeProvider, answered_by

pytestmark = pytest.mark.django_db(transaction=True)

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpora" / "unicode_log.dev.jsonl"


def test_no_text_of_anybody_is_in_our_log(
    section: SectionPage, add_page: Any, editor: Any, caplog: pytest.LogCaptureFixture
) -> None:
    if not CORPUS.exists():
        pytest.skip(f"There is no corpus at ../shared/corpora ({CORPUS.name}).")
    texts = [json.loads(line)["payload"].replace("\0", "") for line in CORPUS.read_text("utf-8").splitlines()]
    caplog.set_level(logging.DEBUG, logger="wagtail_ai_content")
    for number, text in enumerate(texts):
        page = add_page(PlainPage, section, title=text, content=f"{text} and more", slug=f"page-{number}")
        params = {"instruction": f"Write {text}"}
        for reply in (text, ProviderUnavailable(), json.dumps({"edits": [], "note": text})):
            with answered_by(FakeProvider([reply])):
                run_job(submit(Ask(function="rewrite", page=page, user=editor, params=params)))
            params = {"instruction": f"Write again, {text}"}
    recover.recover()

    ours = [record for record in caplog.records if record.name.startswith("wagtail_ai_content")]
    assert len(ours) >= 2 * len(texts)
    for record in ours:
        line = logging.Formatter().format(record)
        assert line.isprintable(), line
        assert [text for text in texts if len(text) > 3 and text in line] == []
