"""What the notice in the editor says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from wagtail.admin.utils import get_user_display_name

from wagtail_ai_content.core.versions import worddiff
from wagtail_ai_content.core.versions.shape import MISSING
from wagtail_ai_content.pipeline.taking import Meeting, Standing, Taking
from wagtail_ai_content.records.versions.api import AIVersion, VersionStatus
from wagtail_ai_content.records.versions.authors import author_of

SHOWN_PLACES = 3
Runs = list[tuple[str, str]]


def arrival(version: AIVersion, *, is_page: bool) -> dict[str, Any]:
    """A version that has just come, as the browser gets it."""
    return {
        "id": str(version.pk),
        "status": version.status,
        "model": author_of(version.model_used),
        "message": _what(version, is_page=is_page),
        "detail": _where(version),
        "url": reverse("wagtail_ai_content_review:review", args=[version.pk]),
    }


def _what(version: AIVersion, *, is_page: bool) -> str:
    count = max(1, len(version.touched))
    if version.status == VersionStatus.DRAFTED and is_page:
        text = ngettext(
            "AI wrote %(count)d change to this page while you had it open.",
            "AI wrote %(count)d changes to this page while you had it open.",
            count,
        )
    elif version.status == VersionStatus.DRAFTED:
        text = ngettext(
            "AI wrote %(count)d change here while you had this open.",
            "AI wrote %(count)d changes here while you had this open.",
            count,
        )
    elif is_page:
        text = ngettext(
            "AI proposes %(count)d change to this page.", "AI proposes %(count)d changes to this page.", count
        )
    else:
        text = ngettext("AI proposes %(count)d change here.", "AI proposes %(count)d changes here.", count)
    return text % {"count": count}


def _where(version: AIVersion) -> str:
    """“Title, Body: Quote. By the built-in engine (no language model).”"""
    labels = list(dict.fromkeys(str(entry.get("label") or entry.get("path") or "") for entry in version.touched))
    shown = ", ".join(labels[:SHOWN_PLACES])
    more = len(labels) - SHOWN_PLACES
    if more > 0:
        shown = ngettext("%(places)s and %(count)d more", "%(places)s and %(count)d more", more) % {
            "places": shown,
            "count": more,
        }
    author = author_of(version.model_used)
    if not shown:
        return gettext("By %(author)s.") % {"author": author}
    return gettext("%(places)s. By %(author)s.") % {"places": shown, "author": author}


def outcome(taking: Taking, where: Standing, *, steps: int) -> list[str]:
    """What became of taking in, one sentence a line."""
    return list(_outcome(taking, where, steps=steps))


def _outcome(taking: Taking, where: Standing, *, steps: int) -> Iterator[str]:
    count = sum(len(ids) for ids in taking.taken.values())
    if count and steps:
        yield ngettext(
            "%(count)d change is in your form now. Nothing is published.",
            "%(count)d changes are in your form now. Nothing is published.",
            count,
        ) % {"count": count}
    elif not taking.meetings and not taking.left:
        yield gettext("Your form holds all of it already.")
    if taking.meetings:
        met = len(taking.meetings)
        yield ngettext(
            "You and the AI both changed %(count)d place. Yours is kept there until you choose.",
            "You and the AI both changed %(count)d places. Yours are kept there until you choose.",
            met,
        ) % {"count": met}
    if taking.left:
        yield gettext("This cannot be put into an open form: %(places)s. Use “Compare”.") % {
            "places": ", ".join(taking.left)
        }
    for user in where.others:
        name = get_user_display_name(user) if user is not None else gettext("System")
        yield gettext("%(name)s saved a new version meanwhile. Wagtail will ask before yours is saved over it.") % {
            "name": name
        }


def sides(meeting: Meeting, *, rich: bool) -> dict[str, Runs]:
    """Both texts of a place, the words that differ marked: ``[("same" | "added" | "removed", text)]`` for each side."""
    if meeting.is_moved:
        return _unmarked(gettext("Moved, as you had it."), gettext("Moved, as the AI has it."))
    mine, theirs = ("\n".join(_shown(part[side]) for part in meeting.sides) for side in (0, 1))
    runs = worddiff.diff(mine, theirs, rich=rich)
    left: Runs = [(run.kind, run.text) for run in runs if run.kind != "added"]
    right: Runs = [(run.kind, run.text) for run in runs if run.kind != "removed"]
    mine, theirs = ("".join(text for _, text in side) for side in (left, right))
    if mine.strip() and theirs.strip():
        return {"mine": left, "ai": right}
    nothing = gettext("Removed.") if any(MISSING in part for part in meeting.sides) else gettext("Nothing.")
    return _unmarked(mine if mine.strip() else nothing, theirs if theirs.strip() else nothing)


def _unmarked(mine: str, theirs: str) -> dict[str, Runs]:
    return {"mine": [("same", mine)], "ai": [("same", theirs)]}


def _shown(value: Any) -> str:
    return "" if value is MISSING else "\n".join(_strings(value))


def _strings(value: Any) -> Iterator[str]:
    """The texts in a value or raw block, without ids and types."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            if not ("value" in value and name in ("id", "type")):
                yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif value is not None:
        yield str(value)
