"""The tabs of the panel, as pieces of HTML, each loaded when it is opened."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from wagtail.models import AbstractPage
from wagtail.permissions import policy_registry

from wagtail_ai_content.core.errors import NotAllowed
from wagtail_ai_content.features.writing.targets import places_of
from wagtail_ai_content.pipeline.provenance import key_of
from wagtail_ai_content.records.prompts.api import PromptTemplate
from wagtail_ai_content.records.suggestions import api as suggestions
from wagtail_ai_content.records.texts import localised

from .opened import LONGEST_ADDRESS, actions_of
from .panel_activity import activity
from .panel_choices import page_functions, prompt_choices
from .panel_suggestions import shown
from .subject import Subject

MOST_KEYS: Final = 200
LONGEST_KEY: Final = 64


@require_GET
def tab(request: HttpRequest, name: str) -> HttpResponse:
    """For ``?address=``, the path of an edit or create view."""
    if name not in TABS:
        raise Http404
    subject = subject_at(request)
    context = {"subject": json.dumps(subject.as_json()), "is_new": subject.instance is None}
    try:
        if name != "activity":  # what was done may be read while nothing can be asked for
            subject.check_open()
    except NotAllowed as error:
        return render(request, "wagtail_ai_content/panel/refused.html", {"message": localised(error.text)})
    found = TABS[name](subject, request)
    return render(request, f"wagtail_ai_content/panel/{name}.html", {**context, **found})


@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    """Do not show the suggestions with the ``key``s of the body for the object at ``?address=`` again."""
    subject = subject_at(request)
    keys = request.POST.getlist("key")
    if subject.instance is None or not 0 < len(keys) <= MOST_KEYS or any(len(key) > LONGEST_KEY for key in keys):
        raise Http404
    suggestions.dismiss(request.user, key_of(subject.instance), keys)
    return HttpResponse(status=204)


def subject_at(request: HttpRequest) -> Subject:
    """Raises: ``Http404``."""
    address = request.GET.get("address", "")
    if len(address) > LONGEST_ADDRESS:
        raise Http404
    return Subject.at(request.user, address)


def _generate(subject: Subject, request: HttpRequest) -> dict[str, Any]:
    return {"functions": page_functions(subject), **_places(subject)}


def _prompts(subject: Subject, request: HttpRequest) -> dict[str, Any]:
    may_add = policy_registry.get_by_type(PromptTemplate).user_has_permission(request.user, "add")
    add_url = reverse(PromptTemplate.snippet_viewset.get_url_name("add")) if may_add else ""
    return {"choices": prompt_choices(subject), "add_url": add_url, **_places(subject)}


def _suggestions(subject: Subject, request: HttpRequest) -> dict[str, Any]:
    job = request.GET.get("job", "")
    return {"found": shown(subject, job) if job else None, **_places(subject)}


def _activity(subject: Subject, request: HttpRequest) -> dict[str, Any]:
    return activity(subject)


def _places(subject: Subject) -> dict[str, Any]:
    """The places of the form, for the browser to find them in it."""
    found = places_of(subject.model, user=subject.user)
    places = {
        name: {"label": place.target.label, "kind": place.target.kind, "actions": actions_of(place)}
        for name, place in found.items()
    }
    return {"places": json.dumps(places), "is_page": issubclass(subject.model, AbstractPage)}


Context = Callable[[Subject, HttpRequest], Mapping[str, Any]]
TABS: Final[Mapping[str, Context]] = {
    "generate": _generate,
    "prompts": _prompts,
    "suggestions": _suggestions,
    "activity": _activity,
}
