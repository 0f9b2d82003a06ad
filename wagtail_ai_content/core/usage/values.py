"""What is limited, for whom, and what a request takes of it. All amounts are whole numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import Final

MICROS: Final = 1_000_000
"""In a US dollar. Money is counted in whole millionths: six decimals that no database rounds."""


class Unit(StrEnum):
    """What is counted."""

    REQUESTS = "requests"
    TOKENS = "tokens"
    """Sent and received."""
    MONEY = "money"
    """Millionths of a US dollar."""


class Period(StrEnum):
    """How long it is counted until the count starts again."""

    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"


class Kind(StrEnum):
    """Whose use is counted together."""

    USER = "user"
    GROUP = "group"
    SITE = "site"
    ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Whose use is counted together."""

    kind: Kind
    key: str = ""
    """Number of the user, group or site."""
    name: str = ""
    """What people call it; of a user the tier."""

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}" if self.key else str(self.kind)


@dataclass(frozen=True, kw_only=True)
class Limit:
    """At most so much in each period."""

    holder: Holder
    unit: Unit
    period: Period
    most: int
    contact: str = ""
    """Whom to ask for more; empty for the administrators of the site."""

    @property
    def slot(self) -> str:
        """The one name under which it is counted."""
        return f"{self.holder} {self.unit} {self.period}"


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What a request takes at most, estimated before anything is sent."""

    tokens: int = 0
    money: int | None = 0
    """Millionths of a US dollar; None where nobody knows the price."""
    source: str = ""
    """Whose price it is."""

    def amount(self, unit: Unit) -> int:
        """What is set aside; money whose amount is unknown cannot be."""
        return {Unit.REQUESTS: 1, Unit.TOKENS: self.tokens, Unit.MONEY: self.money or 0}[unit]


@dataclass(frozen=True, kw_only=True)
class Charge:
    """What a request took in the end."""

    requests: int = 0
    """1 when a model was asked."""
    tokens: int | None = 0
    """None where the provider counted nothing."""
    money: int | None = 0
    """None where it is unknown."""

    def amount(self, unit: Unit, *, reserved: int) -> int:
        """What is counted. Unknown is not zero: then it is what was set aside."""
        known = {Unit.REQUESTS: self.requests, Unit.TOKENS: self.tokens, Unit.MONEY: self.money}[unit]
        return reserved if known is None else known


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """The limits of one tier: what a person may use."""

    tier: str
    rank: int
    """0: granted to the person, 1: through a group, 2: to everybody else. The lowest counts."""
    limits: tuple[Limit, ...]


def effective(allowances: Iterable[Allowance]) -> tuple[Limit, ...]:
    """A person's limits. Of several groups' tiers each limit is the most generous, as permissions add up; no limit at
    all is the most generous."""
    found = list(allowances)
    best = min((one.rank for one in found), default=0)
    equals = [{limit.slot: limit for limit in one.limits} for one in found if one.rank == best]
    if not equals:
        return ()
    in_all = set.intersection(*(set(one) for one in equals))
    chosen = [max((one[slot] for one in equals), key=lambda limit: limit.most) for slot in sorted(in_all)]
    return tuple(chosen)


def micros(dollars: Decimal) -> int:
    """Whole millionths, rounded up, so that nothing is lost among many small amounts."""
    return int((dollars * MICROS).to_integral_value(rounding=ROUND_CEILING))


def dollars(micros: int) -> Decimal:
    """With six decimals."""
    return (Decimal(micros) / MICROS).quantize(Decimal("0.000001"))
