"""Histories of people and AIs editing the same pages: no word of a person's is lost.

``HISTORIES`` says how many; the seeds are the numbers of the histories, so that a failure can be run again alone.
"""

from __future__ import annotations

import json
import os
from random import Random
from typing import Any

import pytest
from django.db import transaction
from wagtail.models import Page, Site

from tests.histories.history import History
from tests.support.edits import Editor
from tests.support.pages.contents import PAGES, VALUES
from wagtail_ai_content.pipeline.shapes import content_shape
from wagtail_ai_content.pipeline.targets import snapshot

pytestmark = pytest.mark.django_db

HISTORIES = int(os.environ.get("HISTORIES", "2500"))
BATCH = 250


@pytest.fixture
def home(db: None) -> Any:
    """The home page of the site that Wagtail's migrations make."""
    return Site.objects.get(is_default_site=True).root_page


def a_page(home: Page, random: Random, slug: str) -> Any:
    """A new page with a content of its own."""
    model, content = PAGES[random.randrange(len(PAGES))]
    page = home.add_child(instance=model(title=content["title"], slug=slug))
    editor = Editor(random=random, shape=content_shape(model), voice="base", values=VALUES)
    own = {name: value for name, value in content.items() if name != "links"}
    filled = page.with_content_json(editor.edit({**snapshot(page), **own}, times=random.randint(0, 8)))
    filled.save_revision(clean=False)
    return page


@pytest.mark.parametrize("start", range(0, HISTORIES, BATCH))
def test_no_word_of_a_person_is_lost(home: Page, admin_user: Any, start: int) -> None:
    outcomes: dict[str, int] = {}
    for number in range(start, min(start + BATCH, HISTORIES)):
        random = Random(number)
        with transaction.atomic():
            page = a_page(home, random, f"page-{number}")
            history = History(page_id=page.pk, user=admin_user, random=random, values=VALUES)
            try:
                history.run(random.randint(2, 5))
            except AssertionError as error:
                raise AssertionError(f"history {number}: {error}") from error
            for step in history.steps:
                outcomes[step] = outcomes.get(step, 0) + 1
            transaction.set_rollback(True)
    told = json.dumps(outcomes)
    for needed in ("AI answers: revision", "AI answers: proposal conflict", "person undoes: done"):
        assert any(step.startswith(needed) for step in outcomes), told
