"""The guardrails of a site, asked in the two places where everything passes: before a request leaves, and before
anything is made of a reply.

Rule sets are looked up in the database's thread; checks of the ``GUARDRAILS`` setting run in the event loop. What
cannot be checked goes no further. A decision is kept for each text by its hash: a reviewer's holds whatever the rules
say later, and what a service has said is not asked twice.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from django.utils.module_loading import import_string

from wagtail_ai_content import conf
from wagtail_ai_content.core.engine.reply import read_json
from wagtail_ai_content.core.errors import (
    AIError,
    Blocked,
    GuardrailBroken,
    Held,
    MalformedReply,
    ProviderUnavailable,
    TemporaryError,
)
from wagtail_ai_content.core.guardrails import redaction
from wagtail_ai_content.core.guardrails.check import (
    Action,
    Asker,
    Content,
    Finding,
    Guardrail,
    Stage,
    Status,
    Verdict,
)
from wagtail_ai_content.core.guardrails.holding import HoldBack
from wagtail_ai_content.core.guardrails.rules import RuleSet, View
from wagtail_ai_content.core.providers.base import Request
from wagtail_ai_content.core.providers.tokens import estimated
from wagtail_ai_content.core.text import Text, gettext_noop
from wagtail_ai_content.core.usage.estimate import Extra
from wagtail_ai_content.records.guardrails import api as guardrails
from wagtail_ai_content.records.guardrails.api import Judged, ModerationDecision
from wagtail_ai_content.records.jobs.api import Job

logger = logging.getLogger("wagtail_ai_content")

NOT_SENT = gettext_noop(
    "Nothing was sent, because “%(check)s” does not let it out of the site: %(reason)s. "
    "Change the text or the instruction, or ask whoever keeps the AI rules of this site."
)
NOT_SENT_YET = gettext_noop(
    "Nothing was sent yet: a reviewer has to look at it first, because of “%(check)s”: %(reason)s. "
    "If it is let through, the work goes on by itself."
)
REJECTED = gettext_noop(
    "A reviewer has decided that this may not be used: %(reason)s. Ask in other words, or write this part yourself."
)
REJECTED_SILENTLY = gettext_noop(
    "A reviewer has decided that this may not be used. Ask in other words, or write this part yourself."
)
WARNING = gettext_noop("%(check)s: %(reason)s.")


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What all guardrails of one stage found in a content."""

    content: Content
    findings: tuple[Finding, ...]
    known: ModerationDecision | None
    """What was decided about the same content before."""

    @property
    def verdict(self) -> Verdict:
        return Verdict(findings=self.findings)

    @property
    def needs_decision(self) -> bool:
        """Whether it is stopped, or to be kept; else its warnings are all there is."""
        asked = any(check.asks for check in checks_for(self.content.stage))
        return bool(self.verdict.stopping) or asked or _is_rejected(self.known)

    @property
    def warnings(self) -> tuple[Text, ...]:
        """What a person is told."""
        found = (finding for finding in self.findings if finding.action is Action.WARN)
        return tuple(one.text or Text(WARNING, {"check": one.check, "reason": _reason(one)}) for one in found)


# --- what is looked at


def of_request(messages: Iterable[str], *, function: str) -> Content:
    """All parts of a request, as they would leave the site."""
    return Content(stage=Stage.REQUEST, texts=tuple(messages), function=function)


def of_reply(text: str, *, function: str, structured: bool, given: str) -> Content:
    """A reply with its stand-ins put back; of one in JSON the texts in it."""
    texts = tuple(found for found in _texts(text) if found.strip()) if structured else (text,)
    return Content(stage=Stage.REPLY, texts=texts, function=function, given=given)


def _texts(text: str) -> Iterable[str]:
    try:
        return list(_strings(read_json(text)))
    except MalformedReply:
        return [text]


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


# --- looking, in the database's thread


def by_rules(content: Content, rules: Sequence[RuleSet]) -> tuple[Finding, ...]:
    """What a site's rules find. Raises: ``GuardrailBroken``."""
    view = View(content)
    return tuple(finding for one in rules for finding in _by_rule_set(one, view))


