"""Group commit: commands that come while others are being written are decided and written together, next.

A write costs its round trips, whether of one command or of a hundred. So a command that comes alone is written at once,
a crowd in a few writes, and two requests that one instance takes for one stream never race each other.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from arrears_runtime.database import UNAVAILABLE
from arrears_runtime.decider import Command, Outcome

Append = Callable[[Sequence[Command]], Awaitable[list[Outcome]]]
MOST = 100
"""Callers of one write: beyond it little is saved, and all wait for the last."""
PATIENCE_SECONDS = 0.05
"""One write at a time, unless it lasts: it may wait for a lock that a batch holds, which concerns none but its own."""


class Asked(NamedTuple):
    commands: Sequence[Command]
    answer: asyncio.Future[list[Outcome]]

    def fail(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)

    def done(self, outcomes: list[Outcome]) -> None:
        if not self.answer.done():  # it is, when its caller has gone
            self.answer.set_result(outcomes)


class GroupCommit:
    """`append` for many callers at once."""

    def __init__(self, append: Append) -> None:
        self._append = append
        self._waiting: list[Asked] = []
        self._writes: set[asyncio.Task[None]] = set()
        self._at_work: asyncio.Task[None] | None = None

    async def append(self, commands: Sequence[Command]) -> list[Outcome]:
        """As the store's, with its errors; commands of one call are written together."""
        asked = Asked(commands, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        if self._at_work is None or self._at_work.done():
            self._at_work = asyncio.create_task(self._work())
        return await asked.answer

    async def _work(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            write = asyncio.create_task(self._write(group))
            self._writes.add(write)
            write.add_done_callback(self._writes.discard)
            await asyncio.wait([write], timeout=PATIENCE_SECONDS)

    async def _write(self, group: Sequence[Asked]) -> None:
        """A command that fails harms its caller alone: the others are tried again without it."""
        try:
            outcomes = await self._append([command for asked in group for command in asked.commands])
        except UNAVAILABLE as error:
            for asked in group:
                asked.fail(error)
        except Exception as error:
            if len(group) == 1:
                group[0].fail(error)
            else:
                for asked in group:
                    await self._write([asked])
        else:
            left = iter(outcomes)
            for asked in group:
                asked.done([next(left) for _ in asked.commands])
