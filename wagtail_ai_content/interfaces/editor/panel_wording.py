"""What the panel calls things."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_noop

from wagtail_ai_content.core.providers.base import Cost
from wagtail_ai_content.pipeline.functions import registry

FENCES: Final[Mapping[str, str]] = {
    "page_title": gettext_noop("title of a page"),
    "page_text": gettext_noop("text of a page"),
    "section_title": gettext_noop("title of the section"),
    "section_summary": gettext_noop("introduction of the section"),
    "unit": gettext_noop("text of this page"),
    "source": gettext_noop("the text itself"),
    "text": gettext_noop("the text itself"),
    "instruction": gettext_noop("what you typed"),
}
"""What stands in a prompt between fences, by the name it has there."""


def fence_label(name: str) -> str:
    """In a sentence; a prompt of the site may use names of its own."""
    return gettext(FENCES[name]) if name in FENCES else name.replace("_", " ")


def price_label(cost: Cost) -> str:
    """“US$ 0.0021”, “free”, or that nobody knows."""
    return amount_label(cost.amount)


def amount_label(amount: Decimal | None) -> str:
    if amount is None:
        return gettext("unknown")
    if not amount:
        return gettext("free")
    if amount < Decimal("0.0001"):
        return gettext("less than US$ 0.0001")
    return gettext("US$ %(amount)s") % {"amount": number_format(amount, decimal_pos=4)}


def function_label(name: str) -> str:
    """What a person calls the AI function ``name``; the name itself where it is no longer installed."""
    function = registry.get(name)
    return gettext(function.title) if function and function.title else name