def _by_rule_set(rules: RuleSet, view: View) -> list[Finding]:
    try:
        return list(rules.find(view))
    except Exception as error:
        logger.exception("The AI rule set “%s” failed", rules.name)
        raise GuardrailBroken(check=rules.name) from error


def check(content: Content, site_id: int | None) -> None:
    """For what is sent outside of a job: what the rules of the site stop is not, and nobody is asked about it.

    Raises: ``Blocked``, ``Held``, ``GuardrailBroken``.
    """
    verdict = Verdict(findings=by_rules(content, guardrails.rules_for(site_id)))
    _hold_to(known_of(content), content.stage, verdict)


def weigh(job: Job, judgement: Judgement) -> tuple[Text, ...]:
    """What a person is told of what may go on. What may not is kept for the reviewers.

    Raises: ``Blocked``, ``Held``.
    """
    if not judgement.needs_decision:
        return judgement.warnings
    content, verdict, known = judgement.content, judgement.verdict, judgement.known
    if known is None or not known.is_by_a_person:
        known = guardrails.keep(
            Judged(
                content_hash=hash_of(content),
                stage=content.stage,
                verdict=verdict,
                checks=_fingerprint(content.stage),
                job=job.pk,
                function=job.function,
                site_id=job.site_id,
                site_name=job.site_name,
                asked_by=job.requested_by_name,
            )
        )
    _hold_to(known, content.stage, verdict)
    return judgement.warnings


def _hold_to(known: ModerationDecision | None, stage: Stage, verdict: Verdict) -> None:
    """A person's decision counts, else what was found. Raises: ``Blocked``, ``Held``."""
    if known is not None and _is_rejected(known):
        raise rejection(known)
    if verdict.stopping and not (known is not None and known.is_by_a_person):
        raise _error(stage, verdict.stopping[0])


def _is_rejected(known: ModerationDecision | None) -> bool:
    return known is not None and known.is_by_a_person and known.status == Status.REJECTED


def rejection(decision: ModerationDecision) -> Blocked:
    """What people are told of a text that a reviewer has rejected."""
    reason = decision.note or decision.category
    return Blocked(REJECTED, reason=reason) if reason else Blocked(REJECTED_SILENTLY)


def known_of(content: Content) -> ModerationDecision | None:
    """What was decided about the same content before. One query."""
    return guardrails.decision_about(hash_of(content))


def hash_of(content: Content) -> str:
    """The name under which a decision about ``content`` is kept."""
    return hashlib.sha256(json.dumps([content.stage, *content.texts]).encode()).hexdigest()


def _error(stage: Stage, finding: Finding) -> AIError:
    told = {"check": finding.check, "reason": _reason(finding)}
    if finding.action is Action.BLOCK:
        return Blocked(NOT_SENT if stage is Stage.REQUEST else None, **told)
    return Held(NOT_SENT_YET if stage is Stage.REQUEST else None, **told)


def _reason(finding: Finding) -> str:
    place = f" (“{finding.excerpt}”)" if finding.excerpt else ""
    advice = f". {finding.advice.rstrip('.')}" if finding.advice else ""
    return f"{finding.category}{place}{advice}"


def held_back(rules: Sequence[RuleSet]) -> HoldBack:
    """What of a streamed reply may be shown before all of it was judged."""
    reaches = [one.reach(Stage.REPLY) for one in rules]
    whole = any(not check.only_warns for check in checks_for(Stage.REPLY))
    reach = None if whole or None in reaches else max((one for one in reaches if one), default=0)

    def stops(text: str) -> bool:
        return bool(Verdict(findings=by_rules(Content(stage=Stage.REPLY, texts=(text,)), rules)).stopping)

    return HoldBack(reach=reach, stops=stops)


# --- looking, in the event loop


def checks_for(stage: Stage) -> tuple[Guardrail, ...]:
    """The checks of the ``GUARDRAILS`` setting for a stage. Raises: ``GuardrailBroken``."""
    return tuple(check for check in _checks(_setting()) if stage in check.stages)


