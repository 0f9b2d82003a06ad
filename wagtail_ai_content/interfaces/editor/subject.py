"""Which object is open in the editor, for whom, and whether they may have AI work on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import Resolver404, ResolverMatch, resolve
from wagtail.admin.views.generic import CreateView, EditView
from wagtail.models import AbstractPage, Locale, TranslatableMixin

from wagtail_ai_content.pipeline import drafts, rights
from wagtail_ai_content.pipeline.rights import NewObject
from wagtail_ai_content.pipeline.targets import base_page_model, site_of

PAGE_EDITORS = frozenset({"wagtailadmin_pages:edit", "wagtailadmin_pages:revisions_revert"})
PAGE_CREATOR = "wagtailadmin_pages:add"
OWN_APP = "wagtail_ai_content"
"""In our own forms (prompts, rules, settings) stands what an AI is told, which is not for it to write."""


class NotOffered(Http404):
    """Nothing can be asked for in forms of this kind, whoever asks."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The object in the form. Whoever has one may edit or create it; whether it is locked is asked apart."""

    model: Any
    instance: Any
    """As published, a page specific; None while it is being created."""
    parent: Any
    """Of a page that is being created; None otherwise."""
    locale: Any
    """None for a model that is not translated."""
    user: Any

    @classmethod
    def of(cls, user: Any, told: Mapping[str, Any]) -> Subject:
        """From what a browser sends (see :meth:`as_json`). Raises: ``Http404``."""
        app, model, key, parent, locale = (_word(told, name) for name in ("app", "model", "object", "parent", "locale"))
        if key:
            return cls._existing(user, editable(user, app, model, unquote(key)))
        return cls._new(user, model_named(app, model), parent=parent, locale=locale)

    @classmethod
    def at(cls, user: Any, address: str) -> Subject:
        """From the address of an edit or create view of the admin. Raises: ``Http404``."""
        try:
            parts = urlsplit(address)
            match = resolve(parts.path)
        except (ValueError, Resolver404):
            raise Http404 from None
        if match.view_name in PAGE_EDITORS:
            page = base_page_model()
            return cls._existing(
                user, editable(user, page._meta.app_label, page._meta.model_name, match.kwargs["page_id"])
            )
        if match.view_name == PAGE_CREATOR:
            names = ("content_type_app_name", "content_type_model_name", "parent_page_id")
            app, model, parent = (str(match.kwargs[name]) for name in names)
            return cls._new(user, model_named(app, model), parent=parent)
        return cls._of_view(user, match, locale=parse_qs(parts.query).get("locale", [""])[0])

    @classmethod
    def _of_view(cls, user: Any, match: ResolverMatch, *, locale: str) -> Subject:
        """Of a view of any viewset with panels."""
        func: Any = match.func
        kind = getattr(func, "view_class", None)
        view = kind(**func.view_initkwargs) if kind and issubclass(kind, (CreateView, EditView)) else None
        if view is None or view.model is None or not view.panel or view.model._meta.app_label == OWN_APP:
            raise NotOffered
        names = (view.model._meta.app_label, view.model._meta.model_name)
        if isinstance(view, CreateView):
            return cls._new(user, model_named(*names), locale=locale)
        key = match.kwargs.get(view.pk_url_kwarg) or (match.args[0] if match.args else "")
        return cls._existing(user, editable(user, *names, unquote(str(key))))

    @classmethod
    def _existing(cls, user: Any, instance: Any) -> Subject:
        instance = instance.specific if isinstance(instance, AbstractPage) else instance
        locale = instance.locale if isinstance(instance, TranslatableMixin) else None
        return cls(model=type(instance), instance=instance, parent=None, locale=locale, user=user)

    @classmethod
    def _new(cls, user: Any, model: Any, *, parent: str = "", locale: str = "") -> Subject:
        if issubclass(model, AbstractPage):
            above = _page(parent)
            found = cls(model=model, instance=None, parent=above, locale=above.locale, user=user)
        else:
            chosen = _locale(locale) if issubclass(model, TranslatableMixin) else None
            found = cls(model=model, instance=None, parent=None, locale=chosen, user=user)
        if not rights.may_add(found.new, user):
            raise Http404
        return found

    @property
    def new(self) -> NewObject:
        return NewObject(model=self.model, parent=self.parent)

    @cached_property
    def site(self) -> Any:
        """The page's Wagtail site; None for other models, and for a page that belongs to none."""
        page = self.instance if self.parent is None else self.parent
        return site_of(page) if isinstance(page, AbstractPage) else None

    @property
    def language(self) -> str:
        """Code of the language it is written in."""
        return str(self.locale.language_code if self.locale else settings.LANGUAGE_CODE)

    @property
    def draft(self) -> Any:
        """The object as its form was filled from, to read an open form with; an empty one while it is being created."""
        if self.instance is not None:
            return drafts.latest(self.instance)
        empty = self.model()
        if self.locale is not None:
            empty.locale = self.locale
        return empty

    @cached_property
    def uses(self) -> rights.Uses:
        """What of AI the user may use here."""
        page = self.instance if self.parent is None else self.parent
        is_page = isinstance(page, AbstractPage)
        spot = rights.Spot(site_id=self.site.pk if self.site else None, page=(lambda: page) if is_page else None)
        return rights.uses(self.user, spot=spot)

    def check_open(self) -> None:
        """Raises: ``NotAllowed`` when nobody, or not this user, may change it at the moment, or AI is switched off."""
        self.uses.check_on()
        if self.instance is None:
            rights.check_new(self.new, self.user)
        else:
            rights.check(self.instance, self.user)

    def as_json(self) -> dict[str, str]:
        """What a browser sends back to say which object it means."""
        is_new = self.instance is None
        return {
            "app": self.model._meta.app_label,
            "model": self.model._meta.model_name,
            "object": "" if is_new else str(quote(self.instance.pk)),
            "parent": str(self.parent.pk) if self.parent is not None else "",
            "locale": self.language if is_new and self.locale is not None else "",
        }


def model_named(app: str, model: str) -> Any:
    """A model with an edit form made of panels. Raises: ``Http404``."""
    try:
        found: Any = apps.get_model(app, model)
    except (LookupError, ValueError):
        raise Http404 from None
    if not any(hasattr(found, name) for name in ("get_edit_handler", "edit_handler", "panels")):
        raise NotOffered
    return found


def editable(user: Any, app: str, model: str, key: Any) -> Any:
    """The object as the model it was asked by knows it, if ``user`` may edit it. Raises: ``Http404``."""
    try:
        instance = model_named(app, model)._default_manager.filter(pk=key).first()
    except (ValueError, ValidationError):
        raise Http404 from None
    if instance is None or not drafts.may_edit(instance, user):
        raise Http404
    return instance


def _page(key: str) -> Any:
    if not (key.isascii() and key.isdigit()):
        raise Http404
    page = base_page_model()._default_manager.filter(pk=key).first()
    if page is None:
        raise Http404
    return page.specific


def _locale(code: str) -> Any:
    found = Locale.objects.filter(language_code=code).first() if code else Locale.get_default()
    if found is None:
        raise Http404
    return found


def _word(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name, "")
    if not isinstance(value, str):
        raise Http404
    return value
