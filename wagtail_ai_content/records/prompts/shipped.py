"""The prompts that come with the product."""

from __future__ import annotations

from functools import cache

from wagtail_ai_content.core.prompts.source import FilePromptSource, shipped_folder


@cache
def shipped() -> FilePromptSource:
    """Read once for each process: they change only with the installed version."""
    return FilePromptSource(shipped_folder())
