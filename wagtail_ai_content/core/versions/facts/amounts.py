"""Numbers with their units, and sums of money, read the way their language writes them.

``12 %``, ``12%`` and ``12 percent`` are one number; ``1,000``, ``1 000`` and ``1000`` are one, and so are ``€3m`` and
``3 million euros``. A bare number keeps its last noughts, for 3.10 may be a version; with a unit or a currency they go.
Every pattern is possessive or counted, so that the time stays linear.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from .terms import CURRENCY_CODES, CURRENCY_WORDS, ORDINALS, UNIT_SIGNS, UNIT_WORDS, Terms

LETTERS = "A-Za-z\\u00aa\\u00b5\\u00ba\\u00c0-\\u024f\\u0370-\\u03ff\\u0400-\\u04ff"
"""Of scripts that part words; a digit after any other character begins a number of its own."""
SYMBOLS = "$€£¥₹₽₺₩₪₴"
FRACTIONS = "¼½¾⅓⅔⅛⅜⅝⅞"
SIGN = rf"(?:(?<![\d{LETTERS}])[-−+±](?=\d))?"
_NUMBER = re.compile(
    rf"{SIGN}(?P<digits>\d{{1,3}}(?:[ '’٬]\d{{3}}(?!\d))++(?:[.,٫]\d++(?!\d*+[.,]\d))?"
    rf"|\d++(?:[.,٫٬]\d++)*+|(?=[{FRACTIONS}]))(?P<fraction>[{FRACTIONS}])?"
)
_TAIL = re.compile(rf"(?:[.,][-–—]{{1,3}}+)?(?P<glue>[ -]?)(?P<first>[%‰％°{SYMBOLS}]?[{LETTERS}/²³$]{{0,20}}+)"
                   rf"(?P<rest>\d?)(?P<dot>\.?)(?:\s(?P<second>[{LETTERS}{SYMBOLS}]{{1,12}}+))?")  # fmt: skip
_BEFORE = re.compile(rf"(?P<currency>[A-Za-z]{{0,3}}+[{SYMBOLS}]|[{LETTERS}]{{2,4}}+\.?)\s?(?=[-−]?\d)")
_CODE = re.compile(rf"[\d{LETTERS}]{{1,40}}+(?:-[\d{LETTERS}]{{1,40}}+)?+")
_LONGEST = 40


@dataclass(frozen=True, kw_only=True)
class Amount:
    """A number or a sum of money in a text."""

    start: int
    end: int
    number: str
    """Canonical: ASCII digits, a point for decimals, no thousands."""
    unit: str
    """Canonical unit or currency; empty for a bare number."""
    money: bool

    @property
    def key(self) -> str:
        return f"{self.number} {self.unit}".rstrip()


def money_before(text: str, at: int, *, terms: Terms) -> Amount | None:
    """The sum at ``at`` that begins with its currency: ``€ 12``, ``US$3m``, ``EUR 12``."""
    sign = _BEFORE.match(text, at)
    currency = _currency(sign["currency"].rstrip(".")) if sign else ""
    found = _NUMBER.match(text, sign.end()) if sign and currency else None
    if found is None:
        return None
    number, end = _canonical(found, terms), found.end()
    tail = _TAIL.match(text, end)
    power = _power(tail, terms) if tail else None
    if tail and power:
        number, end = _scaled(number, power), tail.end("first")
    return Amount(start=at, end=end, number=_short(number), unit=currency, money=True)


def amount(text: str, at: int, *, terms: Terms) -> Amount | None:
    """The number at ``at``, with the unit, currency or power of ten behind it."""
    found = _NUMBER.match(text, at)
    if found is None:
        return None
    number, end = _canonical(found, terms), found.end()
    tail = _TAIL.match(text, end)
    if tail is None:
        return Amount(start=at, end=end, number=number, unit="", money=False)
    power = _power(tail, terms)
    money = _currency(tail["second"])
    if power and (money or tail["first"].casefold() != "m"):
        unit = money or _word(tail["second"])
        end = tail.end("second") if unit else tail.end("first")
        return Amount(start=at, end=end, number=_short(_scaled(number, power)), unit=unit, money=bool(money))
    return _with_unit(found, tail, number=number, text=text)


def code(text: str, at: int) -> Amount:
    """A word in which letters and digits are one: ``A380``, ``5G``."""
    found = _CODE.match(text, at)
    end = found.end() if found else at + 1
    return Amount(start=at, end=end, number=text[at:end], unit="", money=False)


def _with_unit(found: re.Match[str], tail: re.Match[str], *, number: str, text: str) -> Amount:
    start, end = found.start(), found.end()
    first = tail["first"]
    pair = f"{first} {tail['second']}".casefold() if tail["second"] else ""
    if pair in UNIT_WORDS:
        return Amount(start=start, end=tail.end("second"), number=_short(number), unit=UNIT_WORDS[pair], money=False)
    for name, stop in ((first + tail["rest"], tail.end("rest")), (first, tail.end("first"))):
        currency = _currency(name)
        unit = currency or _unit(name, glued=not tail["glue"])
        if unit and (stop == tail.end("rest") or not tail["rest"]):
            return Amount(start=start, end=stop, number=_short(number), unit=unit, money=bool(currency))
    if first and not tail["glue"] and first[0].isalpha() and first.casefold() not in ORDINALS and number.isdigit():
        return code(text, start)
    return Amount(start=start, end=end, number=number, unit="", money=False)


def _power(tail: re.Match[str], terms: Terms) -> int | None:
    """The power of ten named behind a number; one letter counts only where it is glued to it."""
    word = tail["first"].casefold()
    return None if len(word) == 1 and tail["glue"] else terms.multipliers.get(word)


def _currency(word: str | None) -> str:
    return CURRENCY_CODES.get(word) or CURRENCY_WORDS.get(word.casefold(), "") if word else ""


def _word(word: str | None) -> str:
    return UNIT_WORDS.get(word.casefold(), "") if word else ""


def _unit(name: str, *, glued: bool) -> str:
    if name in UNIT_SIGNS:
        # The nineties are not 1990 seconds.
        return "" if glued and name == "s" else UNIT_SIGNS[name]
    return UNIT_WORDS.get(name.casefold(), "")


def _canonical(found: re.Match[str], terms: Terms) -> str:
    digits = _ascii(found["digits"])
    sign = "-" if found[0][0] in "-−" else ""
    fraction = found["fraction"] or ""
    if len(digits) > _LONGEST:
        return sign + digits + fraction
    return sign + _plain(re.sub(r"[ '’]", "", digits), terms) + fraction


def _ascii(digits: str) -> str:
    if digits.isascii():
        return digits
    pairs = {"٫": ".", "٬": " ", "’": "'"}
    return "".join(pairs.get(char) or str(unicodedata.digit(char, char)) for char in digits)


def _plain(digits: str, terms: Terms) -> str:
    """``digits`` with a point before the decimals and nothing between thousands."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        decimal = max(".", ",", key=digits.rfind)
        other = "," if decimal == "." else "."
        return digits.replace(other, "").replace(decimal, ".") if digits.count(decimal) == 1 else digits
    mark = "." if points else ","
    parts = digits.split(mark)
    if len(parts) == 1:
        return digits
    grouped = 1 <= len(parts[0]) <= 3 and parts[0] != "0" and all(len(part) == 3 for part in parts[1:])
    if grouped and (len(parts) > 2 or mark != terms.decimal):
        return "".join(parts)
    return ".".join(parts)


def _scaled(number: str, power: int) -> str:
    try:
        return f"{Decimal(number).scaleb(power):f}"
    except ArithmeticError:
        return f"{number}e{power}"


def _short(number: str) -> str:
    """Without noughts that say nothing once a unit is there."""
    whole, point, decimals = number.partition(".")
    return f"{whole}.{decimals}".rstrip("0").rstrip(".") if point and decimals.isdigit() else number
