from __future__ import annotations

from decimal import Decimal

import pytest

from wagtail_ai_content.core.providers.base import Cost, EmbedRequest, ImageRequest, Message, Request, Usage
from wagtail_ai_content.core.providers.fake import FakeProvider, Step
from wagtail_ai_content.core.providers.price_list import bundled_price
from wagtail_ai_content.core.providers.pricing import Price, PriceBook, PricedProvider

SITE = Price(input_per_million=Decimal("1.5"), output_per_million=Decimal("6"), per_image=Decimal("0.04"))
PUBLIC = Price(input_per_million=Decimal("2"), output_per_million=Decimal("8"), source="public")
BOOK = PriceBook(site={"openai/own": SITE}, public={"openai/known": PUBLIC}.get)


def usage(asked: int | None, answered: int | None) -> Usage:
    return Usage(prompt_tokens=asked, completion_tokens=answered)


def test_tokens_times_price_with_six_decimals() -> None:
    assert BOOK.cost("openai/own", usage=usage(1000, 500)) == Cost(amount=Decimal("0.004500"), source="site")
    assert BOOK.cost("openai/known", usage=usage(1, 0)) == Cost(amount=Decimal("0.000002"), source="public")


@pytest.mark.parametrize(("asked", "amount"), [(1, "0.000002"), (3, "0.000005"), (5, "0.000008")])
def test_halves_are_rounded_up(asked: int, amount: str) -> None:
    assert BOOK.cost("openai/own", usage=usage(asked, 0)).amount == Decimal(amount)


@pytest.mark.parametrize(
    ("model", "counted"),
    [("openai/nobody", usage(1, 1)), ("openai/own", usage(None, 1)), ("openai/own", usage(1, None))],
)
def test_unknown_is_never_zero(model: str, counted: Usage) -> None:
    assert BOOK.cost(model, usage=counted) == Cost(amount=None, source="unknown")


def test_the_model_that_answered_sets_the_price() -> None:
    counted = usage(1_000_000, 0)
    assert BOOK.cost("openai/known", usage=counted, answered="known-2026-01-01").amount == 2
    assert BOOK.cost("openai/known", usage=counted, answered="known").amount == 2
    assert BOOK.cost("openai/other", usage=counted, answered="known").amount == 2
    assert BOOK.cost("openai/known", usage=counted, answered="another-one").amount is None
    assert BOOK.cost("openai/own", usage=counted, answered="llama-q4").amount == Decimal("1.5")


async def test_answers_get_their_cost() -> None:
    provider = PricedProvider(FakeProvider([Step(text="one two", usage=usage(1000, 500))] * 2), prices=BOOK)
    request = Request(model="openai/own", messages=(Message(role="user", content="Write"),), max_tokens=10)
    assert (await provider.complete(request)).cost.amount == Decimal("0.0045")
    last = [chunk async for chunk in provider.stream(request)][-1]
    assert last.reply is not None
    assert last.reply.cost.amount == Decimal("0.0045")
    assert (await provider.image(ImageRequest(model="openai/own", prompt="x"))).cost.amount == Decimal("0.04")
    assert (await provider.embed(EmbedRequest(model="openai/own", texts=("x",)))).cost.amount is None


async def test_a_cost_that_is_known_already_stays() -> None:
    free = Cost(amount=Decimal(0), source="builtin")
    provider = PricedProvider(FakeProvider([Step(text="one", cost=free)]), prices=BOOK)
    request = Request(model="openai/own", messages=(Message(role="user", content="Write"),), max_tokens=10)
    assert (await provider.complete(request)).cost == free


def test_the_bundled_list_knows_usual_models_and_no_others() -> None:
    for model in ("openai/gpt-4.1-mini", "anthropic/claude-sonnet-4-5", "gemini/gemini-2.5-flash"):
        price = bundled_price(model)
        assert price is not None
        assert 0 < price.input_per_million < price.output_per_million
        assert price.source.startswith("litellm 1.")
    assert bundled_price("openai/no-such-model") is None
    assert bundled_price("ollama/gpt-4.1-mini") is None
