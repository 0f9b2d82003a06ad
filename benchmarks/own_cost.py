"""What a call costs beside the call itself, in CPU; and what writing back costs beside saving a revision.

1. A job (claim, prepare from its page, ask over real HTTP, keep, check, save a value) against ``litellm.acompletion``
   alone with the same messages and schema, each in one event loop, twenty at a time, at a server that answers at once.
   Asking for the job is not counted. Three figures: the provider with all that is around it, the call's way through
   the pipeline (the job without its claim and its SAVE), and the whole job. Target for the second: at most 1.5 times
   the CPU.
2. Claiming a job and writing its answer back as a revision against loading the page and ``save_revision`` on the same
   database, one of each in turn. Target: at most 1.3 times the time.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import json
import os
import pstats
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from stage import work
from stage.figures import Figure, headline, middle, report, spread
from stage.scene import KEY, enter, set_up

from tests.support.site import Site

MODEL = "openai/test-model"
ALONE = "--litellm-alone"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=200, help="In each round.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--at-once", type=int, default=20)
    parser.add_argument("--postgres", action="store_true", help="In a new PostgreSQL database (POSTGRES_HOST, …).")
    parser.add_argument("--profile", action="store_true", help="Also list where the time of our own code goes.")
    options = parser.parse_args()
    headline(f"Our own cost, {options.rounds} rounds of {options.jobs} jobs")
    with set_up(MODEL, postgres=options.postgres) as scene:
        enter(scene.site)
        _calls(scene.site, url=scene.url, options=options)
        _write_backs(scene.site, count=options.jobs, profile=options.profile)


# 1. Calls


def _calls(site: Site, *, url: str, options: argparse.Namespace) -> None:
    from wagtail_ai_content.pipeline import providers

    providers.preload()
    stories = site.run(work.STORIES)
    _run_jobs(site, stories, label="Warm", count=options.at_once, at_once=options.at_once)
    asked = work.as_arguments(site.run(work.A_REQUEST), url=url, key=KEY)
    alone, chains, whole, ways = [], [], [], []
    with cProfile.Profile() if options.profile else nullcontext() as profile:
        for number in range(options.rounds):
            alone.append(_in_another_process(asked, count=options.jobs, at_once=options.at_once))
            chains.append(_ask_only(site.run(work.A_REQUEST), count=options.jobs, at_once=options.at_once))
            job, way = _run_jobs(site, stories, label=f"Round {number}:", count=options.jobs, at_once=options.at_once)
            whole.append(job)
            ways.append(way)
    report(
        Figure(what="litellm.acompletion alone, CPU", value=middle(alone), unit="ms", note=spread(alone)),
        Figure(what="the provider with all around it, CPU", value=middle(chains), unit="ms", note=spread(chains)),
        Figure(what="provider/litellm", value=_ratio(chains, alone)),
        Figure(what="the call through the pipeline, CPU", value=middle(ways), unit="ms", note=spread(ways)),
        Figure(what="call through the pipeline/litellm", value=_ratio(ways, alone), most=1.5),
        Figure(what="a whole job, CPU", value=middle(whole), unit="ms", note=spread(whole)),
        Figure(what="job/litellm", value=_ratio(whole, alone)),
    )
    if profile:
        _show(profile)


def _ratio(ones: Sequence[float], others: Sequence[float]) -> float:
    return middle([one / other for one, other in zip(ones, others, strict=True)])


def _run_jobs(site: Site, pages: Sequence[int], *, label: str, count: int, at_once: int) -> tuple[float, float]:
    """Milliseconds of CPU for one job, and for one without its claim and its SAVE."""
    from asgiref.sync import async_to_sync

    from wagtail_ai_content.pipeline.drain import Drain, Limits
    from wagtail_ai_content.pipeline.run import JobRun
    from wagtail_ai_content.records.jobs import api as jobs

    wanted = [pages[number % len(pages)] for number in range(count)]
    site.run(work.SUBMIT, function="summarise", pages=wanted, label=label)
    with timed(jobs, "claim") as claims, timed(JobRun, "save") as saves:
        began = time.process_time()
        async_to_sync(Drain(Limits(in_flight=at_once, lease=90, seconds=float("inf"))).run)()
        used = time.process_time() - began
    assert not site.run(work.LEFT)
    return used / count * 1000, (used - sum(claims) - sum(saves)) / count * 1000


@contextmanager
def timed(place: Any, name: str) -> Iterator[list[float]]:
    """Seconds of CPU of each call of a function while the block runs."""
    function: Callable[..., Any] = getattr(place, name)
    seconds: list[float] = []

    def watched(*args: Any, **kwargs: Any) -> Any:
        began = time.thread_time()
        try:
            return function(*args, **kwargs)
        finally:
            seconds.append(time.thread_time() - began)

    setattr(place, name, watched)
    try:
        yield seconds
    finally:
        setattr(place, name, function)


def _ask_only(stored: dict[str, Any], *, count: int, at_once: int) -> float:
    """Milliseconds of CPU for one call as a job makes it: cache, breaker and price around the adapter."""
    from asgiref.sync import async_to_sync

    from wagtail_ai_content.core.providers.base import Message, Request
    from wagtail_ai_content.pipeline.providers import Models

    messages = tuple(Message(**message) for message in stored["messages"])
    request = Request(**{**stored, "messages": messages})

    async def calls() -> float:
        models, gate = Models(), asyncio.Semaphore(at_once)

        async def call() -> None:
            async with gate:
                await models.ask(request, ())

        try:
            await asyncio.gather(*(call() for _ in range(at_once)))
            began = time.process_time()
            await asyncio.gather(*(call() for _ in range(count)))
            return time.process_time() - began
        finally:
            await models.close()

    return async_to_sync(calls)() / count * 1000


def _in_another_process(asked: dict[str, Any], *, count: int, at_once: int) -> float:
    """Nothing but litellm, as it comes: in this process it would go through our transport."""
    env = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    command = [sys.executable, __file__, ALONE, str(count), str(at_once)]
    done = subprocess.run(command, input=json.dumps(asked), env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return float(done.stdout.splitlines()[-1])


def _litellm_alone(count: int, at_once: int) -> None:
    """Print milliseconds of CPU for one call, with the arguments read from the input."""
    import litellm

    asked = json.load(sys.stdin)
    gate = asyncio.Semaphore(at_once)

    async def call() -> None:
        async with gate:
            await litellm.acompletion(**asked)

    async def calls() -> float:
        await asyncio.gather(*(call() for _ in range(at_once)))
        began = time.process_time()
        await asyncio.gather(*(call() for _ in range(count)))
        return time.process_time() - began

    print(asyncio.run(calls()) / count * 1000)


# 2. Writing back


def _write_backs(site: Site, *, count: int, profile: bool) -> None:
    """One of each in turn, on pages alike."""
    pages = site.run(work.MAKE_PAGES, count=count)
    site.run(work.SUBMIT, function="meta", pages=pages, label="Write")
    ours, plain, claims = [], [], []
    with cProfile.Profile() if profile else nullcontext() as seen:
        for page in pages:
            plain.append(_plain_save(page))
            claimed, written = _write_back()
            claims.append(claimed)
            ours.append(claimed + written)
    report(
        Figure(what="load the page and save_revision", value=middle([one.wall for one in plain]), unit="ms"),
        Figure(what="claim", value=middle([one.wall for one in claims]), unit="ms"),
        Figure(what="claim and write back", value=middle([one.wall for one in ours]), unit="ms"),
        Figure(
            what="write back/save_revision",
            value=middle([one.wall for one in ours]) / middle([one.wall for one in plain]),
            most=1.3,
        ),
        Figure(
            what="the same in CPU of this process",
            value=middle([one.cpu for one in ours]) / middle([one.cpu for one in plain]),
        ),
    )
    if seen:
        _show(seen)


@dataclass(frozen=True, kw_only=True)
class Spent:
    """Milliseconds on the clock, and of CPU in this thread."""

    wall: float
    cpu: float

    def __add__(self, other: Spent) -> Spent:
        return Spent(wall=self.wall + other.wall, cpu=self.cpu + other.cpu)


def _spent(work_: Callable[[], Any]) -> tuple[Spent, Any]:
    wall, cpu = time.perf_counter(), time.thread_time()
    found = work_()
    return Spent(wall=(time.perf_counter() - wall) * 1000, cpu=(time.thread_time() - cpu) * 1000), found


def _plain_save(page: int) -> Spent:
    from django.contrib.auth import get_user_model
    from wagtail.models import Page

    user = get_user_model().objects.get(username="developer")

    def save() -> None:
        latest = Page.objects.get(pk=page).specific.get_latest_revision_as_object()
        latest.search_description = f"Said at {time.time()}."
        latest.save_revision(user=user)

    return _spent(save)[0]


def _write_back() -> tuple[Spent, Spent]:
    """What the claim took, and SAVE. What lies between them is not counted."""
    from wagtail_ai_content.core.providers.base import Reply
    from wagtail_ai_content.pipeline.run import JobRun
    from wagtail_ai_content.records.jobs import api as jobs

    claimed, (claim,) = _spent(lambda: jobs.claim("benchmark", limit=1, lease=90))
    run = JobRun(claim)
    run.prepare()
    text = json.dumps({"seo_title": "A new title", "search_description": f"Said at {time.time()}.", "note": ""})
    run.keep(Reply(text=text, model=MODEL, finish_reason="stop"))
    parsed = run.parse()
    written, _ = _spent(lambda: run.save(parsed))
    ended = jobs.fetch(claim.job_id)
    assert ended is not None
    assert ended.outcome == "revision", ended.message
    return claimed, written


def _show(profile: cProfile.Profile) -> None:
    pstats.Stats(profile).strip_dirs().sort_stats("cumulative").print_stats("^(?!<)", 60)


if __name__ == "__main__":
    if sys.argv[1:2] == [ALONE]:
        _litellm_alone(int(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
