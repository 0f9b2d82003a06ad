"""What AI wrote is remembered, and found again in whatever people save.

``record`` is called where an AI's words come into a revision, ``record_answers`` where a person saved a form that they
took them into; ``publish`` and ``carry`` when an object is published or copied, of which ``pipeline.follow`` hears.
How much of a draft is an AI's is kept nowhere: ``drafts`` works it out from the revision, whoever saved that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import timezone
from wagtail.models import AbstractPage, RevisionMixin

from wagtail_ai_content.core.versions import shares
from wagtail_ai_content.core.versions.attribution import Entry
from wagtail_ai_content.core.versions.passages import Passage, passages
from wagtail_ai_content.records.jobs.api import Job
from wagtail_ai_content.records.provenance import api as provenance
from wagtail_ai_content.records.provenance.api import Draft, Key, Provenance
from wagtail_ai_content.records.versions.api import AIVersion

from .shapes import content_shape


def record(version: AIVersion, instance: Any, *, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Remember what ``version`` changed in ``instance``, from ``before`` to ``after``, the content just written.

    To be called in the transaction that writes the revision. Words of ``after`` that are neither in ``before`` nor in
    the version's own proposal were put in by the person who accepted it, and stay a person's.
    """
    model = type(instance)
    old, new, proposed = (texts(content, model) for content in (before, after, version.proposed))
    wrote = _Wrote(generation=str(version.generation_id), attributes=_attributes(version), old=old, proposed=proposed)
    provenance.change(provenance.create(key_of(instance)), wrote.into(new))


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
        old={**now, **{place: replace(now[place], text=answer.source) for place, answer in here.items()}},
        proposed={place: replace(now[place], text=answer.text) for place, answer in here.items()},
    )
    key = key_of(instance)
    row = provenance.fetch(key)
    known = origins(row) if row else {}
    if wrote.places(now, known) != known:
        provenance.change(row or provenance.create(key), wrote.into(now))


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

    def into(self, new: Mapping[str, Passage]) -> Callable[[Provenance], dict[str, Any]]:
        """Puts what of ``new`` is the generation's into a row."""

        def work_out(row: Provenance) -> dict[str, Any]:
            places = self.places(new, origins(row))
            return {
                "origins": {place: [entry.as_json() for entry in entries] for place, entries in places.items()},
                "generations": {**row.generations, self.generation: self.attributes},
            }

        return work_out


def publish(key: Key, content: Mapping[str, Any], *, model: type[Model]) -> None:
    """Keep how much of ``content``, published now, is an AI's. One query; a second when it is not as before."""
    row = provenance.fetch(key)
    if row is not None:
        now = texts(content, model)
        provenance.change(row, lambda known: {"live": shares.survey(now, origins(known)).as_json()})


Surveys = dict[str, tuple[shares.Survey, Mapping[str, Any]]]
"""How much of objects is an AI's, and its generations, by object id; only of those that an AI ever wrote for."""


def published(instances: Sequence[Any]) -> Surveys:
    """As they were last published; they are all pages, or all of one model. One query."""
    rows = provenance.summaries(*_keys_of(instances))
    return {object_id: (shares.Survey.from_json(row.live), row.generations) for object_id, row in rows.items()}


def drafts(instances: Sequence[Any]) -> Surveys:
    """As their latest revisions are; where there is none, as they are themselves. One query.

    They are all pages, or all of one model.
    """
    rows = provenance.with_drafts(*_keys_of(instances))
    found: Surveys = {}
    for instance in instances:
        row, draft = rows.get(str(instance.pk), (None, None))
        if row is not None:
            found[row.object_id] = shares.survey(_texts_of_draft(instance, draft), origins(row)), row.generations
    return found


def _keys_of(instances: Sequence[Any]) -> tuple[int, list[str]]:
    return base_content_type(instances[0]).pk, [str(instance.pk) for instance in instances]


def _texts_of_draft(instance: Any, draft: Draft | None) -> dict[str, Passage]:
    if draft is None:
        own = instance.specific if isinstance(instance, AbstractPage) else instance
        return texts(own.serializable_data(), type(own))
    model = ContentType.objects.get_for_id(draft.content_type_id).model_class()
    return texts(draft.content, model) if model else {}


def carry(source: Key, target: Key, *, live: bool) -> bool:
    """Give ``target``, a copy of ``source``, its memory too; False when no AI ever wrote for ``source``."""
    row = provenance.fetch(source)
    if row is None:
        return False
    values = {
        "origins": row.origins,
        "generations": row.generations,
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
