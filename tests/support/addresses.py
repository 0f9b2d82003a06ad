"""Which addresses of the admin are this app's, as the URL conf, the bulk actions and our page viewset have them now."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from wagtail.admin.views.bulk_action.registry import bulk_action_registry

from wagtail_ai_content.views import AIPageViewSet

OURS = "wagtail_ai_content"
BULK = "bulk"
PAGES = "wagtailadmin_pages"


def addresses() -> set[str]:
    """Names as ``reverse`` knows them; of bulk actions ``bulk:<app>.<model>.<action>``."""
    named = {name for name, pattern in _patterns(get_resolver()) if _is_ours(name, pattern)}
    return named | set(_bulk_actions()) | set(_page_views())


def _patterns(resolver: URLResolver, namespaces: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, (*namespaces, *filter(None, [entry.namespace])))
        else:
            yield ":".join([*namespaces, entry.name or str(entry.pattern)]), entry


def _is_ours(name: str, pattern: URLPattern) -> bool:
    """A view of ours, a view of a model of ours, or one in a namespace of ours; of wagtail-modeladmin's, those that a
    class of ours offers."""
    view = inspect.unwrap(pattern.callback)
    shown = getattr(view, "view_class", type(view.__self__) if inspect.ismethod(view) else view)
    model = getattr(view, "view_initkwargs", {}).get("model")
    return any(OURS in found for found in (name.rpartition(":")[0], shown.__module__, getattr(model, "__module__", "")))


def _bulk_actions() -> Iterator[str]:
    bulk_action_registry.get_bulk_action_class("", "", "")  # has the hooks read
    for app, models in bulk_action_registry.actions.items():
        for model, actions in models.items():
            for action, shown in actions.items():
                if app == OURS or shown.__module__.startswith(OURS):
                    yield f"{BULK}:{app}.{model}.{action}"


def _page_views() -> Iterator[str]:
    """Wagtail asks the viewset of a page for its views, so the URL conf does not name them."""
    suffix = "_view_class"
    ours = [name.removesuffix(suffix) for name, view in _views(AIPageViewSet) if view.__module__.startswith(OURS)]
    assert ours
    for name, _ in _patterns(get_resolver()):
        namespace, _, view = name.partition(":")
        if namespace == PAGES and view.removesuffix("_results") in ours:
            yield name


def _views(viewset: type[Any]) -> list[tuple[str, Any]]:
    return [(name, getattr(viewset, name)) for name in dir(viewset) if name.endswith("_view_class")]
