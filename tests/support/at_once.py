"""Two processes of one example site that do the same at the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from .site import Site, until

START = """
import time
from pathlib import Path
Path(ready).touch()
while not Path(go).exists():
    time.sleep(0.001)
"""


@contextmanager
def twin(site: Site) -> Iterator[Site]:
    """A second process of ``site``."""
    settings = {"DJANGO_SETTINGS_MODULE": site.env["DJANGO_SETTINGS_MODULE"]}
    other = Site(site.folder, database=site.env["EXAMPLE_SITE_DATABASE"], options={}, **settings)
    try:
        yield other
    finally:
        other.close()


def at_once(sites: list[Site], first: str, then: str, *, given: list[dict[str, Any]]) -> list[Any]:
    """What ``then`` puts into ``out`` in each of ``sites``.

    ``first`` is run before, then they wait for each other. Both snippets see their own names of ``given``.
    """
    folder = sites[0].folder
    go, ready = folder / "go", [folder / f"ready{number}" for number in range(len(sites))]
    with ThreadPoolExecutor(len(sites)) as pool:
        answers = [
            pool.submit(site.run, first + START + then, ready=str(file), go=str(go), **names)
            for site, file, names in zip(sites, ready, given, strict=True)
        ]
        until(lambda: all(file.exists() for file in ready), seconds=60, what="every process")
        go.touch()
        return [answer.result() for answer in answers]
