"""What comes to the trail and from it, as values."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from wagtail_ai_content.core.text import storable


@dataclass(frozen=True, kw_only=True)
class NewEntry:
    """What is to be remembered; see the fields of :class:`~.models.AuditEntry`."""

    operation: str
    actor: str = ""
    function: str = ""
    model: str = ""
    prompt: str = ""
    prompt_version: str = ""
    target_type: str = ""
    """``app_label.model``."""
    target_id: str = ""
    site: str = ""
    job: str = ""
    outcome: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    """Names as they are now, by what they are of: ``user``, ``target``, ``site``."""
    texts: Mapping[str, Any] = field(default_factory=dict)
    sent: Any = None
    """The request as it left, to be fingerprinted; None when nothing was sent."""
    came: str | None = None
    """The reply, likewise."""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which entries are meant; what is empty does not count."""

    operation: str = ""
    actor: str = ""
    function: str = ""
    model: str = ""
    target_type: str = ""
    target_id: str = ""
    job: str = ""
    since: datetime | None = None
    """From this moment on."""
    until: datetime | None = None
    """Before this moment."""

    @property
    def is_empty(self) -> bool:
        return self == Filters()

    @property
    def columns(self) -> dict[str, str]:
        """What is compared as it is."""
        names = ("operation", "actor", "function", "model", "target_type", "target_id", "job")
        return {name: value for name in names if (value := getattr(self, name))}


def packed(texts: Mapping[str, Any]) -> bytes:
    """As small JSON; what is fingerprinted and compared is this, as it is stored."""
    if not texts:
        return b""
    plain = json.dumps(texts, cls=DjangoJSONEncoder, separators=(",", ":"), sort_keys=True)
    return zlib.compress(plain.encode(), 1)


def unpacked(stored: bytes) -> dict[str, Any]:
    """What :func:`packed` was given; empty when it was erased."""
    texts: dict[str, Any] = json.loads(zlib.decompress(stored)) if stored else {}
    return texts


def names(about: str) -> dict[str, str]:
    """The stored names; empty when they were erased."""
    found: dict[str, str] = json.loads(about) if about else {}
    return found


def clean(text: str, most: int) -> str:
    """What a column of ``most`` characters can hold."""
    return storable(text)[:most]
