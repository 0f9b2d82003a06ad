"""Running a logged generation again: offline from what was kept, or on another model. Nothing is written to any page.

Offline the same request and the same reply go through the same reading of replies as then, so the result must be the
same, unless the site's code has changed. On another model only the request is the same.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from asgiref.sync import async_to_sync
from django.core.serializers.json import DjangoJSONEncoder

from wagtail_ai_content import conf
from wagtail_ai_content.core.engine.function import AIFunction, Parsed, Prepared
from wagtail_ai_content.core.errors import AIError, InvalidInput, OtherVersion, UnknownTarget
from wagtail_ai_content.core.providers.base import Message, Reply, Request
from wagtail_ai_content.core.text import gettext_noop
from wagtail_ai_content.records.audit import api as trail
from wagtail_ai_content.records.audit.api import AuditEntry, Operation
from wagtail_ai_content.records.jobs import api as jobs

from . import audit, moderation, rights
from .build import without_people
from .functions import get_function
from .providers import Models
from .run import reply_json, understood

LOGGED = (Operation.GENERATED, Operation.DISCARDED, Operation.FAILED, Operation.CANCELLED)
NOTHING_KEPT = gettext_noop(
    "Nothing is left to run again: the model never answered in this job, or its texts have been erased."
)


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A generation as it was logged."""

    job_id: str
    job: jobs.Job | None
    """None when it was deleted."""
    function: AIFunction
    request: Mapping[str, Any]
    reply: Mapping[str, Any]
    prepared: Prepared
    redacted: Mapping[str, str]
    result: Mapping[str, Any]
    """What was made of the reply then, or the code of the error it ended with."""
    is_authentic: bool | None
    """Whether request and reply are those that the audit trail has the fingerprints of; None when it cannot tell."""


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """What came of running it again."""

    recorded: Recorded
    result: Mapping[str, Any]
    reply: Reply | None
    """The new one; None offline."""

    @property
    def is_same(self) -> bool:
        return _lines(self.recorded.result) == _lines(self.result)

    @property
    def diff(self) -> list[str]:
        """Lines of a unified diff from the result then to the one now; none when they are the same."""
        now = f"now ({self.reply.model})" if self.reply else "now"
        before, after = _lines(self.recorded.result), _lines(self.result)
        return list(difflib.unified_diff(before, after, "then", now, lineterm="", n=2))


def replay(job_id: str, *, model: str = "") -> Replayed:
    """Run a logged generation again, offline unless a ``model`` is named.

    Raises: ``UnknownTarget`` and ``InvalidInput`` when there is nothing to run again, ``OtherVersion`` when the
    function has changed, and with a model ``SwitchedOff``, ``Blocked`` and what asking it raises.
    """
    found = recorded(job_id)
    if not model:
        return Replayed(recorded=found, result=_result(found, found.reply, found.redacted), reply=None)
    site_id = found.job.site_id if found.job else None
    rights.check_use(None, found.function.name, spot=rights.Spot(site_id=site_id))
    request, redacted = _request(found, model)
    moderation.check(
        moderation.of_request((one.content for one in request.messages), function=found.function.name), site_id
    )
    reply = async_to_sync(_asked)(request)
    done = Replayed(recorded=found, result=_result(found, reply_json(reply), redacted), reply=reply)
    audit.replayed(found.job, job_id=found.job_id, function=found.function.name, reply=reply, same=done.is_same)
    return done


def recorded(job_id: str) -> Recorded:
    """What is kept of a generation: in the audit trail, else with its job. Raises: see :func:`replay`."""
    job = jobs.fetch(job_id)
    entry = trail.latest_of(str(job.pk) if job else job_id, LOGGED)
    if job is None and entry is None:
        raise UnknownTarget(what="job", name=job_id)
    texts = (trail.texts_of(entry) if entry else {}) or (_texts_of(job) if job else {})
    if not texts.get("reply"):
        raise InvalidInput(NOTHING_KEPT)
    function = get_function(entry.function if entry else job.function)  # type: ignore[union-attr]  # one is there
    if texts["function_version"] != function.version:
        raise OtherVersion
    prepared = texts["prepared"]
    return Recorded(
        job_id=str(job.pk) if job else job_id,
        job=job,
        function=function,
        request=texts["request"],
        reply=texts["reply"],
        prepared=Prepared(variables=prepared["variables"], notes=prepared["notes"], base=texts["base"]),
        redacted=prepared.get("redacted", {}),
        result=texts["parsed"] or _error(entry.outcome if entry else job.error_code),  # type: ignore[union-attr]
        is_authentic=_is_authentic(entry, texts),
    )


def _texts_of(job: jobs.Job) -> dict[str, Any]:
    names = ("request", "request_hash", "reply", "prepared", "base", "parsed", "function_version")
    return {name: getattr(job, name) for name in names}


def _is_authentic(entry: AuditEntry | None, texts: Mapping[str, Any]) -> bool | None:
    sent = json.dumps(texts["request"], sort_keys=True).encode()
    if hashlib.sha256(sent).hexdigest() != texts["request_hash"]:
        return False
    return trail.matches(entry, sent=texts["request"], came=texts["reply"]["text"]) if entry else None


def _request(found: Recorded, model: str) -> tuple[Request, Mapping[str, str]]:
    """The same request for ``model``; data about people stays here also where the first model was asked with it."""
    sent = found.request
    messages = tuple(Message(role=one["role"], content=one["content"]) for one in sent["messages"])
    messages, redacted = without_people(messages, model=model)
    request = Request(
        model=model,
        messages=messages,
        max_tokens=sent["max_tokens"],
        temperature=sent["temperature"],
        schema=sent["schema"],
        deadline=float(conf.get("CALL_DEADLINE")),
        material={**found.function.build_prompt(found.prepared), "function": found.function.name},
        fresh=True,
    )
    return request, {**redacted, **found.redacted}


async def _asked(request: Request) -> Reply:
    models = Models()
    try:
        return await models.ask(request, ())
    finally:
        await models.close()


def _result(found: Recorded, reply: Mapping[str, Any], redacted: Mapping[str, str]) -> Mapping[str, Any]:
    return _outcome(lambda: understood(found.function, reply, found.prepared, redacted=redacted))


def _outcome(read: Callable[[], Parsed]) -> Mapping[str, Any]:
    try:
        return read().as_json()
    except AIError as error:
        return _error(error.code)


def _error(code: str) -> dict[str, str]:
    return {"error": code}


def _lines(result: Mapping[str, Any]) -> list[str]:
    """Readable, and the same for the same result, whether it was stored meanwhile or not."""
    return json.dumps(result, cls=DjangoJSONEncoder, indent=2, sort_keys=True, ensure_ascii=False).splitlines()
