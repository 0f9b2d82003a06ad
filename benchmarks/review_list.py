"""The screens of review with 100,000 AI versions beside the same screens with few, in work and in queries.

Few are 60, the page of the list that is then shown is as long as with many; ``--few 10`` tells what a short list costs.
The versions are spread over 5,000 pages, one in ten of them waits for review; each keeps a content of about a kilobyte.
Whole requests, as a browser makes them, by an editor whose rights are asked page by page and by a superuser. Targets:
as many queries as with few versions, and at most twice the work.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from stage.figures import Figure, headline, report
from stage.scene import enter, set_up
from stage.screens import Cost, client_of, cost_of, tell

PAGES = 5_000
MOST_TIMES = 2.0
PEOPLE = ("editor", "developer")
SCREENS = {
    "list: what waits": "/admin/ai-review/",
    "list: all states": "/admin/ai-review/?status=any",
    "list: all states, the last page": "/admin/ai-review/?status=any&p=9999",
    "list: one page by its name": "/admin/ai-review/?status=any&q=Page+0007",
    "list: changes facts, oldest first": "/admin/ai-review/?status=any&alerts=true&ordering=created",
    "one version": "/admin/ai-review/{version}/",
    "the dashboard": "/admin/",
    "any other screen (the menu counts)": "/admin/account/",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--versions", type=int, default=100_000)
    parser.add_argument("--few", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--postgres", action="store_true", help="In a new PostgreSQL database (POSTGRES_HOST, …).")
    options = parser.parse_args()
    headline(f"Review of {options.versions:,} AI versions, {options.rounds} rounds of each screen")
    with set_up("openai/test-model", postgres=options.postgres) as scene:
        enter(scene.site)
        version = fill(options.few)
        few = measure(version, rounds=options.rounds)
        began = time.perf_counter()
        multiply(options.versions - options.few)
        report(Figure(what="making the rows", value=time.perf_counter() - began, unit="s"))
        many = measure(version, rounds=options.rounds)
        for key, cost in many.items():
            tell(", ".join(key), few=few[key], many=cost, most=MOST_TIMES)


def measure(version: str, *, rounds: int) -> dict[tuple[str, str], Cost]:
    costs = {}
    for person in PEOPLE:
        client = client_of(person)
        for screen, address in SCREENS.items():
            costs[person, screen] = cost_of(client, address.format(version=version), rounds=rounds)
    return costs


def fill(count: int) -> str:
    """Pages, and ``count`` versions of real ones that wait; gives the id of one."""
    from world.models import ArticlePage

    from tests.support.versions import propose

    _add_pages()
    asked = _person("editor")
    pages = list(ArticlePage.objects.filter(live=True).order_by("path")[:count])
    assert pages
    made = [
        propose(
            pages[n % len(pages)], {"title": f"Told anew {n}", "search_description": "Short."},
            requested_by=asked, alerts=1, target_label=f"Page 0007 {n}",
        )
        for n in range(count)
    ]  # fmt: skip
    return str(made[0].pk)


def _person(name: str) -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.get(username=name)


def _add_pages() -> None:
    """Straight into the tables that rights are asked of: rows of pages without contents of their own."""
    from django.contrib.contenttypes.models import ContentType
    from wagtail.models import Page
    from world.models import ArticlePage, SectionPage

    parent = SectionPage.objects.order_by("path").first()
    kind, beside = ContentType.objects.get_for_model(ArticlePage), parent.numchild
    parent.numchild += PAGES
    parent.save(clean=False)
    Page.objects.bulk_create(
        [
            Page(
                title=f"Page {n:04}", draft_title=f"Page {n:04}", slug=f"page-{n}", content_type=kind, live=False,
                path=Page._get_path(parent.path, parent.depth + 1, beside + 1 + n), depth=parent.depth + 1,
                url_path=f"{parent.url_path}page-{n}/", locale_id=parent.locale_id, numchild=0,
            )
            for n in range(PAGES)
        ],
        batch_size=500,
    )  # fmt: skip


def multiply(count: int) -> None:
    """Copies of one version with a short content, older than it, spread over the pages."""
    from datetime import timedelta

    from django.db import connection
    from django.utils import timezone
    from wagtail.models import Page

    from wagtail_ai_content.models import AIVersion
    from wagtail_ai_content.records.versions.api import VersionStatus

    one = AIVersion.objects.order_by("created").first()
    assert one is not None
    fields = {field.attname: getattr(one, field.attname) for field in AIVersion._meta.concrete_fields}
    del fields["id"]
    content = {"title": "A page", "body": "A sentence of a page. " * 45}
    numbers = list(Page.objects.filter(title__startswith="Page ").values_list("pk", flat=True))
    others = [status for status in VersionStatus.values if status != VersionStatus.PENDING]
    now = timezone.now()
    for start in range(0, count, 2_000):
        AIVersion.objects.bulk_create(
            AIVersion(
                **fields
                | {
                    "base": content, "proposed": content, "target_object_id": str(numbers[n % len(numbers)]),
                    "target_label": f"Page {n % len(numbers):04}", "created": now - timedelta(minutes=n + 10),
                    "status": VersionStatus.PENDING if n % 10 == 0 else others[n % len(others)], "alerts": n % 3,
                    "model_used": f"openai/model-{n % 7}",
                }
            )
            for n in range(start, min(start + 2_000, count))
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main()
