"""Arrangements to look at and to put in: what the function ``layout`` found, as pages for a frame and as form states.

Both only read what a job of the person's own has stored; the browser puts it into the open form.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import get_language, override
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET
from wagtail.blocks import Block, StreamBlock

from wagtail_ai_content.core.errors import AIError
from wagtail_ai_content.features.layout.forms import stream_at
from wagtail_ai_content.records.jobs import api as jobs

logger = logging.getLogger(__name__)

FUNCTION = "layout"
POLICY = "sandbox; script-src 'none'; frame-ancestors 'self'"
"""For the page in the frame: a site's blocks may bring scripts, which have no business in a picture of them."""


@require_GET
@xframe_options_sameorigin
def preview(request: HttpRequest, job_id: uuid.UUID, number: int) -> HttpResponse:
    """Arrangement ``number`` rendered with the site's own templates; with ``?block=``, an id, that block alone."""
    found = _arrangement(request, job_id, number)
    shown = found.blocks(only=request.GET.get("block", ""))
    if not shown:
        raise Http404
    with override(found.language):
        context = {"page_title": found.name, "blocks": [_rendered(each, request) for each in shown]}
        response = render(request, "wagtail_ai_content/blocks/arrangement.html", context)
    response["Content-Security-Policy"] = POLICY
    return response


@require_GET
def states(request: HttpRequest, job_id: uuid.UUID, number: int) -> JsonResponse:
    """The blocks of arrangement ``number`` as Wagtail's form takes them."""
    found = _arrangement(request, job_id, number).blocks()
    return JsonResponse({"blocks": [{"type": each.type, "id": each.id, "value": each.form_state()} for each in found]})


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """One block of an arrangement."""

    type: str
    id: str
    block: Block
    raw: Any

    def form_state(self) -> Any:
        return self.block.get_form_state(self.block.to_python(self.raw))


@dataclass(frozen=True, kw_only=True)
class _Arrangement:
    stream: StreamBlock
    stored: Mapping[str, Any]
    language: str
    """Code of the language it is written in; the site shows it in that."""

    @property
    def name(self) -> str:
        return str(self.stored["name"])

    def blocks(self, *, only: str = "") -> Sequence[_Shown]:
        """Those whose type is still there; ``only`` the one with this id."""
        known = self.stream.child_blocks
        return [
            _Shown(type=each["type"], id=each["id"], block=known[each["type"]], raw=each["value"])
            for each in self.stored["blocks"]
            if each["type"] in known and only in ("", each["id"])
        ]


def _arrangement(request: HttpRequest, job_id: uuid.UUID, number: int) -> _Arrangement:
    """Raises: ``Http404`` also for jobs of others."""
    job = jobs.fetch(job_id)
    if job is None or job.function != FUNCTION or job.requested_by_id != request.user.pk:
        raise Http404
    value = (job.parsed or {}).get("value") if job.status == "succeeded" else None
    found = value["arrangements"] if value else []
    if number >= len(found):
        raise Http404
    try:
        stream = stream_at(job.params["model"], job.params["place"])
    except AIError as error:  # the site has changed since
        raise Http404 from error
    return _Arrangement(
        stream=stream, stored=found[number], language=job.params.get("content_language") or get_language() or ""
    )


def _rendered(shown: _Shown, request: HttpRequest) -> Mapping[str, Any]:
    """A block as its template shows it; None where the template cannot do without a page around it."""
    bound = shown.block.bind(shown.block.to_python(shown.raw))
    html: SafeString | None
    try:
        html = bound.render(context={"request": request, "page": None, "self": bound.value})
    except Exception:  # a site's own template, met without its page: the others can still be shown
        logger.exception("A block of type %r cannot be shown by itself", shown.type)
        html = None
    return {"type": shown.type, "html": html, "label": shown.block.label}
