"""Which fields of a model a person may have written by an AI: what its edit form shows, narrowed by the site.

The edit form is the site's own statement of what editors edit, so no model has to declare anything. Rules of the
``FIELDS`` setting narrow it, and what they call private neither leaves the site nor is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from wagtail.admin.panels import FieldPanel, get_edit_handler
from wagtail.fields import RichTextField, StreamField

from wagtail_ai_content.pipeline.rules import FieldRules, rules_for

__all__ = ["FieldRules", "TextPanel", "editable_fields", "rules_for", "text_panels"]

NOT_PROSE = (models.SlugField, models.URLField, models.EmailField, models.FilePathField)
"""Text columns whose content is an address of something, never words."""


@dataclass(frozen=True, kw_only=True)
class TextPanel:
    """A panel of an edit form that shows a text field."""

    field: models.Field[Any, Any]
    panel: FieldPanel
    permissions: tuple[str, ...]
    """Rights without which it is not shown."""

    def shown_to(self, user: PermissionsMixin | None) -> bool:
        return not self.permissions or (user is not None and all(map(user.has_perm, self.permissions)))


def editable_fields(model: type[models.Model], user: PermissionsMixin | None) -> list[models.Field[Any, Any]]:
    """The text fields which ``user`` can edit in the model's edit form, in the form's order."""
    fields: dict[str, models.Field[Any, Any]] = {}
    for each in text_panels(model):
        if each.shown_to(user):
            fields.setdefault(each.field.name, each.field)
    return list(fields.values())


def text_panels(model: type[models.Model]) -> list[TextPanel]:
    """All panels of the model's edit form in which a text can be edited, in the form's order."""
    return list(_text_panels(model, _edit_handler(model), ()))


def _edit_handler(model: type[models.Model]) -> Any:
    """A page type says itself what its form shows; for other models Wagtail works it out."""
    own = getattr(model, "get_edit_handler", None)
    return own() if own is not None else get_edit_handler(model)


def _text_panels(model: type[models.Model], panel: Any, permissions: tuple[str, ...]) -> Iterator[TextPanel]:
    permission = getattr(panel, "permission", None)
    needed = (*permissions, permission) if permission else permissions
    found = _text_field(model, panel.field_name) if isinstance(panel, FieldPanel) else None
    if found is not None and not panel.read_only:
        yield TextPanel(field=found, panel=panel, permissions=needed)
    for child in getattr(panel, "children", ()):
        yield from _text_panels(model, child, needed)


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
