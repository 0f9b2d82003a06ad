"""Decoding and encoding images. The only importer of Pillow.

Pillow gets files that hold nothing but pixels and are within our limits, so none of its switches (of the whole process,
and perhaps set by the site) matters.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

# Importing a plugin registers it; otherwise Pillow would import all of its plugins to find one.
from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from ..errors import MalformedReply
from .containers import Container
from .mark import XMP

_PLUGINS: Final = (JpegImagePlugin, PngImagePlugin, WebPImagePlugin)
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_MODES: Final = {
    "PNG": frozenset({"1", "L", "LA", "I;16", "RGB", "RGBA"}),
    "JPEG": frozenset({"L", "RGB"}),
    "WEBP": frozenset({"RGB", "RGBA"}),
}
_LOSSY: Final = {"quality": 95}
"""So that what is encoded twice does not look like it."""


def redrawn(container: Container) -> tuple[bytes, int, int]:
    """The image as a new file with the mark of AI and nothing else beside its pixels; its width and height.

    Raises: ``MalformedReply``.
    """
    try:
        image = _decoded(container)
        return _encoded(image, container.format), *image.size
    # Pillow and the libraries below it let out anything, down to IndexError and MemoryError; here is where it ends.
    except Exception:  # noqa: BLE001
        raise MalformedReply(reason="a damaged image") from None


def _decoded(container: Container) -> Image.Image:
    """Raises: anything."""
    opened = Image.open(BytesIO(container.data), formats=(container.format,))
    if opened.size != (container.width, container.height):
        raise ValueError
    opened.load()
    image = _in_a_mode_of(container.format, opened)
    if container.orientation in _TURNS:
        image = image.transpose(_TURNS[container.orientation])
    if container.format == "WEBP" and image is opened:
        image = image.copy()  # so that its decoder goes, which holds the pixels thrice
    return image


def _in_a_mode_of(kind: str, image: Image.Image) -> Image.Image:
    if kind != "JPEG" and image.mode in ("P", "L", "RGB", "1") and "transparency" in image.info:
        return image.convert("RGBA")
    return image if image.mode in _MODES[kind] else image.convert("RGB")


def _encoded(image: Image.Image, kind: str) -> bytes:
    options: dict[str, Any] = {"xmp": XMP, **_LOSSY}
    if kind == "PNG":
        texts = PngImagePlugin.PngInfo()
        texts.add_itxt("XML:com.adobe.xmp", XMP)
        options = {"pnginfo": texts}
    written = BytesIO()
    image.save(written, format=kind, **options)
    return written.getvalue()
