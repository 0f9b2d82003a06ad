"""What a call costs beside the call itself, in CPU; and what writing back costs beside saving a revision, in time.

1. A job from claim to end (claim, prepare from its page, ask over real HTTP, keep, check, save a value) against
   ``litellm.acompletion`` alone with the same messages and schema, each in one event loop, twenty at a time, at a
   server that answers at once. Asking for the job is not counted. Target: at most 1.5 times the CPU.
2. Claiming a job and writing its answer back as a revision against loading the page and ``save_revision`` on the same
   database. Target: at most 1.3 times the time.
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
from collections.abc import Sequence
from contextlib import nullcontext
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
    ours, alone = [], []
    with cProfile.Profile() if options.profile else nullcontext() as profile:
        for number in range(options.rounds):
            alone.append(_in_another_process(asked, count=options.jobs, at_once=options.at_once))
            ours.append(_run_jobs(site, stories, label=f"Round {number}:", count=options.jobs, at_once=options.at_once))
    ratios = [one / other for one, other in zip(ours, alone, strict=True)]
    report(
        Figure(what="litellm.acompletion alone, CPU", value=middle(alone), unit="ms", note=spread(alone)),
        Figure(what="a whole job, CPU", value=middle(ours), unit="ms", note=spread(ours)),
        Figure(what="job/call", value=middle(ratios), most=1.5),
    )
    if profile:
        _show(profile)


def _run_jobs(site: Site, pages: Sequence[int], *, label: str, count: int, at_once: int) -> float:
    """Milliseconds of CPU for one job."""
    from asgiref.sync import async_to_sync

    from wagtail_ai_content.pipeline.drain import Drain, Limits

    wanted = [pages[number % len(pages)] for number in range(count)]
    site.run(work.SUBMIT, function="summarise", pages=wanted, label=label)
    began = time.process_time()
    async_to_sync(Drain(Limits(in_flight=at_once, lease=90, seconds=float("inf"))).run)()
    used = time.process_time() - began
    assert not site.run(work.LEFT)
    return used / count * 1000


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
        Figure(what="load the page and save_revision", value=middle(plain), unit="ms"),
        Figure(what="claim", value=middle(claims), unit="ms"),
        Figure(what="claim and write back", value=middle(ours), unit="ms"),
        Figure(what="write back/save_revision", value=middle(ours) / middle(plain), most=1.3),
    )
    if seen:
        _show(seen)


def _plain_save(page: int) -> float:
    """Milliseconds."""
    from django.contrib.auth import get_user_model
    from wagtail.models import Page

    user = get_user_model().objects.get(username="developer")
    began = time.perf_counter()
    latest = Page.objects.get(pk=page).specific.get_latest_revision_as_object()
    latest.search_description = f"Said at {began}."
    latest.save_revision(user=user)
    return (time.perf_counter() - began) * 1000


def _write_back() -> tuple[float, float]:
    """Milliseconds for the claim, and for SAVE. What lies between them is not counted."""
    from wagtail_ai_content.core.providers.base import Reply
    from wagtail_ai_content.pipeline.run import JobRun
    from wagtail_ai_content.records.jobs import api as jobs

    began = time.perf_counter()
    (claim,) = jobs.claim("benchmark", limit=1, lease=90)
    claimed = time.perf_counter() - began
    run = JobRun(claim)
    run.load()
    run.prepare()
    text = json.dumps({"seo_title": "A new title", "search_description": f"Said at {began}.", "note": ""})
    run.keep(Reply(text=text, model=MODEL, finish_reason="stop"))
    parsed = run.parse()
    began = time.perf_counter()
    run.save(parsed)
    written = time.perf_counter() - began
    ended = jobs.fetch(claim.job_id)
    assert ended is not None
    assert ended.outcome == "revision", ended.message
    return claimed * 1000, written * 1000


def _show(profile: cProfile.Profile) -> None:
    pstats.Stats(profile).strip_dirs().sort_stats("cumulative").print_stats("^(?!<)", 60)


if __name__ == "__main__":
    if sys.argv[1:2] == [ALONE]:
        _litellm_alone(int(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
