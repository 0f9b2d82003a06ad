"""What in a text is about a person and must not leave the site: addresses, numbers, keys.

Each pattern only finds candidates and takes time in proportion to the text; check digits, or what stands in front,
decide. Names are not looked for: they cannot be told from other words by a pattern.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from . import numbers

Kind = Literal["EMAIL", "PHONE", "IBAN", "CREDIT_CARD", "NATIONAL_ID", "IP", "API_KEY"]
KINDS: Final[tuple[Kind, ...]] = ("API_KEY", "EMAIL", "IBAN", "CREDIT_CARD", "NATIONAL_ID", "IP", "PHONE")
"""In the order in which they are looked for: what one has claimed is not looked at by those behind it."""
REGIONS: Final = ("GB", "US", "DE", "FR", "ES")
"""Countries whose way of writing telephone numbers is known without the international prefix."""
IN_FRONT: Final = 30
"""Characters in front of a number that may say what it is."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """A place in a text, in code points."""

    start: int
    end: int
    kind: Kind


_EMAIL = re.compile(
    r"(?<![\w.+'’-])[\w][\w.+'’-]{0,63}@(?:[\w](?:[\w-]{0,61}[\w])?\.){1,5}[^\W\d_][\w-]{0,22}[^\W\d_](?![\w-])"
)
_FILE_ENDINGS = frozenset(
    ("png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico", "pdf", "css", "js", "mp4", "webm")
)
"""What ends like ``@2x.png`` is no address."""
_IBAN = re.compile(r"(?<![^\W_])[A-Za-z]{2}\d{2}(?:[ \u00a0-]?[A-Za-z0-9]){11,30}(?![^\W_])")
_CARD = re.compile(r"(?<![\w.,-])\d(?:[ -]?\d){12,18}(?![\w-]|[.,]\d)")
_NINO = re.compile(
    r"(?<!\w)[A-CEGHJ-PR-TW-Z][A-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)|(?<!\w)QQ ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)"
)
_ISSUED = re.compile(r"(?:4|5[1-5]|2[2-7]|6)\d{14,15}\Z|6\d{18}\Z|3[47]\d{13}\Z|3[0689]\d{12}\Z|35\d{14}\Z|4\d{18}\Z")
"""How the numbers of the great issuers begin, and how long they are."""
AROUND: Final = 40
"""Characters around digits that stand close together in which a number may begin and end; longer than any is."""
_DENSE = re.compile(r"\d(?:[^\d\n]{0,3}\d){3}")
_IDENTITIES = tuple(
    (
        one.kind,
        re.compile(rf"(?<![\w.,/#-])(?:{one.form})(?![\w/#-]|[.,]\d)"),
        re.compile(one.words) if one.words else None,
    )
    for one in numbers.IDENTITIES
)
_IP = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9A-Fa-f]{1,4}|(?<=::)))(?![\w:]|\.\d)"
)
_PHONE = re.compile(r"(?<![\w.,/#=-])(?<!\d:)(?:[+＋(]|\d)[\d()./ \u00a0\u2011-]{5,24}\d(?![\w]|[.,:-]\d)")
_NORTH_AMERICAN = re.compile(r"\d{3}[-. ]\d{3}[-. ]\d{4}")
_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}(?!\d)")
_CALLED = re.compile(r"\b(?:tel|phone|call|mobile|cell|fax|ring|text|whatsapp|anruf|ruf|handy|móvil)|電話")
_NUMBERED = re.compile(r"(?:section|version|chapter|clause|release|figure|\bv|§)\s*\Z")
_KEY = re.compile(
    r"-----BEGIN (?:[A-Z]{1,12} ){0,3}PRIVATE KEY-----[^-]{1,20000}-----END (?:[A-Z]{1,12} ){0,3}PRIVATE KEY-----"
    r"|(?<![A-Za-z0-9_-])(?:"
    r"sk-(?=[A-Za-z0-9_-]*\d)(?:ant-|proj-|or-)?[A-Za-z0-9_-]{18,200}"
    r"|(?:sk|rk|pk|whsec)_(?:test_|live_)?[A-Za-z0-9]{16,120}"
    r"|(?:AKIA|ASIA)(?=[A-Z0-9]*\d|[A-Z]*EXAMPLE)[A-Z0-9]{16}"
    r"|gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{40,255}|glpat-[A-Za-z0-9_-]{18,60}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{20,250}|hf_[A-Za-z0-9]{30,100}|AIza[A-Za-z0-9_-]{35}|npm_[A-Za-z0-9]{30,60}"
    r"|pypi-[A-Za-z0-9_-]{40,250}|SG\.[A-Za-z0-9_-]{16,40}\.[A-Za-z0-9_-]{30,60}|ya29\.[A-Za-z0-9_-]{30,300}"
    r"|eyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,2000}"
    r")(?![A-Za-z0-9_])"
    r"|(?<=[Bb]earer )[A-Za-z0-9._~+/-]{20,500}={0,2}"
)
_NAMED_SECRET = re.compile(
    r"(?i:secret|token|api[_-]?key|access[_-]?key|passwd|password|passwort)[\w-]{0,20}[\"']?\s{0,3}[:=]\s{0,3}[\"']?"
    r"(?P<secret>(?=[^\s\"']{0,200}\d)(?=[^\s\"']{0,200}[A-Za-z])[A-Za-z0-9+/_.=~!@#$%^&*-]{12,200})"
)


def find(text: str, *, kinds: Collection[str] = KINDS, regions: Sequence[str] = REGIONS) -> list[Span]:
    """The places in ``text`` of those ``kinds``, in order and without overlaps."""
    found: list[Span] = []
    free = text
    for kind in KINDS:
        if kind in kinds:
            new = sorted(set(_phones(free, regions) if kind == "PHONE" else _FINDERS[kind](free)))
            spans = [Span(start=start, end=end, kind=kind) for start, end in _apart(new)]
            free = _without(free, spans)
            found += spans
    return sorted(found, key=lambda span: span.start)


def _apart(places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Those of ``places``, in order, that do not overlap one before."""
    last = 0
    for start, end in places:
        if start >= last:
            yield start, end
            last = end


