"""What the app adds to the page editor: queries, time and bytes of the edit page, with and without it.

Two settings modules of one fresh project, each with a process of its own that is asked in turn for the edit page of
pages with 1, 100 and 500 blocks. Target: at most 2 queries more and 1.06 times the time, whatever the number of blocks.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stage.figures import Figure, headline, middle, report, spread
from stage.scene import scratch
from startup import WITH_US, environment, make_project

SIZES = (1, 100, 500)
MOST_QUERIES = 2
MOST_TIME = 1.06

MODEL = """
from wagtail.admin.panels import FieldPanel
from wagtail.blocks import CharBlock, RichTextBlock, StreamBlock, StructBlock
from wagtail.fields import RichTextField, StreamField


class Section(StructBlock):
    heading = CharBlock()
    text = RichTextBlock()


class Body(StreamBlock):
    heading = CharBlock()
    text = RichTextBlock()
    section = Section()


class NotePage(Page):
    intro = RichTextField(blank=True)
    body = StreamField(Body())
    content_panels = Page.content_panels + [FieldPanel("intro"), FieldPanel("body")]
"""

FILL = """
import json, sys
import django
django.setup()
from django.contrib.auth import get_user_model
from home.models import HomePage, NotePage

get_user_model().objects.create_superuser("boss", "boss@example.com", "x")
for blocks in json.loads(sys.argv[1]):
    raw = [{"type": "section", "value": {"heading": f"Part {n}", "text": "<p>The harbour closes at six.</p>"},
            "id": f"00000000-0000-4000-8000-{n:012}"} for n in range(blocks)]
    page = NotePage(title="Note", slug=f"note-{blocks}", intro="<p>Ships come and go.</p>", body=json.dumps(raw))
    HomePage.objects.get().add_child(instance=page)
    page.save_revision()
"""

ANSWERING = """
import json, sys, time
import django
django.setup()
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from home.models import NotePage

client = Client(HTTP_HOST="localhost")
client.force_login(get_user_model().objects.get())
for line in sys.stdin:
    asked = json.loads(line)
    address = reverse("wagtailadmin_pages:edit", args=[NotePage.objects.get(slug=f"note-{asked['blocks']}").pk])
    if asked["count"]:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        told = {"queries": len(queries), "bytes": len(answer.content), "status": answer.status_code}
    else:
        began, cpu = time.perf_counter(), time.process_time()
        client.get(address)
        told = {"time": time.perf_counter() - began, "cpu": time.process_time() - cpu}
    print(json.dumps(told), flush=True)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=25)
    options = parser.parse_args()
    headline("The edit page of a fresh Wagtail project, with and without wagtail_ai_content")
    with scratch() as folder:
        project = make_project(folder / "site", WITH_US, python=sys.executable)
        with (project / "home" / "models.py").open("a") as models:
            models.write(MODEL)
        for command in (
            ["manage.py", "makemigrations", "home"],
            ["manage.py", "migrate"],
            ["-c", FILL, json.dumps(SIZES)],
        ):
            _run(project, *command)
        with _answering(project, "dev") as without, _answering(project, "with_app") as added:
            for blocks in SIZES:
                _compare(without, added, blocks=blocks, rounds=options.rounds)


def _run(project: Path, *arguments: str) -> None:
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=project, env=environment(project, "with_app"), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def _answering(project: Path, settings: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", ANSWERING]
    process = subprocess.Popen(
        command,
        cwd=project,
        env=environment(project, settings),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)


def _compare(without: subprocess.Popen[str], added: subprocess.Popen[str], *, blocks: int, rounds: int) -> None:
    for process in (without, added):
        for _ in range(3):  # what is only made once
            _ask(process, blocks=blocks)
    plain, ours = (_ask(process, blocks=blocks, count=True) for process in (without, added))
    assert plain["status"] == ours["status"] == 200
    pairs = [(_ask(without, blocks=blocks), _ask(added, blocks=blocks)) for _ in range(rounds)]
    ratios = {name: [one[name] / other[name] for other, one in pairs] for name in ("time", "cpu")}
    what = f"{blocks} blocks: "
    report(
        Figure(what=f"{what}without", value=middle([other["time"] for other, _ in pairs]) * 1000, unit="ms"),
        Figure(what=f"{what}queries without", value=plain["queries"]),
        Figure(what=f"{what}queries more", value=ours["queries"] - plain["queries"], most=MOST_QUERIES),
        Figure(what=f"{what}time with/without", value=middle(ratios["time"]), most=MOST_TIME,
               note=spread(sorted(ratios["time"])[:: max(1, rounds // 5)])),
        Figure(what=f"{what}CPU with/without", value=middle(ratios["cpu"]), most=MOST_TIME),
        Figure(what=f"{what}HTML more", value=(ours["bytes"] - plain["bytes"]) / 1024, unit="KiB"),
    )  # fmt: skip


def _ask(process: subprocess.Popen[str], *, blocks: int, count: bool = False) -> dict[str, Any]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps({"blocks": blocks, "count": count}) + "\n")
    process.stdin.flush()
    told: dict[str, Any] = json.loads(process.stdout.readline())
    return told


if __name__ == "__main__":
    main()
