"""Who wrote an AI version, in words."""

from __future__ import annotations

from django.utils.translation import gettext

from wagtail_ai_content.conf import BUILTIN_MODEL


def author_of(model: str) -> str:
    """The model, in words where it is the built-in engine, which must not be mistaken for one."""
    return gettext("the built-in engine (no language model)") if model == BUILTIN_MODEL else model
