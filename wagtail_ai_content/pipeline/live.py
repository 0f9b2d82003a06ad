"""The run of a job that somebody watches: what an error means to them, and what is kept of a reply cut short."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction

from wagtail_ai_content.core.engine.phases import Phase
from wagtail_ai_content.core.errors import (
    AIError,
    DeadlineExceeded,
    LeftAlone,
    MalformedReply,
    ProviderUnavailable,
    RateLimited,
    TemporaryError,
)
from wagtail_ai_content.core.guardrails.redaction import Restoring
from wagtail_ai_content.core.providers.base import Reply, Request, Usage
from wagtail_ai_content.core.providers.tokens import estimated
from wagtail_ai_content.core.text import Text, gettext_noop
from wagtail_ai_content.records.jobs import api as jobs

from . import audit, moderation, recover, usage
from .providers import Models
from .run import JobRun, reply_json, summed

STOPPED = gettext_noop("Stopped. Nothing was changed.")
TRY_AGAIN: Final[tuple[tuple[type[TemporaryError], str], ...]] = (
    (RateLimited, gettext_noop("The AI service is receiving too many requests. Wait a moment, then try again.")),
    (
        LeftAlone,
        gettext_noop(
            "The AI service has failed several times and is left alone for a moment. Wait a minute, then try again."
        ),
    ),
    (ProviderUnavailable, gettext_noop("The AI service is not reachable or reports a fault. Try again in a moment.")),
    (DeadlineExceeded, gettext_noop("The AI service took too long to answer. Try again, or choose a shorter text.")),
)
"""Where the background says that it tries again by itself. Subclasses before what they derive from."""
ANY_OTHER = gettext_noop("The AI service did not answer properly. Try again.")


class LiveRun(JobRun):
    """A job whose requester is looking on."""

    def __init__(self, claim: jobs.Claim, *, models: Models) -> None:
        super().__init__(claim)
        self.models = models
        self.repairing = False
        """True when the model is to be asked again because its answer could not be used."""
        self._request: Request | None = None
        self._read: list[str] = []
        self._shown = Restoring({})
        self._gate = moderation.held_back(())

    def asked(self, request: Request) -> None:
        """From now on a call may cost something."""
        self._request, self._read, self._shown = request, [], Restoring(self.redacted())
        self._gate = moderation.held_back(self.rules)

    def show(self, text: str) -> str:
        """More of the reply has come; gives what can be shown by now, with what stand-ins stand for.

        What a guardrail may stop is held back until it was judged; nothing more comes where one does.
        """
        self._read.append(text)
        return self._gate.read(self._shown.read(text))

    @property
    def is_readable(self) -> bool:
        """Whether the reply is a text that a person can read as it comes."""
        return self.function.reply_schema(self.prepared()) is None

    def show_begun(self) -> None:
        """Its requester is told without the row: one transaction less before the first word."""
        self.phase = Phase.PREP

    def message_of(self, phase: Phase, *, model: str = "") -> Text:
        return Text.from_json(self.at(phase, model=model)["message"])

    def keep(self, reply: Reply) -> None:
        super().keep(reply)
        self._request = None

    def give_up_or_wait(self, error: AIError) -> None:
        decided = self.judge(error)
        repair = decided.repair and decided.again and self.replied
        with transaction.atomic():
            self.note(error, again=repair)
            written: Mapping[str, Any]
            if repair:
                written = jobs.update(self.claim, reply=None, repairs=self.job.repairs + 1)
            else:
                spent = self._spent() if self._read else {}
                usage.record(self.job, spent.get("reply"))
                written = self.end(error, text=words_for(error), **spent)
        if repair:
            jobs.remember(self.job, written)
            self.repairing = True
        else:
            self.remember_end(written)

    def settle(self) -> None:
        """End the job because nobody wants it any more; does nothing if it has ended otherwise."""
        message = Text(STOPPED)
        with transaction.atomic():
            spent = self._spent()
            if jobs.settle(self.claim, message=message, **spent):
                usage.record(self.job, spent.get("reply"))
                jobs.log(self.claim, jobs.Entry(kind="stopped", phase=self.phase, data=_facts(spent)))
            jobs.give_back(self.claim.job_id)
        self.job = jobs.fetch(self.claim.job_id) or self.job
        if not recover.announce(self.claim.job_id) and spent:
            audit.stopped(self.job)

    def _spent(self) -> dict[str, Any]:
        """Of a call whose end was not seen: what had come, and an estimate of what it cost. Unknown stays unknown."""
        if self._request is None:
            return {}
        text = "".join(self._read)
        sent = sum(estimated(message.content) for message in self._request.messages)
        usage = Usage(prompt_tokens=sent, completion_tokens=estimated(text))
        cost = self.models.cost(self._request.model, usage)
        reply = Reply(text=text, model=self._request.model, finish_reason=jobs.STOPPED, usage=usage, cost=cost)
        return {
            "reply": {**reply_json(reply), "estimated": True},
            "model_used": self._request.model[:200],
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "cost": summed(self.job.cost, cost.amount),
            "price_source": f"estimate: {cost.source}"[:60],
        }


def words_for(error: AIError) -> Text:
    """What a person is told who can try again at once, or not at all."""
    for kind, words in TRY_AGAIN:
        if isinstance(error, kind):
            return Text(words)
    if isinstance(error, TemporaryError) and not isinstance(error, MalformedReply):
        return Text(ANY_OTHER)
    return error.text


def is_worth_trying(code: str) -> bool:
    """Whether asking again may help after an error of this code."""
    return code in _WORTH_TRYING


def _codes(kind: type[AIError]) -> set[str]:
    return {kind.code, *(code for each in kind.__subclasses__() for code in _codes(each))}


_WORTH_TRYING: Final = frozenset({*_codes(TemporaryError), "internal", "interrupted", "stopped", "worker_lost"})


def _facts(spent: Mapping[str, Any]) -> dict[str, Any]:
    """Without any text."""
    facts = {name: value for name, value in spent.items() if name in ("prompt_tokens", "completion_tokens")}
    return {**facts, "estimated": bool(spent)}
