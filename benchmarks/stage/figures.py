"""Medians, and a line for each figure: what was measured, against what, and whether the target was met."""

from __future__ import annotations

import math
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import psutil


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured value."""

    what: str
    value: float
    unit: str = ""
    most: float | None = None
    """The target: met by this value or less. None for a figure that is only told."""
    note: str = ""


def headline(title: str) -> None:
    """Say what is measured, and on what kind of machine."""
    cores, load = psutil.cpu_count(), psutil.getloadavg()[0]
    print(f"{title}\nPython {platform.python_version()}, {cores} cores, load {load:.1f} before the start\n", flush=True)


def report(*figures: Figure) -> None:
    for figure in figures:
        print("  ".join(part for part in _parts(figure) if part), flush=True)


def _parts(figure: Figure) -> tuple[str, ...]:
    value = f"{_plain(figure.value)} {figure.unit}".strip()
    if figure.most is None:
        return f"{figure.what:<58}{value:>14}", " " * 26 if figure.note else "", figure.note
    verdict = "met" if figure.value <= figure.most else "MISSED"
    target = f"target <= {_plain(figure.most)} {figure.unit}".strip()
    return f"{figure.what:<58}{value:>14}", f"{target:<18}{verdict:<6}", figure.note


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:,.3g}"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that ``share`` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def spread(values: Sequence[float]) -> str:
    """All rounds, to show how much to believe."""
    return f"rounds: {', '.join(_plain(value) for value in values)}"


def middle(values: Sequence[float]) -> float:
    return median(values)
