"""PNG, JPEG and WebP files taken apart: how large they are, and the parts of them that hold pixels.

Everything else is left out before a decoder sees the file: texts (which may inflate), profiles, EXIF but for its
orientation, thumbnails, further pictures, and whatever stands behind the end. Nothing is inflated here.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from ..errors import MalformedReply, UnusableImage
from ..text import gettext_noop

Format = Literal["PNG", "JPEG", "WEBP"]

MAX_SIDE: Final = 8192
"""Pixels."""
MAX_PIXELS: Final = 25_000_000
"""Divided by an image's weight: no image needs more than about 150 MB while it is drawn."""

TOO_LARGE = gettext_noop(
    "The AI service sent an image of %(width)s × %(height)s pixels, which is too large to be used. "
    "Ask for a smaller one."
)
MOVING = gettext_noop("The AI service sent an image that moves. Only still images are used. Try again.")

_PNG_START: Final = b"\x89PNG\r\n\x1a\n"
_PNG_PIXELS: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_JPEG_START: Final = b"\xff\xd8"
_JPEG_MARKER = re.compile(rb"\xff+([\x01-\xfe])")
_JPEG_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_JPEG_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive; not the lossless, hierarchical and arithmetic ones, which nobody sends."""
_JPEG_TABLES: Final = frozenset({0xC4, 0xDB, 0xDD})
_JPEG_SCAN: Final = 0xDA
_JPEG_END: Final = 0xD9
_MOST_SCANS: Final = 100
"""A progressive JPEG has about ten. Each costs the decoder a walk over the whole image."""
_WEBP_MOVES: Final = 0x02
_WEBP_ALPHA: Final = 0x10


@dataclass(frozen=True, kw_only=True)
class Container:
    """A file taken apart."""

    format: Format
    width: int
    height: int
    data: bytes = field(repr=False)
    """The file with nothing but pixels in it."""
    orientation: int = 1
    """How to turn it, 1 to 8 as in EXIF; 1 is upright."""
    weight: int = 1
    """How often its pixels are in memory at the same time, counted in times of four or five bytes."""


def taken_apart(data: bytes) -> Container:
    """What its first bytes say it is, within our limits. Raises: ``MalformedReply``, ``UnusableImage``."""
    try:
        found = _parts_of(data)
    except (struct.error, IndexError):
        raise MalformedReply(reason="an image cut off") from None
    width, height = found.width, found.height
    if not (width and height):
        raise MalformedReply(reason="an image without pixels")
    weight = found.weight + (found.orientation != 1)
    if max(width, height) > MAX_SIDE or width * height * weight > MAX_PIXELS:
        raise UnusableImage(TOO_LARGE, width=width, height=height)
    return found


def _parts_of(data: bytes) -> Container:
    if data.startswith(_PNG_START):
        return _png(data)
    if data.startswith(_JPEG_START):
        return _jpeg(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _webp(data)
    raise UnusableImage


def _damaged() -> MalformedReply:
    return MalformedReply(reason="a damaged image")


def _slice(data: bytes, start: int, length: int) -> bytes:
    """Raises: IndexError if ``data`` ends before."""
    if start + length > len(data):
        raise IndexError
    return data[start : start + length]


def _png(data: bytes) -> Container:
    kept, orientation, head, weight = [_PNG_START], 1, b"", 1
    for kind, body, chunk in _png_chunks(data):
        if (kind == b"IHDR") == bool(head):  # it comes first, and once: a second one would change the size
            raise _damaged()
        head = head or _slice(body, 0, 13)
        if kind == b"acTL" and struct.unpack_from(">I", body)[0] > 1:
            raise UnusableImage(MOVING)
        if kind == b"eXIf":
            orientation = orientation_of(body)
        if kind == b"tRNS":  # such an image is copied to one with an alpha channel
            weight = 2
        if kind in _PNG_PIXELS:
            kept.append(chunk)
    width, height = struct.unpack_from(">II", head)
    pixels = b"".join(kept)
    return Container(format="PNG", width=width, height=height, data=pixels, orientation=orientation, weight=weight)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Kind, content and whole of each chunk, up to the last one of the image."""
    place, kind = len(_PNG_START), b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, place)
        chunk = _slice(data, place, length + 12)
        if kind in _PNG_PIXELS and struct.unpack(">I", chunk[-4:])[0] != zlib.crc32(chunk[4:-4]):
            raise _damaged()
        yield kind, chunk[8:-4], chunk
        place += len(chunk)


