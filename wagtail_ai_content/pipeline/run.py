"""The run of one claimed job: the engine's steps, bound to the tables.

Everything that touches the database is a method of :class:`JobRun`, called in the database's thread; each commits
before it returns, and each is conditional on the claim.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import logging
import random
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from django.db import Error, close_old_connections, transaction
from django.db.models import F

from wagtail_ai_content import conf
from wagtail_ai_content.core.engine.function import AIFunction, Parsed, Prepared, Task
from wagtail_ai_content.core.engine.phases import Phase
from wagtail_ai_content.core.engine.reply import clean_reply
from wagtail_ai_content.core.engine.retry import Tried, Verdict, verdict
from wagtail_ai_content.core.errors import AIError, Blocked, Gone, Held, MalformedReply, OtherVersion, TooManyCalls
from wagtail_ai_content.core.guardrails.check import Content, Finding
from wagtail_ai_content.core.guardrails.redaction import restore
from wagtail_ai_content.core.guardrails.rules import RuleSet
from wagtail_ai_content.core.providers.base import Reply, Request
from wagtail_ai_content.core.text import Text, gettext_noop, storable
from wagtail_ai_content.core.versions import places
from wagtail_ai_content.records.guardrails import api as guardrails
from wagtail_ai_content.records.jobs import api as jobs

from . import audit, moderation, prices, recover, rights, targets, usage
from .build import Composed, compose, task_of
from .failpoints import reach
from .functions import get_function

T = TypeVar("T")

logger = logging.getLogger("wagtail_ai_content")

DATABASE_RETRY_SECONDS = 5.0
INTERNAL = gettext_noop(
    "Something unexpected happened inside the site. Nothing was changed. Tell your developers the number of this job."
)
TRYING_AGAIN = gettext_noop("%(error)s Next try in %(seconds)s s.")


class JobRun:
    """One claimed job and what is known of it in this process."""

    fallbacks: tuple[str, ...] = ()
    rules: tuple[RuleSet, ...] = ()
    known: guardrails.ModerationDecision | None = None
    task: Task
    function: AIFunction
    _composed: Composed
    _parsed: Parsed
    _content: Content
    _found: tuple[Finding, ...]

    def __init__(self, claim: jobs.Claim) -> None:
        self.claim = claim
        self.job = claim.job
        self.phase = Phase.INIT
        self._count = 1
        self._ended = False

    @property
    def replied(self) -> bool:
        """Whether the model has answered before, so that it is not asked again."""
        return self.job.reply is not None

    def prepare(self) -> Request:
        self.compose()
        return self.commit()

    def compose(self) -> Content:
        """Make the request, and look it up in the rules of the site; nothing is stored yet."""
        prices.refresh()
        self.show_begun()
        self._open()
        if self.job.calls >= conf.get("MAX_CALLS"):
            raise TooManyCalls(calls=self.job.calls)
        self.function.validate(self.task)
        self.check_use()
        reach("PREP:start")
        composed = compose(self.task, function=self.function, repairs=self.job.repairs)
        self.task, self._composed = composed.task, composed
        self.fallbacks = composed.built.fallbacks
        texts = (message.content for message in composed.built.request.messages)
        return self._look(moderation.of_request(texts, function=self.job.function))

    def commit(self, found: tuple[Finding, ...] = ()) -> Request:
        """Store the request, if the guardrails let it out. ``found``: what checks found in it."""
        prepared, built = self._composed.prepared, self._composed.built
        sent = request_json(built.request)
        known = {
            "base": prepared.base,
            "base_digest": places.digest(prepared.base) if prepared.base is not None else "",
            "request": sent,
            "request_hash": hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest(),
            "model_asked": built.request.model,
            "model_parameters": built.parameters,
            **built.prompt_fields,
        }
        try:
            told = self.decide(self.judged(found))
        except (Blocked, Held):
            jobs.remember(self.job, jobs.update(self.claim, **known))  # for whoever is to decide about it
            raise
        warned = [text.as_json() for text in told]
        known["prepared"] = {**prepared.as_json(), "redacted": dict(built.redacted), "warned": warned}
        known["calls"] = self.job.calls + 1
        with transaction.atomic():
            written = jobs.update(self.claim, **known, **self.at(Phase.AI_CALL, model=built.request.model))
            asked = {"model": built.request.model, "call": known["calls"]}
            jobs.log(
                self.claim,
                jobs.Entry(kind="checked", phase=Phase.INIT),
                jobs.Entry(kind="prepared", phase=Phase.PREP, data=_prompt_facts(built.prompt_fields)),
                jobs.Entry(kind="request", phase=Phase.AI_CALL, data=asked),
            )
        jobs.remember(self.job, written)
        reach("PREP:committed")
        return built.request

    def charge(self, replies: Sequence[Reply]) -> None:
        """Keep what models took that judged for a guardrail."""
        costs = [reply.cost.amount for reply in replies]
        with transaction.atomic():
            written = jobs.update(self.claim, cost=functools.reduce(summed, costs, self.job.cost))
            for reply in replies:
                usage.record(self.job, reply_json(reply))
        jobs.remember(self.job, written)

    def _look(self, content: Content) -> Content:
        """Look up ``content`` in the rules of the site, and keep what they find in it."""
        self.rules = guardrails.rules_for(self.job.site_id)
        self._content, self._found = content, moderation.by_rules(content, self.rules)
        self.known = moderation.known_of(content)
        return content

    def judged(self, found: tuple[Finding, ...]) -> moderation.Judgement:
        """What the rules and the checks found."""
        return moderation.Judgement(content=self._content, findings=(*self._found, *found), known=self.known)

    def decide(self, judged: moderation.Judgement) -> tuple[Text, ...]:
        """What a person is told. Raises: ``Blocked``, ``Held``."""
        return moderation.weigh(self.job, judged)

    def show_begun(self) -> None:
        """For whoever looks at the row while the request is made."""
        jobs.update(self.claim, **self.at(Phase.PREP))

    def keep(self, reply: Reply) -> None:
        answered = reply_json(reply)
        known = {
            "reply": answered,
            "model_used": answered["model"],
            "prompt_tokens": reply.usage.prompt_tokens,
            "completion_tokens": reply.usage.completion_tokens,
            "cost": summed(self.job.cost, reply.cost.amount),
            "price_source": reply.cost.source[:60],
            "confidence": reply.confidence,
        }
        with transaction.atomic():
            written = jobs.update(self.claim, **known, **self.at(Phase.PARSE))
            usage.record(self.job, answered)
            facts = {name: value for name, value in answered.items() if name != "text"}
            jobs.log(self.claim, jobs.Entry(kind="response", phase=Phase.AI_CALL, data=facts))
            reach("AI_CALL:before_commit")
        jobs.remember(self.job, written)
        reach("PARSE:start")

    def parse(self) -> Parsed:
        self.read()
        judged = self.judged(())
        self.decide(judged)
        return self.parsed(judged)

    def read(self) -> Content:
        """Understand the reply, and look it up in the rules of the site."""
        self._open()
        reply: Any = self.job.reply
        prepared, redacted = self.prepared(), self.redacted()
        self._parsed = understood(self.function, reply, prepared, redacted=redacted)
        structured = self.function.reply_schema(prepared) is not None
        text = restore(reply["text"], redacted, quoted=structured)
        given = json.dumps(prepared.variables, ensure_ascii=False)
        return self._look(moderation.of_reply(text, function=self.job.function, structured=structured, given=given))

    def parsed(self, judged: moderation.Judgement) -> Parsed:
        """What was understood, with the warnings of all guardrails."""
        stored: Any = self.job.prepared
        warned = [Text.from_json(text) for text in stored.get("warned", ())]
        self._count = self._parsed.count
        reach("PARSE:end")
        return dataclasses.replace(self._parsed, warnings=(*self._parsed.warnings, *warned, *judged.warnings))

    def save(self, parsed: Parsed) -> None:
        self.phase = Phase.SAVE
        reach("SAVE:start")
        with transaction.atomic():
            written = jobs.update(self.claim, parsed=parsed.as_json())  # first of all, since it locks the job's row
            self.check_use()
            saved = self.function.save_output(parsed, self.prepared(), self.task)
            jobs.log(
                self.claim,
                jobs.Entry(kind="parsed", phase=Phase.PARSE, data={"warnings": len(parsed.warnings)}),
                jobs.Entry(kind="saved", phase=Phase.SAVE, data={"outcome": saved.outcome, "reason": saved.reason}),
            )
            written |= jobs.finish(
                self.claim,
                status=jobs.Status.SUCCEEDED,
                outcome=saved.outcome,
                outcome_reason=saved.reason,
                message=saved.message.as_json(),
            )
            audit.generated(self.job, outcome=saved.outcome, reason=saved.reason, parsed=parsed.as_json())
            reach("SAVE:before_commit")
        self.remember_end(written)
        reach("SAVE:committed")

    def deliver(self) -> None:
        if self._ended:
            recover.tell(self.job)

    def give_up_or_wait(self, error: AIError) -> None:
        decided = self.judge(error)
        with transaction.atomic():
            self.note(error, again=decided.again, delay=decided.delay)
            if decided.again:
                return self._try_again(error, decided)
            written = self.end(error)
        self.remember_end(written)

    def judge(self, error: AIError) -> Verdict:
        tried = Tried(
            calls=self.job.calls,
            max_calls=conf.get("MAX_CALLS"),
            attempts=self.job.attempts,
            max_attempts=recover.most_attempts(),
            repairs=self.job.repairs,
        )
        return verdict(error, tried, draw=random.SystemRandom().random)

    def note(self, error: AIError, *, again: bool, delay: float = 0.0) -> None:
        """Write ``error`` into the job's log."""
        facts = {"code": error.code, "again": again, "delay": round(delay, 1)}
        jobs.log(self.claim, jobs.Entry(kind="error", phase=self.phase, data=facts))
        if again and self.replied and isinstance(error, MalformedReply):
            audit.discarded(self.job, error)

    def wait_for_database(self) -> None:
        """Let the job be claimed again in a moment; where even that fails, its lease runs out by itself."""
        close_old_connections()
        try:
            jobs.retry(self.claim, delay=DATABASE_RETRY_SECONDS)
        except (Error, jobs.LeaseLost):
            logger.warning("Job %s waits for its lease to end", self.claim.job_id)

    def fail_unexpectedly(self) -> None:
        try:
            written = jobs.finish(
                self.claim,
                status=jobs.Status.FAILED,
                error_code="internal",
                error=Text(INTERNAL).as_json(),
                message=Text(INTERNAL).as_json(),
            )
            self.remember_end(written)
            self.deliver()
        except (Error, jobs.LeaseLost):
            logger.warning("Job %s could not be marked as failed", self.claim.job_id)

    def _open(self) -> None:
        self.function = get_function(self.job.function)
        if self.job.reply is not None and self.job.function_version != self.function.version:
            raise OtherVersion
        self.task = task_of(self.job)

    def check_use(self) -> None:
        """Raises: ``NotAllowed``, ``SwitchedOff`` as things are now: both before anything is sent and before it is
        written."""
        target = self.task.target
        is_page = target is not None and targets.is_page(target)
        spot = rights.Spot(
            site_id=self.job.site_id,
            page=(lambda: targets.find(target)) if is_page else None,
            any_section=target is None,  # something that is being created
        )
        rights.check_use(self.task.user_id, self.task.function, spot=spot)

    def prepared(self) -> Prepared:
        """What the function found, as stored with the job."""
        stored: Any = self.job.prepared
        return Prepared(variables=stored["variables"], notes=stored["notes"], base=self.job.base)

    def redacted(self) -> Mapping[str, str]:
        stored: Any = self.job.prepared
        redacted: Mapping[str, str] = stored.get("redacted", {})
        return redacted

    def at(self, phase: Phase, *, model: str = "") -> dict[str, Any]:
        self.phase = phase
        function = get_function(self.job.function)
        params = {"model": model or self.job.model_asked, "count": self._count, "target": self.job.target_label}
        message = Text(function.messages[phase], params)
        return {"phase": phase.name, "progress": phase.start, "message": message.as_json()}

    def remember_end(self, written: Mapping[str, Any]) -> None:
        jobs.remember(self.job, written)
        self._ended = True

    def _try_again(self, error: AIError, decided: Verdict) -> None:
        message = Text(TRYING_AGAIN, {"error": str(error.text), "seconds": round(decided.delay)})
        fields: dict[str, Any] = {"message": message.as_json(), "error_code": error.code}
        if not decided.counts:
            fields |= {"calls": F("calls") - 1}
        if decided.repair:
            fields |= {"reply": None, "repairs": F("repairs") + 1}
        jobs.retry(self.claim, delay=decided.delay, **fields)

    def end(self, error: AIError, *, text: Text | None = None, **fields: Any) -> Mapping[str, Any]:
        """``text``: what is told instead of the error's own."""
        status = jobs.Status.CANCELLED if isinstance(error, Gone) else jobs.Status.FAILED
        told = (text or error.text).as_json()
        return jobs.finish(self.claim, status=status, error_code=error.code, error=told, message=told, **fields)


