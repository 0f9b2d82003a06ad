"""AI rule sets in the Wagtail admin: what the form refuses and keeps, the preview, and rights by site."""

from __future__ import annotations

import json
import time
import uuid
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupSitePermission, Page, Site

from wagtail_ai_content.core.guardrails.check import Content, Stage
from wagtail_ai_content.core.guardrails.rules import View
from wagtail_ai_content.core.text import storable
from wagtail_ai_content.interfaces.manage.groups import SitePermissionForm
from wagtail_ai_content.models import RuleSet
from wagtail_ai_content.records.guardrails.api import rules_for
from wagtail_ai_content.records.prompts.rights import PUBLISH, WRITE

pytestmark = pytest.mark.django_db

SNIPPET = "wagtailsnippets_wagtail_ai_content_ruleset"
CHOOSER = "wagtailsnippetchoosers_wagtail_ai_content_ruleset"
CORPUS = Path(__file__).parents[2].parent / "shared" / "corpora" / "xss.dev.jsonl"
SECRET = "Canary of the other site"
PUBLISHED = {"action-publish": "1"}


def url(name: str, *args: Any) -> str:
    return reverse(f"{SNIPPET}:{name}", args=args)


def words(phrases: str = "miracle cure", **changes: str) -> dict[str, str]:
    return {
        "type": "words", "category": "a medical claim", "action": "block", "stage": "both", "advice": "Ask a doctor",
        "phrases": phrases, **changes,
    }  # fmt: skip


def pattern(source: str = r"order no\. \d{4}", **changes: str) -> dict[str, str]:
    return {
        "type": "pattern", "category": "an order", "action": "review", "stage": "request", "advice": "",
        "pattern": source, **changes,
    }  # fmt: skip


def form(*rules: dict[str, str], **changes: Any) -> dict[str, Any]:
    """What the form of a rule set sends."""
    sent: dict[str, Any] = {"name": "House rules", "site": "", "sample": "", "rules-count": str(len(rules)), **changes}
    for number, rule in enumerate(rules):
        own = {"deleted": "", "order": str(number), "id": f"r{number}", "type": rule["type"]}
        sent |= {f"rules-{number}-{name}": value for name, value in own.items()}
        sent |= {f"rules-{number}-value-{name}": value for name, value in rule.items() if name != "type"}
    return sent


def make(name: str = "House rules", *, site: Any = None, phrases: str = "miracle cure", **fields: Any) -> RuleSet:
    """A published set with one rule."""
    value = {name: told for name, told in words(phrases).items() if name != "type"}
    rules = json.dumps([{"type": "words", "value": value, "id": "r0"}])
    made = RuleSet.objects.create(name=name, site=site, rules=rules, live=False, **fields)
    made.save_revision().publish()
    made.refresh_from_db()
    return made


def preview(client: Client, *rules: dict[str, str], **changes: Any) -> str:
    """The preview of a set that is being made."""
    told = client.post(url("preview_on_add"), form(*rules, **changes)).json()
    assert told["is_valid"], told
    return client.get(url("preview_on_add")).content.decode()


@pytest.fixture
def admin(client: Client, django_user_model: Any) -> Client:
    client.force_login(django_user_model.objects.create_superuser("boss", "boss@example.com", "secret"))
    return client


@pytest.fixture
def here(root: Page) -> Site:
    return Site.objects.get(is_default_site=True)


@pytest.fixture
def elsewhere(root: Page, add_page: Any) -> Site:
    home = add_page(Page, root.get_parent(), title="Elsewhere", slug="elsewhere")
    return Site.objects.create(hostname="elsewhere.example", root_page=home)


@pytest.fixture
def grant(django_user_model: Any) -> Any:
    """``grant(site, *actions)``: somebody logged in with those rights on rule sets of the site; on all with None."""

    def give(site: Site | None, *actions: str) -> Client:
        name = uuid.uuid4().hex[:8]
        group = Group.objects.create(name=name)
        group.permissions.add(Permission.objects.get(codename="access_admin"))
        kind = ContentType.objects.get_for_model(RuleSet)
        for permission in Permission.objects.filter(content_type=kind, codename__in=[f"{a}_ruleset" for a in actions]):
            if site is None:
                group.permissions.add(permission)
            else:
                GroupSitePermission.objects.create(group=group, site=site, permission=permission)
        user = django_user_model.objects.create_user(name, f"{name}@example.com", "secret")
        user.groups.add(group)
        client = Client()
        client.force_login(user)
        return client

    return give


