"""Where requests come in: who may ask for what, and what counts as the same request."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from wagtail.models import Page

from wagtail_ai_content.core.errors import (
    Conflict,
    InvalidInput,
    NotAllowed,
    NothingToWorkOn,
    UnknownFunction,
    UnknownPrompt,
)
from wagtail_ai_content.pipeline.submit import Ask, submit
from wagtail_ai_content.records.jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


def ask(page: Page, user: Any, function: str = "meta", **fields: Any) -> Ask:
    return Ask(function=function, page=page, user=user, **fields)


def test_a_request_becomes_a_job_and_rings_the_bell_once_it_is_committed(plain_page: Page, editor: Any) -> None:
    from django_q.models import OrmQ

    job = submit(ask(plain_page, editor))
    assert (job.status, job.target_object_id, job.requested_by_name) == ("pending", str(plain_page.pk), "editor")
    assert OrmQ.objects.count() == 1


def test_a_bell_that_cannot_be_rung_does_not_fail_the_request(
    plain_page: Page, editor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django_q.tasks.async_task", broken)
    assert submit(ask(plain_page, editor)).pk


def test_the_task_in_the_queue_carries_no_data(plain_page: Page, editor: Any) -> None:
    from django_q.models import OrmQ
    from django_q.signing import SignedPackage

    submit(ask(plain_page, editor, params={"instruction": "secret words"}, function="rewrite"))
    task = SignedPackage.loads(OrmQ.objects.get().payload)
    assert (task["args"], task["kwargs"], task["save"]) == ((), {}, False)


def test_an_alias_of_a_function_is_stored_under_its_own_name(plain_page: Page, editor: Any) -> None:
    assert submit(ask(plain_page, editor, function="summarize")).function == "summarise"


def test_an_unknown_function_is_refused_with_the_known_ones(plain_page: Page, editor: Any) -> None:
    with pytest.raises(
        UnknownFunction, match=r"“write_poem”.*assist, layout, meta, page_text, rewrite, suggestions, summarise, title"
    ):
        submit(ask(plain_page, editor, function="write_poem"))


def test_an_unknown_prompt_is_refused(plain_page: Page, editor: Any) -> None:
    with pytest.raises(UnknownPrompt, match="“shiny”"):
        submit(ask(plain_page, editor, params={"prompt": "shiny"}))


def test_parameters_that_are_not_plain_data_are_refused(plain_page: Page, editor: Any) -> None:
    for params in ({"x": object()}, {"x": float("nan")}, {"x": "a" * 200_000}, {"x": "nul \0"}, {"x": "\ud800"}):
        with pytest.raises(InvalidInput):
            submit(ask(plain_page, editor, params=params))


def test_who_may_not_edit_the_page_may_not_ask(plain_page: Page, django_user_model: Any) -> None:
    stranger = django_user_model.objects.create_user("stranger", password="x")
    for user in (stranger, None):
        with pytest.raises(NotAllowed):
            submit(ask(plain_page, user))
    assert not Job.objects.exists()


def test_rights_are_asked_of_the_user_as_stored_not_of_the_object(plain_page: Page, editor: Any) -> None:
    assert plain_page.permissions_for_user(editor).can_edit()  # Wagtail caches this on the object
    editor.groups.clear()
    with pytest.raises(NotAllowed):
        submit(ask(plain_page, editor))


def test_a_deactivated_user_may_not_ask(plain_page: Page, editor: Any, django_user_model: Any) -> None:
    django_user_model.objects.filter(pk=editor.pk).update(is_active=False)
    with pytest.raises(NotAllowed):
        submit(ask(plain_page, editor))


def test_a_page_locked_by_somebody_else_is_refused_in_words(plain_page: Page, editor: Any, lead: Any) -> None:
    plain_page.locked, plain_page.locked_by = True, lead
    plain_page.save()
    with pytest.raises(NotAllowed, match="locked"):
        submit(ask(plain_page, editor))


def test_the_same_request_again_is_the_same_job(plain_page: Page, editor: Any, lead: Any) -> None:
    first = submit(ask(plain_page, editor))
    assert submit(ask(plain_page, editor)).pk == first.pk
    assert submit(ask(plain_page, lead)).pk != first.pk
    assert submit(ask(plain_page, editor, function="title")).pk != first.pk


def test_the_same_request_later_is_a_new_job(plain_page: Page, editor: Any) -> None:
    from datetime import timedelta

    first = submit(ask(plain_page, editor))
    Job.objects.update(created=first.created - timedelta(seconds=11))
    assert submit(ask(plain_page, editor)).pk != first.pk


def test_an_idempotency_key_gives_the_same_job_for_ever_and_refuses_another_request(
    plain_page: Page, rich_page: Page, editor: Any
) -> None:
    from datetime import timedelta

    first = submit(ask(plain_page, editor, idempotency_key="k1"))
    Job.objects.update(created=first.created - timedelta(days=3), status="failed")
    assert submit(ask(plain_page, editor, idempotency_key="k1")).pk == first.pk
    with pytest.raises(Conflict):
        submit(ask(rich_page, editor, idempotency_key="k1"))


def test_a_key_belongs_to_the_user_who_chose_it(plain_page: Page, editor: Any, lead: Any) -> None:
    first = submit(ask(plain_page, editor, idempotency_key="k1"))
    assert submit(ask(plain_page, lead, idempotency_key="k1")).pk != first.pk


def test_simultaneous_clicks_make_one_job(plain_page: Page, editor: Any) -> None:
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        # One connection for all threads: there is nothing simultaneous. The PostgreSQL run shows it.
        first, second = submit(ask(plain_page, editor)), submit(ask(plain_page, editor))
        assert first.pk == second.pk
        return
    found: list[Any] = []

    def click() -> None:
        found.append(submit(ask(plain_page, editor)).pk)
        connection.close()

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_an_empty_page_cannot_be_summarised(section: Page, add_page: Any, editor: Any) -> None:
    from tests.support.pages.models import PlainPage
    from wagtail_ai_content.api import run_job

    empty = add_page(PlainPage, section, title="Nothing yet", slug="nothing", content="")
    job = run_job(submit(ask(empty, editor, function="summarise")))
    assert (job.status, job.error_code) == ("failed", NothingToWorkOn.code)
    assert "“Nothing yet” has no text" in job.message["template"] % job.message["params"]
