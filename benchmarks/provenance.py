"""What provenance adds to an autosave of a page of 100 blocks, in time and in queries.

The editor's own request, as its autosave posts it, one word typed before each. Provenance of a draft is worked out when
somebody asks for it; here after every autosave, which is as often as it can be of use. Targets: that takes at most 15 %
of the autosave's time, and one query with what the autosave itself asks.

The pages: one that no AI wrote for; one whose blocks are all an AI's, with the typing in one of them; the same with
half of its blocks rewritten by a person; and one rewritten five times by an AI and then all over by a person.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from stage.figures import Figure, headline, middle, report
from stage.scene import enter, set_up

MOST_MORE = 1.15
MOST_QUERIES = 1
SENTENCES = (
    "The {n}th boat of the season came in with the tide and with half of its nets.",
    "Nobody on the quay had counted on a catch of {n} baskets before the end of the week.",
    "By the evening the council had promised {n} new lamps for the harbour wall, and a bench.",
    "What the {n} crews wanted was another thing: dry rope, cheap oil and a warmer house to wait in.",
    "So the harbour master wrote {n} letters, and an answer to each of them is still awaited.",
)
REWRITTEN = (
    "In the reading of number {n} there is little that a visitor from the mainland would notice at first sight, "
)
REWRITTEN += (
    "yet each household has kept its own list since the winter of the long ice and adds to it at every funeral."
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blocks", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=40, help="Pairs of autosaves for each page.")
    parser.add_argument("--postgres", action="store_true", help="In a new PostgreSQL database (POSTGRES_HOST, …).")
    options = parser.parse_args()
    headline(f"Autosaves of {options.blocks} blocks, {options.rounds} pairs for each page")
    with set_up("openai/test-model", postgres=options.postgres) as scene:
        enter(scene.site)
        ai = [_paragraph(number) for number in range(options.blocks)]
        person = [REWRITTEN.format(n=number) for number in range(options.blocks)]
        half = [*person[: options.blocks // 2], *ai[options.blocks // 2 :]]
        for name, generations, texts in (
            ("no AI", 0, person),
            ("all an AI's", 1, ai),
            ("half rewritten by a person", 1, half),
            ("five generations, all rewritten", 5, person),
        ):
            measure(name, _page(options.blocks, generations=generations), texts, rounds=options.rounds)


def measure(name: str, page: Any, texts: list[str], *, rounds: int) -> None:
    editor = Editor(page, texts)
    editor.autosave()
    pairs = [(editor.autosave(), editor.ask()) for _ in range(rounds)]
    report(
        Figure(what=f"{name}: autosave", value=middle([save.cpu for save, _ in pairs]), unit="ms CPU"),
        Figure(what="  with provenance/without, CPU", value=_ratio(pairs, "cpu"), most=MOST_MORE),
        Figure(what="  with provenance/without, time", value=_ratio(pairs, "time"), most=MOST_MORE),
        Figure(what="  queries of the autosave for it", value=editor.queries(editor.autosave)),
        Figure(what="  queries with asking", value=editor.queries(editor.save_and_ask), most=MOST_QUERIES),
    )


def _ratio(pairs: list[tuple[Cost, Cost]], what: str) -> float:
    return middle([(getattr(save, what) + getattr(ask, what)) / getattr(save, what) for save, ask in pairs])


@dataclass(kw_only=True)
class Cost:
    """Of one piece of work, in milliseconds."""

    time: float = 0.0
    cpu: float = 0.0


class Editor:
    """A person whose browser saves the page by itself."""

    def __init__(self, page: Any, texts: list[str]) -> None:
        from django.contrib.auth import get_user_model
        from django.test import Client

        self._page, self._texts = page, list(texts)
        self._client = Client(headers={"accept": "application/json", "host": "localhost"})
        self._client.force_login(get_user_model().objects.get(username="developer"))
        self._revision: int | None = None
        self._typed = 0

    def autosave(self) -> Cost:
        """After a word was typed into the last block."""
        self._typed += 1
        self._texts[-1] += f" word{self._typed}"
        form = self._form()
        with _measured() as cost:
            response = self._client.post(f"/admin/pages/{self._page.pk}/edit/", form)
        answer = response.json()
        assert answer["success"], answer
        self._revision = answer["revision_id"]
        return cost

    def ask(self) -> Cost:
        """Whose words the draft holds."""
        from wagtail_ai_content import provenance

        with _measured() as cost:
            provenance.of(self._page, draft=True)
        return cost

    def save_and_ask(self) -> None:
        self.autosave()
        self.ask()

    def queries(self, work: Callable[[], Any]) -> int:
        """How many of the queries of ``work`` are about provenance: the most of ten."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        counts = []
        for _ in range(10):
            with CaptureQueriesContext(connection) as seen:
                work()
            counts.append(sum("wagtail_ai_content_provenance" in query["sql"] for query in seen))
        return max(counts)

    def _form(self) -> dict[str, Any]:
        from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

        blocks = streamfield([("paragraph", rich_text(f"<p>{text}</p>")) for text in self._texts])
        for number in range(len(self._texts)):
            blocks[f"{number}-id"] = f"block-{number}"
        form = nested_form_data(
            {
                "title": self._page.title, "slug": self._page.slug, "standfirst": "Read it.", "desk_notes": "",
                "seo_title": "", "search_description": "", "tags": "", "body": blocks,
                "related_links": inline_formset([]), "comments": inline_formset([]),
            }
        )  # fmt: skip
        return form | ({"overwrite_revision_id": self._revision} if self._revision else {})


@contextmanager
def _measured() -> Iterator[Cost]:
    cost = Cost()
    began, used = time.perf_counter(), time.process_time()
    yield cost
    cost.time, cost.cpu = (time.perf_counter() - began) * 1000, (time.process_time() - used) * 1000


def _paragraph(number: int) -> str:
    """No three words in a row are those of the paragraph of another thousand."""
    words = " ".join(sentence.format(n=number) for sentence in SENTENCES).split()
    return " ".join(f"{word}{'' if number < 1000 else number // 1000}" for word in words)


def _page(count: int, *, generations: int) -> Any:
    """A draft in the database, whose ``count`` blocks an AI wrote ``generations`` times."""
    from world.models import ArticlePage, SectionPage

    from tests.support.ai_words import ai_writes

    number = ArticlePage.objects.count()
    page = ArticlePage(title=f"Page {number}", slug=f"page-{number}", standfirst="Read it.", live=False)
    SectionPage.objects.order_by("path").first().add_child(instance=page)
    page.save_revision()
    for left in reversed(range(generations)):
        blocks = [
            {"type": "paragraph", "value": f"<p>{_paragraph(1000 * left + place)}</p>", "id": f"block-{place}"}
            for place in range(count)
        ]
        ai_writes(page, {"body": blocks})
    return page


if __name__ == "__main__":
    main()
