"""Dates and times of day: one key for all spellings of the same day.

``2026-03-12``, ``12 March 2026``, ``March 12th, 2026``, ``12.3.2026`` and, by language, ``3/12/26`` are one date. A
date without a year keeps a key of its own: whoever leaves the year out has lost something.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .terms import Terms

_ISO = re.compile(r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)")
_NUMERIC = re.compile(r"(?P<a>\d{1,2})(?P<mark>[./-])\s?(?P<b>\d{1,2})(?P=mark)\s?(?P<y>\d{4}|\d\d)(?![\d]|[./-]\d)")
_MONTH = r"(?P<month>[^\W\d_]{3,10}+)\.?"
_YEAR = r"(?P<y>\d{4}(?!\d)|['’]\d\d(?!\d))"
_DAY_MONTH = re.compile(
    rf"(?P<d>\d{{1,2}})(?:\.|er|º|ª|°|st|nd|rd|th|e)?(?:\s?-?(?:of|de|d['’]|di)?\s?)(?<=[\s.'’\d-]){_MONTH}"
    rf"(?:,?\s?(?:of|del?)?\s{_YEAR})?"
)
_MONTH_DAY = re.compile(rf"{_MONTH}\s(?P<d>\d{{1,2}})(?!\d|[.,:]\d)(?:st|nd|rd|th)?(?:,?\s{_YEAR})?")
_MONTH_YEAR = re.compile(rf"{_MONTH}(?:\s(?:of|del?))?\s{_YEAR}")
_HOUR = re.compile(
    r"(?P<h>\d{1,2})(?:(?P<mark>[:.h])(?P<min>[0-5]\d)(?!\d)|(?P<full>h)(?![^\W_]))?"
    r"(?:\s?(?P<half>[apAP])(?:\.[mM]\.|[mM])(?![^\W_])|(?P<word>\s(?:Uhr|uur|o['’]clock))(?![^\W_]))?"
)


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A date or a time of day in a text."""

    start: int
    end: int
    key: str
    """ISO 8601: ``2026-03-12``, ``2026-03``, ``--03-12`` without a year, ``T14:30``."""


def moment(text: str, at: int, *, terms: Terms) -> Moment | None:
    """The date or time that begins with the digit at ``at``."""
    return _iso(text, at) or _numeric(text, at, terms) or _day_month(text, at, terms) or _time(text, at)


def moment_from_word(text: str, at: int, *, terms: Terms) -> Moment | None:
    """The date that begins with the name of a month at ``at``: ``March 12, 2026``, ``March 2026``."""
    for pattern in (_MONTH_DAY, _MONTH_YEAR):
        found = pattern.match(text, at)
        month = terms.months.get(found["month"].casefold()) if found else None
        if found and month:
            day = int(found["d"]) if "d" in pattern.groupindex else None
            if day is None or 1 <= day <= 31:
                return _moment(found, _year(found["y"]), month, day)
    return None


def _iso(text: str, at: int) -> Moment | None:
    found = _ISO.match(text, at)
    return _moment(found, found["y"], int(found["m"]), int(found["d"])) if found else None


def _numeric(text: str, at: int, terms: Terms) -> Moment | None:
    found = _NUMERIC.match(text, at)
    if found is None:
        return None
    short = len(found["y"]) == 2
    if short and (found["mark"] == "-" or (found["mark"] == "." and not terms.dotted_dates)):
        return None
    day, month = int(found["a"]), int(found["b"])
    if month > 12 or (terms.month_first and found["mark"] != "." and day <= 12):
        day, month = month, day
    return _moment(found, _year(found["y"]), month, day)


def _day_month(text: str, at: int, terms: Terms) -> Moment | None:
    found = _DAY_MONTH.match(text, at)
    month = terms.months.get(found["month"].casefold()) if found else None
    return _moment(found, _year(found["y"]), month, int(found["d"])) if found and month else None


def _time(text: str, at: int) -> Moment | None:
    found = _HOUR.match(text, at)
    if found is None or not (found["mark"] or found["full"] or found["half"] or found["word"]):
        return None
    if (found["mark"] == "." or found["full"]) and not (found["half"] or found["word"]):
        return None
    hour = int(found["h"])
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] in "pP" else 0)
    if hour > 24:
        return None
    return Moment(start=at, end=found.end(), key=f"T{hour:02}:{found['min'] or '00'}")


def _moment(found: re.Match[str], year: str, month: int, day: int | None) -> Moment | None:
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= 31):
        return None
    key = f"{year or '-'}-{month:02}" + ("" if day is None else f"-{day:02}")
    # The full stop behind a month may be that of the sentence.
    return Moment(start=found.start(), end=found.start() + len(found[0].rstrip(".")), key=key)


def _year(written: str | None) -> str:
    """Four digits; of two, 69 and later lie in the last century, as POSIX has it."""
    digits = (written or "").lstrip("'’")
    if len(digits) != 2:
        return f"{int(digits):04}" if digits else ""
    return f"{'19' if int(digits) >= 69 else '20'}{int(digits):02}"
