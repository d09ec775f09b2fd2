"""Prepared statements: compiled once, then given to the database's driver as they are.

For the hot path alone. What SQLAlchemy does around each execution, useful everywhere else, costs there several times
what the database does, and all of it while the one writer's lock is held.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import JSON, Dialect, Enum, TypeDecorator
from sqlalchemy.sql import ClauseElement

from models.base import DatabaseGone, driver_connection, engine

#: Types whose values the drivers return in another form than ours.
_UNLIKE_THE_DRIVERS = (TypeDecorator, Enum, JSON)


class Prepared:
    """One statement, or one for each dialect by its name. Parameters without a value of their own must be given.

    Values are bound by their types, but rows come out as the driver knows them: select no datetime, JSON or enum.
    The session neither flushes before it nor learns of what it changes.
    """

    def __init__(self, statement: ClauseElement | Mapping[str, ClauseElement]) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Execute it inside ``writing()`` or ``reading()``; what it returns, row by row."""
        return self.bound(**values).rows()

    def bound(self, **values: Any) -> Bound:
        """The statement with its values, to be executed later: what can be done before others must wait is."""
        dialect = engine().dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            statement = self._statement
            chosen = statement[dialect.name] if isinstance(statement, Mapping) else statement
            compiled = self._compiled[dialect.name] = _Compiled(chosen, dialect)
        return Bound(compiled, compiled.parameters(values))


class Bound:
    """A prepared statement with its values."""

    __slots__ = ("_compiled", "_parameters")

    def __init__(self, compiled: _Compiled, parameters: Any) -> None:
        self._compiled = compiled
        self._parameters = parameters

    def rows(self) -> list[tuple[Any, ...]]:
        """Execute it inside ``writing()`` or ``reading()``; what it returns, row by row."""
        compiled = self._compiled
        try:
            cursor = driver_connection().execute(compiled.text, self._parameters)
            return compiled.results(cursor.fetchall()) if cursor.description else []
        except compiled.gone as error:
            raise DatabaseGone(str(error)) from error


class _Compiled:
    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self.text: str = compiled.string
        driver = dialect.loaded_dbapi
        self.gone = (driver.OperationalError, driver.InterfaceError)
        processors: dict[str, Callable[[Any], Any]] = {
            name: processor
            for name, bind in compiled.binds.items()
            if (processor := bind.type.dialect_impl(dialect).bind_processor(dialect))
        }
        self._constants = {
            name: processors[name](bind.value) if name in processors else bind.value
            for name, bind in compiled.binds.items()
            if not bind.required
        }
        self._is_positional = compiled.positiontup is not None
        #: For each parameter of the text, in its order: its name, and how its value is bound.
        self._parameters = [(name, processors.get(name)) for name in compiled.positiontup or compiled.binds]
        self._readers: list[tuple[int, Callable[[Any], Any]]] = [
            (place, reader)
            for place, column in enumerate(getattr(statement, "exported_columns", ()))
            if isinstance(column.type, _UNLIKE_THE_DRIVERS)
            and (reader := column.type.dialect_impl(dialect).result_processor(dialect, None))
        ]

    def results(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        return [self._read(row) for row in rows] if self._readers else rows

    def _read(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for place, reader in self._readers:
            values[place] = reader(values[place])
        return tuple(values)

    def parameters(self, values: Mapping[str, Any]) -> Any:
        constants = self._constants
        bound = [
            constants[name] if name not in values else processor(values[name]) if processor else values[name]
            for name, processor in self._parameters
        ]
        return bound if self._is_positional else dict(zip((name for name, _ in self._parameters), bound, strict=True))
