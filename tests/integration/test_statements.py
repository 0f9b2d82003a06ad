"""A query that is put into SQL once finds what is stored when it is asked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Q, QuerySet, Value
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from wagtail_ai_content.records.access.models import AISwitch
from wagtail_ai_content.records.statements import Given, Names, Statement
from wagtail_ai_content.records.usage.models import ModelPrice

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> list[str]:
    """One entry for each time the query was made."""
    return []


@pytest.fixture
def by_model(made: list[str]) -> Statement:
    def make(known: Names) -> QuerySet[Any, Any]:
        made.append("made")
        found = ModelPrice.objects.order_by("pk")
        if "model" in known:
            found = found.filter(model=Given("model", ModelPrice._meta.get_field("model")))
        return found.values_list("model", "input_per_million", "valid_from", Value("50 %"))

    return Statement(make)


def priced(model: str, amount: str = "1.5") -> ModelPrice:
    return ModelPrice.objects.create(
        model=model, input_per_million=Decimal(amount), output_per_million=1, valid_from=timezone.localdate()
    )


def test_it_finds_what_is_there_at_each_asking(by_model: Statement) -> None:
    assert by_model.rows(model="one") == []
    row = priced("one")
    priced("two")
    assert by_model.rows(model="one") == [("one", Decimal("1.5"), timezone.localdate(), "50 %")]
    row.input_per_million = Decimal(7)
    row.save()
    assert by_model.rows(model="one")[0][1] == Decimal(7)
    row.delete()
    assert by_model.rows(model="one") == []
    assert [found[0] for found in by_model.rows(model="two")] == ["two"]


def test_it_sees_its_own_transaction(by_model: Statement) -> None:
    with transaction.atomic():
        priced("one")
        assert by_model.rows(model="one")
        transaction.set_rollback(True)
    assert not by_model.rows(model="one")


def test_it_is_made_once_and_asked_once_each_time(
    by_model: Statement, made: list[str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    by_model.rows(model="one")
    so_far = len(made)
    with django_assert_num_queries(2):
        by_model.rows(model="one")
        by_model.rows(model="two")
    assert len(made) == so_far


def test_a_value_is_data_and_never_sql(by_model: Statement) -> None:
    priced("one")
    for model in ("' OR 1=1 --", "%s", "%(model)s", 'one"', "one;"):
        assert by_model.rows(model=model) == []


def test_none_makes_it_another_query(by_model: Statement) -> None:
    priced("one")
    priced("two")
    assert len(by_model.rows(model=None)) == len(by_model.rows()) == 2
    assert len(by_model.rows(model="one")) == 1


def test_it_gives_objects_like_any_query() -> None:
    row = priced("one")
    asked = Given("model", ModelPrice._meta.get_field("model"))
    prices = Statement(lambda known: ModelPrice.objects.filter(model=asked).order_by())
    (found,) = prices.objects(model="one")
    assert found == row
    assert found._state.db == "default"
    assert vars(found).keys() == vars(ModelPrice.objects.get()).keys()
    found.input_per_million = Decimal(9)
    found.save()
    assert prices.objects(model="one")[0].input_per_million == Decimal(9)


def test_the_field_says_what_a_value_may_be() -> None:
    number = Given("site", AISwitch._meta.get_field("site"))
    switches = Statement(lambda known: AISwitch.objects.filter(Q(site=None) | Q(site_id=number)).values_list("reason"))
    AISwitch.objects.create(reason="all")
    assert switches.rows(site="1") == switches.rows(site=1) == [("all",)]
    with pytest.raises(ValueError, match="expected a number"):
        switches.rows(site="one")


@pytest.mark.django_db(transaction=True)
def test_threads_ask_with_their_own_connections(by_model: Statement) -> None:
    priced("one")
    asked_here = by_model.rows(model="one")

    def ask(_: int) -> list[tuple[Any, ...]]:
        with closing(connection):
            return by_model.rows(model="one")

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(ask, range(12))) == [asked_here] * 12
