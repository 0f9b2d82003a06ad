"""The prices that people entered, kept in the process: answers are priced where no database may be asked."""

from __future__ import annotations

import time
from typing import Final

from wagtail_ai_content.core.providers.pricing import Price
from wagtail_ai_content.records.usage import api as usage

KEPT_SECONDS: Final = 30.0
SOURCE: Final = "entered"


class _Kept:
    """What was read last, and when."""

    prices: dict[str, Price] = {}
    read = float("-inf")


def refresh(*, at_once: bool = False) -> None:
    """Read the prices again, unless that was done in the last half minute; to be called where Django may wait."""
    if not at_once and time.monotonic() - _Kept.read < KEPT_SECONDS:
        return
    _Kept.prices = {
        model: Price(input_per_million=sent, output_per_million=received, source=SOURCE)
        for model, (sent, received) in usage.prices().items()
    }
    _Kept.read = time.monotonic()


def entered(model: str) -> Price | None:
    """The price as it was read last."""
    return _Kept.prices.get(model)
