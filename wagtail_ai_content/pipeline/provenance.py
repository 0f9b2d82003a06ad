"""What AI wrote is remembered, and found again in whatever people save.

``record`` is called where an AI's words come into a revision, ``record_answers`` where a person saved a form that they
took them into; ``recompute`` after each revision anybody saves;
``carry`` when an object is copied. ``pipeline.follow`` hears of the last two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import timezone
from wagtail.models import AbstractPage, RevisionMixin

from wagtail_ai_content.core.versions import shares
from wagtail_ai_content.core.versions.attribution import Entry
from wagtail_ai_content.core.versions.passages import Passage, passages
from wagtail_ai_content.records.jobs.api import Job
from wagtail_ai_content.records.provenance import api as provenance
from wagtail_ai_content.records.provenance.api import Key, Provenance
from wagtail_ai_content.records.versions.api import AIVersion

from .shapes import content_shape

Column = Literal["draft", "live"]


def record(version: AIVersion, instance: Any, *, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Remember what ``version`` changed in ``instance``, from ``before`` to ``after``, the content just written.

    To be called in the transaction that writes the revision. Words of ``after`` that are neither in ``before`` nor in
    the version's own proposal were put in by the person who accepted it, and stay a person's.
    """
    model = type(instance)
    old, new, proposed = (texts(content, model) for content in (before, after, version.proposed))
    wrote = _Wrote(generation=str(version.generation_id), attributes=_attributes(version), old=old, proposed=proposed)
    provenance.change(provenance.create(key_of(instance)), wrote.into(new, all_texts=new))


def record_answers(job: Job, instance: Any, content: Mapping[str, Any], answers: Iterable[Answer]) -> None:
    """Remember which words of ``content``, what a person has just saved of ``instance``, came with ``job``.

    Words are the answer's that are in it and were not in what was asked about; the rest is a person's. Nothing is
    written where there are none, as after undoing.
    """
    now = texts(content, type(instance))
    paths = {passage.parts[-1].path: place for place, passage in now.items()}
    here = {place: answer for answer in answers if (place := paths.get(answer.path))}
    wrote = _Wrote(
        generation=str(job.pk),
        attributes=_attributes_of_job(job),
        old={place: replace(now[place], text=answer.source) for place, answer in here.items()},
        proposed={place: replace(now[place], text=answer.text) for place, answer in here.items()},
    )
    key, new = key_of(instance), {place: now[place] for place in here}
    row = provenance.fetch(key)
    known = origins(row) if row else {}
    if wrote.places(new, known) != known:
        provenance.change(row or provenance.create(key), wrote.into(new, all_texts=now))


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a model answered about one text of an open form."""

    path: str
    source: str
    """The words it was asked about, as a reader sees them."""
    text: str
    """The words it gave, of all its versions."""


@dataclass(frozen=True, kw_only=True)
class _Wrote:
    """One generation, and what it made of some texts."""

    generation: str
    attributes: Mapping[str, Any]
    old: Mapping[str, Passage]
    proposed: Mapping[str, Passage]

    def places(self, new: Mapping[str, Passage], known: shares.Origins) -> shares.Origins:
        return shares.written(self.old, new, proposed=self.proposed, generation=self.generation, origins=known)

    def into(
        self, new: Mapping[str, Passage], *, all_texts: Mapping[str, Passage]
    ) -> Callable[[Provenance], dict[str, Any]]:
        """Puts what of ``new`` is the generation's into a row."""

        def work_out(row: Provenance) -> dict[str, Any]:
            places = self.places(new, origins(row))
            survey = shares.survey(all_texts, places)
            return {
                "origins": _stored({**places, **survey.found}),
                "generations": {**row.generations, self.generation: self.attributes},
                "draft": survey.as_json(),
            }

        return work_out


def recompute(key: Key, content: Mapping[str, Any], *, model: type[Model], columns: tuple[Column, ...]) -> None:
    """Work out anew how much of ``content`` is an AI's, and keep it in ``columns``.

    One query; a second when that is something else than before.
    """
    row = provenance.fetch(key)
    if row is None:
        return
    now = texts(content, model)

    def work_out(row: Provenance) -> dict[str, Any]:
        survey = shares.survey(now, origins(row))
        values: dict[str, Any] = dict.fromkeys(columns, survey.as_json())
        if survey.found:
            values["origins"] = {**row.origins, **_stored(survey.found)}
        return values

    provenance.change(row, work_out)


def carry(source: Key, target: Key, *, live: bool) -> bool:
    """Give ``target``, a copy of ``source``, its memory too; False when no AI ever wrote for ``source``."""
    row = provenance.fetch(source)
    if row is None:
        return False
    values = {
        "origins": row.origins,
        "generations": row.generations,
        "draft": row.draft,
        "live": row.live if live else {},
    }
    provenance.change(provenance.create(target, **values), lambda known: values)
    return True


def withdraw(key: Key) -> None:
    """Nothing of the object is published any more."""
    row = provenance.fetch(key)
    if row is not None:
        provenance.change(row, lambda known: {"live": {}})


def key_of(instance: Any) -> Key:
    """The key of a page or another object, whichever class it was loaded as."""
    return Key(content_type_id=base_content_type(instance).pk, object_id=str(instance.pk))


def base_content_type(instance: Any) -> ContentType:
    """The type under which Wagtail keeps the revisions of ``instance``."""
    if isinstance(instance, AbstractPage | RevisionMixin):
        base: ContentType = instance.get_base_content_type()
        return base
    return ContentType.objects.get_for_model(instance, for_concrete_model=False)


def texts(content: Mapping[str, Any], model: type[Model]) -> dict[str, Passage]:
    """The texts of ``content``, a ``serializable_data()`` of ``model``, by place."""
    return passages(content, content_shape(model))


def origins(row: Provenance) -> shares.Origins:
    """What AIs wrote for an object, by place."""
    return {place: tuple(Entry.from_json(entry) for entry in entries) for place, entries in row.origins.items()}


def _stored(places: shares.Origins) -> dict[str, Any]:
    return {place: [entry.as_json() for entry in entries] for place, entries in places.items()}


def _attributes(version: AIVersion) -> dict[str, Any]:
    return {"version": str(version.pk), "quality": version.quality, **_how(version)}


def _attributes_of_job(job: Job) -> dict[str, Any]:
    """Without a version: there was none but the one in the form."""
    return {"version": "", "quality": None, **_how(job)}


def _how(made: AIVersion | Job) -> dict[str, Any]:
    return {
        "function": made.function,
        "model": made.model_used,
        "parameters": made.model_parameters,
        "prompt": made.prompt_key,
        "prompt_version": made.prompt_version,
        "prompt_source": made.prompt_source,
        "confidence": made.confidence,
        "at": timezone.now().isoformat(),
    }
