"""The prompts that come as files: with the product, and with the apps of a site."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.apps import apps

from wagtail_ai_content.core.prompts.source import FilePromptSource, shipped_folder

APP_FOLDER = "ai_prompts"


@cache
def shipped() -> FilePromptSource:
    """Ours and those in the ``ai_prompts`` folders of the installed apps, which go before ours of the same name.

    Read once for each process: they change only with the installed versions.
    """
    folders = [Path(app.path) / APP_FOLDER for app in apps.get_app_configs()]
    return FilePromptSource(*[folder for folder in folders if folder.is_dir()], shipped_folder())
