"""The six phases of a job and the share of its progress each one takes."""

from __future__ import annotations

from enum import Enum


class Phase(Enum):
    """A phase, with the progress (per cent) at its start and at its end."""

    INIT = (0, 10)
    PREP = (10, 25)
    AI_CALL = (25, 70)
    PARSE = (70, 85)
    SAVE = (85, 98)
    DONE = (98, 100)

    @property
    def start(self) -> int:
        return self.value[0]

    @property
    def end(self) -> int:
        return self.value[1]
