"""What the open editor is told and given: by whom it may be asked, and what comes of a form with AI's changes."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.integration.conftest import DEEP_BODY, RICH_BODY
from tests.support.open_form import sent
from tests.support.pages.models import Bulletin, DeepPage, DeepPageLink, PlainPage, RichPage
from tests.support.versions import propose, propose_content
from wagtail_ai_content.core.versions.elements import plain
from wagtail_ai_content.interfaces.editor.fields import OpenForm
from wagtail_ai_content.pipeline import taking
from wagtail_ai_content.pipeline.targets import snapshot
from wagtail_ai_content.records.versions.api import AIVersion, VersionStatus

pytestmark = pytest.mark.django_db
QUIET = '<p data-block-key="p3">Nobody spoke.</p>'


@pytest.fixture
def browse(client: Client, editor: Any) -> Client:
    client.force_login(editor)
    return client


def url(instance: Any, name: str) -> str:
    model = "wagtailcore/page" if hasattr(instance, "url_path") else instance._meta.label_lower.replace(".", "/")
    return f"/admin/ai-editor/{model}/{instance.pk}/{name}/"


def ask(browse: Client, instance: Any, **query: Any) -> Any:
    headers = {"X-Requested-With": "XMLHttpRequest"}
    return browse.get(url(instance, "news"), {"age": 60_000, **query}, headers=headers)


def take(browse: Client, version: AIVersion, instance: Any, now: dict[str, Any], **query: Any) -> Any:
    query = {"versions": str(version.pk), "age": 60_000, **query}
    return browse.post(url(instance, "take"), sent(type(instance), now), query_params=query)


def body_of(raw: list[dict[str, Any]]) -> str:
    return json.dumps(raw)


def with_block(key: str, value: Any) -> list[dict[str, Any]]:
    return [{**item, "value": value} if item["id"] == key else item for item in DEEP_BODY]


# --- who may ask


@pytest.mark.parametrize(
    ("who", "status"), [("editor", 200), ("lead", 200), ("stranger", 404), ("nobody", 403), ("outsider", 403)]
)
def test_only_who_may_edit_the_page_is_told_and_given_anything(
    request: pytest.FixtureRequest, client: Client, plain_page: PlainPage, django_user_model: Any, who: str, status: int
) -> None:
    version = propose(plain_page, {"title": "A secret title"})
    if who == "outsider":
        client.force_login(django_user_model.objects.create_user("outsider"))
    elif who != "nobody":
        client.force_login(request.getfixturevalue(who))
    headers = {"X-Requested-With": "XMLHttpRequest"}
    told = client.get(url(plain_page, "news"), {"age": 60_000}, headers=headers)
    given = client.post(
        url(plain_page, "take"), {"title": "x"}, query_params={"versions": str(version.pk)}, headers=headers
    )
    assert (told.status_code, given.status_code) == (status, status)
    if status != 200:
        assert "secret" not in told.content.decode() + given.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "wagtailcore/page/999999/news/",
        "wagtailcore/page/x/news/",
        "wagtailcore/nothing/1/news/",
        "auth/user/1/news/",
    ],
)
def test_what_is_not_there_or_has_no_versions_is_not_found(browse: Client, path: str) -> None:
    assert browse.get(f"/admin/ai-editor/{path}").status_code == 404


@pytest.mark.parametrize("query", [{"known": "x"}, {"known": "1,2"}])
def test_ids_that_are_none_are_not_found(browse: Client, plain_page: PlainPage, query: dict[str, str]) -> None:
    assert ask(browse, plain_page, **query).status_code == 404


def test_versions_of_another_page_are_not_taken(browse: Client, plain_page: PlainPage, rich_page: RichPage) -> None:
    version = propose(rich_page, {"summary": "Not for you."})
    assert take(browse, version, plain_page, {"title": "First day"}).status_code == 404


def test_the_addresses_refuse_other_methods(browse: Client, plain_page: PlainPage) -> None:
    assert browse.post(url(plain_page, "news")).status_code == 405
    assert browse.get(url(plain_page, "take")).status_code == 405


# --- what has arrived


def test_nothing_new_is_an_empty_answer_for_few_queries(browse: Client, plain_page: PlainPage) -> None:
    ask(browse, plain_page)
    with CaptureQueriesContext(connection) as queries:
        answer = ask(browse, plain_page)
    assert (answer.status_code, answer.content) == (204, b"")
    ours = [query["sql"] for query in queries if "wagtail_ai_content" in query["sql"]]
    assert len(ours) == 1
    assert len(queries) <= 8, "five of every page of the admin; the page, the rights on it, the versions"


def test_a_proposal_is_told_once_with_its_places_and_author(browse: Client, plain_page: PlainPage) -> None:
    version = propose(plain_page, {"title": "Day one", "content": "Off."}, model_used="builtin/extractive")
    (told,) = ask(browse, plain_page).json()["versions"]
    assert told == {
        "id": str(version.pk),
        "status": "pending",
        "model": "the built-in engine (no language model)",
        "message": "AI proposes 2 changes to this page.",
        "detail": "Title, Content. By the built-in engine (no language model).",
        "url": reverse("wagtail_ai_content_review:review", args=[version.pk]),
    }
    assert ask(browse, plain_page, known=str(version.pk)).status_code == 204


def test_what_was_there_before_the_page_was_opened_is_not_news(browse: Client, plain_page: PlainPage) -> None:
    propose(plain_page, {"title": "Day one"}, created=timezone.now() - timedelta(minutes=2))
    assert ask(browse, plain_page).status_code == 204
    assert ask(browse, plain_page, age=180_000).status_code == 200
    assert ask(browse, plain_page, age="9" * 18).status_code == 200
    assert ask(browse, plain_page, age="none").status_code == 204


def test_a_draft_that_the_form_was_loaded_from_is_not_news(browse: Client, plain_page: PlainPage) -> None:
    revision = plain_page.save_revision()
    propose(plain_page, {"title": "Day one"}, status=VersionStatus.DRAFTED, revision=revision)
    assert ask(browse, plain_page, loaded=revision.pk).status_code == 204
    (told,) = ask(browse, plain_page, loaded=revision.pk - 1).json()["versions"]
    assert told["message"] == "AI wrote 1 change to this page while you had it open."


def test_a_snippet_is_told_too(client: Client, admin_user: Any) -> None:
    client.force_login(admin_user)
    bulletin = Bulletin.objects.create(title="Tides")
    propose(bulletin, {"title": "High tides"})
    assert ask(client, bulletin).json()["versions"][0]["message"] == "AI proposes 1 change here."


# --- what it makes of the form


def test_a_form_that_nobody_touched_takes_everything(browse: Client, deep_page: DeepPage) -> None:
    version = propose(
        deep_page, {"title": "Day three", "body.b3": "I shall walk again.", "body.b5.a2.n1.remark": "Hm."}
    )
    answer = take(browse, version, deep_page, {"title": "Third day", "body": body_of(DEEP_BODY)}).json()
    assert answer["steps"] == [
        {"do": "set", "path": "title", "state": "Day three"},
        {"do": "set", "path": "body.b3", "state": "I shall walk again."},
        {"do": "set", "path": "body.b5.a2.n1.remark", "state": "Hm."},
    ]
    assert (answer["conflicts"], len(answer["taken"][str(version.pk)])) == ([], 3)
    assert answer["message"] == ["3 changes are in your form now. Nothing is published."]


def test_a_form_with_other_edits_keeps_them_and_a_form_with_the_same_is_left_alone(
    browse: Client, deep_page: DeepPage
) -> None:
    version = propose(deep_page, {"body.b3": "I shall walk again."})
    answer = take(browse, version, deep_page, {"body": body_of(with_block("b1", "Mine"))}).json()
    assert [step["path"] for step in answer["steps"]] == ["body.b3"]
    answer = take(browse, version, deep_page, {"body": body_of(with_block("b3", "I shall walk again."))}).json()
    assert answer["steps"] == []
    assert answer["message"] == ["Your form holds all of it already."]


def test_the_same_place_is_a_conflict_with_both_texts_and_a_way_to_the_ai_side(
    browse: Client, deep_page: DeepPage
) -> None:
    version = propose(deep_page, {"body.b3": "I shall walk again.", "title": "Day three"})
    now = {"title": "Third day", "body": body_of(with_block("b3", "Never, I said."))}
    answer = take(browse, version, deep_page, now).json()
    assert [step["path"] for step in answer["steps"]] == ["title"]
    (conflict,) = answer["conflicts"]
    assert (conflict["path"], conflict["label"]) == ("body.b3", "Body: Quote")
    assert "".join(text for _, text in conflict["mine"]) == "Never, I said."
    assert "".join(text for _, text in conflict["ai"]) == "I shall walk again."
    assert conflict["steps"] == [{"do": "set", "path": "body.b3", "state": "I shall walk again."}]
    assert len(conflict["taken"][str(version.pk)]) == len(answer["taken"][str(version.pk)]) == 1
    assert not set(conflict["taken"][str(version.pk)]) & set(answer["taken"][str(version.pk)])


def test_rich_text_is_exchanged_by_paragraph(browse: Client, rich_page: RichPage) -> None:
    version = propose(rich_page, {"body": RICH_BODY.replace("Nobody spoke.", "Somebody spoke.")})
    mine = RICH_BODY.replace("Leaving", "Setting out")
    answer = take(browse, version, rich_page, {"body": mine}).json()
    (step,) = answer["steps"]
    ((hunk,),) = [step["hunks"]]
    assert (step["do"], step["path"], hunk["remove"]) == ("rewrite", "body", ["p3"])
    assert [block["text"] for block in hunk["blocks"]] == ["Somebody spoke."]


def test_a_text_of_which_the_ai_removed_what_a_person_edited_is_chosen_as_a_whole(
    browse: Client, rich_page: RichPage
) -> None:
    base = f"{RICH_BODY}<p>The end.</p>"
    rich_page.body = base
    version = propose(rich_page, {"body": base.replace(QUIET, "").replace("Leaving", "Setting out")})
    mine = base.replace("Nobody spoke.", "Nobody spoke, and I least of all.")
    answer = take(browse, version, rich_page, {"body": mine}).json()
    assert answer["steps"] == []
    (conflict,) = answer["conflicts"]
    texts = {side: "".join(text for _, text in conflict[side]) for side in ("mine", "ai")}
    assert "Leaving" in texts["mine"]
    assert "I least of all" in texts["mine"]
    assert "Setting out" in texts["ai"]
    assert "Nobody spoke" not in texts["ai"]
    assert [len(hunk["blocks"]) - len(hunk["remove"]) for hunk in conflict["steps"][0]["hunks"]] == [0, -1]


def test_a_text_that_one_side_emptied_is_said_to_be_nothing(browse: Client, plain_page: PlainPage) -> None:
    version = propose(plain_page, {"content": ""})
    (conflict,) = take(browse, version, plain_page, {"content": "Mine."}).json()["conflicts"]
    assert (conflict["mine"], conflict["ai"]) == ([["same", "Mine."]], [["same", "Nothing."]])


def test_blocks_are_added_moved_and_taken_away(browse: Client, deep_page: DeepPage) -> None:
    new = {"type": "section", "id": "new", "value": {**DEEP_BODY[3]["value"], "heading": "New"}}
    wanted = [DEEP_BODY[1], DEEP_BODY[0], new, *DEEP_BODY[3:]]
    base = snapshot(deep_page)
    version = propose_content(deep_page, base, {**base, "body": body_of(wanted)})
    answer = take(browse, version, deep_page, {"body": body_of(DEEP_BODY)}).json()
    kinds = [(step["do"], step["id"], step.get("after")) for step in answer["steps"]]
    assert kinds[0] == ("delete", "b3", None)
    assert ("insert", "new", "b1") in kinds
    assert [kind for kind in kinds if kind[0] == "move"] in ([("move", "b2", None)], [("move", "b1", "b2")])
    (insert,) = [step for step in answer["steps"] if step["do"] == "insert"]
    assert json.loads(insert["state"]["text"])["blocks"], "rich text in the form that the browser's editor takes"
    assert insert["state"]["heading"] == "New"


def test_a_change_that_was_refused_already_is_not_taken(browse: Client, deep_page: DeepPage) -> None:
    version = propose(deep_page, {"body.b3": "I shall walk again.", "title": "Day three"})
    refused = next(entry["id"] for entry in version.touched if entry["path"] == "title")
    version.decisions = {refused: {"decision": "rejected"}}
    version.save()
    answer = take(browse, version, deep_page, {"title": "Third day", "body": body_of(DEEP_BODY)}).json()
    assert [step["path"] for step in answer["steps"]] == ["body.b3"]


def test_what_no_open_form_can_take_is_said(browse: Client, deep_page: DeepPage) -> None:
    DeepPageLink.objects.create(page=deep_page, title="Bus")
    deep_page.refresh_from_db()
    base = snapshot(deep_page)
    links = [{**base["links"][0], "title": "Train"}]
    version = propose_content(deep_page, base, {**base, "links": links, "title": "Day three"})
    answer = take(browse, version, deep_page, {"title": "Third day", "body": body_of(DEEP_BODY)}).json()
    assert [step["path"] for step in answer["steps"]] == ["title"]
    assert "This cannot be put into an open form: Links" in answer["message"][1]
    assert len(answer["taken"][str(version.pk)]) == 1


def test_a_form_sends_back_what_it_was_loaded_with(deep_page: DeepPage, rich_page: RichPage, editor: Any) -> None:
    for page in (deep_page, rich_page):
        content = {name: snapshot(page)[name] for name in ("title", "body")}
        form = OpenForm(page, editor, data=sent(type(page), content), files={})
        now = form.content(["title", "body"])
        again = form.as_sent(content, names=["title", "body"], now={})
        assert {name: plain(value) for name, value in now.items()} == {n: plain(value) for n, value in again.items()}


# --- where the form stands


def test_the_next_save_goes_on_top_of_the_ai_draft(browse: Client, plain_page: PlainPage, editor: Any) -> None:
    own = plain_page.save_revision(user=editor)
    written = plain_page.save_revision(user=editor)
    version = propose(plain_page, {"content": "Off."}, status=VersionStatus.DRAFTED, revision=written)
    answer = take(browse, version, plain_page, {"content": "Off."}, saved=own.created_at.isoformat()).json()
    assert answer["rebase"] == {"revision_id": written.pk, "created_at": written.created_at.isoformat()}


def test_not_on_top_of_what_a_colleague_saved_or_of_an_ai_draft_nobody_has_taken_in(
    browse: Client, plain_page: PlainPage, editor: Any, lead: Any
) -> None:
    own = plain_page.save_revision(user=editor)
    colleague = plain_page.save_revision(user=lead)
    written = plain_page.save_revision(user=editor)
    version = propose(plain_page, {"content": "Off."}, status=VersionStatus.DRAFTED, revision=written)
    answer = take(browse, version, plain_page, {"content": "Off."}, saved=own.created_at.isoformat()).json()
    assert answer["rebase"] is None
    assert "lead saved a new version meanwhile." in answer["message"][-1]
    other = propose(plain_page, {"title": "Other"}, status=VersionStatus.DRAFTED, revision=colleague)
    assert (
        take(browse, version, plain_page, {"content": "Off."}, saved=own.created_at.isoformat()).json()["rebase"]
        is None
    )
    taken = take(
        browse, version, plain_page, {"content": "Off."}, saved=own.created_at.isoformat(), taken=str(other.pk)
    ).json()
    assert taken["rebase"]["revision_id"] == written.pk


def test_not_on_top_of_the_own_revision_when_another_window_has_written_it_anew(
    browse: Client, plain_page: PlainPage, editor: Any
) -> None:
    own = plain_page.save_revision(user=editor)
    loaded = own.created_at.isoformat()
    plain_page.title = "From another window"
    plain_page.save_revision(user=editor, overwrite_revision=own)
    version = propose(plain_page, {"content": "Off."})
    answer = take(browse, version, plain_page, {"content": "Off."}, saved=loaded).json()
    assert answer["rebase"] is None
    assert "editor saved a new version meanwhile." in answer["message"][-1]


def test_after_a_proposal_the_form_saves_a_revision_of_its_own(
    browse: Client, plain_page: PlainPage, editor: Any
) -> None:
    own = plain_page.save_revision(user=editor)
    version = propose(plain_page, {"content": "Off."})
    answer = take(browse, version, plain_page, {"content": "Off."}, saved=own.created_at.isoformat()).json()
    assert answer["rebase"]["revision_id"] == own.pk


# --- recording what was taken


def test_what_was_taken_and_saved_is_accepted_and_what_was_put_back_is_open_again(
    plain_page: PlainPage, editor: Any
) -> None:
    version = propose(plain_page, {"content": "Off we went at dawn.", "title": "Day one"})
    ids = {entry["path"]: entry["id"] for entry in version.touched}
    other = propose(plain_page, {"content": "Gone at dawn."})
    plain_page.content = "Off we went at dawn."
    plain_page.save_revision(user=editor)
    taking.taken_in_editor(version.pk, editor, [ids["content"]])
    version.refresh_from_db()
    other.refresh_from_db()
    assert version.decisions[ids["content"]]["decision"] == "accepted"
    assert (version.status, version.revision_id, other.status) == ("pending", None, "superseded")
    taking.taken_in_editor(version.pk, editor, [ids["content"]])
    version.refresh_from_db()
    assert len(version.writes) == 1
    taking.taken_in_editor(version.pk, editor, [])
    version.refresh_from_db()
    other.refresh_from_db()
    assert (version.decisions, version.status, other.status) == ({}, "pending", "pending")


@pytest.mark.parametrize("status", [VersionStatus.DRAFTED, VersionStatus.REJECTED, VersionStatus.SUPERSEDED])
def test_nothing_is_recorded_for_what_does_not_wait(plain_page: PlainPage, editor: Any, status: str) -> None:
    version = propose(plain_page, {"title": "Day one"}, status=status)
    taking.taken_in_editor(version.pk, editor, [version.touched[0]["id"]])
    version.refresh_from_db()
    assert (version.decisions, version.status) == ({}, status)


def test_nothing_is_recorded_for_a_person_who_may_not_edit_or_a_page_that_is_gone(
    plain_page: PlainPage, editor: Any, stranger: Any
) -> None:
    version = propose(plain_page, {"title": "Day one"})
    taking.taken_in_editor(version.pk, stranger, [version.touched[0]["id"]])
    version.refresh_from_db()
    assert version.decisions == {}
    plain_page.delete()
    taking.taken_in_editor(version.pk, editor, [version.touched[0]["id"]])
    AIVersion.objects.filter(pk=version.pk).update(target_content_type=ContentType.objects.get_for_model(PlainPage))
    taking.taken_in_editor(version.pk, editor, [version.touched[0]["id"]])
    version.refresh_from_db()
    assert version.decisions == {}


@pytest.mark.parametrize("given", ["{", "[]", "7", '{"x": []}', '{"6f4e7256-fb7d-4244-8fac-69619e3cc266": 1}', "null"])
def test_a_save_with_unreadable_marks_is_saved(
    browse: Client, plain_page: PlainPage, given: str, caplog: pytest.LogCaptureFixture
) -> None:
    data = {
        "title": "Saved", "slug": "first", "content": "x", "wagtail_ai_taken": given,
        "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0",
    }  # fmt: skip
    edit = reverse("wagtailadmin_pages:edit", args=[plain_page.pk])
    answer = browse.post(edit, data, headers={"Accept": "application/json"})
    assert answer.json()["success"], answer.json()
    plain_page.refresh_from_db()
    assert plain_page.get_latest_revision().content["title"] == "Saved"
    assert "cannot be read" in caplog.text
