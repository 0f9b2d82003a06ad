"""What can be asked for in the editor at an address: its places, and what makes sense in each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language_info, gettext
from django.views.decorators.http import require_GET
from wagtail.coreutils import get_content_languages

from wagtail_ai_content.core.errors import NotAllowed
from wagtail_ai_content.core.prompts.problems import Problem
from wagtail_ai_content.core.quality.lengths import LIMITS
from wagtail_ai_content.features.writing.actions import ACTIONS, TONES, for_place
from wagtail_ai_content.features.writing.targets import TITLE_FIELDS, Place, places_of
from wagtail_ai_content.records.prompts import api as prompts

from .answers import problem
from .subject import NotOffered, Subject

LONGEST_ADDRESS = 2_000
FUNCTION = "assist"


@require_GET
def opened(request: HttpRequest) -> HttpResponse:
    """For ``?address=``, the path of an edit or create view.

    204 where nothing can be asked for, or not by this user, 404 for what the user may not edit, 403 when it is locked
    or AI is switched off.
    """
    address = request.GET.get("address", "")
    if len(address) > LONGEST_ADDRESS:
        raise Http404
    try:
        subject = Subject.at(request.user, address)
        if FUNCTION not in subject.uses:
            raise NotOffered
        places = {name: _place(place) for name, place in places_of(subject.model, user=subject.user).items()}
        subject.check_open()
    except NotOffered:
        return HttpResponse(status=204)
    except NotAllowed as error:
        return problem(error)
    if not places:
        return HttpResponse(status=204)
    return JsonResponse(
        {
            "subject": subject.as_json(),
            "streams": isinstance(request, ASGIRequest),
            "rtl": _is_rtl(subject.language),
            "places": places,
            "actions": [_action(action) for action in ACTIONS],
            "tones": [{"value": tone.value, "label": gettext(tone.label)} for tone in TONES],
            "languages": _languages(),
            "prompts": list(_prompts(subject)),
        }
    )


def actions_of(place: Place) -> list[str]:
    """The names of what may be asked for at ``place``, in the order of the menu."""
    target = place.target
    found = for_place(
        kind=target.kind,
        use=use_of(place),
        multiline=target.multiline,
        features=target.features,
        only=place.actions,
    )
    return [action.name for action in found]


def use_of(place: Place) -> str:
    """What the text is for: ``title``, ``seo_title``, ``search_description``, or any ``text``."""
    return place.target.path if place.target.path in TITLE_FIELDS else "text"


def wants_of(place: Place) -> int | None:
    """The length in characters that is best there."""
    return LIMITS.get(use_of(place))


def _place(place: Place) -> dict[str, Any]:
    target = place.target
    return {
        "label": target.label,
        "kind": target.kind,
        "multiline": target.multiline,
        "max_length": target.max_length,
        "use": use_of(place),
        "wants": wants_of(place),
        "actions": actions_of(place),
    }


def _action(action: Any) -> dict[str, Any]:
    return {
        "name": action.name,
        "label": gettext(action.label),
        "icon": action.icon,
        "group": action.group,
        "needs": action.needs,
        "when": list(action.when),
        "reads_page": action.reads_page,
    }


def languages() -> dict[str, str]:
    """Names by code of what a text may be translated into: the site's languages, or where it has one only, all."""
    ours = dict(get_content_languages())
    return ours if len(ours) > 1 else {code: str(name) for code, name in settings.LANGUAGES}


def _languages() -> list[dict[str, str]]:
    return [{"value": code, "label": _language_name(code, name)} for code, name in languages().items()]


def _language_name(code: str, name: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return name


def _is_rtl(code: str) -> bool:
    try:
        return bool(get_language_info(code)["bidi"])
    except KeyError:
        return False


def _prompts(subject: Subject) -> Iterator[dict[str, Any]]:
    """Prompts whose variables cannot be read are left out: they could not be used either."""
    for prompt in prompts.offered(FUNCTION, site_id=subject.site.pk if subject.site else None):
        try:
            variables = prompts.own_variables(prompt)
        except Problem:
            continue
        yield {
            "name": prompt.name,
            "label": prompt.name,
            "places": None,
            "variables": [variable.as_json() for variable in variables],
        }
