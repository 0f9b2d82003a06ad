"""All facts of one text, in the order in which they stand."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from ...providers.extractive.languages import language_of
from .amounts import FRACTIONS, LETTERS, SIGN, SYMBOLS, Amount, amount, code, money_before
from .dates import Moment, moment, moment_from_word
from .names import names
from .phrases import occurrences
from .reading import Fact, Placed, Reading, quotation
from .reading import read as read_text
from .terms import Terms, terms_of

_ADDRESS = re.compile(r"(?:https?://|(?<![\w.])www\.)[^\s<>\"“”«»]++|(?<![\w.+-])[\w.+-]{1,64}+@[\w-]++(?:\.[\w-]++)++")
_START = re.compile(
    rf"(?<![\d{LETTERS}])(?P<word>[{LETTERS}]{{1,12}}+\.?[{SYMBOLS}]?)(?P<gap>\s?)(?:(?:of|del?)\s)?(?=[-−+±'’]?\d)"
    rf"|(?P<symbol>[{SYMBOLS}])\s?(?=[-−]?\d)|{SIGN}(?P<digit>\d|[{FRACTIONS}])"
)
_QUOTED = re.compile(
    r"“([^“”\n]*+)”|„([^„“”\n]*+)[“”]|«([^«»\n]*+)»|»([^«»\n]*+)«|‹([^‹›\n]*+)›|「([^「」\n]*+)」"
    r"|‘((?:[^‘’\n]|’(?=\w))*+)’|(?<!\d)\"([^\"\n]*+)\""
)


def facts(text: str, *, rich: bool, language: str, locked: Collection[str] = ()) -> tuple[Fact, ...]:
    """The facts ``text`` states. ``rich``: it is HTML as Wagtail stores it. ``language``: a tag such as ``de-CH``."""
    return tuple(fact for _, fact in placed(read_text(text, rich=rich), language=language, locked=locked))


def placed(reading: Reading, *, language: str, locked: Collection[str] = ()) -> list[Placed]:
    """The same with the places in the visible text."""
    addresses = list(_addresses(reading.text))
    text = _without(reading.text, addresses)
    amounts = list(_amounts(text, terms_of(language)))
    found = [*reading.marks, *addresses, *amounts, *_quotations(text)]
    for name in names(_without(text, amounts), language_of(language)):
        found.append((name.start, Fact(kind="name", text=name.text, key=name.text)))
    found += [(at, Fact(kind="phrase", text=phrase, key=phrase)) for at, phrase in occurrences(reading, locked)]
    return sorted(found, key=lambda item: item[0])


def _addresses(text: str) -> Iterator[Placed]:
    for match in _ADDRESS.finditer(text):
        address = match[0].rstrip(".,;:!?)]'’")
        yield match.start(), Fact(kind="link", text=address, key=address)


def _without(text: str, read: list[Placed]) -> str:
    """``text`` with blanks where what was ``read`` already stands, so that no number is read out of an address."""
    parts, done = [], 0
    for at, fact in read:
        parts += [text[done:at], " " * len(fact.text)]
        done = at + len(fact.text)
    return "".join([*parts, text[done:]])


def _quotations(text: str) -> Iterator[Placed]:
    for match in _QUOTED.finditer(text):
        said = quotation(match[match.lastindex or 0])
        if said:
            yield match.start(), said


Found = Amount | Moment


def _amounts(text: str, terms: Terms) -> Iterator[Placed]:
    """Numbers, money, dates and times, left to right; none overlaps another."""
    at = 0
    while start := _START.search(text, at):
        found = _read(text, start, terms)
        at = found.end if found else max(start.end(), at + 1)
        if found:
            yield found.start, _fact(found, text)


def _read(text: str, start: re.Match[str], terms: Terms) -> Found | None:
    begin = start.start()
    if start["word"] or start["symbol"]:
        found = moment_from_word(text, begin, terms=terms) or money_before(text, begin, terms=terms)
        if found is None and start["word"] and not start["gap"] and start["word"][-1].isalpha():
            return code(text, begin)
        if found or start["symbol"]:
            return found
        begin = start.end()
    if text[begin].isdigit():
        found = moment(text, begin, terms=terms)
        if found:
            return found
    return amount(text, begin, terms=terms)


def _fact(found: Found, text: str) -> Fact:
    shown = text[found.start : found.end].strip()
    if isinstance(found, Moment):
        return Fact(kind="date", text=shown, key=found.key)
    return Fact(kind="money" if found.money else "number", text=shown, key=found.key)
