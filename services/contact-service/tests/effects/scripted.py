"""Providers that answer as a test says: what each error of a provider becomes cannot be had from a real one at will."""

from asyncio import Event
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from arrears_policy.template import Rendered
from arrears_runtime.decider import Command, Outcome
from arrears_runtime.instance import Instance
from arrears_runtime.store import CommandFailed
from contact_service.domain.contacts import AttemptContact, NoteSent
from contact_service.effects.providers import Opened, Recipient
from contact_service.gateways.errors import Still


@dataclass
class Scripted:
    """`answers` to one try after the other, the last for all that follow. `it_has`: what it says when it is asked.

    `free` lets it come to the last moment before it is handed something.
    """

    answers: Sequence[str | Exception] = ("its-id",)
    it_has: bool | None = None
    takes_once: bool = True
    tells_later: bool = False
    tries: int = 0
    handed: list[tuple[UUID, str, str]] = field(default_factory=list)
    reached: Event = field(default_factory=Event)
    free: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self.free.set()

    async def send(self, contact_id: UUID, to: Recipient, words: Rendered | None, still: Still) -> str:
        self.reached.set()
        await self.free.wait()
        still()
        answer = self.answers[min(self.tries, len(self.answers) - 1)]
        self.tries += 1
        if isinstance(answer, Exception):
            raise answer
        self.handed.append((contact_id, to.address, words.body if words else ""))
        return answer

    async def has(self, contact_id: UUID) -> bool | None:  # noqa: ARG002
        return self.it_has

    def taken(self, contact_id: UUID) -> NoteSent | None:
        return None if self.tells_later else NoteSent(contact_id, "asked-for")


@dataclass
class Scripts:
    """All channels; in place of `Providers`."""

    by_channel: dict[Any, Scripted]

    @asynccontextmanager
    async def open(self, _: Any) -> AsyncGenerator[Opened]:
        yield Opened(self.by_channel)


class InStep:
    """A service of which nothing is unread, since there is no log beside it (SYS-01c)."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    def __getattr__(self, name: str) -> Any:
        return getattr(self._instance, name)

    def lag_seconds(self, _: str) -> int:
        return 0


class Faulty(InStep):
    """A bug of ours: whatever is asked of the contacts `but`, deciding it raises."""

    def __init__(self, instance: Instance, *but: UUID) -> None:
        super().__init__(instance)
        self._but = but

    async def append(self, commands: list[Command]) -> list[Outcome]:
        for command in commands:
            if command.body.contact_id in self._but:
                raise CommandFailed(command)
        return await self._instance.append(commands)


class Freezing(InStep):
    """It is frozen around the writing of an attempt, until `woken`: as a process that is stopped."""

    def __init__(self, instance: Instance, *, before: bool) -> None:
        super().__init__(instance)
        self._before = before
        self.frozen, self.woken = Event(), Event()

    async def append(self, commands: list[Command]) -> list[Outcome]:
        freezes = any(isinstance(command.body, AttemptContact) for command in commands)
        if freezes and self._before:
            await self._freeze()
        outcomes = await self._instance.append(commands)
        if freezes and not self._before:
            await self._freeze()
        return outcomes

    async def _freeze(self) -> None:
        self.frozen.set()
        await self.woken.wait()