def _without(text: str, spans: Iterable[Span]) -> str:
    """``text`` with nothing at ``spans`` that could be found again, and everything else where it was."""
    parts, last = [], 0
    for span in spans:
        parts += [text[last : span.start], "\0" * (span.end - span.start)]
        last = span.end
    return "".join((*parts, text[last:]))


def _keys(text: str) -> Iterator[tuple[int, int]]:
    yield from (match.span() for match in _KEY.finditer(text))
    yield from (match.span("secret") for match in _NAMED_SECRET.finditer(text))


def _emails(text: str) -> Iterator[tuple[int, int]]:
    for match in _EMAIL.finditer(text):
        if match[0].rpartition(".")[2].casefold() not in _FILE_ENDINGS:
            yield match.span()


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    """The longest beginning of each candidate that is an IBAN: words may follow it."""
    for match in _IBAN.finditer(text):
        ends = [
            end for end in range(match.end(), match.start() + 14, -1) if end == len(text) or not text[end].isalnum()
        ]
        end = next((end for end in ends if numbers.is_iban(text[match.start() : end])), None)
        if end is not None:
            yield match.start(), end


def _cards(text: str) -> Iterator[tuple[int, int]]:
    for match in _CARD.finditer(text):
        digits = "".join(filter(str.isdigit, match[0]))
        if _ISSUED.match(digits) and numbers.is_card(digits):
            yield match.span()


def _identities(text: str) -> Iterator[tuple[int, int]]:
    """Only where digits stand close together is looked for each kind: that spares most texts most of the work."""
    yield from (match.span() for match in _NINO.finditer(text))
    dense = list(_apart_by(AROUND, [match.span() for match in _DENSE.finditer(text)]))
    for kind, form, words in _IDENTITIES if dense else ():
        for start, end in dense:
            for match in form.finditer(text, max(0, start - AROUND), min(len(text), end + AROUND)):
                if (words is None or words.search(_in_front(text, match.start()))) and numbers.is_identity(
                    kind, match[0]
                ):
                    yield match.span()


def _apart_by(distance: int, places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """``places``, in order, with those that are nearer to each other than twice ``distance`` as one."""
    first: tuple[int, int] | None = None
    for start, end in places:
        if first is not None and start - first[1] <= 2 * distance:
            first = (first[0], end)
            continue
        if first is not None:
            yield first
        first = (start, end)
    if first is not None:
        yield first


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    for match in _IP.finditer(text):
        if _is_address(match[0]) and not _NUMBERED.search(_in_front(text, match.start())):
            address = ipaddress.ip_address(match[0])
            is_mask = match[0].startswith(("255.", "0."))
            if not (address.is_loopback or address.is_unspecified or address.is_multicast or is_mask):
                yield match.span()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _phones(text: str, regions: Sequence[str]) -> Iterator[tuple[int, int]]:
    for match in _PHONE.finditer(text):
        digits = sum(map(str.isdigit, match[0]))
        is_other = _DATE.match(match[0]) or _is_address(match[0])
        if (
            8 <= digits <= 15
            and not is_other
            and _looks_like_phone(text, match)
            and numbers.is_phone(match[0], regions)
        ):
            yield match.span()


def _looks_like_phone(text: str, match: re.Match[str]) -> bool:
    """Written as such, or called one: any eight digits are a telephone number somewhere."""
    if match[0][0] in "+＋(0" or _NORTH_AMERICAN.fullmatch(match[0]):
        return match[0][0] != "0" or not match[0].startswith("0.")
    return bool(_CALLED.search(_in_front(text, match.start())))


def _in_front(text: str, start: int) -> str:
    return text[max(0, start - IN_FRONT) : start].casefold()


_FINDERS = {
    "API_KEY": _keys,
    "EMAIL": _emails,
    "IBAN": _ibans,
    "CREDIT_CARD": _cards,
    "NATIONAL_ID": _identities,
    "IP": _addresses,
}
