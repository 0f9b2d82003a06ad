"""One entry after the other, each sealed together with the seal of the one before.

A *row* is a flat tuple of plain JSON values: its number first, then its facts, then the id of the key, the seal of the
entry before it, and its own seal. The seal is the HMAC-SHA256, in hexadecimal, of the row without it, written as a
JSON array in ASCII without spaces, so that anybody with the key can check it with any program.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

Row = tuple[Any, ...]

FIRST: Final = "0" * 64
"""What the first entry has for the seal before it."""
SEQUENCE, KEY, PREVIOUS, SEAL = 0, -3, -2, -1
"""Where a row has what every row has."""

_encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":"), check_circular=False).encode
_encode_sorted = json.JSONEncoder(
    ensure_ascii=True, allow_nan=False, separators=(",", ":"), sort_keys=True, check_circular=False
).encode


@dataclass(frozen=True, kw_only=True)
class Key:
    """A secret, and the name by which entries say that it sealed them."""

    id: str
    secret: bytes

    @classmethod
    def of(cls, passphrase: str) -> Key:
        """The key made from any long secret text; the name tells nothing about it."""
        secret = hashlib.sha256(b"wagtail_ai_content.audit:" + passphrase.encode()).digest()
        return cls(id=hashlib.sha256(b"name:" + secret).hexdigest()[:16], secret=secret)


Keys = Mapping[str, bytes]
"""Secrets by the names of their keys."""


def canonical(value: Any) -> str:
    """The one way in which ``value`` is written where it is sealed: JSON, keys sorted, ASCII, no spaces."""
    return _encode_sorted(value)


def sealed(facts: Row, *, sequence: int, previous: str, key: Key) -> Row:
    """The row of a new entry."""
    row = (sequence, *facts, key.id, previous)
    return (*row, seal(row, key.secret))


def seal(row: Row, secret: bytes) -> str:
    """The seal of a row that has none yet."""
    return hmac.digest(secret, _encode(row).encode(), "sha256").hex()


def fits(row: Row, keys: Keys) -> bool:
    """Whether a row is as it was when it was sealed. Raises: ``KeyError`` when its key is not known."""
    return bool(seal(row[:SEAL], keys[row[KEY]]) == row[SEAL])


def salted(salt: str, *parts: bytes) -> str:
    """A fingerprint of ``parts`` that says nothing about them once the salt is gone."""
    framed = [piece for part in parts for piece in (len(part).to_bytes(8, "big"), part)]
    return hmac.digest(bytes.fromhex(salt), b"".join(framed), "sha256").hex()
