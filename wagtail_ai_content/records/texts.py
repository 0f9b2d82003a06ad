"""What is stored, in the words and the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext

from wagtail_ai_content.core.text import Text, fill


def localised(text: Text | Mapping[str, Any] | None) -> str:
    """A :class:`Text`, or its stored JSON form, in the active language."""
    value = text if isinstance(text, Text) else Text.from_json(text)
    return fill(gettext(value.template), value.params) if value.template else ""


def cost_label(cost: Decimal | None) -> str:
    """US dollars with as many places as a call costs; empty when nobody knows."""
    if cost is None:
        return ""
    return gettext("%(amount)s US dollars") % {"amount": number_format(cost.normalize() if cost else 0)}


def price_source_label(source: str) -> str:
    """Where a price comes from."""
    names = {
        "site": gettext("the settings of this site"),
        "entered": gettext("what was entered on this site"),
        "builtin": gettext("the built-in engine"),
        "cache": gettext("the cache of answers"),
    }
    return names.get(source, source)


def prompt_source_label(source: str) -> str:
    """Where a prompt comes from; empty where nobody knows."""
    names = {
        "override": gettext("given with the request"),
        "database": gettext("from this site"),
        "shipped": gettext("built in"),
    }
    return names.get(source, "")
