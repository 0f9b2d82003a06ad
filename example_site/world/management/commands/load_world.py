"""``manage.py load_world``: the pages, pictures and people of Ebbstow."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from world import loader
from world.people import NotADemonstration


class Command(BaseCommand):
    help = "Build the example site's pages, pictures and people. What exists already is left as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            world = loader.load()
        except NotADemonstration as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"Ebbstow: {world.pages} pages ({world.new_pages} new), {world.notices} notices ({world.new_notices} new), "
            f"{world.pictures} pictures."
        )
