"""Stored messages in the language of whoever reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from wagtail_ai_content.core.text import Text, fill


def localised(text: Text | Mapping[str, Any] | None) -> str:
    """A :class:`Text`, or its stored JSON form, in the active language."""
    value = text if isinstance(text, Text) else Text.from_json(text)
    return fill(gettext(value.template), value.params) if value.template else ""
