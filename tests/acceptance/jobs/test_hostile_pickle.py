"""django-q2 keeps results as unsigned pickles: a hostile one in its table is never loaded by what we run."""

from __future__ import annotations

from pathlib import Path

from tests.support.site import Site

from .conftest import MakeSite
from .follow import finish, submit

PLANT = """
import os, pickle
from django.utils import timezone
from django_q.models import Task
class Evil:
    def __reduce__(self):
        return os.mkdir, (trap,)
now = timezone.now()
names = ["args", "kwargs", "result"]
Task.objects.bulk_create([
    Task(id=f"{number:032x}", name=f"evil {number}", func="wagtail_ai_content.pipeline.queue.drain_jobs",
         started=now, stopped=now, success=bool(number))
    for number in range(2)
])
from base64 import b64encode
from django.db import connection
poison = b64encode(pickle.dumps(Evil())).decode()
with connection.cursor() as cursor:
    cursor.execute("UPDATE django_q_task SET args = %s, kwargs = %s, result = %s", [poison] * 3)
    out = cursor.rowcount
"""
LOAD = """
from django_q.models import Task
list(Task.objects.all())
"""


def test_a_hostile_pickle_among_the_results_is_never_loaded(make_site: MakeSite) -> None:
    site = make_site()
    trap = site.folder / "trap"
    assert site.run(PLANT, trap=str(trap)) == 2
    with site.process("qcluster"):
        job = submit(site, "across-the-wade")
        assert finish(site, job)["status"] == "succeeded"
    for command in (["ai_health"], ["ai_sweep"], ["ai_jobs", "list"], ["ai_jobs", "show", job], ["check"]):
        site.manage(*command)
    assert not trap.exists()
    check_that_the_trap_works(site, trap)


def check_that_the_trap_works(site: Site, trap: Path) -> None:
    site.run(LOAD)
    assert trap.exists()
