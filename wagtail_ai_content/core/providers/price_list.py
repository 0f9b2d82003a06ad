"""The list of prices inside of the installed litellm, read as a file: asking for a price imports nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .pricing import MILLION, Price

_PRICED = (
    "litellm_provider",
    "input_cost_per_token",
    "output_cost_per_token",
    "input_cost_per_image",
    "output_cost_per_image",
)


@cache
def _price_list() -> Mapping[str, Mapping[str, Any]]:
    """By model; only what a price is made of."""
    spec = find_spec("litellm")
    folder = (spec.submodule_search_locations or [""])[0] if spec else ""
    path = Path(folder) / "model_prices_and_context_window_backup.json"
    rows = json.loads(path.read_bytes()) if path.is_file() else {}
    return {name: {key: row[key] for key in _PRICED if row.get(key) is not None} for name, row in rows.items()}


@cache
def _source() -> str:
    return f"litellm {version('litellm')}"


def bundled_price(model: str) -> Price | None:
    """The price in litellm's own list; a public list for a ``PriceBook``. No network, no import of litellm."""
    prefix, _, name = model.partition("/")
    row = _price_list().get(model)
    if row is None and name and _price_list().get(name, {}).get("litellm_provider") == prefix:
        row = _price_list()[name]
    if row is None or ("input_cost_per_token" not in row and "output_cost_per_image" not in row):
        return None
    image = row.get("output_cost_per_image", row.get("input_cost_per_image"))
    return Price(
        input_per_million=Decimal(str(row.get("input_cost_per_token", 0))) * MILLION,
        output_per_million=Decimal(str(row.get("output_cost_per_token", 0))) * MILLION,
        per_image=None if image is None else Decimal(str(image)),
        source=_source(),
    )
