"""Two people decide about the same AI version in the same moment: one decides, the other is told who did."""

from __future__ import annotations

import pytest

from tests.support.at_once import at_once, twin

from .conftest import MakeSite

SLUG = "across-the-wade"
PROPOSE = """
from wagtail.models import Page
from tests.support.versions import propose
page = Page.objects.get(slug=slug).specific
version = propose(page, {"seo_title": "Told anew", "search_description": "Shorter."})
out = [str(version.pk), [entry["id"] for entry in version.touched], page.revisions.count()]
"""
OPEN = """
from uuid import UUID
from django.contrib.auth import get_user_model
from wagtail_ai_content.pipeline import review
person = get_user_model().objects.get(username=name)
ids = [item.change.id for item in review.open_review(UUID(version), person).items]
"""
DECIDE = """
from wagtail_ai_content.records.texts import localised
done = review.decide(UUID(version), person, **{what: ids})
out = [done.status, localised(done.message)]
"""
AFTER = """
from wagtail.models import Page, PageLogEntry
from wagtail_ai_content.models import AIVersion
page = Page.objects.get(slug=slug)
found = AIVersion.objects.get(pk=version)
latest = page.get_latest_revision_as_object()
out = {"status": found.status, "by": sorted({one["by"] for one in found.decisions.values()}),
       "revisions": page.revisions.count(), "title": latest.seo_title, "live": page.seo_title,
       "log": PageLogEntry.objects.filter(page=page, action__startswith="wagtail_ai_content.").count()}
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
@pytest.mark.parametrize("second", ["accept", "reject"])
def test_one_of_two_decides_and_the_other_is_told_so(make_site: MakeSite, kind: str, second: str) -> None:
    site = make_site(kind)
    version, changes, revisions = site.run(PROPOSE, slug=SLUG)
    people = [
        {"name": "lead", "what": "accept", "version": version},
        {"name": "editor", "what": second, "version": version},
    ]
    with twin(site) as other:
        answers = at_once([site, other], OPEN, DECIDE, given=people)

    assert sorted(status for status, _ in answers) == ["done", "late"]
    first, late = sorted(range(2), key=lambda number: answers[number][0])
    assert people[first]["name"] in answers[late][1]
    after = site.run(AFTER, slug=SLUG, version=version)
    accepted = people[first]["what"] == "accept"
    assert len(changes) == 2
    assert after["by"] == [people[first]["name"]]
    assert after["status"] == ("accepted" if accepted else "rejected")
    assert after["log"] == 1
    assert after["live"] != "Told anew"
    assert (after["title"] == "Told anew") == accepted
    assert after["revisions"] == revisions + (1 if accepted else 0)
