"""What of a page or snippet an AI wrote, for site code and templates.

::

    from wagtail_ai_content import provenance

    found = provenance.of(page)
    found.kind                  # "ai", "mixed" or "human"
    found.generations[0].model  # the generation with most of its words
    found.part("body").of_text  # the AI's part of the words of one field, block or text
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext, gettext_noop
from wagtail.models import DraftStateMixin

from .core.images.mark import MADE_BY_AI
from .core.versions.shares import HUMAN, Kind, Share, Survey, survey
from .pipeline import provenance as _pipeline
from .records.provenance import api as _records

__all__ = ["Generation", "PageProvenance", "PartProvenance", "carry_over", "of", "of_content", "of_many"]

LABELS: Final[Mapping[Kind, str]] = {
    "ai": gettext_noop("AI-generated"),
    "mixed": gettext_noop("AI-assisted"),
    "human": "",
}
DISCLOSURES: Final[Mapping[Kind, str]] = {"ai": "ai-generated", "mixed": "ai-assisted", "human": "none"}
"""Values of ``ai-disclosure`` in the W3C Community Group's draft “AI Content Disclosure”."""
SOURCE_TYPES: Final[Mapping[Kind, str]] = {
    "ai": MADE_BY_AI,
    "mixed": "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia",
    "human": "",
}
"""IPTC's digital source types."""


@dataclass(frozen=True, kw_only=True)
class Generation:
    """One answer of a model, out of which words came into the content."""

    id: str
    """The generation id, the same as in the AI's version and its job."""
    version: str
    """The id of the AI's version; empty for words that were taken in while the page was open in the editor."""
    function: str
    model: str
    parameters: Mapping[str, Any]
    prompt: str
    prompt_version: str
    prompt_source: str
    confidence: float | None
    """0 to 1; None where there was nothing to base it on."""
    quality: Mapping[str, Any] | None
    at: datetime
    """When its words came into the content."""


@dataclass(frozen=True, kw_only=True)
class PartProvenance:
    """An AI's part in a field, a block, a text, or the whole."""

    kind: Kind
    """``ai`` from nine words in ten on, ``human`` without any, else ``mixed``."""
    of_text: float
    """Which part of the words now there an AI wrote, 0 to 1."""
    surviving: float
    """Which part of the words an AI wrote is still there, 0 to 1."""
    generations: tuple[Generation, ...]
    """Those with words in it, the one with most of them first."""
    path: str
    """Where it is now, as a content path; empty for the whole."""

    @property
    def label(self) -> str:
        """“AI-generated”, “AI-assisted” or nothing, in the active language."""
        return gettext(LABELS[self.kind]) if LABELS[self.kind] else ""

    @property
    def disclosure(self) -> str:
        """``ai-generated``, ``ai-assisted`` or ``none``: a value for the attribute ``ai-disclosure``."""
        return DISCLOSURES[self.kind]

    @property
    def digital_source_type(self) -> str:
        """The URI of IPTC's digital source type; empty where no AI wrote anything."""
        return SOURCE_TYPES[self.kind]

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True, kw_only=True)
class PageProvenance(PartProvenance):
    """An AI's part in a page or another object with revisions."""

    parts: Mapping[str, PartProvenance] = field(default_factory=dict)
    """By field name, block id, and ``<block id>.<struct key>``; only what holds words by an AI."""

    def part(self, name: str) -> PartProvenance:
        """The part of that name in ``parts``, or at that content path; a human one where no AI wrote anything."""
        if name in self.parts:
            return self.parts[name]
        found = (part for part in self.parts.values() if part.path == name)
        return next(found, _part(HUMAN, {}))


def of(instance: Any, *, draft: bool = False) -> PageProvenance:
    """An AI's part in what is published of ``instance``, or in its latest revision with ``draft``. One query.

    Where nothing is published, and for models without drafts, it is the latest revision too.
    """
    return of_many([instance], draft=draft)[instance.pk]


def of_many(instances: Iterable[Any], *, draft: bool = False) -> dict[Any, PageProvenance]:
    """The same for many objects, by primary key, in one query for those published and one for drafts, whose texts are
    read. They are all pages, or all of one model."""
    objects = list(instances)
    published = [instance for instance in objects if not draft and _is_published(instance)]
    drafts = [instance for instance in objects if draft or not _is_published(instance)]
    found = {**_found(published, _pipeline.published), **_found(drafts, _pipeline.drafts)}
    return {instance.pk: found.get(str(instance.pk)) or _whole(Survey(), {}) for instance in objects}


def of_content(instance: Any) -> PageProvenance:
    """An AI's part in ``instance`` as it is in memory, worked out from its texts: for previews and unsaved changes."""
    row = _records.fetch(_pipeline.key_of(instance))
    if row is None:
        return _whole(Survey(), {})
    texts = _pipeline.texts(instance.serializable_data(), type(instance))
    return _whole(survey(texts, _pipeline.origins(row)), row.generations)


def carry_over(source: Any, copy: Any) -> None:
    """Let ``copy``, a saved object made from ``source``, know what of it an AI wrote.

    Only for copies made by code of your own that are not pages: those of pages and translations know by themselves.
    """
    _pipeline.carry(_pipeline.key_of(source), _pipeline.key_of(copy), live=_is_published(copy))


def _is_published(instance: Any) -> bool:
    return isinstance(instance, DraftStateMixin) and instance.live


def _found(objects: Sequence[Any], look_up: Callable[[Sequence[Any]], _pipeline.Surveys]) -> dict[str, PageProvenance]:
    """What is known of ``objects``, by object id; no query without any."""
    known = look_up(objects) if objects else {}
    return {object_id: _whole(survey, generations) for object_id, (survey, generations) in known.items()}


def _whole(found: Survey, known: Mapping[str, Any]) -> PageProvenance:
    parts = {key: _part(share, known) for key, share in found.parts.items()}
    return PageProvenance(**_values(found.whole, known), parts=parts)


def _part(share: Share, known: Mapping[str, Any]) -> PartProvenance:
    return PartProvenance(**_values(share, known))


def _values(share: Share, known: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": share.kind,
        "of_text": share.of_text,
        "surviving": share.surviving,
        "generations": tuple(_generation(name, known[name]) for name in share.generations if name in known),
        "path": share.path,
    }


def _generation(name: str, attributes: Mapping[str, Any]) -> Generation:
    return Generation(**{**attributes, "id": name, "at": datetime.fromisoformat(attributes["at"])})
