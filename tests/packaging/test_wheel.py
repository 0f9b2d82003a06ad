"""The built wheel, in a project of its own: everything is in it, and a job runs with two lines of settings."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.editor_files import ALL_SCRIPTS, STYLES, loadable, weight
from tests.support.services import missing

REPO = Path(__file__).resolve().parents[2]
STATIC = "wagtail_ai_content/static/wagtail_ai_content"
EXPORTS = Path(__file__).with_name("exports.mjs")

TWO_LINES = """
from wagtail_ai_content.conf import configure
configure(globals())
"""

MODEL = """
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField


class NotePage(Page):
    body = RichTextField(blank=True)
    content_panels = Page.content_panels + [FieldPanel("body")]
"""

MAKE_PAGE = """
from django.contrib.auth import get_user_model
from home.models import HomePage, NotePage
get_user_model().objects.create_superuser("boss", "boss@example.com", "x")
HomePage.objects.get().add_child(instance=NotePage(title="Tides", slug="tides", body=(
    "<p>The tide table of the harbour hangs on the wall of the old customs house. It is changed every month by hand. "
    "Whoever wants to cross to the island reads it first. The crossing takes forty minutes at low water.</p>"
)))
"""

LOOK = """
import wagtail_ai_content
from wagtail.models import Page, PageLogEntry
page = Page.objects.get(slug="tides").specific
print("DRAFT", bool(page.get_latest_revision_as_object().search_description), "LIVE", bool(page.search_description))
print("HISTORY", PageLogEntry.objects.get(action="wagtail_ai_content.generate").message)
print("FROM", wagtail_ai_content.__file__)
"""

REVIEW = """
from django.test import Client
from django.urls import reverse
from wagtail.models import Page
from wagtail_ai_content.models import AIVersion
version = AIVersion.objects.get()
boss = Client(HTTP_HOST="localhost")
boss.login(username="boss", password="x")
draft = lambda: Page.objects.get(slug="tides").specific.get_latest_revision_as_object().search_description
url = reverse("wagtail_ai_content_review:review", args=[version.pk])
listing = boss.get(reverse("wagtail_ai_content_review:index") + "?status=drafted").content.decode()
print("LISTED", str(version.pk) in listing)
print("SHOWN", version.proposed["search_description"][:40] in boss.get(url).content.decode())
print("ANONYMOUS", Client(HTTP_HOST="localhost").get(url).status_code)
boss.post(url, {"action": "reject_all"})
print("REFUSED", draft() == "", AIVersion.objects.get().status)
boss.post(url, {"action": "undo"})
print("AGAIN", draft() == version.proposed["search_description"], AIVersion.objects.get().status)
history = boss.get(reverse("wagtailadmin_pages:history", args=[version.target_object_id])).content.decode()
print("COLUMN", "the built-in engine (no language model)" in history)
"""


def clean_environment() -> dict[str, str]:
    """Nothing of the test run's own Django or Python path."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "DJANGO"))}