def extras(request: Request) -> list[Extra]:
    """The calls to language models that checks may make for a request, for what they may cost."""
    about = {
        Stage.REQUEST: sum(estimated(message.content) for message in request.messages),
        Stage.REPLY: request.max_tokens,
    }
    return [
        Extra(model=check.model, sent=about[stage], longest_answer=check.longest_answer)
        for stage in Stage
        for check in checks_for(stage)
        if check.model
    ]


def earlier(known: ModerationDecision | None, stage: Stage) -> tuple[Finding, ...] | None:
    """What services said about the same content before, where the same ones are asked; None when they have to be
    asked."""
    if known is None or (known.checks != _fingerprint(stage) and not known.is_by_a_person):
        return None
    return guardrails.findings_of(known)


async def by_checks(
    checks: Iterable[Guardrail], content: Content, models: Asker, *, known: tuple[Finding, ...] | None
) -> tuple[Finding, ...]:
    """What checks find. ``known``: what those that ask a service said before; None to ask them.

    Raises: ``GuardrailBroken``; where a service is out of order for a moment, what that raises.
    """
    found: list[Finding] = []
    for check in checks:
        if check.asks and known is not None:
            found += [finding for finding in known if finding.check == check.name]
        else:
            found += [replace(finding, check=check.name) for finding in await _by_check(check, content, models)]
    return tuple(found)


async def _by_check(check: Guardrail, content: Content, models: Asker) -> Iterable[Finding]:
    try:
        async with asyncio.timeout(conf.get("GUARDRAIL_SECONDS")):
            shown = await asyncio.to_thread(_without_people, content) if check.asks else content
            return list(await check.judge(shown, models))
    except MalformedReply as error:  # not the model's, which is not to be asked again for it
        raise ProviderUnavailable from error
    except TemporaryError:
        raise
    except Exception as error:
        logger.exception("The AI guardrail “%s” failed", check.name)
        raise GuardrailBroken(check=check.name) from error


def _without_people(content: Content) -> Content:
    """As a service may see it: the stand-ins of a reply have been filled in by now."""
    done = redaction.redact(content.texts, kinds=conf.get("REDACT"), regions=conf.get("PHONE_REGIONS"))
    return replace(content, texts=done.texts, given="")


# --- the setting

Setting = tuple[tuple[str, str], ...]
"""Dotted path and options, as JSON, of each check."""
NOT_A_GUARDRAIL: Final = "is not a class derived from wagtail_ai_content.guardrails.Guardrail"


def _setting() -> Setting:
    listed: Sequence[Mapping[str, Any]] = conf.get("GUARDRAILS")
    return tuple((one["NAME"], json.dumps(one.get("OPTIONS", {}), sort_keys=True)) for one in listed)


def make(name: str, options: Mapping[str, Any]) -> Guardrail:
    """The check at a dotted path. Raises: anything its import or constructor raises, ``TypeError``."""
    kind = import_string(name)
    if not (isinstance(kind, type) and issubclass(kind, Guardrail)):
        raise TypeError(NOT_A_GUARDRAIL)
    return kind(**options)


@lru_cache(maxsize=8)
def _checks(setting: Setting) -> tuple[Guardrail, ...]:
    return tuple(_made(name, json.loads(options)) for name, options in setting)


def _made(name: str, options: Mapping[str, Any]) -> Guardrail:
    try:
        return make(name, options)
    except Exception as error:
        logger.exception("The AI guardrail “%s” cannot be made", name)
        raise GuardrailBroken(check=name) from error


def _fingerprint(stage: Stage) -> str:
    """Which services are asked, and how: what they said is worth nothing once that changes."""
    setting = _setting()
    checks = zip(setting, _checks(setting), strict=True)
    asking = [written for written, check in checks if check.asks and stage in check.stages]
    return hashlib.sha256(json.dumps(asking).encode()).hexdigest() if asking else ""
