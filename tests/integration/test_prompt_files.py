"""Prompts that come as files with the apps of a site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from wagtail_ai_content.records.prompts import api as prompts
from wagtail_ai_content.records.prompts.shipped import shipped

pytestmark = pytest.mark.django_db

PROMPT = """+++
name = "{name}"
version = "7"
function = "{name}"
title = "Ours"
+++
Do it.
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The prompt folder of an installed app."""
    monkeypatch.setattr(apps.get_app_config("pages"), "path", str(tmp_path))
    (tmp_path / "ai_prompts").mkdir()
    shipped.cache_clear()
    yield tmp_path / "ai_prompts"
    shipped.cache_clear()


def test_an_app_brings_the_prompt_of_its_own_function(folder: Path) -> None:
    (folder / "glossary.md.j2").write_text(PROMPT.format(name="glossary"))
    found = prompts.resolve("glossary", site_id=None)
    assert (found.source, found.version, found.body.strip()) == ("shipped", "7", "Do it.")


def test_an_apps_prompt_goes_before_ours_of_the_same_name(folder: Path) -> None:
    (folder / "meta.md.j2").write_text(PROMPT.format(name="meta"))
    assert prompts.resolve("meta", site_id=None).version == "7"
    assert prompts.resolve("title", site_id=None).version == "1"
    assert shipped().partials
