"""From a job and what its function prepared to the request a model gets."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils.crypto import salted_hmac

from wagtail_ai_content import conf
from wagtail_ai_content.core.engine.function import AIFunction, Prepared, Target, Task
from wagtail_ai_content.core.errors import InvalidInput
from wagtail_ai_content.core.guardrails import redaction
from wagtail_ai_content.core.prompts.template import render_messages
from wagtail_ai_content.core.prompts.variables import completed
from wagtail_ai_content.core.providers.base import Message, Request
from wagtail_ai_content.core.text import gettext_noop
from wagtail_ai_content.records.jobs.api import Job, NewJob
from wagtail_ai_content.records.prompts import api as prompts

MISSING_VALUE = gettext_noop("The prompt “%(prompt)s” needs a value for “%(name)s”. Give it with the request.")


@dataclass(frozen=True, kw_only=True)
class ModelSettings:
    """What model a function uses, and how."""

    model: str
    fallbacks: tuple[str, ...]
    """Models to ask, in order, when the first does not answer."""
    max_tokens: int
    temperature: float | None
    structured: bool
    """Whether the provider is told the JSON schema; a reply is held to it either way."""


@dataclass(frozen=True, kw_only=True)
class Built:
    """A request, and what the job remembers of how it came about."""

    request: Request
    fallbacks: tuple[str, ...]
    prompt_fields: Mapping[str, Any]
    """Fields of the job that say which prompt won."""
    parameters: Mapping[str, Any]
    redacted: Mapping[str, str]
    """What stays on the site, by the stand-in that is sent for it."""
    marker: str
    """The secret word in the fences around the site's texts."""


@dataclass(frozen=True, kw_only=True)
class Composed:
    """What a job has made before it asks the model."""

    task: Task
    prepared: Prepared
    built: Built


def task_of(job: Job) -> Task:
    """A stored job as its function sees it."""
    return Task(
        function=job.function,
        payload=job.params,
        target=_target_of(job),
        user_id=job.actor or None,
        site_id=job.site_id,
        job_id=str(job.pk),
    )


def task_before(new: NewJob) -> Task:
    """The same, of a job that is not stored."""
    return Task(
        function=new.function,
        payload=new.params,
        target=_target_of(new),
        user_id=None if new.user_id is None else str(new.user_id),
        site_id=new.site_id,
    )


def _target_of(about: Job | NewJob) -> Target | None:
    if not about.target_object_id:
        return None
    known = about.target_content_type_id
    content_type = ContentType.objects.get_for_id(known) if known else None
    return Target(
        content_type=f"{content_type.app_label}.{content_type.model}" if content_type else "",
        object_id=about.target_object_id,
        label=about.target_label,
        path=about.target_path,
    )


def compose(task: Task, *, function: AIFunction, repairs: int = 0) -> Composed:
    """Read the target and build the request; nothing is stored, nobody is called. Raises: any ``AIError``."""
    resolved = resolve_prompt(function, task)
    task = replace(task, wants=resolved.used)
    prepared = function.prepare(task)
    built = build_request(function, task=task, prepared=prepared, resolved=resolved, repairs=repairs)
    return Composed(task=task, prepared=prepared, built=built)


def resolve_prompt(function: AIFunction, task: Task) -> prompts.ResolvedPrompt:
    """The prompt of this task. Raises: ``PromptError``, ``UnknownPrompt``."""
    return prompts.resolve(
        function.prompt or function.name,
        site_id=task.site_id,
        override=task.payload.get("prompt_override"),
        name=task.payload.get("prompt"),
    )


