"""What one render may spend, and the gate every value in a template passes.

Python cannot interrupt one long operation, so the rule is: every operation a template can ask for is either cheap for
the largest value the gate lets through, or it is bounded before it starts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..text import gettext_noop
from . import limits
from .problems import Problem

PLAIN = (str, int, float, bool, type(None), list, tuple, dict)
"""The types a template may see. Exact types: a subclass may carry methods (a lazy string, a safe string, a row)."""

ITEM_COST = 4
"""What a place in a new list costs, in characters."""


class Budget:
    """Time, rounds and characters left for one render."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock``: seconds that never go back, such as ``time.monotonic``."""
        self._clock = clock
        self._end = clock() + limits.SECONDS
        self._rounds = limits.ROUNDS
        self._work = limits.WORK_CHARS
        self._output = limits.OUTPUT_CHARS

    def tick(self) -> bool:
        """One round of a loop; returns True so that it can stand in a condition."""
        self._rounds -= 1
        if self._rounds < 0:
            raise Problem(gettext_noop("its loops run more than %(most)s rounds"), most=limits.ROUNDS)
        self.on_time()
        return True

    def on_time(self) -> None:
        if self._clock() > self._end:
            raise Problem(gettext_noop("it takes longer than %(seconds)s s to render"), seconds=limits.SECONDS)

    def keep(self, value: Any) -> Any:
        """Let ``value`` through, or refuse it for its type or its size."""
        self.on_time()
        self.spend(size(value))
        return value

    def spend(self, chars: int) -> None:
        """Pay for a text of ``chars`` characters before it is made, or after."""
        if chars > limits.OUTPUT_CHARS:
            raise Problem(gettext_noop("it makes a text of more than %(most)s characters"), most=limits.OUTPUT_CHARS)
        self._work -= chars
        if self._work < 0:
            raise Problem(gettext_noop("it handles more than %(most)s characters"), most=limits.WORK_CHARS)

    def emit(self, text: str) -> str:
        """Pay for ``text`` as a part of the result."""
        self.on_time()
        self._output -= len(text)
        if self._output < 0:
            raise Problem(
                gettext_noop("the rendered prompt is longer than %(most)s characters"), most=limits.OUTPUT_CHARS
            )
        return text


def size(value: Any) -> int:
    """The characters a new value costs: a text its length, a list a few for each of its items, anything else none.

    The texts inside a list are not counted again: either they were paid for when they were made, or they are data.
    """
    if type(value) is str:
        return len(value)
    measure(value, most_chars=limits.DATA_CHARS)
    return ITEM_COST * len(value) if isinstance(value, (list, tuple, dict)) else 0


def measure(value: Any, *, most_chars: int) -> int:
    """The characters in ``value``. Refuses what is not plain data, and what is too large, too deep or too many.

    A value that contains itself, or the same list many times over, is counted as often as it would be printed.
    """
    chars = 0
    values = 0
    stack: list[tuple[Any, int]] = [(value, 0)]
    while stack:
        item, depth = stack.pop()
        values += 1
        chars += _weight(item)
        if values > limits.VALUES or depth > limits.DATA_DEPTH or chars > most_chars:
            raise Problem(gettext_noop("the data is too large"))
        stack.extend((inner, depth + 1) for inner in _inside(item))
    return chars


def _weight(item: Any) -> int:
    kind = type(item)
    if kind not in PLAIN and not _is_group(kind):
        reason = gettext_noop("it uses something that is not plain text, number or list (%(type)s)")
        raise Problem(reason, type=_noun(item))
    if kind is int and abs(item) > limits.NUMBER:
        raise Problem(gettext_noop("it uses a number larger than %(most)s"), most=limits.NUMBER)
    return len(item) if kind is str else 0


def _is_group(kind: type) -> bool:
    """Whether it is what the filter “groupby” makes: a pair with names."""
    return issubclass(kind, tuple) and kind.__module__ == "jinja2.filters"


def _inside(item: Any) -> Iterator[Any]:
    if isinstance(item, dict):
        yield from item.keys()
        yield from item.values()
    elif isinstance(item, (list, tuple)):
        yield from item


def _noun(item: Any) -> str:
    return type(item).__name__.strip("_").lower()[:40]