# --- the form


def test_a_set_is_made_published_and_counts(admin: Client) -> None:
    admin.post(url("add"), form(words("Miracle cure\n\nmiracle cure\ncasino*"), pattern()) | PUBLISHED)
    made = RuleSet.objects.get()
    assert (made.live, made.rules[0].value["phrases"]) == (True, "Miracle cure\nmiracle cure\ncasino*")
    assert [one.name for one in rules_for(None)] == ["House rules"]


def test_a_draft_does_not_count(admin: Client) -> None:
    admin.post(url("add"), form(words()))
    assert RuleSet.objects.get().live is False
    assert rules_for(None) == ()


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (pattern("order (no"), "it is not a pattern that can be used (in RE2"),
        (pattern(r"(\w)\1"), "it is not a pattern that can be used (in RE2"),
        (pattern(".*"), "it finds something in nearly every text"),
        (pattern("."), "it finds something in nearly every text"),
        (pattern("a" * 1001), "1000 characters"),
        (words("\n".join(f"word {n}" for n in range(501))), "These are more than 500 lines."),
        (words("cure\n***\nhelp"), "Line 2 (“***”) cannot be used: it has neither a letter nor a digit."),
        (words("fine\n" + "b" * 1001), "Line 2 (“" + "b" * 40 + "”) cannot be used: it is longer than 1,000"),
        (words(action="erase"), "erase is not one of the available choices"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("publish", [False, True], ids=["draft", "publish"])
def test_what_cannot_be_used_is_refused_with_the_reason_and_nothing_typed_is_lost(
    rule: dict[str, str], reason: str, publish: bool, admin: Client
) -> None:
    typed = form(words("first rule", advice="Keep me"), rule, sample="A text to try")
    answer = admin.post(url("add"), typed | (PUBLISHED if publish else {}))
    assert answer.status_code == 200
    page = unescape(answer.content.decode())
    source = rule.get("pattern") or rule["phrases"].splitlines()[-1]
    kept = (reason, "House rules", "first rule", "Keep me", "A text to try", source)
    assert [text for text in kept if json.dumps(text)[1:-1] not in page] == []
    assert not RuleSet.objects.exists()


def test_a_rule_that_is_not_finished_is_kept_as_a_draft_and_not_published(admin: Client) -> None:
    answer = admin.post(url("add"), form(words(category="")) | PUBLISHED)
    assert "This field is required." in unescape(answer.content.decode())
    assert not RuleSet.objects.exists()
    admin.post(url("add"), form(words(category="")))
    assert RuleSet.objects.get().live is False


def test_exactly_500_lines_can_be_used(admin: Client) -> None:
    admin.post(url("add"), form(words("\n".join(f"word {n}" for n in range(500)))) | PUBLISHED)
    assert RuleSet.objects.get().live


def test_the_list_shows_site_rules_and_status_and_is_filtered(admin: Client, here: Site) -> None:
    make("Everywhere")
    make("Only here", site=here)
    RuleSet.objects.create(name="Half done", live=False)
    page = admin.get(url("list")).content.decode()
    assert [text for text in ("Everywhere", "Only here", "Half done", "All sites", "live") if text not in page] == []

    def names(**chosen: Any) -> list[str]:
        return [row.name for row in admin.get(url("list"), chosen).context["object_list"]]

    assert names(site=here.pk) == ["Only here"]
    assert names(site="null") == ["Everywhere", "Half done"]
    assert names(live="true") == ["Everywhere", "Only here"]
    assert names(q="half") == ["Half done"]


@pytest.mark.parametrize(
    "slow",
    [
        r"(a+)+$",
        r"(a|aa)+b",
        r"(x+x+)+y",
        r"(.*a){25}",
        r"^(([a-z])+.)+[A-Z]([a-z])+$",
        r"(a?){30}a{30}",
        r"(\w+\s?)*:",
    ],
)
def test_a_pattern_that_takes_other_engines_for_ever_is_saved_and_looked_up_at_once(admin: Client, slow: str) -> None:
    assert admin.post(url("add"), form(pattern(slow), **PUBLISHED)).status_code == 302
    [rules] = rules_for(None)
    began = time.process_time()
    for text in ("a" * 50_000 + "!", "ab " * 16_000, "x" * 50_000):
        list(rules.find(View(Content(stage=Stage.REQUEST, texts=(text,)))))
    assert time.process_time() - began < 2


def test_a_set_is_inspected_in_words(admin: Client) -> None:
    admin.post(url("add"), form(words("miracle cure\nwonder drug"), pattern(), **PUBLISHED))
    page = unescape(admin.get(url("inspect", RuleSet.objects.get().pk)).content.decode())
    shown = (
        "What happens", "Block: it is not sent, or not used", "Hold: a reviewer decides first",
        "Where it is looked for", "In what is sent to a model, and in its answers", "miracle cure<br>wonder drug",
        r"order no\. \d{4}",
    )  # fmt: skip
    assert [text for text in shown if text not in page] == []
    assert [key for key in ("category", "action", "stage", "phrases") if f">{key}<" in page] == []


def test_a_set_is_inspected_copied_and_deleted(admin: Client) -> None:
    made = make(sample="A miracle cure")
    inspected = admin.get(url("inspect", made.pk)).content.decode()
    assert [text for text in ("A miracle cure", "All sites", "a medical claim") if text not in inspected] == []
    assert "miracle cure" in admin.get(url("copy", made.pk)).content.decode()
    assert admin.post(url("copy", made.pk), form(words())).status_code == 405
    admin.post(url("delete", made.pk))
    assert not RuleSet.objects.exists()


# --- the preview


def test_the_preview_says_what_is_found_in_each_direction(admin: Client) -> None:
    page = preview(admin, words(), pattern(), sample="This Miracle  Cure is order no. 4711.")
    sent, came = page.split("To a model")[1].split("From a model")
    assert [text for text in ("Blocked", "a medical claim", "Ask a doctor", "an order") if text not in sent] == []
    assert "Held for a reviewer" in sent
    assert "This Miracle Cure is order no. 4711." in sent
    assert "a medical claim" in came
    assert "an order" not in came


def test_the_preview_says_that_nothing_was_found(admin: Client) -> None:
    page = preview(admin, words(), sample="Harmless")
    assert page.count("Nothing was found.") == 2


def test_the_preview_asks_for_a_sample(admin: Client) -> None:
    page = preview(admin, words())
    assert "Write a text into “Sample”" in page
    assert "Nothing was found." not in page


@pytest.mark.parametrize("rule", [words(""), pattern(""), words(category=""), words(action=""), words(stage="")])
def test_the_preview_of_a_rule_that_is_not_finished_is_no_error(admin: Client, rule: dict[str, str]) -> None:
    admin.post(url("preview_on_add"), form(rule, sample="A miracle cure"))
    assert admin.get(url("preview_on_add")).status_code == 200


def test_the_preview_says_that_a_rule_is_not_finished(admin: Client) -> None:
    page = preview(admin, words(action=""), sample="A miracle cure")
    assert "because of one of the rules: it is not finished." in page


def test_the_preview_of_rules_that_cannot_be_used_says_why(admin: Client) -> None:
    made = make(sample="A miracle cure", phrases="***")
    page = admin.get(url("revisions_view", made.pk, made.latest_revision_id)).content.decode()
    assert "A rule cannot be used" in page
    assert "it has neither a letter nor a digit" in page


def test_hostile_texts_are_text_everywhere(admin: Client) -> None:
    if not CORPUS.exists():
        pytest.skip("The corpora are not beside this checkout.")
    made = make()
    for line in CORPUS.read_text().splitlines():
        payload = storable(json.loads(line).get("payload", ""))
        if "<" not in payload:
            continue
        hostile = words(phrases="harmless", category=payload[:100], advice=payload[:255])
        page = preview(admin, hostile, sample=f"harmless {payload}", name=payload[:100])
        assert "harmless" in page, payload
        assert "<script>" not in page.lower()
        assert payload not in page, payload
        RuleSet.objects.filter(pk=made.pk).update(name=payload[:100], sample=payload)
        for shown in (url("list"), url("inspect", made.pk)):
            assert payload[:100] not in admin.get(shown).content.decode(), payload


# --- rights and sites


@pytest.mark.parametrize("rights", [WRITE, (*WRITE, *PUBLISH)], ids=["writer", "publisher"])
def test_a_set_of_another_site_is_not_there(grant: Any, here: Site, elsewhere: Site, rights: tuple[str, ...]) -> None:
    client, foreign, own = grant(here, *rights), make(SECRET, site=elsewhere), make("Ours", site=here)
    names = ("edit", "delete", "history", "inspect", "copy", "usage", "unpublish", "preview_on_edit")
    for name in names:
        assert (name, client.get(url(name, foreign.pk)).status_code) == (name, 404)
        assert (name, client.post(url(name, foreign.pk)).status_code) in ((name, 404), (name, 405))
    bulk = reverse("wagtail_bulk_action", args=["wagtail_ai_content", "ruleset", "delete"])
    assert client.get(f"{bulk}?id={foreign.pk}").status_code == 404
    shown = (
        url("list"), url("list_results"), f"{url('list')}?export=csv", f"{url('list')}?site={elsewhere.pk}",
        reverse(f"{CHOOSER}:choose"), reverse(f"{CHOOSER}:chosen_multiple") + f"?id={own.pk}&id={foreign.pk}",
    )  # fmt: skip
    for page in shown:
        text = b"".join(client.get(page)).decode()
        assert SECRET not in text, page
        assert "elsewhere.example" not in text, page
    client.post(f"{bulk}?id=all")
    assert list(RuleSet.objects.values_list("name", flat=True)) == [SECRET]


def test_a_set_is_written_on_ones_own_sites_only_and_stays_there(grant: Any, here: Site, elsewhere: Site) -> None:
    client = grant(here, *WRITE, *PUBLISH)
    for site in ("", elsewhere.pk):
        answer = client.post(url("add"), form(words(), site=site) | PUBLISHED)
        assert (answer.status_code, RuleSet.objects.count()) == (200, 0)
        assert "miracle cure" in answer.content.decode()
    client.post(url("add"), form(words(), site=here.pk) | PUBLISHED)
    made = RuleSet.objects.get()
    assert (made.live, made.site) == (True, here)
    grant(None, *WRITE, *PUBLISH).post(url("edit", made.pk), form(words("new"), site=elsewhere.pk) | PUBLISHED)
    made.refresh_from_db()
    assert (made.site, made.rules[0].value["phrases"]) == (here, "new")


def test_who_may_not_publish_is_not_offered_it_and_cannot(grant: Any, here: Site) -> None:
    client = grant(here, *WRITE)
    assert 'name="action-publish"' not in client.get(url("add")).content.decode()
    client.post(url("add"), form(words(), site=here.pk) | PUBLISHED)
    assert not RuleSet.objects.filter(live=True).exists()


def test_sets_are_closed_to_those_without_the_right(client: Client, lead: Any) -> None:
    made = make(SECRET)
    client.force_login(lead)
    for page in (url("list"), url("add"), url("edit", made.pk), url("inspect", made.pk)):
        answer = client.get(page, follow=True)
        assert SECRET not in answer.content.decode()
        assert "do not have permission" in answer.content.decode()


def test_the_form_of_a_group_gives_rights_by_site(here: Site, lead: Any) -> None:
    group = lead.groups.get()
    told = {"ai_content_sites-rules": [here.pk], "ai_content_sites-publish_rules": [here.pk]}
    sent = SitePermissionForm(told, instance=group)
    assert sent.is_valid()
    sent.save()
    given = GroupSitePermission.objects.filter(group=group).values_list("permission__codename", flat=True)
    assert sorted(given) == ["add_ruleset", "change_ruleset", "delete_ruleset", "publish_ruleset", "view_ruleset"]
    assert SitePermissionForm(instance=group).initial["publish_rules"] == [here.pk]
