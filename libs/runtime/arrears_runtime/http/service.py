"""What HTTP asks of the service behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from arrears_runtime.database import Database
from arrears_runtime.decider import Command, Outcome


@dataclass(frozen=True)
class Check:
    """`detail` is for operators: a number or a word, never a record's content."""

    ok: bool
    detail: str = ""


@dataclass(frozen=True)
class Condition:
    """Of one service, now. `positions`: topic -> the next offset of each partition. None is not known, and no zero."""

    lag: Mapping[str, int]  # topic -> records not yet handled; empty while it is not known
    outbox: int | None
    positions: Mapping[str, list[int]]
    checks: Mapping[str, Check]
    oldest_unpublished_seconds: float | None = None
    dead_letters_open: int | None = None
    waiting: int | None = None  # handed to a provider, and without an outcome yet


class Service(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def db(self) -> Database: ...

    async def append(self, commands: list[Command], /) -> list[Outcome]:
        """One outcome for each command, in order."""
        ...

    async def condition(self) -> Condition: ...

    def now(self, customer_id: str, /) -> datetime:
        """The clock: the wall's in production, the business calendar's in the demo and tests."""
        ...

    def today(self, customer_id: str, /) -> date:
        """The business date, in the bank's zone."""
        ...


class NotReady(RuntimeError):
    """This instance cannot answer yet: its database is not up to the log. Its text is for operators."""
