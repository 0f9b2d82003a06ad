"""The image gate: what gets through is drawn anew and marked, and nothing else gets through."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFile, ImageOps, PngImagePlugin

from tests.support.pictures import MARK, beside_its_pixels, drawn, mark_of, opened
from wagtail_ai_content.core.errors import MalformedReply, UnusableImage
from wagtail_ai_content.core.images.containers import taken_apart
from wagtail_ai_content.core.images.gate import picture

KINDS = ("PNG", "JPEG", "WEBP")
SIZE = (40, 30)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_chunks(*chunks: bytes, data: bytes | None = None) -> bytes:
    """A PNG with more chunks behind its first one."""
    data = data or drawn("PNG")
    return data[:33] + b"".join(chunks) + data[33:]


def with_segments(*segments: tuple[int, bytes]) -> bytes:
    """A JPEG with more segments behind its start."""
    data = drawn("JPEG")
    return (
        data[:2] + b"".join(struct.pack(">BBH", 255, kind, len(body) + 2) + body for kind, body in segments) + data[2:]
    )


def resized(kind: str, width: int, height: int) -> bytes:
    """A file that says that it has another size."""
    data = drawn(kind)
    if kind == "PNG":
        return data[:8] + chunk(b"IHDR", struct.pack(">II", width, height) + data[24:29]) + data[33:]
    if kind == "JPEG":
        place = data.index(b"\xff\xc0") + 5
        return data[:place] + struct.pack(">HH", height, width) + data[place + 4 :]
    place = data.index(b"\x9d\x01\x2a") + 3
    return data[:place] + struct.pack("<HH", width, height) + data[place + 4 :]


def turned(kind: str, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "<script>alert(1)</script>"
    exif.get_ifd(0x8825)[1] = "N"
    return drawn(kind, exif=exif.tobytes())


@pytest.mark.parametrize("kind", KINDS)
def test_an_image_keeps_format_size_and_look_and_says_that_an_ai_made_it(kind: str) -> None:
    found = picture(drawn(kind))
    assert (found.format, found.width, found.height) == (kind, *SIZE)
    assert mark_of(found.data) == MARK
    before, after = opened(drawn(kind)).convert("RGB"), opened(found.data).convert("RGB")
    differences = [abs(a - b) for a, b in zip(before.tobytes(), after.tobytes(), strict=True)]
    assert max(differences) <= (0 if kind == "PNG" else 40)
    assert sum(differences) / len(differences) < 4


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_image_passes_twice(kind: str) -> None:
    once = picture(drawn(kind))
    twice = picture(once.data)
    assert (twice.format, twice.width, twice.height) == (once.format, once.width, once.height)
    assert twice.data.count(MARK.encode()) == 1


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *(("PNG", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
        *(("JPEG", mode) for mode in ("L", "RGB", "CMYK")),
        *(("WEBP", mode) for mode in ("RGB", "RGBA")),
    ],
)
def test_every_kind_of_colours_is_taken(kind: str, mode: str) -> None:
    came = drawn(kind, mode=mode)
    found = opened(picture(came).data)
    assert (found.size, found.has_transparency_data) == (SIZE, mode in ("LA", "RGBA"))
    pixel, original = (image.convert("RGBA").getpixel((3, 25)) for image in (found, opened(came)))
    assert isinstance(pixel, tuple)
    assert isinstance(original, tuple)
    assert all(abs(a - b) < 30 for a, b in zip(pixel, original, strict=True))


@pytest.mark.parametrize("mode", ["P", "L", "RGB", "1"])
def test_transparency_is_kept(mode: str) -> None:
    image = Image.new(mode, SIZE, 5 if mode != "RGB" else (5, 6, 7))
    if mode == "P":
        image.putpalette(bytes(range(30)))
    written = io.BytesIO()
    image.save(written, format="PNG", transparency=5 if mode != "RGB" else (5, 6, 7))
    assert opened(picture(written.getvalue()).data).convert("RGBA").getpixel((1, 1))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_image_is_turned_and_exif_is_gone(kind: str, orientation: int) -> None:
    came = turned(kind, orientation)
    found = picture(came)
    assert (found.width, found.height) == (SIZE if orientation < 5 else SIZE[::-1])
    assert beside_its_pixels(found.data) == {"xmp"}
    assert b"<script" not in found.data
    upright = Image.open(io.BytesIO(came))
    expected = ImageOps.exif_transpose(upright).convert("RGB").resize((2, 2))
    got = opened(found.data).convert("RGB").resize((2, 2))
    assert all(abs(a - b) < 30 for a, b in zip(expected.tobytes(), got.tobytes(), strict=True))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("exif", [b"", b"II*\0", b"MM\0*\0\0\0\x08\xff\xff", b"II*\0\xff\xff\xff\xff", b"\0" * 60])
def test_exif_that_cannot_be_read_is_left_out(kind: str, exif: bytes) -> None:
    data = {
        "PNG": lambda: with_chunks(chunk(b"eXIf", exif)),
        "JPEG": lambda: with_segments((0xE1, b"Exif\0\0" + exif)),
        "WEBP": lambda: drawn("WEBP", exif=exif or b"x"),
    }[kind]()
    assert picture(data).width == SIZE[0]


EXTRAS = {
    "PNG text": lambda: with_chunks(chunk(b"tEXt", b"Comment\0<script>alert(1)</script>")),
    "PNG inflating text": lambda: with_chunks(chunk(b"zTXt", b"a\0\0" + zlib.compress(b"<script>" * 9_000_000))),
    "PNG inflating international text": lambda: with_chunks(
        *[chunk(b"iTXt", b"a\0\1\0\0\0" + zlib.compress(b"<script>" * 120_000)) for _ in range(80)]
    ),
    "PNG profile": lambda: with_chunks(chunk(b"iCCP", b"a\0\0" + zlib.compress(b"<script>" * 9_000_000))),
    "PNG private chunk": lambda: with_chunks(chunk(b"prVt", b"<script>")),
    "PNG appended": lambda: drawn("PNG") + b"PK\3\4<script>",
    "PNG appended PNG": lambda: drawn("PNG") + resized("PNG", 20_000, 20_000) + b"<script>",
    "JPEG comment": lambda: with_segments((0xFE, b"<script>alert(1)</script>")),
    "JPEG profile": lambda: with_segments((0xE2, b"ICC_PROFILE\0\1\1<script>")),
    "JPEG XMP": lambda: with_segments((0xE1, b"http://ns.adobe.com/xap/1.0/\0<script>")),
    "JPEG Photoshop": lambda: with_segments((0xED, b"Photoshop 3.0\08BIM<script>")),
    "JPEG appended": lambda: drawn("JPEG") + b"PK\3\4<script>",
    "JPEG second picture": lambda: drawn("MPO", save_all=True, append_images=[opened(drawn("PNG"))]) + b"<script>",
    "WebP XMP": lambda: drawn("WEBP", xmp=b"<script>"),
    "WebP profile": lambda: drawn("WEBP", icc_profile=b"<script>"),
    "WebP appended": lambda: drawn("WEBP") + b"PK\3\4<script>",
}


@pytest.mark.parametrize("extra", EXTRAS)
def test_nothing_but_pixels_gets_through(extra: str) -> None:
    came = EXTRAS[extra]()
    found = picture(came)
    assert (found.width, found.height) == SIZE
    assert b"<script" not in found.data
    assert b"PK\3\4" not in found.data
    assert beside_its_pixels(found.data) == {"xmp"}
    assert opened(found.data).info.keys() & {"icc_profile", "exif", "comment"} == set()


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "ICO", "PPM", "PDF", "TGA", "PCX", "JPEG2000", "ICNS", "DDS"])
def test_other_formats_are_refused(kind: str) -> None:
    with pytest.raises(UnusableImage):
        picture(drawn(kind, (64, 64)))


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a/*<script>", b"RIFF"]
)
def test_what_is_no_image_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedReply):
        picture(data)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(8193, 1), (1, 8193), (8000, 8000), (16383, 16383)])
def test_a_size_beyond_the_limit_is_refused_before_anything_is_decoded(
    kind: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "open", None)
    with pytest.raises(UnusableImage) as caught:
        picture(resized(kind, *size))
    assert str(size[0]) in str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(0, 0), (0, 5), (5, 0)])
def test_an_image_without_pixels_is_refused(kind: str, size: tuple[int, int]) -> None:
    with pytest.raises(MalformedReply):
        picture(resized(kind, *size))


@pytest.mark.parametrize("kind", KINDS)
def test_one_pixel_is_enough(kind: str) -> None:
    assert (picture(drawn(kind, (1, 1))).width, picture(drawn(kind, (1, 1))).height) == (1, 1)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_image_that_moves_is_refused(kind: str) -> None:
    moving = drawn(kind, save_all=True, append_images=[opened(drawn(kind)).rotate(180)], duration=100)
    assert opened(moving).is_animated  # type: ignore[attr-defined]
    with pytest.raises(UnusableImage) as caught:
        picture(moving)
    assert "moves" in str(caught.value)


@pytest.mark.parametrize("lenient", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_off_anywhere_is_refused_whatever_the_site_set(
    kind: str, lenient: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", lenient)
    data = drawn(kind)
    for length in range(0, len(data), 7):
        with pytest.raises(MalformedReply):
            picture(data[:length])


def test_a_second_size_in_a_file_is_refused_before_anything_is_decoded() -> None:
    size = resized("PNG", 20_000, 20_000)[8:33]
    with pytest.raises(MalformedReply):
        taken_apart(with_chunks(size))
    data = drawn("JPEG")
    start = data.index(b"\xff\xc0")
    frame = data[start : start + 19]
    with pytest.raises(MalformedReply):
        taken_apart(data[:start] + frame + data[start:])
    data = drawn("WEBP")
    twice = b"WEBP" + data[12:] * 2
    with pytest.raises(MalformedReply):
        taken_apart(b"RIFF" + struct.pack("<I", len(twice)) + twice)


def test_a_jpeg_of_a_thousand_scans_is_refused() -> None:
    data = drawn("JPEG", progressive=True)
    start = data.rindex(b"\xff\xda")
    with pytest.raises(MalformedReply):
        picture(data[:start] + data[start:-2] * 1000 + data[-2:])


def test_more_than_twenty_megabytes_are_refused_coming_or_going(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnusableImage):
        picture(drawn("PNG") + b"\0" * 20_000_000)
    noise = io.BytesIO()
    Image.effect_noise((200, 200), 100).save(noise, format="JPEG", quality=5)
    monkeypatch.setattr("wagtail_ai_content.core.images.gate.MAX_BYTES", len(noise.getvalue()) + 1)
    with pytest.raises(UnusableImage):
        picture(noise.getvalue())


def test_pillow_is_left_as_it_was(recwarn: pytest.WarningsRecorder) -> None:
    before = (Image.MAX_IMAGE_PIXELS, PngImagePlugin.MAX_TEXT_CHUNK, PngImagePlugin.MAX_TEXT_MEMORY)
    picture(EXTRAS["PNG inflating text"]())
    with pytest.raises(UnusableImage):
        picture(resized("PNG", 12_000, 12_000))
    assert before == (Image.MAX_IMAGE_PIXELS, PngImagePlugin.MAX_TEXT_CHUNK, PngImagePlugin.MAX_TEXT_MEMORY)
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
    assert recwarn.list == []


LARGEST = {
    "PNG of one bit": 'Image.new("1", (5000, 5000)).save(f, "PNG")',
    "PNG with a palette": 'Image.new("P", (5000, 5000)).save(f, "PNG")',
    "PNG with alpha": 'Image.new("RGBA", (5000, 5000)).save(f, "PNG")',
    "PNG with a transparent colour": 'Image.new("RGB", (3500, 3500)).save(f, "PNG", transparency=(0, 0, 0))',
    "JPEG": 'Image.new("RGB", (5000, 5000)).save(f, "JPEG", subsampling=0)',
    "progressive JPEG": 'Image.new("RGB", (3500, 3500)).save(f, "JPEG", subsampling=0, progressive=True)',
    "JPEG for print": 'Image.new("CMYK", (3500, 3500)).save(f, "JPEG")',
    "WebP": 'Image.new("RGB", (3840, 2160)).save(f, "WEBP")',
    "WebP with alpha": 'Image.new("RGBA", (3840, 2160)).save(f, "WEBP", lossless=True)',
}
MEASURE = """
import resource, sys
import wagtail_ai_content.core.images.pixels
from wagtail_ai_content.core.errors import MalformedReply
from wagtail_ai_content.core.images.gate import picture
data = open(sys.argv[1], "rb").read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    picture(data)
    print("drawn", end=" ")
