"""What a call cost. Unknown is never zero: a price nobody knows and tokens nobody counted give an unknown cost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from .base import (
    Capabilities,
    Chunk,
    Cost,
    EmbedReply,
    EmbedRequest,
    ImageReply,
    ImageRequest,
    ModerateRequest,
    Provider,
    Reply,
    Request,
    Score,
    Usage,
)

MILLION = Decimal(1_000_000)
_PLACES = Decimal("0.000001")


@dataclass(frozen=True, kw_only=True)
class Price:
    """US dollars."""

    input_per_million: Decimal
    output_per_million: Decimal = Decimal(0)
    per_image: Decimal | None = None
    source: str = "site"


Lookup = Callable[[str], Price | None]
"""From a model's name to its price; None where it is not known."""


class PriceBook:
    """The site's own prices first, then a public list."""

    def __init__(
        self,
        *,
        site: Mapping[str, Price] | None = None,
        public: Lookup = lambda model: None,
        entered: Lookup = lambda model: None,
    ) -> None:
        """``site``: by model as the site writes it. ``entered``: what goes before it, asked each time."""
        self._site = dict(site or {})
        self._entered = entered
        self._public = public

    def price(self, asked: str, *, answered: str = "") -> Price | None:
        """The price of the model that answered, which may go by a longer, dated name than the one asked."""
        full = f"{asked.partition('/')[0]}/{answered}" if answered and "/" not in answered else answered
        for name in (full, answered, asked):
            known = self._entered(name) or self._site.get(name)
            if known is not None:
                return known
        found = self._public(full) if full else None
        if found is None and _same_model(asked, answered):
            found = self._public(asked)
        return found

    def cost(self, asked: str, *, usage: Usage, answered: str = "") -> Cost:
        """What so many tokens cost, or would cost: before a call, leave out ``answered``."""
        price = self.price(asked, answered=answered)
        if price is None or usage.prompt_tokens is None or usage.completion_tokens is None:
            return Cost()
        amount = usage.prompt_tokens * price.input_per_million + usage.completion_tokens * price.output_per_million
        return Cost(amount=rounded(amount / MILLION), source=price.source)

    def image_cost(self, asked: str, *, answered: str = "") -> Cost:
        price = self.price(asked, answered=answered)
        if price is None or price.per_image is None:
            return Cost()
        return Cost(amount=rounded(price.per_image), source=price.source)


def rounded(amount: Decimal) -> Decimal:
    """Six decimals, half up."""
    return amount.quantize(_PLACES, rounding=ROUND_HALF_UP)


def _same_model(asked: str, answered: str) -> bool:
    name = asked.partition("/")[2] or asked
    return not answered or answered in (asked, name) or answered.startswith((f"{name}-", f"{asked}-"))


class PricedProvider(Provider):
    """Writes the cost into the answers of the provider it wraps, where they do not carry one already."""

    name = "priced"

    def __init__(self, provider: Provider, *, prices: PriceBook) -> None:
        self._provider = provider
        self._prices = prices

    def capabilities(self, model: str) -> Capabilities:
        return self._provider.capabilities(model)

    async def complete(self, request: Request) -> Reply:
        return self._priced(request, await self._provider.complete(request))

    async def stream(self, request: Request) -> AsyncIterator[Chunk]:
        async with aclosing(self._provider.stream(request)) as chunks:  # type: ignore[type-var]  # generators have aclose
            async for chunk in chunks:
                yield chunk if chunk.reply is None else replace(chunk, reply=self._priced(request, chunk.reply))

    async def embed(self, request: EmbedRequest) -> EmbedReply:
        reply = await self._provider.embed(request)
        if reply.cost.amount is not None:
            return reply
        usage = replace(reply.usage, completion_tokens=0)  # vectors are not counted
        return replace(reply, cost=self._prices.cost(request.model, usage=usage, answered=reply.model))

    async def moderate(self, request: ModerateRequest) -> tuple[Score, ...]:
        return await self._provider.moderate(request)

    async def image(self, request: ImageRequest) -> ImageReply:
        reply = await self._provider.image(request)
        if reply.cost.amount is not None:
            return reply
        return replace(reply, cost=self._prices.image_cost(request.model, answered=reply.model))

    def _priced(self, request: Request, reply: Reply) -> Reply:
        if reply.cost.amount is not None:
            return reply
        return replace(reply, cost=self._prices.cost(request.model, usage=reply.usage, answered=reply.model))
