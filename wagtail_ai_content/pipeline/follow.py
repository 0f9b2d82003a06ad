"""Hears when content is published, copied or deleted, so that provenance goes with it.

Wagtail says of a copy of a page neither to a hook nor to a signal what it was copied from, unless it was made in the
admin. But a copy is born with the time of its source's latest revision, to the microsecond, where a new page has none.
Should that ever find the wrong page no harm is done: whose words a text holds is worked out from the text.
"""

from __future__ import annotations

from typing import Any, Final

from django.apps import apps
from django.db.models.signals import post_delete, post_save
from wagtail.models import AbstractPage, Revision, RevisionMixin
from wagtail.signals import copy_for_translation_done, page_published, page_unpublished, published, unpublished

from wagtail_ai_content.records.provenance import api as records
from wagtail_ai_content.records.provenance.api import Key
from wagtail_ai_content.records.suggestions import api as suggestions

from . import provenance

UID: Final = "wagtail_ai_content.provenance"
_SOURCE: Final = "_wagtail_ai_content_source"
"""On an object not saved yet: the key of what it is a copy of."""


def connect() -> None:
    """Listen. To be called once all models are loaded."""
    page_published.connect(_on_page_published, dispatch_uid=UID)
    published.connect(_on_published, dispatch_uid=UID)
    page_unpublished.connect(_on_unpublished, dispatch_uid=UID)
    unpublished.connect(_on_unpublished, dispatch_uid=UID)
    copy_for_translation_done.connect(_on_translation_copy, dispatch_uid=UID)
    for model in apps.get_models():
        if issubclass(model, RevisionMixin):
            post_save.connect(_on_created, sender=model, dispatch_uid=UID)
            if not (model._meta.concrete_model or model)._meta.parents:
                post_delete.connect(_on_deleted, sender=model, dispatch_uid=UID)


def _on_page_published(instance: Any, revision: Revision | None, alias: bool = False, **_: Any) -> None:
    key = provenance.key_of(instance)
    if alias:
        provenance.carry(_key_of_page(instance, instance.alias_of_id), key, live=True)
    if revision is not None:
        provenance.publish(key, revision.content, model=type(instance))


def _on_published(instance: Any, revision: Revision, **_: Any) -> None:
    if not isinstance(instance, AbstractPage):
        provenance.publish(provenance.key_of(instance), revision.content, model=type(instance))


def _on_unpublished(instance: Any, **_: Any) -> None:
    provenance.withdraw(provenance.key_of(instance))


def _on_created(instance: Any, created: bool, raw: bool, **_: Any) -> None:
    if not created or raw:
        return
    source = _source_of_page(instance) if isinstance(instance, AbstractPage) else instance.__dict__.pop(_SOURCE, None)
    if source is not None:
        provenance.carry(source, provenance.key_of(instance), live=getattr(instance, "live", True))


def _on_translation_copy(source_obj: Any, target_obj: Any, **_: Any) -> None:
    """A snippet's translation is not saved yet when it is announced; a page's came through :func:`_on_created`."""
    if isinstance(target_obj, RevisionMixin) and target_obj.pk is None:
        setattr(target_obj, _SOURCE, provenance.key_of(source_obj))


def _on_deleted(instance: Any, **_: Any) -> None:
    key = provenance.key_of(instance)
    records.forget(key)
    suggestions.forget(key)


def _source_of_page(page: Any) -> Key | None:
    if page.alias_of_id:
        return _key_of_page(page, page.alias_of_id)
    if page.latest_revision_created_at is None:
        return None
    same = Revision.objects.filter(
        base_content_type=provenance.base_content_type(page), created_at=page.latest_revision_created_at
    )
    # A copy's revisions are copies too and keep their times: the first one is the source's.
    first = same.exclude(object_id=str(page.pk)).order_by("pk").values_list("object_id", flat=True).first()
    return None if first is None else _key_of_page(page, first)


def _key_of_page(page: Any, primary_key: Any) -> Key:
    return Key(content_type_id=provenance.base_content_type(page).pk, object_id=str(primary_key))
