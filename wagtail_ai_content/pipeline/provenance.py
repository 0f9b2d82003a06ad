"""What AI wrote is remembered, and found again in whatever people save.

``record`` is called where an AI's words come into a revision; ``recompute`` after each revision anybody saves;
``carry`` when an object is copied. ``pipeline.follow`` hears of the last two.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import timezone
from wagtail.models import AbstractPage, RevisionMixin

from wagtail_ai_content.core.versions import shares
from wagtail_ai_content.core.versions.attribution import Entry
from wagtail_ai_content.core.versions.passages import Passage, passages
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
    model, generation = type(instance), str(version.generation_id)
    old, new, proposed = (texts(content, model) for content in (before, after, version.proposed))
    attributes = _attributes(version)

    def work_out(row: Provenance) -> dict[str, Any]:
        places = shares.written(old, new, proposed=proposed, generation=generation, origins=origins(row))
        survey = shares.survey(new, places)
        return {
            "origins": _stored({**places, **survey.found}),
            "generations": {**row.generations, generation: attributes},
            "draft": survey.as_json(),
        }

    provenance.change(provenance.create(key_of(instance)), work_out)


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
    return {
        "version": str(version.pk),
        "function": version.function,
        "model": version.model_used,
        "parameters": version.model_parameters,
        "prompt": version.prompt_key,
        "prompt_version": version.prompt_version,
        "prompt_source": version.prompt_source,
        "confidence": version.confidence,
        "quality": version.quality,
        "at": timezone.now().isoformat(),
    }
