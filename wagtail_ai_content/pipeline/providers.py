"""Which provider answers, made up from the settings: failover around cache, breaker and price, around an adapter."""

from __future__ import annotations

import gc
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import aclosing, contextmanager
from contextvars import ContextVar
from decimal import Decimal
from importlib import import_module
from typing import Any

from django.utils import timezone

from wagtail_ai_content import conf
from wagtail_ai_content.core.providers.base import Chunk, Cost, ModerateRequest, Provider, Reply, Request, Score, Usage
from wagtail_ai_content.core.providers.breaker import BreakerProvider
from wagtail_ai_content.core.providers.cache import CachedProvider
from wagtail_ai_content.core.providers.extractive.provider import ExtractiveProvider
from wagtail_ai_content.core.providers.failover import FailoverProvider
from wagtail_ai_content.core.providers.litellm import LiteLLMProvider, load
from wagtail_ai_content.core.providers.outgoing import Credential
from wagtail_ai_content.core.providers.price_list import bundled_price
from wagtail_ai_content.core.providers.pricing import Price, PriceBook, PricedProvider

from . import prices
from .ports import DatabaseBreakers, DjangoCache, Do, in_thread

_answering: ContextVar[Provider | None] = ContextVar("wagtail_ai_content_answering", default=None)


@contextmanager
def answered_by(provider: Provider) -> Iterator[None]:
    """Let ``provider`` answer for every model while the block runs; for tests that run jobs in their own process."""
    token = _answering.set(provider)
    try:
        yield
    finally:
        _answering.reset(token)


class Models:
    """All models a drain or a web process talks to; made in the event loop that uses them, closed with it."""

    def __init__(self, do: Do = in_thread) -> None:
        """``do``: where breakers and cached replies are looked up."""
        self._do = do
        self._breakers = DatabaseBreakers(do)
        self._adapter = LiteLLMProvider(credentials=_credentials(), now=timezone.now, api_hosts=conf.get("API_HOSTS"))
        self._prices = price_book()
        self._chains: dict[tuple[str, ...], Provider] = {}

    async def ask(self, request: Request, fallbacks: tuple[str, ...]) -> Reply:
        """Ask the request's model, then its fallbacks. Raises: any ``AIError``."""
        return await self._chain(request.model, *fallbacks).complete(request)

    async def stream(self, request: Request, fallbacks: tuple[str, ...]) -> AsyncIterator[Chunk]:
        """As :meth:`ask`, piece by piece; in one piece where a model cannot do that. The last one has the reply."""
        chain = self._chain(request.model, *fallbacks)
        if not chain.capabilities(request.model).supports_streaming:
            reply = await chain.complete(request)
            yield Chunk(text=reply.text)
            yield Chunk(reply=reply)
            return
        async with aclosing(chain.stream(request)) as chunks:  # type: ignore[type-var]  # generators have aclose
            async for chunk in chunks:
                yield chunk

    async def moderate(self, text: str, *, model: str) -> tuple[Score, ...]:
        """What a provider's moderation service thinks of ``text``. Raises: any ``AIError``."""
        return await self.provider(model).moderate(ModerateRequest(model=model, text=text))

    def cost(self, model: str, usage: Usage) -> Cost:
        """What so many tokens of ``model`` cost; unknown where its price is."""
        return cost_of(model, usage, prices=self._prices)

    def _chain(self, *models: str) -> Provider:
        if models not in self._chains:
            routes = [(self.provider(model), model) for model in models]
            self._chains[models] = FailoverProvider(routes, clock=time.monotonic)
        return self._chains[models]

    def provider(self, model: str) -> Provider:
        """The provider of one model, with everything around it."""
        replaced = _answering.get()
        if replaced is not None:
            return replaced
        if model == conf.BUILTIN_MODEL:
            return ExtractiveProvider()
        priced = PricedProvider(self._adapter, prices=self._prices)
        broken = BreakerProvider(priced, key=_breaker_key(model), store=self._breakers, clock=timezone.now)
        alias = conf.get("CACHE_ALIAS")
        return (
            CachedProvider(broken, store=DjangoCache(alias, do=self._do), ttl=conf.get("CACHE_SECONDS"))
            if alias
            else broken
        )

    async def close(self) -> None:
        """Close connections that are kept open."""
        await self._adapter.aclose()


def preload() -> None:
    """Load litellm and its prices now, so that workers forked later share their memory.

    Nothing where only the built-in engine is used. What is loaded is kept from the garbage collector, whose marks
    would make each worker copy it.
    """
    if any(model != conf.BUILTIN_MODEL for model in _configured_models()):
        load()
        bundled_price(conf.get("MODEL"))
        import_module("wagtail_ai_content.core.prompts.sandbox")
        gc.collect()
        gc.freeze()


def _configured_models() -> Iterable[str]:
    functions: dict[str, dict[str, Any]] = conf.get("FUNCTIONS")
    yield conf.get("MODEL")
    yield from conf.get("FALLBACK_MODELS")
    yield from (told["MODEL"] for told in functions.values() if "MODEL" in told)


def _credentials() -> dict[str, Credential]:
    providers: dict[str, dict[str, Any]] = conf.get("PROVIDERS")
    return {
        name: Credential(
            api_key=told.get("API_KEY"),
            api_base=told.get("API_BASE"),
            image_hosts=tuple(told.get("IMAGE_HOSTS", ())),
        )
        for name, told in providers.items()
    }


def price_book() -> PriceBook:
    """What this site pays for its models, as far as that is known."""
    return PriceBook(site=_site_prices(), public=bundled_price, entered=prices.entered)


def cost_of(model: str, usage: Usage, *, prices: PriceBook) -> Cost:
    """What so many tokens of ``model`` cost; unknown where its price is."""
    if model == conf.BUILTIN_MODEL:
        return Cost(amount=Decimal(0), source="builtin")
    return prices.cost(model, usage=usage)


def _site_prices() -> dict[str, Price]:
    prices: dict[str, dict[str, Any]] = conf.get("PRICES")
    return {
        model: Price(
            input_per_million=Decimal(str(told.get("input", 0))),
            output_per_million=Decimal(str(told.get("output", 0))),
            source="site",
        )
        for model, told in prices.items()
    }


def _breaker_key(model: str) -> str:
    """What fails together: all models of one provider."""
    return model.partition("/")[0][:200]
