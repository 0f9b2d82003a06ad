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

Names = frozenset[str]
Compiled = tuple[Any, str, tuple[Any, ...]]
"""Django's compiler after its work, the SQL, and its parameters, those that are not known yet as :class:`Given`."""


class Given(Expression):
    """Stands in a query for a value that is given when it is asked; never for None, which SQL compares otherwise."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        """``field``: of the kind that it is compared with."""
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)

    def of(self, values: Mapping[str, Any], connection: Any) -> Any:
        """The value as the database's driver takes it. Raises: whatever its field says to a value it cannot have."""
        return self.output_field.get_db_prep_value(values[self.name], connection)


class Statement:
    """A query without joined objects or annotations, made once for each database and each set of names with a value.

    What a manager filters by is part of it from then on: not for managers that filter by the request or the thread.
    """

    def __init__(self, make: Callable[[Names], QuerySet[Any, Any]]) -> None:
        """``make``: gives the query with a :class:`Given` for each of these names; the others are None."""
        self._make = make
        self._compiled: dict[tuple[str, Names], Compiled] = {}

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """What the query finds now, as tuples. One query."""
        return self._ask(values)[1]

    def objects(self, **values: Any) -> list[Any]:
        """What the query finds now, as objects. One query."""
        compiler, found = self._ask(values)
        names = [column.target.attname for column, *_ in compiler.select]
        return [self._model.from_db(compiler.using, names, row) for row in found]

    def _ask(self, values: Mapping[str, Any]) -> tuple[Any, list[tuple[Any, ...]]]:
        alias = router.db_for_read(self._model)
        connection = connections[alias]
        known, sql, params = self._known(alias, frozenset(name for name in values if values[name] is not None))
        compiler = copy(known)
        compiler.connection = connection  # each thread has its own
        with connection.cursor() as cursor:
            cursor.execute(sql, [one.of(values, connection) if isinstance(one, Given) else one for one in params])
            found = cursor.fetchall()
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        if converters:
            found = [tuple(row) for row in compiler.apply_converters(found, converters)]
        return compiler, found

    @cached_property
    def _model(self) -> type[Model]:
        return self._make(frozenset()).model

    def _known(self, alias: str, names: Names) -> Compiled:
        if (alias, names) not in self._compiled:
            compiler = self._make(names).query.get_compiler(using=alias)
            sql, params = compiler.as_sql()
            compiler.connection = None
            self._compiled[alias, names] = compiler, sql, tuple(params)
        return self._compiled[alias, names]
