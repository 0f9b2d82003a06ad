"""What things are called on the review screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, ngettext

from wagtail_ai_content.pipeline.functions import registry
from wagtail_ai_content.records.versions.api import AIVersion

SHOWN_PLACES = 2


def function_label(name: str) -> str:
    """What a person calls the AI function ``name``; the name itself where it is no longer installed."""
    function = registry.get(name)
    return gettext(function.title) if function and function.title else name


def requester_label(version: AIVersion) -> str:
    return version.requested_by_name or gettext("Somebody who is no longer known")


def places_label(touched: list[Mapping[str, Any]]) -> str:
    """The first places an AI changed, and how many more: “Title, Body: Quote and 3 more”."""
    labels = list(dict.fromkeys(str(place.get("label") or place.get("path") or "") for place in touched))
    shown = ", ".join(labels[:SHOWN_PLACES])
    more = len(labels) - SHOWN_PLACES
    if more <= 0:
        return shown
    return ngettext("%(places)s and %(more)d more", "%(places)s and %(more)d more", more) % {
        "places": shown,
        "more": more,
    }
