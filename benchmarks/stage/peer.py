"""Dramatiq beside us: two processes of a hundred threads, a Redis of its own as broker, litellm for the calls."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from world.demonstration.processes import HOST, free_port

from tests.support.site import until

from . import BENCHMARKS, REPO
from .memory import cpu, held, watched
from .scene import running

PROCESSES, THREADS = 2, 100
HOW_TO = "Dramatiq is not measured: it needs `pip install 'dramatiq[redis]'` and a redis-server on the PATH."

ENQUEUE = """
import sys
from stage.dramatiq_calls import call
for number in range(int(sys.argv[1])):
    call.send(number)
"""


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one run took."""

    seconds: float
    """From the first message, or the ring, to the end of the last call."""
    idle: float
    """MiB before."""
    peak: float
    """MiB at most."""
    cpu: float
    """Seconds of CPU of the workers."""


def is_there() -> bool:
    return bool(shutil.which("redis-server") and find_spec("dramatiq") and find_spec("redis"))


def run(folder: Path, asked: dict[str, Any], *, calls: int, seconds: float) -> Run:
    """Make ``calls`` calls with Dramatiq; fails after ``seconds``."""
    import redis

    port = free_port()
    server = ("redis-server", "--port", str(port), "--bind", HOST, "--save", "", "--dir", str(folder))
    env = {
        **os.environ,
        "BENCHMARK_REDIS": f"redis://{HOST}:{port}/0",
        "BENCHMARK_REQUEST": json.dumps(asked),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "PYTHONPATH": os.pathsep.join(map(str, (REPO, BENCHMARKS))),
    }
    log = folder / f"dramatiq{port}.log"
    command = (sys.executable, "-m", "dramatiq", "stage.dramatiq_calls", "-p", str(PROCESSES), "-t", str(THREADS))
    with running(*server, log=folder / "redis.log"), redis.Redis(host=HOST, port=port) as counter:
        until(lambda: _answers(counter), seconds=10, what="Redis")
        with running(*command, log=log, env=env) as workers:
            until(lambda: log.read_text().count("ready for action") >= PROCESSES, seconds=60, what="Dramatiq")
            return _timed(workers, counter, env=env, calls=calls, seconds=seconds)


def _answers(counter: Any) -> bool:
    import redis

    try:
        return bool(counter.ping())
    except redis.ConnectionError:
        return False


def _timed(workers: subprocess.Popen[bytes], counter: Any, *, env: dict[str, str], calls: int, seconds: float) -> Run:
    idle, before, began = held(workers.pid), cpu(workers.pid), time.time()
    first: list[float] = []
    with watched(workers.pid) as peak:
        sender = subprocess.Popen([sys.executable, "-c", ENQUEUE, str(calls)], env=env)
        while int(counter.get("calls-done") or 0) < calls:
            if not first and counter.llen("dramatiq:default"):
                first.append(time.time())  # the sender, too, has to import litellm first
            assert time.time() - began < seconds, f"Dramatiq did not come to an end within {seconds} s"
            time.sleep(0.02)
        ended = time.time()
        sender.wait(30)
    return Run(seconds=ended - first[0], idle=idle, peak=peak.mib, cpu=cpu(workers.pid) - before)
