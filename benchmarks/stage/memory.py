"""How much memory a process and its children really hold: pages shared by forked workers are counted once (PSS)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

MIB = 1024**2


def family(pid: int) -> list[psutil.Process]:
    """A process and everything below it."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def held(pid: int) -> float:
    """MiB of PSS of a process and its children; RSS where the system counts no shares."""
    return sum(_held(process) for process in family(pid)) / MIB


def _held(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
    return int(getattr(memory, "pss", memory.rss))


def cpu(pid: int) -> float:
    """Seconds of CPU that a process and its living children have used."""
    seconds = 0.0
    for process in family(pid):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        seconds += times.user + times.system
    return seconds


class Peak:
    """The most that was held while it was watched."""

    mib: float = 0.0


@contextmanager
def watched(pid: int, *, every: float = 0.5) -> Iterator[Peak]:
    """Look at the memory every so many seconds while the block runs."""
    peak, over = Peak(), threading.Event()

    def look() -> None:
        while not over.wait(every):
            peak.mib = max(peak.mib, held(pid))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()
