"""What the app adds to the start of a fresh project: time and memory of ``manage.py check``, with and without it.

Two settings modules of one project made by ``wagtail start``, run in turn. Target: at most 1.08 times the time and
8 MiB more memory; and litellm, jinja2, pydantic and nh3, which only a call to a model needs, are not imported.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stage import REPO
from stage.figures import Figure, headline, middle, report, spread
from stage.scene import scratch

WITH_US = """
from .dev import *

INSTALLED_APPS = ["wagtail_ai_content", *INSTALLED_APPS]
from wagtail_ai_content import conf

conf.configure(globals())
"""
WITH_WAGTAIL_AI = """
from .dev import *

INSTALLED_APPS = ["wagtail_ai", *INSTALLED_APPS]
WAGTAIL_AI = {"PROVIDERS": {"default": {"provider": "openai", "model": "gpt-4.1-mini"}}}
"""
LATE = ("litellm", "jinja2", "pydantic", "nh3")
LOADED = """
import sys
import django
django.setup()
from django.core.management import call_command
from io import StringIO
call_command("check", stdout=StringIO())
print(*[name for name in {names!r} if name in sys.modules])
"""
# django-q2 imports psutil where it is installed, as it is here for the other benchmarks and on no site for its sake.
NO_PSUTIL = 'raise ImportError("not for this measurement")'


@dataclass(frozen=True, kw_only=True)
class Start:
    """One run of ``manage.py check``."""

    wall: float
    cpu: float
    """Seconds of user and system time, which other programs on the machine disturb less."""
    mib: float
    """Resident memory at most."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--importtime", action="store_true", help="Also list the slowest imports that the app adds.")
    parser.add_argument("--beside-wagtail-ai", action="store_true",
                        help="Also install wagtail-ai into a throw-away environment and measure it alike.")  # fmt: skip
    options = parser.parse_args()
    headline("manage.py check of a fresh Wagtail project, with and without wagtail_ai_content")
    with scratch() as folder:
        project = make_project(folder / "site", WITH_US, python=sys.executable)
        _compare("wagtail_ai_content", project, python=sys.executable, rounds=options.rounds, targets=True)
        before = _loaded(project, "dev")
        added = [name for name in _loaded(project, "with_app") if name not in before]
        verdict = f"{', '.join(added)}  MISSED" if added else "none  met"
        print(f"of {', '.join(LATE)} the app imports: {verdict}")
        print(f"imported by Wagtail and Django themselves: {', '.join(before) or 'none'}")
        if options.importtime:
            _slowest(project)
        if options.beside_wagtail_ai:
            python = _environment(folder / "venv")
            beside = make_project(folder / "beside", WITH_WAGTAIL_AI, python=python)
            _compare("wagtail-ai", beside, python=python, rounds=options.rounds, targets=False)


def make_project(folder: Path, settings: str, *, python: str) -> Path:
    """A project made by ``wagtail start``, with a second settings module."""
    folder.mkdir()
    command = (
        "from wagtail.bin.wagtail import main; import sys; sys.argv = ['wagtail', 'start', 'project', '.']; main()"
    )
    subprocess.run([python, "-c", command], cwd=folder, check=True, capture_output=True)
    (folder / "project" / "settings" / "with_app.py").write_text(settings)
    (folder / "hidden").mkdir()
    (folder / "hidden" / "psutil.py").write_text(NO_PSUTIL)
    return folder


def _compare(name: str, project: Path, *, python: str, rounds: int, targets: bool) -> None:
    runs: Mapping[str, list[Start]] = {"dev": [], "with_app": []}
    for place in range(rounds + 1):
        for settings, starts in runs.items():
            start = check(project, settings, python=python)
            if place:  # the first writes the bytecode
                starts.append(start)
    without, added = runs["dev"], runs["with_app"]
    ratio = _ratios(without, added)
    report(
        Figure(what="without", value=_middle(without, "wall"), unit="s"),
        Figure(what=f"with {name}", value=_middle(added, "wall"), unit="s"),
        Figure(what="time with/without", value=ratio("wall"), most=1.08 if targets else None,
               note=spread([start.wall for start in added])),
        Figure(what="CPU time with/without", value=ratio("cpu"), most=1.08 if targets else None),
        Figure(what="memory without, at most", value=_middle(without, "mib"), unit="MiB"),
        Figure(what="more memory with it", value=_middle(added, "mib") - _middle(without, "mib"), unit="MiB",
               most=8 if targets else None),
    )  # fmt: skip


def _ratios(without: Sequence[Start], added: Sequence[Start]) -> Callable[[str], float]:
    """The median of the ratios of neighbours, which what comes and goes on the machine hits alike."""
    return lambda name: middle(
        [getattr(one, name) / getattr(other, name) for one, other in zip(added, without, strict=True)]
    )


def _middle(starts: Sequence[Start], name: str) -> float:
    return middle([getattr(start, name) for start in starts])


def check(project: Path, settings: str, *, python: str) -> Start:
    """Run ``manage.py check`` once."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [python, "manage.py", "check"], cwd=project, env=environment(project, settings), stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    assert process.stderr is not None
    said = process.stderr.read().decode()
    process.stderr.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, said
    return Start(wall=wall, cpu=usage.ru_utime + usage.ru_stime, mib=usage.ru_maxrss / 1024)


def environment(project: Path, settings: str) -> dict[str, str]:
    hidden = project / "hidden"
    path = os.pathsep.join(map(str, (hidden, REPO, project)))
    return {**os.environ, "DJANGO_SETTINGS_MODULE": f"project.settings.{settings}", "PYTHONPATH": path}


def _loaded(project: Path, settings: str) -> list[str]:
    code = LOADED.format(names=LATE)
    command = [sys.executable, "-c", code]
    env = environment(project, settings)
    done = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=True)
    return done.stdout.split()


def _slowest(project: Path, *, count: int = 25) -> None:
    """Modules that only the app's settings import, by their own time."""
    known = {name for name, _ in _import_times(project, "dev")}
    added = [(name, own) for name, own in _import_times(project, "with_app") if name not in known]
    print(f"\n{len(added)} modules more, {sum(own for _, own in added) / 1000:.0f} ms in them; the slowest:")
    for name, own in sorted(added, key=lambda row: -row[1])[:count]:
        print(f"  {own / 1000:7.1f} ms  {name}")


def _import_times(project: Path, settings: str) -> list[tuple[str, int]]:
    command = [sys.executable, "-X", "importtime", "manage.py", "check"]
    done = subprocess.run(
        command, cwd=project, env=environment(project, settings), capture_output=True, text=True, check=True
    )
    rows = [line.removeprefix("import time:").split("|") for line in done.stderr.splitlines() if "|" in line]
    return [(name.strip(), int(own)) for own, _, name in rows if own.strip().isdigit()]


def _environment(folder: Path) -> str:
    """A throw-away environment with wagtail-ai; gives its Python."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "-qq", "wagtail-ai"], check=True)
    shown = (
        "import importlib.metadata as m; print('wagtail-ai', m.version('wagtail-ai'), 'wagtail', m.version('wagtail'))"
    )
    subprocess.run([python, "-c", shown], check=True)
    return python


if __name__ == "__main__":
    main()