def understood(
    function: AIFunction, reply: Mapping[str, Any], prepared: Prepared, *, redacted: Mapping[str, str]
) -> Parsed:
    """What ``function`` reads in a stored reply, ``redacted`` put back. Raises: ``MalformedReply``, ``Refused``."""
    structured = function.reply_schema(prepared) is not None
    cleaned = clean_reply(
        restore(reply["text"], redacted, quoted=structured),
        finish_reason=reply["finish_reason"],
        structured=structured,
        given=json.dumps(prepared.variables, ensure_ascii=False),
    )
    parsed = function.parse_response(cleaned.text, prepared)
    return dataclasses.replace(
        parsed,
        warnings=(*cleaned.warnings, *parsed.warnings),
        truncated=parsed.truncated or cleaned.truncated,
    )


def request_json(request: Request) -> dict[str, Any]:
    """The request as it leaves the site, as plain data."""
    return {
        "model": request.model,
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "schema": dict(request.schema) if request.schema is not None else None,
    }


def reply_json(reply: Reply) -> dict[str, Any]:
    """The reply as plain data."""
    return {
        "text": storable(reply.text),
        "model": storable(reply.model)[:200],
        "finish_reason": storable(reply.finish_reason)[:50],
        "prompt_tokens": reply.usage.prompt_tokens,
        "completion_tokens": reply.usage.completion_tokens,
        "cost": str(reply.cost.amount) if reply.cost.amount is not None else None,
        "price_source": reply.cost.source,
        "cached": reply.cached,
    }


def _prompt_facts(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"prompt": fields["prompt_key"], "version": fields["prompt_version"], "source": fields["prompt_source"]}


def summed(before: Decimal | None, amount: Decimal | None) -> Decimal | None:
    """What all calls of a job cost together, as far as it is known."""
    if before is None or amount is None:
        return amount if amount is not None else before
    return before + amount
