"""Reading the parts of an answer strictly: numbers, texts, vectors, pictures. Nothing here knows a provider."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import MalformedReply
from .base import Score, Usage

_MOST_TOKENS = 1_000_000_000


def read_object(body: bytes) -> dict[str, Any]:
    """``body`` as a JSON object in which no key appears twice. Raises: ``MalformedReply``."""
    try:
        data = json.loads(body, object_pairs_hook=_each_key_once)
    except RecursionError:
        raise MalformedReply(reason="nested too deeply") from None
    except ValueError:
        raise MalformedReply(reason="not JSON") from None
    if not isinstance(data, dict):
        raise MalformedReply(reason="not an object")
    return data


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise MalformedReply(reason="a key appears twice")
    return data


def scores_of(results: Any) -> tuple[Score, ...]:
    """The verdict of a moderation service. litellm gives a category under its own name and under Python's.

    Raises: ``MalformedReply``.
    """
    if not isinstance(results, list) or len(results) != 1:
        raise MalformedReply(reason="not one verdict for one text")
    flags, scores = _by_category(results[0], "categories"), _by_category(results[0], "category_scores")
    if not scores or not all(_is_share(score) for score in scores.values()):
        raise MalformedReply(reason="no scores")
    return tuple(
        Score(category=name, score=float(score), flagged=flags.get(name) is True)
        for name, score in sorted(scores.items())
    )


def _by_category(result: Any, name: str) -> dict[str, Any]:
    found = _field(result, name)
    known = found if isinstance(found, dict) else dict(found or {})
    return {re.sub(r"[_/]", "-", key): value for key, value in known.items() if value is not None}


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def tidied(data: dict[str, Any]) -> dict[str, Any]:
    """An answer in the OpenAI form as litellm can read it: ``data`` itself when it is in order already.

    Texts in parts are joined, vectors in base64 unpacked, and a ``usage`` that cannot be true is taken out.
    Raises: ``MalformedReply`` for choices that are none.
    """
    tidy = dict(data)
    if "usage" in data and not _sensible(data["usage"]):
        del tidy["usage"]
    if "choices" in data:
        tidy["choices"] = _choices(data["choices"])
    rows = data.get("data")
    if isinstance(rows, list) and any(isinstance(_field(row, "embedding"), str) for row in rows):
        tidy["data"] = [{**row, "embedding": list(vector(row.get("embedding")))} for row in rows]
    return data if tidy == data else tidy


def _sensible(usage: Any) -> bool:
    if not isinstance(usage, dict):
        return False
    return all(tokens(usage[name]) is not None for name in ("prompt_tokens", "completion_tokens") if name in usage)


def _choices(choices: Any) -> list[dict[str, Any]]:
    if not isinstance(choices, list) or not choices:
        raise MalformedReply(reason="no choices")
    return [_choice(choice) for choice in choices]


def _choice(choice: Any) -> dict[str, Any]:
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(message, dict):
        raise MalformedReply(reason="no message")
    content = message.get("content")
    if content is None and choice.get("finish_reason") == "content_filter":
        return dict(choice)
    return {**choice, "message": {**message, "content": text_of(content)}}


def tokens(value: Any) -> int | None:
    """A count of tokens; None for anything that cannot be one."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_TOKENS:
        return None
    return value


def usage_of(given: Any) -> Usage:
    """Usage from an object or mapping with ``prompt_tokens`` and ``completion_tokens``."""
    asked, answered = _field(given, "prompt_tokens"), _field(given, "completion_tokens")
    return Usage(prompt_tokens=tokens(asked), completion_tokens=tokens(answered))


def text_of(content: Any) -> str:
    """The text of a message whose content is a string or a list of parts. Raises: ``MalformedReply``."""
    if isinstance(content, str):
        return content
    if isinstance(content, Sequence) and content:
        return "".join(_part(part) for part in content)
    raise MalformedReply(reason="no text")


def _part(part: Any) -> str:
    text = part.get("text") if isinstance(part, Mapping) else part
    if not isinstance(text, str):
        raise MalformedReply(reason="a part that is not text")
    return text


def vectors_of(rows: Any, *, count: int, dimensions: int | None) -> tuple[tuple[float, ...], ...]:
    """``count`` vectors by index, all of one length. Raises: ``MalformedReply``."""
    if not isinstance(rows, Sequence) or len(rows) != count:
        raise MalformedReply(reason="another number of vectors than of texts")
    found: dict[int, tuple[float, ...]] = {}
    for place, row in enumerate(rows):
        index = _field(row, "index")
        found[place if index is None else index] = vector(_field(row, "embedding"))
    if set(found) != set(range(count)):
        raise MalformedReply(reason="vectors without their place")
    lengths = {len(each) for each in found.values()} | ({dimensions} if dimensions else set())
    if len(lengths) > 1:
        raise MalformedReply(reason="a vector of the wrong length")
    return tuple(found[index] for index in range(count))


def _field(row: Any, name: str) -> Any:
    return row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)


def vector(value: Any) -> tuple[float, ...]:
    """A list of numbers, or base64 of little-endian 32 bit floats, as a vector. Raises: ``MalformedReply``."""
    numbers = _floats(value) if isinstance(value, str) else value
    if not isinstance(numbers, Sequence) or not numbers:
        raise MalformedReply(reason="an empty vector")
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in numbers):
        raise MalformedReply(reason="a vector with something else than numbers")
    if not all(math.isfinite(each) for each in numbers) or not any(numbers):
        raise MalformedReply(reason="a vector without a direction")
    return tuple(float(each) for each in numbers)


def _floats(value: str) -> Sequence[float]:
    raw = from_base64(value)
    if len(raw) % 4:
        raise MalformedReply(reason="a vector cut off")
    return struct.unpack(f"<{len(raw) // 4}f", raw)


def from_base64(value: str) -> bytes:
    """The bytes, with line breaks and a ``data:`` prefix taken off first. Raises: ``MalformedReply``."""
    plain = re.sub(r"\s+", "", value)
    if plain.startswith("data:"):
        plain = plain.partition(",")[2]
    try:
        return base64.b64decode(plain, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedReply(reason="not base64") from None


def picture_of(rows: Any) -> bytes | str:
    """The bytes of the first image, or the address at which the provider says it stands. Neither is looked at.

    Raises: ``MalformedReply``.
    """
    if not isinstance(rows, Sequence) or not rows:
        raise MalformedReply(reason="no image")
    value, address = _field(rows[0], "b64_json"), _field(rows[0], "url")
    if not value and isinstance(address, str) and address:
        return address
    data = from_base64(value) if isinstance(value, str) else b""
    if not data:
        raise MalformedReply(reason="an empty image")
    return data
