"""Queries that every job asks, put into SQL once: that takes Django ten times as long as the database takes to answer.

Only the SQL is kept, never what was found with it: each asking asks the database, in the transaction of the moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from functools import cached_property
from typing import Any

from django.db import connections, router
from django.db.models import Expression, Field, Model, QuerySet


class Given(Expression):
    """Stands in a query for a value that is given when it is asked.

    Never None: SQL compares that in other words, which makes it another query.
    """

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        """``field``: of the kind that it is compared with."""
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)

    def of(self, values: Mapping[str, Any], connection: Any) -> Any:
        """The value as the database's driver takes it. Raises: whatever its field says to a value it cannot have."""
        value = values[self.name]
        if value is None:
            raise TypeError(f"“{self.name}” cannot be None")
        return self.output_field.get_db_prep_value(value, connection)


class Statement:
    """A query of values, made once for each database."""

    def __init__(self, make: Callable[[], QuerySet[Any, Any]]) -> None:
        """``make``: gives a ``values_list`` with a :class:`Given` for whatever changes."""
        self._make = make
        self._compiled: dict[str, tuple[Any, str, tuple[Any, ...]]] = {}

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """What the query finds now. ``values``: by the names in it. One query."""
        alias = router.db_for_read(self._model)
        connection = connections[alias]
        if alias not in self._compiled:
            self._compiled[alias] = self._compile(connection)
        known, sql, params = self._compiled[alias]
        compiler = copy(known)
        compiler.connection = connection  # each thread has its own
        with connection.cursor() as cursor:
            cursor.execute(sql, [one.of(values, connection) if isinstance(one, Given) else one for one in params])
            found = cursor.fetchall()
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        return [tuple(row) for row in compiler.apply_converters(found, converters)] if converters else found

    @cached_property
    def _model(self) -> type[Model]:
        return self._make().model

    def _compile(self, connection: Any) -> tuple[Any, str, tuple[Any, ...]]:
        compiler = self._make().query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        compiler.connection = None
        return compiler, sql, tuple(params)