def _jpeg(data: bytes) -> Container:
    kept, orientation, size, scans, weight = [_JPEG_START], 1, (0, 0), 0, 1
    for marker, segment in _jpeg_segments(data):
        body = segment[4:]
        if marker in _JPEG_FRAMES:
            if any(size):
                raise _damaged()
            height, width, colours = struct.unpack_from(">xHHB", body)
            size, weight = (width, height), 1 + (colours > 3)
        elif marker == _JPEG_SCAN:
            scans += 1
        elif marker == 0xE1 and body.startswith(b"Exif\0\0"):
            orientation = orientation_of(body[6:])
        if _is_for_pixels(marker, body):
            kept.append(segment)
    if not 0 < scans <= _MOST_SCANS:
        raise _damaged()
    weight += scans > 1  # then nothing can be drawn before everything is read
    pixels = b"".join(kept)
    return Container(format="JPEG", width=size[0], height=size[1], data=pixels, orientation=orientation, weight=weight)


def _is_for_pixels(marker: int, body: bytes) -> bool:
    """JFIF and Adobe say which colours the numbers are."""
    colours = (marker == 0xE0 and body.startswith(b"JFIF\0")) or (marker == 0xEE and body.startswith(b"Adobe"))
    return colours or marker in _JPEG_FRAMES | _JPEG_TABLES | {_JPEG_SCAN, _JPEG_END}


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and whole of each segment, with the scan behind it, up to the end of the image."""
    place = len(_JPEG_START)
    while True:
        found = _JPEG_MARKER.match(data, place)
        if found is None:
            raise IndexError if place + 2 > len(data) else _damaged()
        marker, start = found[1][0], found.end()
        if marker == _JPEG_END:
            yield marker, b"\xff\xd9"
            return
        if marker <= 0x01 or 0xD0 <= marker <= 0xD8 or (0xC0 <= marker <= 0xCF and not _is_for_pixels(marker, b"")):
            raise _damaged()
        body = _slice(data, start, max(2, struct.unpack_from(">H", data, start)[0]))
        place = start + len(body)
        scan = b""
        if marker == _JPEG_SCAN:
            end = _JPEG_SCAN_END.search(data, place)
            scan = data[place : end.start()] if end else _slice(data, len(data), 1)
            place += len(scan)
        yield marker, b"\xff%c%s%s" % (marker, body, scan)


def _webp(data: bytes) -> Container:
    kept, orientation, canvas, frames = [b"WEBP"], 1, None, []
    for kind, body in _webp_chunks(data):
        if kind in (b"ANIM", b"ANMF") or (kind == b"VP8X" and body[0] & _WEBP_MOVES):
            raise UnusableImage(MOVING)
        if kind == b"EXIF":
            orientation = orientation_of(body.removeprefix(b"Exif\0\0"))
        if kind == b"VP8X":
            canvas = 1 + int.from_bytes(_slice(body, 4, 3), "little"), 1 + int.from_bytes(_slice(body, 7, 3), "little")
            body = bytes([body[0] & _WEBP_ALPHA]) + body[1:]
        elif kind in (b"VP8 ", b"VP8L"):
            frames.append(_webp_size(kind, body))
        elif kind != b"ALPH":
            continue
        kept.append(kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2))
    if len(frames) != 1 or canvas not in (None, frames[0]):
        raise _damaged()
    pixels = b"".join(kept)
    whole = b"RIFF" + struct.pack("<I", len(pixels)) + pixels
    width, height = frames[0]
    return Container(format="WEBP", width=width, height=height, data=whole, orientation=orientation, weight=3)


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    ends = 8 + int(struct.unpack_from("<I", data, 4)[0])
    place = 12
    while place + 8 <= ends:
        kind, length = struct.unpack_from("<4sI", data, place)
        yield kind, _slice(data, place + 8, length)
        place += 8 + length + length % 2


def _webp_size(kind: bytes, body: bytes) -> tuple[int, int]:
    if kind == b"VP8L":
        signature, bits = struct.unpack_from("<BI", body)
        if signature != 0x2F:
            raise _damaged()
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if body[3:6] != b"\x9d\x01\x2a":
        raise _damaged()
    width, height = struct.unpack_from("<HH", body, 6)
    return width & 0x3FFF, height & 0x3FFF


def orientation_of(exif: bytes) -> int:
    """The orientation in EXIF data; 1 where there is none that can be read."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    try:
        start = struct.unpack_from(f"{order}I", exif, 4)[0]
        count = struct.unpack_from(f"{order}H", exif, start)[0]
        for place in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", exif, place)
            if (tag, kind) == (0x0112, 3):
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:  # also for an order that is none
        pass
    return 1
