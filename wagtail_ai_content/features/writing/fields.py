"""Which fields of a model a person may have written by an AI: what its edit form shows, narrowed by the site.

The edit form is the site's own statement of what editors edit, so no model has to declare anything. Rules of the
``FIELDS`` setting narrow it, and what they call private neither leaves the site nor is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from wagtail.admin.panels import FieldPanel, get_edit_handler
from wagtail.fields import RichTextField, StreamField

from wagtail_ai_content import conf

NOT_PROSE = (models.SlugField, models.URLField, models.EmailField, models.FilePathField)
"""Text columns whose content is an address of something, never words."""


@dataclass(frozen=True, kw_only=True)
class FieldRules:
    """What a site said about the fields of a model (and of the models it inherits from)."""

    only: frozenset[str] | None = None
    """If given, no other field or dotted path of block types is used."""
    exclude: frozenset[str] = field(default_factory=frozenset)
    """Read as context, not written."""
    private: frozenset[str] = field(default_factory=frozenset)
    """Neither read nor written."""

    def allow(self, place: str) -> bool:
        """Whether ``place`` (``body.quote.source``: types, not ids) may be written."""
        chosen = self.only is None or _covers(self.only, place)
        return chosen and not _covers(self.exclude, place) and not self.hide(place)

    def hide(self, place: str) -> bool:
        return _covers(self.private, place)


def rules_for(model: type[models.Model]) -> FieldRules:
    """The rules of a model. ``exclude`` and ``private`` of its parents hold for it too; the nearest ``only`` counts."""
    written = {label.lower(): rules for label, rules in conf.get("FIELDS").items()}
    found = [written[label] for label in _labels(model) if label in written]
    return FieldRules(
        only=next((frozenset(rules["only"]) for rules in found if "only" in rules), None),
        exclude=_union(found, "exclude"),
        private=_union(found, "private"),
    )


def editable_fields(model: type[models.Model], user: PermissionsMixin | None) -> list[models.Field[Any, Any]]:
    """The text fields which ``user`` can edit in the model's edit form, in the form's order."""
    fields: dict[str, models.Field[Any, Any]] = {}
    for panel in _panels(_edit_handler(model), user):
        found = _text_field(model, panel.field_name)
        if found is not None and not panel.read_only:
            fields.setdefault(found.name, found)
    return list(fields.values())


def _edit_handler(model: type[models.Model]) -> Any:
    """A page type says itself what its form shows; for other models Wagtail works it out."""
    own = getattr(model, "get_edit_handler", None)
    return own() if own is not None else get_edit_handler(model)


def _panels(panel: Any, user: PermissionsMixin | None) -> Iterator[FieldPanel]:
    if not _may_use(panel, user):
        return
    if isinstance(panel, FieldPanel):
        yield panel
    for child in getattr(panel, "children", ()):
        yield from _panels(child, user)


def _may_use(panel: Any, user: PermissionsMixin | None) -> bool:
    permission = getattr(panel, "permission", None)
    return not permission or (user is not None and user.has_perm(permission))


def _text_field(model: type[models.Model], name: str) -> models.Field[Any, Any] | None:
    try:
        found: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return found if _holds_text(found) else None


def _holds_text(field: Any) -> bool:
    if isinstance(field, (RichTextField, StreamField)):
        return True
    plain = isinstance(field, (models.CharField, models.TextField)) and not isinstance(field, NOT_PROSE)
    return plain and not field.choices and bool(field.editable)


def _covers(places: Iterable[str], place: str) -> bool:
    return any(place == known or place.startswith(f"{known}.") for known in places)


def _labels(model: type[models.Model]) -> Iterator[str]:
    for kind in model.__mro__:
        if isinstance(kind, models.base.ModelBase) and hasattr(kind, "_meta"):
            yield kind._meta.label_lower


def _union(found: list[Mapping[str, Any]], key: str) -> frozenset[str]:
    return frozenset(entry for rules in found for entry in rules.get(key, ()))
