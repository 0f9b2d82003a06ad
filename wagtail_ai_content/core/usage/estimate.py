"""What a request would take at most: tokens by an estimate made here, money by the dearest model that may answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from wagtail_ai_content.core.providers.base import Cost, Request, Usage
from wagtail_ai_content.core.providers.tokens import estimated

from .values import Quote, micros

MARGIN: Final = Decimal("1.5")
"""The estimate lies within a third of what tokenizers count, so that their count is at most 1.5 times as much."""

Priced = Callable[[str, Usage], Cost]
"""What so many tokens of a model cost."""


OVERHEAD: Final = 800
"""Tokens of the prompt around a text that a guardrail lets a model judge."""


@dataclass(frozen=True, kw_only=True)
class Extra:
    """A further call that a request may bring with it."""

    model: str
    sent: int
    """Tokens of the texts it is about."""
    longest_answer: int


def with_extras(quote: Quote, extras: Sequence[Extra], *, priced: Priced) -> Quote:
    """``quote`` and what further calls take at most."""
    for extra in extras:
        sent = int((extra.sent + OVERHEAD) * MARGIN)
        cost = priced(extra.model, Usage(prompt_tokens=sent, completion_tokens=extra.longest_answer)).amount
        money = None if cost is None or quote.money is None else quote.money + micros(cost)
        quote = replace(quote, tokens=quote.tokens + sent + extra.longest_answer, money=money)
    return quote


def quoted(request: Request, fallbacks: Sequence[str], *, priced: Priced) -> Quote:
    """What one call takes at most, with the longest answer that is allowed, whichever of the models answers."""
    sent = int(sum(estimated(message.content) for message in request.messages) * MARGIN)
    usage = Usage(prompt_tokens=sent, completion_tokens=request.max_tokens)
    costs = [priced(model, usage) for model in (request.model, *fallbacks)]
    known = [(cost.amount, cost.source) for cost in costs if cost.amount is not None]
    amount, source = max(known, default=(None, ""))
    unknown = amount is None or len(known) < len(costs)
    return Quote(
        tokens=sent + request.max_tokens,
        money=None if unknown or amount is None else micros(amount),
        source="" if unknown else source,
    )
