"""The models of the site, for guardrails that let one judge."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

from wagtail_ai_content import conf
from wagtail_ai_content.core.engine.schema import ReplySchema
from wagtail_ai_content.core.guardrails.redaction import restore
from wagtail_ai_content.core.prompts.template import render_messages
from wagtail_ai_content.core.providers.base import Reply, Request, Score
from wagtail_ai_content.records.prompts import api as prompts

from .build import fence_marker, without_people
from .providers import Models
from .turns import Order

T = TypeVar("T")


class Do(Protocol):
    """Does database work away from the event loop."""

    def __call__(self, work: Callable[[], T], *, order: Order) -> Awaitable[T]: ...


class Services:
    """Asks models on behalf of one job, and remembers what they answered, since that is paid for."""

    def __init__(self, models: Models, *, site_id: int | None, do: Do) -> None:
        self.replies: list[Reply] = []
        self._models = models
        self._site_id = site_id
        self._do = do

    async def moderate(self, text: str, *, model: str) -> tuple[Score, ...]:
        return await self._models.moderate(text, model=model)

    async def ask(
        self, prompt: str, values: Mapping[str, Any], *, model: str, form: ReplySchema[T], max_tokens: int
    ) -> T:
        resolved = await self._do(lambda: prompts.resolve(prompt, site_id=self._site_id), order=Order.FINISH)
        messages = render_messages(
            resolved.body,
            values,
            name=resolved.name,
            clock=time.monotonic,
            marker=fence_marker(values),
            partials=resolved.partials,
        )
        messages, redacted = without_people(messages, model=model)
        reply = await self._models.ask(
            Request(
                model=resolved.model or model,
                messages=messages,
                max_tokens=max_tokens,
                temperature=0.0,
                schema=form.json_schema(),
                deadline=float(conf.get("GUARDRAIL_SECONDS")),
            ),
            (),
        )
        self.replies.append(reply)
        return form.parse(restore(reply.text, redacted, quoted=True))
