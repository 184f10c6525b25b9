"""A service's own database: a pool of connections, and queries written with SQLAlchemy Core."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import ClauseElement
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
    asyncpg.InternalClientError,  # on a connection that was idle when PostgreSQL said goodbye on it
)
"""What a query meets while PostgreSQL is away or coming back."""


class Database:
    """Opened once in a process. `rows` and `row` ask on a connection of the pool, or on the one that is given."""

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

    async def row(self, row: type[R], query: ClauseElement, connection: Connection | None = None) -> R | None:
        """The first row, or None."""
        found = await self.rows(row, query, connection)
        return found[0] if found else None


async def _as_it_was(_: Connection) -> None:
    """A connection goes back as it came: what we do on one ends with its transaction, and asking costs a round trip."""


def compiled(query: ClauseElement) -> tuple[str, list[Any]]:
    """A query as PostgreSQL text with its values in order."""
    text: Any = query.compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})
    return str(text), [text.params[name] for name in text.positiontup or ()]
