"""A service's own database: a pool of connections, and queries written with SQLAlchemy Core."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import ARRAY, ClauseElement, Column, ColumnElement, Table, any_, literal
from sqlalchemy.dialects.postgresql import asyncpg as dialect

R = TypeVar("R")
Connection = asyncpg.pool.PoolConnectionProxy | asyncpg.Connection

DIALECT = dialect.dialect()


UNAVAILABLE: tuple[type[Exception], ...] = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InvalidCatalogNameError,  # it was dropped, or is not restored yet
    asyncpg.InternalClientError,  # on a connection that was idle when PostgreSQL said goodbye on it
)
"""What a query meets while PostgreSQL is away or coming back."""


class Database:
    """Opened once in a process. Each question goes to a connection of the pool, or to the one that is given."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool

    @classmethod
    async def open(cls, url: str, *, size: int = 10, search_path: str = "public") -> "Database":
        """`size`: connections of one process; 2 for relay and lock, one for each partition, the rest for requests."""
        pool = await asyncpg.create_pool(
            url,
            min_size=0,  # a service that starts before PostgreSQL waits for it, not ready, and does not end
            max_size=size,
            command_timeout=60,
            reset=_as_it_was,
            server_settings={
                "idle_in_transaction_session_timeout": "30000",  # one forgotten transaction must not hold up the rest
                "plan_cache_mode": "force_generic_plan",  # our statements take arrays: planning each anew costs more
                "timezone": "UTC",
                "search_path": search_path,
            },
        )
        return cls(pool)

    async def close(self) -> None:
        await self.pool.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Connection]:
        async with self.pool.acquire() as connection, connection.transaction():
            yield connection

    async def rows(self, row: type[R], query: ClauseElement, connection: Connection | None = None) -> list[R]:
        """The rows that a query gives, each as `row(*columns)`."""
        text, values = compiled(query)
        return [row(*found) for found in await (connection or self.pool).fetch(text, *values)]

    async def of_key(self, row: type[R], table: Table, key: object) -> R | None:
        """The row of a table with this primary key, or None."""
        found = await self.pool.fetchrow(_of_key(table), key)
        return None if found is None else row(*found)

    async def row(self, row: type[R], query: ClauseElement, connection: Connection | None = None) -> R | None:
        """The first row, or None."""
        found = await self.rows(row, query, connection)
        return found[0] if found else None


@lru_cache(maxsize=256)
def _of_key(table: Table) -> str:
    (key,) = table.primary_key.columns
    return f"SELECT * FROM {table.name} WHERE {key.name} = $1"


async def _as_it_was(_: Connection) -> None:
    """A connection goes back as it came: what we do on one ends with its transaction, and asking costs a round trip."""


def among(column: Column[R], values: Iterable[R]) -> ColumnElement[bool]:
    """The column is one of these: in one text however many there are."""
    return column == any_(literal(list(values), ARRAY(column.type)))


def compiled(query: ClauseElement) -> tuple[str, list[Any]]:
    """A query as PostgreSQL text with its values in order.

    Of each shape of query the text is made once, as SQLAlchemy's own engine does it: making it costs more than asking.
    A list that is written out one by one (`in_`) has another text for each length, and is made each time: use `among`.
    """
    shape: Any = query._generate_cache_key()  # pyright: ignore[reportPrivateUsage]
    made: Any = _made.get(shape.key) if shape else None
    if made is None:
        made = query.compile(dialect=DIALECT, cache_key=shape, compile_kwargs={"render_postcompile": True})
        if shape and not made.post_compile_params:
            _made[shape.key] = made
    values = made.construct_params(extracted_parameters=shape.bindparams if shape else None)
    return str(made), [values[name] for name in made.positiontup or ()]


_made: dict[Any, Any] = {}
"""By shape, of which there are as many as the code has queries."""
