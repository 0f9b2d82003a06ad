"""The content files: a header of ``key: value`` lines, a line of three dashes, and a body.

A key may come more than once. What the keys and the body mean is the business of the loader.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

CONTENT = Path(__file__).parent / "content"
SECTIONS = ("long-way-round", "almanac", "visiting")


@dataclass(frozen=True, kw_only=True)
class Source:
    """One content file."""

    name: str
    """File name without its ending."""
    header: Mapping[str, tuple[str, ...]]
    """Values by key, in the order of the file."""
    body: str

    def one(self, key: str) -> str:
        """The value of ``key``; empty where there is none."""
        return self.header.get(key, ("",))[0]

    def all(self, key: str) -> tuple[str, ...]:
        return self.header.get(key, ())


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture to be drawn."""

    slug: str
    title: str
    scene: str
    """Name of a function in ``scenes``."""
    light: str
    """Name of a light in ``canvas``."""
    alt: str


def read(path: Path) -> Source:
    head, _, body = path.read_text(encoding="utf-8").partition("\n---\n")
    header: dict[str, tuple[str, ...]] = {}
    for line in head.splitlines():
        key, _, value = line.partition(":")
        header[key] = (*header.get(key, ()), value.strip())
    return Source(name=path.stem, header=header, body=body.strip())


def home() -> Source:
    return read(CONTENT / "home.md")


def section(folder: str) -> Source:
    return read(CONTENT / folder / "_section.md")


def pages_of(folder: str) -> Iterator[Source]:
    """The pages of a section in their order, which is that of their file names."""
    for path in sorted((CONTENT / folder).glob("[0-9]*.md")):
        yield read(path)


def notices() -> Iterator[Source]:
    yield from map(read, sorted((CONTENT / "notices").glob("*.md")))


def documents() -> Iterator[Source]:
    yield from map(read, sorted((CONTENT / "documents").glob("*.txt")))


def pictures() -> Iterator[Picture]:
    for entry in json.loads((CONTENT / "pictures.json").read_text(encoding="utf-8")):
        yield Picture(**entry)
