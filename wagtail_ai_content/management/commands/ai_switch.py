"""``manage.py ai_switch``: turn AI off, or on again, for a site or for all."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from wagtail.models import Site

from wagtail_ai_content.records.access import api as access


class Command(BaseCommand):
    """Writes a row of ``AISwitch``, as Settings → AI on or off does."""

    help = "Turn AI off, or on again. While it is off nothing is sent to a model and nothing of an AI is written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("state", choices=["on", "off", "show"])
        parser.add_argument("--site", help="Host name of one site, with :port if that is not 80; all sites without it.")
        parser.add_argument("--reason", default="", help="Told to everybody who asks AI for something.")

    def handle(self, *args: Any, state: str, site: str | None, reason: str, **options: Any) -> None:
        found = _site(site) if site else None
        if state != "show":
            access.switch(is_on=state == "on", site=found, reason=reason[:255], user=None)
        for row in access.switches():
            word = "on" if row.is_on else "off"
            self.stdout.write(f"{row}: {word}{f' ({row.reason})' if row.reason else ''}")


def _site(name: str) -> Site:
    """Raises: ``CommandError``."""
    host, _, port = name.partition(":")
    found = Site.objects.filter(hostname=host, port=int(port) if port.isdecimal() else 80).first()
    if found is None:
        known = ", ".join(f"{site.hostname}:{site.port}" for site in Site.objects.all())
        raise CommandError(f"There is no site “{name}”. Known: {known}.")
    return found
