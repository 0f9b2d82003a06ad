"""Two thousand jobs against a model that takes two seconds: how much of the time is spent on anything but waiting?

One real django-q2 cluster of two workers, a hundred calls in flight in each. From the ring of the bell to the end of
the last job: target 1.3 times the floor (2,000 x 2 s / 200 = 20 s), at most 400 MiB for the whole cluster (PSS) and at
most 0.2 MiB for each call in flight. Beside it Dramatiq with as many threads, whose calls leave nothing behind but a
count, while each job here is claimed, prepared from its page, kept, checked and ended in the database.
"""

from __future__ import annotations

import argparse
import json
import time
import urllib.request
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stage import peer, work
from stage.figures import Figure, headline, middle, report, spread
from stage.memory import cpu, held, watched
from stage.scene import KEY, forget, set_up

from tests.support.site import Site

SECONDS = 2.0
MODEL = f"openai/slow-{SECONDS}"
WORKERS = 2
PATIENCE = 240
OUTCOMES = {"summarise": "each ends in a value", "meta": "each writes a revision"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--in-flight", type=int, default=100, help="In each of the two workers.")
    parser.add_argument("--function", choices=list(OUTCOMES), default="summarise",
                        help="summarise answers with a value; meta writes a revision of its own page.")  # fmt: skip
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--postgres", action="store_true", help="In a new PostgreSQL database (POSTGRES_HOST, …).")
    parser.add_argument("--without-peer", action="store_true", help="Do not run Dramatiq beside it.")
    options = parser.parse_args()
    outcome = OUTCOMES[options.function]
    kind = "PostgreSQL" if options.postgres else "SQLite"
    headline(f"{options.jobs:,} jobs of {SECONDS:g} s ({options.function}: {outcome}), {kind}")
    with set_up(MODEL, postgres=options.postgres, MAX_IN_FLIGHT=options.in_flight) as scene:
        _measure(scene.site, scene.folder, url=scene.url, options=options)


def _measure(site: Site, folder: Path, *, url: str, options: argparse.Namespace) -> None:
    beside = not options.without_peer and peer.is_there()
    ours, theirs = [], []
    for number in range(options.rounds):
        pages = _pages(site, options.function, count=options.jobs, fresh=number == 0)
        forget(url)
        ours.append(_run(site, pages, function=options.function, label=f"Round {number}:"))
        report(Figure(what="calls in flight at the model, at most", value=_stats(url)["most_in_flight"]))
        if beside:
            asked = work.as_arguments(site.run(work.A_REQUEST), url=url, key=KEY)
            theirs.append(peer.run(folder, asked, calls=options.jobs, seconds=PATIENCE))
    _tell(ours, theirs, jobs=options.jobs, in_flight=options.in_flight * WORKERS)
    if not beside and not options.without_peer:
        print(peer.HOW_TO)


def _pages(site: Site, function: str, *, count: int, fresh: bool) -> list[int]:
    """A page for each job. A function that writes gets pages of their own, or jobs would be in each other's way."""
    if function == "meta" and fresh:
        return list(site.run(work.MAKE_PAGES, count=count))
    known = site.run(work.STORIES)
    pages = known[-count:] if function == "meta" else known
    return [pages[number % len(pages)] for number in range(count)]


def _run(site: Site, pages: Sequence[int], *, function: str, label: str) -> peer.Run:
    since = datetime.now(UTC).isoformat()
    began = time.perf_counter()
    site.run(work.SUBMIT, function=function, pages=pages, label=label)
    submitting = time.perf_counter() - began
    with work.cluster(site) as process:
        idle, before = held(process.pid), cpu(process.pid)
        with watched(process.pid) as peak:
            rung = time.time()
            site.run(work.RING, times=WORKERS)
            work.wait_for_all(site, seconds=PATIENCE)
        ended = site.run(work.ENDS, since=since)
        used = cpu(process.pid) - before
    print(f"{label} {ended['outcomes']}, submitted in {submitting:.1f} s before", flush=True)
    return peer.Run(seconds=ended["last"] - rung, idle=idle, peak=peak.mib, cpu=used)


def _stats(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url.removesuffix("/v1") + "/__stats__?last=1", timeout=10) as answer:
        stats: dict[str, Any] = json.load(answer)
    return stats


def _tell(ours: Sequence[peer.Run], theirs: Sequence[peer.Run], *, jobs: int, in_flight: int) -> None:
    floor = -(-jobs // in_flight) * SECONDS
    walls = [run.seconds for run in ours]
    report(
        Figure(what="ring to the end of the last job", value=middle(walls), unit="s", note=spread(walls)),
        Figure(what=f"as a multiple of the floor of {floor:g} s", value=middle(walls) / floor, most=1.3),
        Figure(what="memory of the cluster at most", value=middle([run.peak for run in ours]), unit="MiB", most=400),
        Figure(what="before the ring, litellm loaded", value=middle([run.idle for run in ours]), unit="MiB"),
        Figure(
            what="more for each call in flight",
            value=middle([(run.peak - run.idle) / in_flight for run in ours]),
            unit="MiB",
            most=0.2,
        ),
        Figure(
            what="CPU of the cluster for each job", value=middle([run.cpu for run in ours]) / jobs * 1000, unit="ms"
        ),
    )
    if theirs:
        their_walls = [run.seconds for run in theirs]
        report(
            Figure(what="Dramatiq, first message to last call", value=middle(their_walls), unit="s",
                   note=spread(their_walls)),
            Figure(what="ours as a multiple of Dramatiq's time", value=middle(walls) / middle(their_walls)),
            Figure(what="Dramatiq's memory at most", value=middle([run.peak for run in theirs]), unit="MiB"),
            Figure(what="Dramatiq's CPU for each call", value=middle([run.cpu for run in theirs]) / jobs * 1000,
                   unit="ms"),
        )  # fmt: skip


if __name__ == "__main__":
    main()
