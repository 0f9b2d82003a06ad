"""The vocabulary of templates: which filters, tests, methods and attributes there are.

What is not listed does not exist. Filters whose result may be much larger than their input are written here, each
paying before it makes anything; the others are Jinja's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ..text import gettext_noop
from . import limits
from .budget import Budget
from .problems import Problem


def _listed(names: str) -> frozenset[str]:
    return frozenset(names.split())


STANDARD_FILTERS = _listed(
    "abs batch capitalize count d default dictsort e escape first float groupby int items last length list lower map "
    "max min reject rejectattr reverse select selectattr slice sort string striptags title tojson trim truncate "
    "unique upper wordcount wordwrap"
)
"""Jinja's own, safe for any value the gate lets through (the slow ones are in ``SLOW_FILTERS``)."""

SLOW_FILTERS = frozenset({"striptags", "wordwrap"})
"""Standard filters whose cost grows faster than their input; they take short texts only."""

OWN_FILTERS = ("center", "fenced", "format", "indent", "join", "replace", "round", "sum")

FILTERS = STANDARD_FILTERS | set(OWN_FILTERS)

TESTS = _listed(
    "defined undefined none string number integer float boolean true false mapping sequence iterable odd even "
    "divisibleby lower upper in eq equalto == ne != lt lessthan < le <= gt greaterthan > ge >="
)

METHODS: Mapping[type, frozenset[str]] = {
    str: _listed(
        "capitalize count endswith find lower lstrip replace rstrip split splitlines startswith strip title upper"
    ),
    dict: _listed("get items keys values"),
    list: _listed("count index"),
}
"""Methods of plain values that may be called; all of them linear in their input, or written here."""

LOOP_ATTRIBUTES = _listed(
    "index index0 revindex revindex0 first last length previtem nextitem depth depth0 cycle changed"
)

CALLABLE_NAMES = frozenset({"range", "partial"})
"""Names that stand for something to call, and for nothing else."""

RESERVED_NAMES = frozenset({"self", "super", "caller", "varargs", "kwargs", "loop", *CALLABLE_NAMES})

METHOD_NAMES = frozenset().union(*METHODS.values()) | {"cycle", "changed"}

_SPEC = re.compile(r"%(?:\([^()%]*\))?[-+ #0]*(\*|\d+)?(?:\.(\*|\d+)?)?")
_LABEL = re.compile(r"[a-z][a-z_]{0,30}")


class Words:
    """The filters written here, paying from one budget."""

    def __init__(self, budget: Budget, *, marker: str) -> None:
        """``marker``: the secret word that closes fences, new for every request (see ``fenced``)."""
        self._budget = budget
        self._marker = marker

    def filters(self) -> Mapping[str, Callable[..., Any]]:
        return {name: getattr(self, f"do_{name}") for name in OWN_FILTERS}

    def do_fenced(self, value: Any, label: str = "data") -> str:
        """``value`` between two lines that no text can imitate, because they hold a word nobody knew before."""
        text = _text(value).replace(self._marker, "")
        if not isinstance(label, str) or not _LABEL.fullmatch(label):
            raise Problem(gettext_noop('the label given to “fenced” must be a few small letters, such as "page"'))
        self._budget.spend(len(text) + 2 * len(label) + 2 * len(self._marker) + 10)
        return f"<{label}-{self._marker}>\n{text}\n</{label}-{self._marker}>"

    def do_center(self, value: Any, width: int = 80) -> str:
        return _text(value).center(_small(width))

    def do_format(self, value: Any, *args: Any, **kwargs: Any) -> str:
        """Like Python's ``%``, with widths of at most ``limits.WIDTH``."""
        pattern = _text(value)
        for spec in _SPEC.finditer(pattern):
            for number in spec.groups():
                _small(-1 if number == "*" else int((number or "0")[:9]))
        texts = [*args, *kwargs.values()]
        self._budget.spend(len(pattern) + sum(len(_text(item)) for item in texts) * (pattern.count("%") + 1))
        return pattern % (kwargs or tuple(args))

    def do_indent(self, value: Any, width: Any = 4, first: bool = False, blank: bool = False) -> str:
        text = _text(value)
        space = " " * _small(width) if not isinstance(width, str) else width[: limits.WIDTH]
        self._budget.spend(len(text) + len(space) * (text.count("\n") + 1))
        head, *rest = f"{text}\n".splitlines()
        lines = [head, *((space + line if line or blank else line) for line in rest)]
        return (space if first else "") + "\n".join(lines)

    def do_join(self, value: Any, d: str = "", attribute: str | int | None = None) -> str:
        items = [_text(_field(item, attribute)) for item in value]
        glue = _text(d)
        self._budget.spend(sum(map(len, items)) + len(glue) * len(items))
        return glue.join(items)

    def do_replace(self, value: Any, old: Any, new: Any, count: int | None = None) -> str:
        text, before, after = _text(value), _text(old), _text(new)
        times = text.count(before) if count is None or count < 0 else min(count, text.count(before))
        self._budget.spend(len(text) + times * len(after))
        return text.replace(before, after, times)

    def do_round(self, value: Any, precision: int = 0, method: str = "common") -> Any:
        """To the nearest (``common``), always up (``ceil``) or always down (``floor``)."""
        places = _small(precision, most=15)
        if method == "common":
            return round(value, places)
        shift = 10.0**places
        whole = {"ceil": lambda number: -(-number // 1), "floor": lambda number: number // 1}.get(method)
        if whole is None:
            raise Problem(gettext_noop("“round” knows the methods common, ceil and floor"))
        return float(whole(value * shift) / shift)

    def do_sum(self, value: Any, attribute: str | int | None = None, start: float = 0) -> float:
        return sum((_number(_field(item, attribute)) for item in value), _number(start))


def _text(value: Any) -> str:
    """``value`` as Jinja would print it."""
    return value if type(value) is str else str(value)


def _number(value: Any) -> float:
    if not isinstance(value, (int, float)):
        raise Problem(gettext_noop("“sum” adds numbers only"))
    return value


def _small(number: Any, *, most: int = limits.WIDTH) -> int:
    if type(number) is not int or not 0 <= number <= most:
        raise Problem(gettext_noop("a width or number of places must be between 0 and %(most)s"), most=most)
    return number


def _field(item: Any, attribute: str | int | None) -> Any:
    """``item``, or what is found in it under the dotted name ``attribute``."""
    for part in str(attribute).split(".") if attribute is not None else ():
        if isinstance(item, dict) and part in item:
            item = item[part]
        elif isinstance(item, (list, tuple)) and part.isdigit() and int(part) < len(item):
            item = item[int(part)]
        else:
            raise Problem(gettext_noop("there is no “%(part)s” in the data"), part=part)
    return item
