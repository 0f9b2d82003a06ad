"""What the open editor asks: what has arrived, and what it makes of the form. Nothing is written by either."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from wagtail.models import AbstractPage, RevisionMixin

from wagtail_ai_content.pipeline import drafts, taking
from wagtail_ai_content.pipeline.taking import Meeting, Standing
from wagtail_ai_content.pipeline.visibility import may_take
from wagtail_ai_content.records.versions import api as versions

from .fields import OpenForm
from .steps import steps_between
from .subject import editable
from .wording import arrival, outcome, sides

MOST_KNOWN = 100
"""Versions that a browser may say it knows; one that is open for weeks is told some again."""
LONGEST_OPEN = timedelta(days=30)


@require_GET
def news(request: HttpRequest, app_label: str, model_name: str, object_id: str) -> HttpResponse:
    """The AI versions that came since the page was opened; 204 when there are none.

    Query: ``age``, milliseconds since the page was opened; ``loaded``, the revision it was opened with; ``known``, ids.
    """
    instance = _editable(request, app_label, model_name, object_id)
    arrived = versions.arrived(
        instance, since=_opened(request), known=_ids(request, "known"), loaded=_number(request, "loaded")
    )
    found = [version for version in arrived if may_take(version, request.user)]
    if not found:
        return HttpResponse(status=204)
    is_page = isinstance(instance, AbstractPage)
    return JsonResponse({"versions": [arrival(version, is_page=is_page) for version in found]})


@require_POST
def take(request: HttpRequest, app_label: str, model_name: str, object_id: str) -> HttpResponse:
    """What ``versions`` make of the form in the body; see ``steps`` for how it is put into the form.

    Query: ``versions``, ids to take in; ``taken``, ids taken in before; ``saved``, the time of the revision that the
    form was loaded from or last saved as; ``age``.
    """
    instance = _editable(request, app_label, model_name, object_id)
    current = drafts.latest(instance.specific if isinstance(instance, AbstractPage) else instance)
    wanted = _ids(request, "versions")
    found = [version for version in versions.of_target(instance, wanted) if may_take(version, request.user)]
    if not found:
        raise Http404
    form = OpenForm(current, request.user, data=request.POST, files=request.FILES)
    changed = taking.changed_fields(found)
    now = form.content([name for name in form.shape if name in changed])

    def as_form(content: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
        return form.as_sent(content, names=names, now=now)

    result = taking.take_in(found, now, model=form.model, as_form=as_form)
    where = taking.standing(
        instance,
        saved=_moment(request, "saved"),
        opened=_opened(request),
        taken={*wanted, *_ids(request, "taken")},
    )
    steps = steps_between(now, result.content, form)
    return JsonResponse(
        {
            "steps": steps,
            "conflicts": [_conflict(meeting, result.content, form) for meeting in result.meetings],
            "taken": _listed(result.taken),
            "rebase": _base(where),
            "message": outcome(result, where, steps=len(steps)),
        }
    )


def _conflict(meeting: Meeting, content: Mapping[str, Any], form: OpenForm) -> dict[str, Any]:
    steps = steps_between(content, meeting.content, form)
    return {
        "path": meeting.place,
        "label": meeting.label,
        **sides(meeting, rich=any(step["do"] == "rewrite" for step in steps)),
        "steps": steps,
        "taken": _listed(meeting.taken),
    }


def _listed(taken: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    return {version: sorted(ids) for version, ids in taken.items()}


def _base(where: Standing) -> dict[str, Any] | None:
    """The revision that the form's next save goes on top of, as Wagtail's own inputs name it."""
    if where.latest is None:
        return None
    return {"revision_id": where.latest.pk, "created_at": where.latest.created_at.isoformat()}


def _editable(request: HttpRequest, app_label: str, model_name: str, object_id: str) -> Any:
    """The object, not specific, if it has versions and the user may edit it. Raises: ``Http404``."""
    instance = editable(request.user, app_label, model_name, unquote(object_id))
    if not isinstance(instance, AbstractPage | RevisionMixin):
        raise Http404
    return instance


def _opened(request: HttpRequest) -> datetime:
    """When the page was opened, by the server's clock: browsers say how long ago."""
    longest = LONGEST_OPEN // timedelta(milliseconds=1)
    return timezone.now() - timedelta(milliseconds=min(_number(request, "age") or 0, longest))


def _moment(request: HttpRequest, name: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _number(request: HttpRequest, name: str) -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


def _ids(request: HttpRequest, name: str) -> set[uuid.UUID]:
    """Raises: ``Http404`` for what is no id."""
    given = [part for part in request.GET.get(name, "").split(",") if part]
    try:
        return {uuid.UUID(part) for part in given[-MOST_KNOWN:]}
    except ValueError as error:
        raise Http404 from error