def run(*command: str | Path, cwd: Path, timeout: float = 600) -> str:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=clean_environment(), capture_output=True, text=True,
        timeout=timeout, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python of its own with the wheel installed, and nothing of the checkout in sight."""
    folder = tmp_path_factory.mktemp("venv")
    run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    run(python, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder / "dist", REPO, cwd=folder)
    (wheel,) = (folder / "dist").glob("*.whl")
    run(python, "-m", "pip", "install", "--quiet", wheel, cwd=folder)
    return python


@pytest.fixture(scope="module")
def wheel(python: Path) -> zipfile.ZipFile:
    (path,) = (python.parents[2] / "dist").glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_wheel_carries_prompts_templates_static_files_locale_and_types(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    package = "wagtail_ai_content"
    for prompt in (REPO / "prompts").rglob("*.md.j2"):
        assert f"{package}/prompts_shipped/{prompt.relative_to(REPO / 'prompts').as_posix()}" in names
    for folder in ("templates", "static", "locale"):
        files = [path for path in (REPO / package / folder).rglob("*") if path.is_file()]
        assert files, f"nothing in {folder}"
        assert {path.relative_to(REPO).as_posix() for path in files} <= names
    assert f"{package}/py.typed" in names
    assert f"{package}/migrations/0001_initial.py" in names
    assert not [name for name in names if name.startswith(("tests", "example_site", "benchmarks", "docs"))]


@pytest.fixture(scope="module")
def unpacked(wheel: zipfile.ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    wheel.extractall(folder)
    return folder


def node() -> str:
    return shutil.which("node") or missing("node", "There is no node to read the wheel's scripts with.")


def exports(static: Path) -> dict[str, list[str]]:
    """By script; fails where one does not parse, or imports what is not there."""
    said = run(node(), "--experimental-vm-modules", "--no-warnings", EXPORTS, static, cwd=static)
    found: dict[str, list[str]] = json.loads(said)
    return found


def test_each_script_parses_and_exports_what_its_source_does(unpacked: Path) -> None:
    found = exports(unpacked / STATIC)
    assert found == exports(REPO / STATIC)
    assert found["js/lib/parts.js"] == ["icon", "part"]


def test_the_scripts_have_no_comments_and_the_source_has(unpacked: Path) -> None:
    for script in (unpacked / STATIC).rglob("*.js"):
        text = script.read_text()
        assert "@example" not in text, script
        assert len(text) < 0.8 * len((REPO / script.relative_to(unpacked)).read_text()), script


def test_the_tests_of_the_scripts_hold_for_the_wheel(unpacked: Path) -> None:
    shutil.copytree(REPO / "tests" / "javascript", unpacked / "tests" / "javascript", dirs_exist_ok=True)
    files = sorted((unpacked / "tests" / "javascript").glob("*.test.mjs"))
    assert files
    run(node(), "--test", *files, cwd=unpacked)


def test_all_that_an_edit_page_may_load_is_small(unpacked: Path) -> None:
    static = unpacked / STATIC
    assert static / "js" / "panel" / "write_controller.js" in loadable(static, "js")
    assert weight(loadable(static, "js")) <= ALL_SCRIPTS
    assert weight(loadable(static, "css")) <= STYLES


def test_the_metadata_names_what_it_needs(wheel: zipfile.ZipFile) -> None:
    (name,) = [name for name in wheel.namelist() if name.endswith("METADATA")]
    metadata = wheel.read(name).decode()
    needed = {name.lower() for name in re.findall(r"Requires-Dist: ([\w-]+)", metadata)}
    assert {"wagtail", "django-q2", "litellm", "jinja2", "nh3", "pydantic"} <= needed
    assert "License-Expression: BSD-3-Clause" in metadata


def test_importing_the_package_imports_no_django(python: Path, tmp_path: Path) -> None:
    code = "import sys, wagtail_ai_content, wagtail_ai_content.core.errors; print('django' in sys.modules)"
    assert run(python, "-c", code, cwd=tmp_path).strip() == "False"


def test_a_job_runs_in_a_new_project_with_two_lines_of_settings(python: Path, tmp_path: Path) -> None:
    run(python.parent / "wagtail", "start", "shop", tmp_path, cwd=tmp_path)
    settings = tmp_path / "shop" / "settings" / "base.py"
    settings.write_text(settings.read_text() + TWO_LINES)
    models = tmp_path / "home" / "models.py"
    models.write_text(models.read_text() + MODEL)
    run(python, "manage.py", "makemigrations", "home", cwd=tmp_path)
    run(python, "manage.py", "migrate", "--verbosity", "0", cwd=tmp_path)
    run(python, "manage.py", "shell", "-c", MAKE_PAGE, cwd=tmp_path)
    with (tmp_path / "worker.log").open("w") as log:
        worker = subprocess.Popen(
            [str(python), "manage.py", "qcluster"],
            cwd=tmp_path, env=clean_environment(), stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            said = run(python, "manage.py", "ai_generate", "meta", "tides", "--wait", cwd=tmp_path, timeout=120)
        finally:
            worker.terminate()
            worker.wait(30)
    assert "Written as a new draft" in said
    looked = run(python, "manage.py", "shell", "-c", LOOK, cwd=tmp_path)
    assert "DRAFT True LIVE False" in looked
    assert "HISTORY AI draft written by the built-in engine (no language model)" in looked
    assert "site-packages" in looked
    reviewed = run(python, "manage.py", "shell", "-c", REVIEW, cwd=tmp_path)
    for told in (
        "LISTED True", "SHOWN True", "ANONYMOUS 302", "REFUSED True rejected", "AGAIN True drafted", "COLUMN True",
    ):  # fmt: skip
        assert told in reviewed, reviewed
