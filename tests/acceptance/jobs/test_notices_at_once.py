"""Two processes send what waits at the same moment: no mail goes out twice, and none is lost."""

from __future__ import annotations

from collections import Counter
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from tests.support.at_once import at_once, twin

from .conftest import MakeSite

PEOPLE, EACH = 40, 3
WAIT_FOR_PEOPLE = """
import uuid
from django.contrib.auth import get_user_model
from wagtail.models import Page
from tests.support.versions import propose
from wagtail_ai_content.records.notices.api import NoticeKind, note
users = get_user_model()
made = users.objects.bulk_create(
    users(username=f"reader{n}", email=f"reader{n}@example.com", password="!") for n in range(people))
page = Page.objects.get(slug="across-the-wade").specific
for number in range(each):
    version = propose(page, {"title": f"Told anew, {number}"}, target_label=f"Told anew, {number}")
    note(made, kind=NoticeKind.WAITING, event=version.pk, version=version)
"""
IMPORT = "from wagtail_ai_content.interfaces.notices.mail import send_due"
SEND = "out = send_due(after=0, seconds=60)"
LEFT = """
from wagtail_ai_content.models import Notice
out = [Notice.objects.filter(sent=None).count(), Notice.objects.exclude(sent=None).count()]
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_two_processes_send_each_mail_once(make_site: MakeSite, kind: str) -> None:
    site = make_site(kind)
    site.run(WAIT_FOR_PEOPLE, people=PEOPLE, each=EACH)
    with twin(site) as other:
        sent = at_once([site, other], IMPORT, SEND, given=[{}, {}])
    assert sum(sent) == PEOPLE
    assert min(sent) > 0, "One process had sent everything before the other began."
    assert told(site.folder / "mail") == {f"reader{n}@example.com": EACH for n in range(PEOPLE)}
    assert site.run(LEFT) == [0, PEOPLE * EACH]


def told(folder: Path) -> Counter[str]:
    """How many proposals each address was told of, over all mails; a second mail would count them again."""
    found: Counter[str] = Counter()
    for file in folder.iterdir():
        for mail in file.read_bytes().split(b"-" * 79):
            if mail.strip():
                message = message_from_bytes(mail.strip(), policy=default)
                found[message["To"]] += message.get_content().count("Told anew, ")
    return found
