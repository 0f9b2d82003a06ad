"""Images for tests, and looking at those that came out."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

MARK = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_OF_THE_FORMAT = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background"}


def drawn(kind: str, size: tuple[int, int] = (40, 30), *, mode: str = "RGB", **options: Any) -> bytes:
    """A file of this format, with colours that differ from corner to corner, and half transparent if it can be."""
    gradient = Image.linear_gradient("L").resize(size)
    image = Image.merge("RGB", (gradient, gradient.transpose(Image.Transpose.ROTATE_180), gradient.point(lambda x: 99)))
    image = image.convert(mode)
    if mode.endswith("A"):
        image.putalpha(100)
    written = io.BytesIO()
    image.save(written, format=kind, **options)
    return written.getvalue()


def opened(data: bytes) -> Image.Image:
    """The image in ``data``, wholly read."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def mark_of(data: bytes) -> str:
    """What the XMP packet of an image says about where it comes from."""
    source: str = opened(data).getxmp()["xmpmeta"]["RDF"]["Description"]["DigitalSourceType"]["resource"]
    return source


def beside_its_pixels(data: bytes) -> set[str]:
    """What Pillow reads in a file beside the pixels."""
    found = set(Image.open(io.BytesIO(data)).info) - _OF_THE_FORMAT
    return {name.replace("XML:com.adobe.xmp", "xmp") for name in found}
