"""The suggestions of one answered request, grouped by kind, without those that the person dismissed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404
from django.utils.translation import gettext
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from wagtail_ai_content.features.analysis.suggestions import KINDS
from wagtail_ai_content.pipeline.provenance import key_of
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.records.suggestions import api as suggestions
from wagtail_ai_content.records.texts import localised

from .subject import Subject

FUNCTION: Final = "suggestions"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One suggestion."""

    key: str
    """What it is dismissed by."""
    path: str
    """The text it is about; empty for all of them."""
    label: str
    message: str
    proposal: str
    """JSON for ``wac-assist:propose``: ``{"text"}`` or ``{"content"}``; empty where nothing can be put in."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Suggestions of a kind."""

    label: str
    items: Sequence[Item]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a person sees of an answer."""

    job: str
    groups: Sequence[Group]
    dismissed: int
    """How many are not shown because they were dismissed before."""
    warnings: Sequence[str]

    @property
    def count(self) -> int:
        return sum(len(group.items) for group in self.groups)


def shown(subject: Subject, job_id: str) -> Shown:
    """The answer of the user's own job. Raises: ``Http404``."""
    job = jobs.fetch(job_id)
    if job is None or job.requested_by_id != subject.user.pk or job.function != FUNCTION or not job.parsed:
        raise Http404
    known = suggestions.dismissed(subject.user, key_of(subject.instance)) if subject.instance is not None else ()
    found = [entry for entry in job.parsed["value"] if isinstance(entry, dict)]
    wanted = [entry for entry in found if entry["key"] not in known]
    texts = {text["path"]: text for text in job.params.get("texts", ())}
    return Shown(
        job=str(job.pk),
        groups=list(_groups(wanted, texts)),
        dismissed=len(found) - len(wanted),
        warnings=[localised(warning) for warning in job.warnings],
    )


def _groups(found: Sequence[Mapping[str, Any]], texts: Mapping[str, Mapping[str, Any]]) -> Iterator[Group]:
    for kind, label in KINDS.items():
        items = [_item(entry, texts.get(entry["path"], {})) for entry in found if entry["kind"] == kind]
        if items:
            yield Group(label=gettext(label), items=items)


def _item(entry: Mapping[str, Any], text: Mapping[str, Any]) -> Item:
    return Item(
        key=entry["key"],
        path=entry["path"],
        label=text.get("label", ""),
        message=entry["message"],
        proposal=_proposal(entry.get("replacement"), text),
    )


def _proposal(replacement: str | None, text: Mapping[str, Any]) -> str:
    if not replacement:
        return ""
    if "html" not in text:
        return json.dumps({"text": replacement})
    state = ContentstateConverter(text.get("features") or []).from_database_format(replacement)
    return json.dumps({"content": json.loads(state)})
