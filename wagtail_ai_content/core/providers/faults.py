"""From what came over the wire (status, headers, body) to the product's own errors.

A provider's words are read here to choose a class and go no further: they have been seen to contain keys.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ..errors import (
    AIError,
    NotConfigured,
    OutOfCredit,
    ProviderRejected,
    ProviderUnavailable,
    RateLimited,
    Refused,
    TooLong,
    UnknownModel,
)

SHORTEST_WAIT = 1.0
LONGEST_WAIT = 300.0

# Providers disagree about codes and agree about words; both are looked for in the start of the error body.
_LOOK_AT = 4000
_NO_CREDIT = re.compile(rb"insufficient_quota|credit balance|billing_hard_limit|payment required", re.IGNORECASE)
_TOO_LONG = re.compile(
    rb"context_length_exceeded|maximum context length|context window|prompt is too long|input token count|"
    rb"too many tokens|string_above_max_length|request_too_large",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    rb"content_policy|content_filter|content management policy|safety system|moderation_blocked|ResponsibleAI",
    re.IGNORECASE,
)
_BAD_KEY = re.compile(rb"API_KEY_INVALID|API key not valid|invalid_api_key|invalid x-api-key", re.IGNORECASE)
_NO_MODEL = re.compile(rb"model_not_found|model_not_exist|no such model", re.IGNORECASE)


def error_for(status: int, *, headers: Mapping[str, str], body: bytes, model: str, now: datetime) -> AIError:
    """The error that an answer with a status other than 2xx stands for."""
    if status == 408 or status >= 500:
        return ProviderUnavailable(retry_after=retry_after(headers, now=now))
    words = body[:_LOOK_AT]
    if status == 402 or (status in (400, 403, 429) and _NO_CREDIT.search(words)):
        return OutOfCredit(model=model)
    if status == 429:
        return RateLimited(retry_after=retry_after(headers, now=now))
    if status in (401, 403) or _BAD_KEY.search(words):
        return NotConfigured(model=model)
    if status == 404 or _NO_MODEL.search(words):
        return UnknownModel(model=model)
    return _rejection(status, words)


def _rejection(status: int, words: bytes) -> AIError:
    if status == 413 or (400 <= status < 500 and _TOO_LONG.search(words)):
        return TooLong(status=status)
    if 400 <= status < 500 and _REFUSED.search(words):
        return Refused()
    return ProviderRejected(status=status)


def retry_after(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Seconds the provider asks us to wait, between 1 and 300; None where it does not say, or says nothing sensible.

    ``headers``: names in lower case. ``now``: with a time zone, for providers that name a date.
    """
    value = headers.get("retry-after", "").strip()
    seconds = _seconds(value) if value else None
    if seconds is None and value:
        seconds = _until(value, now)
    return None if seconds is None else min(max(seconds, SHORTEST_WAIT), LONGEST_WAIT)


def _seconds(value: str) -> float | None:
    # No float(): it takes "nan" and "infinity" for numbers, and neither is a time to wait.
    return float(value) if re.fullmatch(r"[+-]?\d{1,30}(\.\d{1,30})?", value, re.ASCII) else None


def _until(value: str, now: datetime) -> float | None:
    try:
        date = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return (date - now).total_seconds()
