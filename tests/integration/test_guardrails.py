"""The guardrails of a site on the way of a job: before it is sent, before it is used, and after a reviewer decided."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from wagtail.models import Site

from tests.support.openai_server import OpenAIServer
from tests.support.rules import pattern, rule_set, words
from tests.support.usage import counts, grant
from wagtail_ai_content.checks import check_guardrails
from wagtail_ai_content.core.errors import Blocked
from wagtail_ai_content.guardrails import Action, Content, Finding, Guardrail, Stage
from wagtail_ai_content.models import AuditEntry, ModerationDecision, RuleSet, UsageEvent
from wagtail_ai_content.pipeline.drain import drain_until_empty
from wagtail_ai_content.pipeline.moderating import decide
from wagtail_ai_content.pipeline.preview import preview
from wagtail_ai_content.pipeline.replay import replay
from wagtail_ai_content.pipeline.submit import Ask, submit
from wagtail_ai_content.records.jobs.api import fetch

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def model(settings: Any, openai_server: OpenAIServer) -> OpenAIServer:
    settings.WAGTAIL_AI_CONTENT = {
        "MODEL": "openai/gpt-4.1-mini",
        "PROVIDERS": {"openai": {"API_KEY": "sk-loopback-0123456789abcdef", "API_BASE": openai_server.url}},
        "CACHE_ALIAS": None,
    }
    return openai_server


def says(server: OpenAIServer, text: str) -> None:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    answer = {"id": "1", "object": "chat.completion", "model": "gpt-4.1-mini", "choices": [choice], "usage": usage}
    server.script({"status": 200, "body": json.dumps(answer)})


def edits(server: OpenAIServer, html: str) -> None:
    says(server, json.dumps({"edits": [{"id": "u1", "html": html}], "note": ""}))


def rewritten(page: Any, user: Any, instruction: str = "Shorter", **more: Any) -> Any:
    params = {"instruction": instruction, "field": "content", **more}
    job = submit(Ask(function="rewrite", page=page, user=user, params=params))
    drain_until_empty()
    return fetch(job.pk)


def with_checks(settings: Any, *names: str) -> None:
    listed = [{"NAME": f"{__name__}.{name}"} for name in names]
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "GUARDRAILS": listed}


# --- before it is sent


@pytest.mark.parametrize("place", ["page", "instruction"])
def test_what_a_rule_blocks_is_not_sent(plain_page: Any, editor: Any, model: OpenAIServer, place: str) -> None:
    rule_set(words("project nightingale", category="a secret project", advice="Call it the new ward."))
    if place == "page":
        plain_page.content = "About Project  Nightingale."
        plain_page.save()
    job = rewritten(plain_page, editor, "Mention project nightingale" if place == "instruction" else "Shorter")

    assert model.calls == []
    assert (job.status, job.error_code, job.calls, job.cost) == ("failed", "blocked", 0, None)
    told = str(job.error["template"] % job.error["params"])
    assert "Nothing was sent" in told
    for said in ("House rules", "a secret project", "Call it the new ward"):
        assert said in told
    assert "ightingale" in json.dumps(job.request), "whoever decides about it must be able to read it"

    decision = ModerationDecision.objects.get()
    assert (decision.status, decision.stage, decision.check_name) == ("rejected", "request", "House rules")
    assert list(decision.jobs.all()) == [job]
    assert AuditEntry.objects.get(job=str(job.pk)).outcome == "blocked"


def test_a_rule_looks_at_the_prompt_of_the_site_too(plain_page: Any, editor: Any, model: OpenAIServer) -> None:
    rule_set(words("experienced web editor"))  # words of the shipped system message

    assert rewritten(plain_page, editor).error_code == "blocked"
    assert model.calls == []


def test_what_was_set_aside_for_a_blocked_request_comes_back(plain_page: Any, editor: Any, model: OpenAIServer) -> None:
    grant("Pro", user=editor, requests_per_day=5, tokens_per_day=100_000)
    rule_set(words("dawn"))
    rewritten(plain_page, editor)

    assert {count for _, count in counts().items()} == {(0, 0)}


def test_drafts_other_sites_and_withdrawn_rules_do_not_count(
    plain_page: Any, editor: Any, model: OpenAIServer, root: Any
) -> None:
    other = Site.objects.create(hostname="other.example", root_page=root, port=81)
    rule_set(words("dawn"), live=False)
    rule_set(words("dawn"), site=other)
    edits(model, "At sunrise.")

    assert rewritten(plain_page, editor).outcome == "revision"
    rule_set(words("sunrise", stage="request"), site=Site.objects.get(is_default_site=True))
    assert rewritten(plain_page, editor, "Once more").error_code == "blocked"


# --- before it is used


def test_what_a_rule_blocks_in_an_answer_is_not_used(plain_page: Any, editor: Any, model: OpenAIServer) -> None:
    rule_set(words("acme", stage="reply", category="a competitor"))
    edits(model, "We set out with <b>Ac</b>me.")
    job = rewritten(plain_page, editor)
    plain_page.refresh_from_db()

    assert (job.status, job.error_code) == ("failed", "blocked")
    assert plain_page.latest_revision is None
    assert job.reply["text"]
    assert job.cost is not None
    assert UsageEvent.objects.count() == 1
    assert (ModerationDecision.objects.get().stage, len(model.calls)) == ("reply", 1)


def test_a_warning_goes_with_the_draft(plain_page: Any, editor: Any, model: OpenAIServer) -> None:
    rule_set(words("acme", stage="reply", action="warn", category="a competitor"))
    edits(model, "We set out with Acme, the chairman, at dawn.")
    job = rewritten(plain_page, editor)

    warned = json.dumps(job.parsed["warnings"])
    assert job.outcome == "revision"
    assert "a competitor" in warned
    assert "may leave people out" in warned
    assert not ModerationDecision.objects.exists()


def test_names_are_back_before_an_answer_is_judged(plain_page: Any, editor: Any, model: OpenAIServer) -> None:
    plain_page.content = "Write to keeper@lighthouse.example before noon."
    plain_page.save()
    rule_set(words("keeper@lighthouse.example", stage="reply"))
    edits(model, "Write to [[EMAIL_1]].")

    assert rewritten(plain_page, editor).error_code == "blocked"


def test_a_text_hidden_in_the_escapes_of_json_is_found(plain_page: Any, editor: Any, model: OpenAIServer) -> None:
    rule_set(words("straße", stage="reply"))
    says(model, json.dumps({"edits": [{"id": "u1", "html": "Die Stra\u00dfe"}], "note": ""}))  # \u00df on the wire

    assert rewritten(plain_page, editor).error_code == "blocked"


# --- a reviewer decides


def test_a_held_request_goes_on_when_it_is_approved(
    plain_page: Any, editor: Any, lead: Any, model: OpenAIServer
) -> None:
    rule_set(words("dawn", action="review", stage="request"))
    job = rewritten(plain_page, editor)
    assert (job.error_code, model.calls) == ("held", [])

    edits(model, "At sunrise.")
    decided = decide(ModerationDecision.objects.get(), approve=True, user=lead, note="Harmless")
    drain_until_empty()
    job = fetch(job.pk)
    decision = ModerationDecision.objects.get()

    assert decided is not None
    assert (decided.going_on, decided.problems) == (1, ())
    assert (job.status, job.outcome, len(model.calls)) == ("succeeded", "revision", 1)
    assert (decision.status, decision.reviewer, decision.reviewer_name, decision.note) == (
        "approved", lead, "lead", "Harmless",
    )  # fmt: skip
    assert decision.reviewed is not None
    entry = AuditEntry.objects.get(operation="moderated")
    assert (entry.outcome, entry.actor) == ("approved", str(lead.pk))


def test_a_held_answer_is_not_asked_for_again(plain_page: Any, editor: Any, lead: Any, model: OpenAIServer) -> None:
    grant("Pro", user=editor, requests_per_day=5, tokens_per_day=100_000)
    rule_set(words("sunrise", action="review", stage="reply"))
    edits(model, "At sunrise.")
    job = rewritten(plain_page, editor)
    before = counts()
    assert job.error_code == "held"

    decide(ModerationDecision.objects.get(), approve=True, user=lead)
    drain_until_empty()
    job = fetch(job.pk)
    plain_page.refresh_from_db()

    assert (job.outcome, len(model.calls), UsageEvent.objects.count()) == ("revision", 1, 1)
    assert plain_page.get_latest_revision_as_object().content == "At sunrise."
    assert counts() == before


def test_a_rejected_answer_says_so_and_the_decision_is_used_again(
    plain_page: Any, editor: Any, lead: Any, model: OpenAIServer
) -> None:
    rules = rule_set(words("sunrise", action="review", stage="reply"))
    edits(model, "At sunrise.")
    job = rewritten(plain_page, editor)
    decide(ModerationDecision.objects.get(), approve=False, user=lead, note="Not our tone")
    told = fetch(job.pk)
    assert (told.error_code, told.status) == ("blocked", "failed")
    assert "Not our tone" in json.dumps(told.error)

    edits(model, "At sunrise.")
    again = rewritten(plain_page, editor, "In other words")
    assert again.error_code == "blocked"
    assert "Not our tone" in json.dumps(again.error)
    assert ModerationDecision.objects.count() == 1

    assert decide(ModerationDecision.objects.get(), approve=True, user=lead) is None, "it is decided once"
    assert rules.live


def test_an_approved_text_is_approved_the_next_time(
    plain_page: Any, editor: Any, lead: Any, model: OpenAIServer
) -> None:
    rule_set(words("sunrise", stage="reply"))
    edits(model, "At sunrise.")
    job = rewritten(plain_page, editor)
    assert job.error_code == "blocked"
    decide(ModerationDecision.objects.get(), approve=True, user=lead)
    drain_until_empty()
    assert fetch(job.pk).outcome == "revision", "a reviewer may let through what a rule blocks"

    edits(model, "At sunrise.")
    assert rewritten(plain_page, editor, "In other words").status == "succeeded"


def test_a_job_that_cannot_go_on_says_why(plain_page: Any, editor: Any, lead: Any, model: OpenAIServer) -> None:
    rule_set(words("dawn", action="review", stage="request"))
    job = rewritten(plain_page, editor)
    grant("Free", user=editor, requests_per_day=0)

    decided = decide(ModerationDecision.objects.get(), approve=True, user=lead)

    assert decided is not None
    assert decided.going_on == 0
    assert "limit" in str(decided.problems[0])
    assert fetch(job.pk).error_code == "held"


def test_a_decision_outlives_job_reviewer_and_site(
    plain_page: Any, editor: Any, lead: Any, model: OpenAIServer
) -> None:
    rule_set(words("dawn", action="review", stage="request"))
    job = rewritten(plain_page, editor)
    decide(ModerationDecision.objects.get(), approve=False, user=lead)
    job.delete()
    lead.delete()
    editor.delete()

    decision = ModerationDecision.objects.get()
    assert (decision.reviewer, decision.reviewer_name, decision.asked_by) == (None, "lead", "editor")
    assert decision.findings[0]["excerpt"]


# --- what does not work lets nothing through


def test_a_broken_rule_set_blocks_and_says_so(plain_page: Any, editor: Any, model: OpenAIServer) -> None:
    rules = rule_set(pattern("dusk"), name="Broken rules")
    RuleSet.objects.filter(pk=rules.pk).update(rules=json.dumps([pattern("(")]))
    job = rewritten(plain_page, editor)

    assert (job.error_code, model.calls) == ("guardrail_broken", [])
    assert "Broken rules" in json.dumps(job.error)


@pytest.mark.parametrize("rules", ['[{"type": "odd", "value": {}}]', '[{"type": "words", "value": {}}]', "7"])
def test_rules_that_are_no_rules_block(plain_page: Any, editor: Any, model: OpenAIServer, rules: str) -> None:
    made = rule_set(words("dusk"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE wagtail_ai_content_ruleset SET rules = %s WHERE id = %s", [rules, made.pk])

    assert rewritten(plain_page, editor).error_code == "guardrail_broken"
    assert model.calls == []


class Fails(Guardrail):
    name = "Fails"

    async def judge(self, content: Content, models: Any) -> list[Finding]:
        raise LookupError("a bug of the site")


class FailsOnReplies(Fails):
    name = "Fails on replies"
    stages = frozenset({Stage.REPLY})


class NoPrices(Guardrail):
    name = "Prices"

    async def judge(self, content: Content, models: Any) -> list[Finding]:
        return [
            Finding(action=Action.REVIEW, category="a price", excerpt="€ 5") for text in content.texts if "€" in text
        ]


def test_a_check_that_fails_lets_nothing_out(plain_page: Any, editor: Any, model: OpenAIServer, settings: Any) -> None:
    with_checks(settings, "Fails")
    job = rewritten(plain_page, editor)

    assert (job.error_code, job.calls, model.calls) == ("guardrail_broken", 0, [])
    assert "a bug of the site" not in json.dumps(job.error)


def test_a_check_that_fails_lets_nothing_in(plain_page: Any, editor: Any, model: OpenAIServer, settings: Any) -> None:
    with_checks(settings, "FailsOnReplies")
    edits(model, "At sunrise.")
    job = rewritten(plain_page, editor)
    plain_page.refresh_from_db()

    assert (job.error_code, bool(job.reply), plain_page.latest_revision) == ("guardrail_broken", True, None)


def test_a_check_of_the_site_holds_both_ways(plain_page: Any, editor: Any, model: OpenAIServer, settings: Any) -> None:
    with_checks(settings, "NoPrices")
    assert rewritten(plain_page, editor, "It costs € 5").error_code == "held"
    edits(model, "It costs € 5.")
    job = rewritten(plain_page, editor)

    assert (job.error_code, ModerationDecision.objects.filter(check_name="Prices").count()) == ("held", 2)


def test_a_check_that_is_not_there_blocks(plain_page: Any, editor: Any, model: OpenAIServer, settings: Any) -> None:
    with_checks(settings, "Missing")

    assert rewritten(plain_page, editor).error_code == "guardrail_broken"
    assert model.calls == []


# --- other doors


def test_the_preview_says_what_would_stop_a_request(plain_page: Any, editor: Any, model: OpenAIServer) -> None:
    ask = Ask(function="rewrite", page=plain_page, user=editor, params={"instruction": "Shorter", "field": "content"})
    assert preview(ask).stopped is None

    rule_set(words("dawn", category="a time of day"))
    assert "a time of day" in str(preview(ask).stopped)
    assert not ModerationDecision.objects.exists()


def test_a_replay_on_another_model_is_looked_at_too(plain_page: Any, editor: Any, model: OpenAIServer) -> None:
    edits(model, "At sunrise.")
    job = rewritten(plain_page, editor)
    rule_set(words("dawn"))

    with pytest.raises(Blocked):
        replay(str(job.pk), model="openai/another")
    assert len(model.calls) == 1
    assert replay(str(job.pk)).is_same, "offline nothing leaves the site"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("mysite.checks.NoPrices", "is not a guardrail"),
        ({"NAME": "mysite.checks.NoPrices"}, "No module named"),
        ({"NAME": "json.JSONDecoder"}, "not a class derived from"),
        ({"NAME": "wagtail_ai_content.guardrails.ModelJudge"}, "missing"),
        ({"NAME": "wagtail_ai_content.guardrails.ModelJudge", "OPTIONS": {"model": "m", "policy": " "}}, "empty"),
        ({"NAME": f"{__name__}.NoPrices", "OPTION": {}}, "is not a guardrail"),
        ({"NAME": f"{__name__}.NoPrices", "OPTIONS": {"a": {1}}}, "not JSON serializable"),
    ],
)
def test_a_setting_that_would_stop_everything_is_refused_at_the_start(settings: Any, written: Any, said: str) -> None:
    settings.WAGTAIL_AI_CONTENT = {"GUARDRAILS": [{"NAME": f"{__name__}.NoPrices"}, written]}
    [problem] = check_guardrails(None)

    assert said in problem.msg
    assert "[1]" in problem.msg


def test_what_a_site_writes_in_its_rules_stands_in_the_audit_trail(plain_page: Any, lead: Any) -> None:
    rules = rule_set(words("dawn"), live=False)
    rules.save_revision(user=lead).publish()
    rules.delete()

    assert list(
        AuditEntry.objects.filter(target_type="wagtail_ai_content.ruleset")
        .order_by("pk")
        .values_list("operation", flat=True)
    ) == ["published", "deleted"]


def test_a_rejection_holds_when_its_rule_is_withdrawn(
    plain_page: Any, editor: Any, lead: Any, model: OpenAIServer
) -> None:
    rules = rule_set(words("sunrise", action="review", stage="reply"))
    edits(model, "At sunrise.")
    rewritten(plain_page, editor)
    decide(ModerationDecision.objects.get(), approve=False, user=lead)
    rules.delete()

    edits(model, "At sunrise.")
    assert rewritten(plain_page, editor, "In other words").error_code == "blocked"


def test_the_preview_knows_what_a_reviewer_has_let_through(
    plain_page: Any, editor: Any, lead: Any, model: OpenAIServer
) -> None:
    rule_set(words("dawn", action="review", stage="request"))
    rewritten(plain_page, editor)
    decide(ModerationDecision.objects.get(), approve=True, user=lead)
    ask = Ask(function="rewrite", page=plain_page, user=editor, params={"instruction": "Shorter", "field": "content"})

    assert preview(ask).stopped is None