except MalformedReply:
    print("refused", end=" ")
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1000)
"""


def measured(file: Path) -> tuple[str, int]:
    """What becomes of an image in a process of its own, and how many MB that takes."""
    told = subprocess.run([sys.executable, "-c", MEASURE, str(file)], check=True, capture_output=True, text=True).stdout
    outcome, megabytes = told.split()
    return outcome, int(megabytes)


@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_images_need_little_memory(name: str, tmp_path: Path) -> None:
    code = f"import sys; from PIL import Image; f = open(sys.argv[1], 'wb'); {LARGEST[name]}"
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "image")], check=True)
    outcome, megabytes = measured(tmp_path / "image")
    assert outcome == "drawn"
    assert megabytes < 160


@pytest.mark.parametrize(
    "bomb",
    ["PNG inflating text", "PNG inflating international text", "PNG profile", "a huge size", "pixels that inflate"],
)
def test_bombs_need_hardly_any(bomb: str, tmp_path: Path) -> None:
    start = drawn("PNG")[:33]
    bombs = {
        "a huge size": lambda: resized("PNG", 50_000, 50_000),
        "pixels that inflate": lambda: (
            start + chunk(b"IDAT", zlib.compress(bytes(400_000_000), 9)) + chunk(b"IEND", b"")
        ),
    }
    (tmp_path / "image").write_bytes((EXTRAS | bombs)[bomb]())
    assert measured(tmp_path / "image")[1] < 20


SAMPLES = [
    drawn("PNG"), drawn("PNG", mode="P"), with_chunks(chunk(b"tRNS", b"\0\1\0\2\0\3")), drawn("JPEG"),
    drawn("JPEG", progressive=True), turned("JPEG", 6), turned("WEBP", 6), drawn("WEBP", mode="RGBA"),
    drawn("WEBP", lossless=True),
]  # fmt: skip


def never_more_than_refused(data: bytes) -> None:
    try:
        found = picture(data)
    except MalformedReply:
        return
    assert mark_of(found.data) == MARK
    assert beside_its_pixels(found.data) == {"xmp"}


@given(
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"RIFF\x40\0\0\0WEBP", b"RIFF\x40\0\0\0WEBPVP8X"]),
    st.binary(),
)
def test_random_bytes_raise_nothing_but_our_errors(start: bytes, data: bytes) -> None:
    never_more_than_refused(start + data)


@given(st.sampled_from(SAMPLES), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=6))
def test_changed_files_raise_nothing_but_our_errors(data: bytes, changes: list[tuple[int, int]]) -> None:
    changed = bytearray(data)
    for place, value in changes:
        changed[place % len(changed)] = value
    never_more_than_refused(bytes(changed))


@given(st.sampled_from(SAMPLES), st.lists(st.integers(0, 2000), min_size=1, max_size=4))
def test_files_put_together_otherwise_raise_nothing_but_our_errors(data: bytes, places: list[int]) -> None:
    cuts = sorted({0, len(data), *(place % len(data) for place in places)})
    pieces = [data[start:end] for start, end in pairwise(cuts)]
    never_more_than_refused(b"".join([pieces[0], *reversed(pieces[1:])]))
