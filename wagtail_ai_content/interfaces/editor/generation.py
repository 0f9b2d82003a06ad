"""Asking for a text in the open form, and following, streaming or stopping what comes of it.

A request that is right becomes a job either way. Where the server speaks ASGI this process runs it and streams; where
it speaks WSGI a worker runs it and the browser follows its row: same checks, same results, same screens.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from functools import wraps
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils.translation import get_language, override
from django.views.decorators.http import require_GET, require_POST

from wagtail_ai_content.core.engine.phases import Phase
from wagtail_ai_content.core.errors import AIError
from wagtail_ai_content.core.text import Text
from wagtail_ai_content.pipeline import stream, turns
from wagtail_ai_content.pipeline.live import STOPPED
from wagtail_ai_content.pipeline.submit import submit
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.records.jobs.api import Status
from wagtail_ai_content.records.texts import localised

from . import telling
from .answers import problem
from .asking import Asked
from .reading import Reader

BEAT_SECONDS: Final = 15.0
BEAT: Final = ": \n\n"
"""A comment line; keeps proxies from closing a quiet connection."""

View = Callable[..., HttpResponseBase]


def told_as_json(view: View) -> View:
    """Answer what is wrong with a request as the browser's scripts expect it."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except AIError as error:
            return problem(error)

    return answering


@require_POST
@told_as_json
def generate(request: HttpRequest) -> HttpResponseBase:
    """See the explanation of the editor for what is sent and answered."""
    ask = Asked.of(request).ask()
    if not isinstance(request, ASGIRequest):
        job = submit(ask)
        addresses = {"follow": telling.follow_address(job), "cancel": telling.cancel_address(job)}
        return JsonResponse({"job": str(job.pk), **addresses}, status=202)
    rich = (ask.params or {}).get("kind") == "rich"
    body = _told(stream.begin(ask), rich=rich, language=get_language())
    answer = StreamingHttpResponse(body, content_type="text/event-stream; charset=utf-8")
    answer["X-Accel-Buffering"] = "no"
    return answer


@require_GET
def job(request: HttpRequest, job_id: Any) -> JsonResponse:
    """Where one of the user's own jobs stands."""
    return JsonResponse(telling.standing(_own(request, job_id)))


@require_POST
def cancel(request: HttpRequest, job_id: Any) -> HttpResponse:
    """Stop one of the user's own jobs. 204 also where it had ended."""
    jobs.cancel(_own(request, job_id).pk, message=Text(STOPPED))
    return HttpResponse(status=204)


def _own(request: HttpRequest, job_id: Any) -> jobs.Job:
    found = jobs.fetch(job_id)
    if found is None or found.requested_by_id != request.user.pk:
        raise Http404
    return found


async def _told(source: stream.Stream, *, rich: bool, language: str | None) -> AsyncIterator[str]:
    """The events of a job as lines. When the browser leaves, this is closed, and with it the job."""
    reader = Reader(rich=rich)
    async with aclosing(source.events(beat=BEAT_SECONDS)) as events:  # type: ignore[type-var]  # generators have aclose
        async for event in events:
            match event:
                case stream.Begun():
                    await sync_to_async(_let_connections_go)()  # the job is being prepared meanwhile
                    yield _line("job", telling.begun(event.job))
                case stream.Quiet():
                    yield BEAT
                case stream.Wrote():
                    if text := reader.read(event.text):
                        yield _line("text", {"text": text})
                case stream.Phased():
                    if event.phase == Phase.AI_CALL.name:
                        reader = Reader(rich=rich)
                    elif text := reader.rest():
                        yield _line("text", {"text": text})
                    yield _line("phase", _phase(event, language))
                case stream.Ended():
                    name, data = await turns.in_pool(lambda ended=event.job: _end(ended, language))  # type: ignore[misc]
                    yield _line(name, data)


def _phase(event: stream.Phased, language: str | None) -> dict[str, Any]:
    """The body is made outside of the request, where nobody's language is active."""
    with override(language):
        return {"phase": event.phase, "progress": event.progress, "message": localised(event.message)}


def _end(job: jobs.Job, language: str | None) -> tuple[str, dict[str, Any]]:
    with override(language):
        if job.status == Status.SUCCEEDED:
            return "result", telling.result(job)
        return "error", telling.error(job)


def _line(name: str, data: Mapping[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _let_connections_go() -> None:
    """The request's own thread has nothing more to ask; without this its connection would stay open for nothing."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
