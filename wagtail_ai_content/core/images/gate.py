"""The one way in for the bytes of an image that somebody else made."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from ..errors import UnusableImage
from ..text import gettext_noop
from .containers import Format, taken_apart

MAX_BYTES: Final = 20_000_000
"""An image file is not larger than this, neither as it comes nor as it is kept."""

TOO_BIG = gettext_noop(
    "The AI service sent an image file of more than %(megabytes)s MB, which is too large to be used. "
    "Ask for a smaller image."
)

# Of its own and with one thread: it bounds the memory, and look-ups in the default threads do not wait for pixels.
_ONE_AT_A_TIME = ThreadPoolExecutor(max_workers=1, thread_name_prefix="wagtail-ai-image")


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A still image that has passed the gate."""

    data: bytes = field(repr=False)
    format: Format
    width: int
    """Pixels, as are those of ``height``."""
    height: int


async def passed(data: bytes) -> Picture:
    """``data`` drawn anew, outside of the event loop. Raises: ``MalformedReply``, ``UnusableImage``."""
    return await asyncio.get_running_loop().run_in_executor(_ONE_AT_A_TIME, picture, data)


def picture(data: bytes) -> Picture:
    """As :func:`passed`, at once."""
    _check_bytes(data)
    container = taken_apart(data)
    from .pixels import redrawn

    drawn, width, height = redrawn(container)
    _check_bytes(drawn)
    return Picture(data=drawn, format=container.format, width=width, height=height)


def _check_bytes(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise UnusableImage(TOO_BIG, megabytes=MAX_BYTES // 1_000_000)