def build_request(
    function: AIFunction, *, task: Task, prepared: Prepared, resolved: prompts.ResolvedPrompt, repairs: int = 0
) -> Built:
    """Choose the model and render the prompt. Raises: ``PromptError``, ``InvalidInput``.

    ``repairs``: how many answers of the job could not be used; the model is then asked past the cache.
    """
    variables = _variables(function.build_prompt(prepared), task=task, resolved=resolved)
    marker = fence_marker(variables)
    messages = render_messages(
        resolved.body,
        variables,
        name=resolved.name,
        clock=time.monotonic,
        marker=marker,
        partials=resolved.partials,
    )
    settings = model_settings(function, task, asked=resolved.model)
    schema = function.reply_schema(prepared) if settings.structured else None
    messages, redacted = without_people(messages, model=settings.model)
    request = Request(
        model=settings.model,
        messages=messages,
        max_tokens=settings.max_tokens,
        temperature=settings.temperature,
        schema=schema.json_schema() if schema else None,
        deadline=float(conf.get("CALL_DEADLINE")),
        material={**variables, "function": function.name},
        fresh=repairs > 0 or task.payload.get("fresh") is True,
    )
    return Built(
        request=request,
        fallbacks=settings.fallbacks,
        prompt_fields={
            "prompt_source": resolved.source,
            "prompt_key": resolved.name[:100],
            "prompt_version": resolved.version[:20],
            "prompt_template_id": resolved.template_id,
        },
        parameters={"max_tokens": settings.max_tokens, "temperature": settings.temperature},
        redacted=redacted,
        marker=marker,
    )


def without_people(messages: tuple[Message, ...], *, model: str) -> tuple[tuple[Message, ...], Mapping[str, str]]:
    """``messages`` without data about people, and that data; the built-in engine sends nothing anywhere."""
    kinds = conf.get("REDACT")
    if model == conf.BUILTIN_MODEL or not kinds:
        return messages, {}
    done = redaction.redact([message.content for message in messages], kinds=kinds, regions=conf.get("PHONE_REGIONS"))
    if not done.originals:
        return messages, {}
    texts = (f"{done.texts[0]}\n\n{redaction.NOTE}", *done.texts[1:])
    sent = tuple(Message(role=one.role, content=text) for one, text in zip(messages, texts, strict=True))
    return sent, done.originals


def model_settings(function: AIFunction, task: Task, *, asked: str = "") -> ModelSettings:
    """The prompt's own model goes first, then the site's profile, the setting of the function, the function, the site.

    ``asked``: the model the prompt asks for; "" when it leaves that to the site.
    """
    profile = prompts.profile_for(function.name, task.site_id) or prompts.ProfileValues()
    told: Mapping[str, Any] = conf.get("FUNCTIONS").get(function.name, {})
    temperature = told.get("TEMPERATURE", function.temperature)
    return ModelSettings(
        model=asked or profile.model or told.get("MODEL") or function.get_model(task) or conf.get("MODEL"),
        fallbacks=tuple(profile.fallback_models or told.get("FALLBACK_MODELS") or conf.get("FALLBACK_MODELS")),
        max_tokens=profile.max_tokens or told.get("MAX_TOKENS") or function.max_tokens,
        temperature=temperature if profile.temperature is None else profile.temperature,
        structured=profile.response_format != "text",
    )


def _variables(own: Mapping[str, Any], *, task: Task, resolved: prompts.ResolvedPrompt) -> dict[str, Any]:
    """What the function prepared, and for what else the prompt declares the values given with the request."""
    declared = {variable.name: variable for variable in resolved.variables}
    given = {name: value for name, value in task.payload.get("variables", {}).items() if name in declared}
    known = {**given, **own}
    for name, variable in declared.items():
        if variable.required and name not in known:
            raise InvalidInput(MISSING_VALUE, prompt=resolved.name, name=name)
    return completed(known, resolved.variables)


def fence_marker(variables: Mapping[str, Any]) -> str:
    """A word nobody outside can guess, and the same for the same request, so that its answer can be cached."""
    text = json.dumps(variables, sort_keys=True, default=str)
    return salted_hmac("wagtail_ai_content.fence", text, algorithm="sha256").hexdigest()[:24]
