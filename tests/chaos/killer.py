"""The killer: at moments drawn from the seed it ends parts as a crash would, and heals them."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from random import Random
from time import monotonic

from arrears_local import processes
from arrears_local.errors import StackError
from arrears_local.infrastructure import together_up
from arrears_local.part import Part, bring_up, last_lines
from arrears_local.stack import PARTS

from tests.chaos.stack import NAMES, Stack

VICTIMS = tuple(part for part in PARTS if part.name in (*NAMES, "postgres", "kafka"))
CALM_SECONDS = (0.3, 3.0)
DOWN_SECONDS = (0.0, 1.5)
STUMBLE_SECONDS = (0.1, 2.0)
TOGETHER, STUMBLES, HASTE = 0.25, 0.2, 0.3
"""How often two parts die at once, one dies again while it starts, and the next kill does not wait for the services."""
READY_SECONDS_MAX = 180.0
LOOK_SECONDS = 0.1
LINES = 25


class Killer:
    """`kills`: the parts by name, in order; `healed`: of which, and after how many seconds all services were ready."""

    def __init__(self, stack: Stack, seed: int) -> None:
        self._stack, self._random = stack, Random(f"{seed}/killer")
        self.kills: list[str] = []
        self.healed: list[tuple[str, float]] = []
        self.findings: list[str] = []

    async def run(self, least: int, seconds: float) -> None:
        """Each part once, then whichever, until there were that many kills and the time is over."""
        began, first = monotonic(), self._random.sample(VICTIMS, len(VICTIMS))
        while len(self.kills) < least or monotonic() < began + seconds:
            many = 2 if not first and self._random.random() < TOGETHER else 1
            victims = [first.pop()] if first else self._random.sample(VICTIMS, many)
            await asyncio.sleep(self._random.uniform(*CALM_SECONDS))
            await self._miss_nobody()
            await self._kill(victims)
            await asyncio.sleep(self._random.uniform(*DOWN_SECONDS))
            await self._heal(victims)
        await self._until_ready("all")
        await self._miss_nobody()

    async def _kill(self, parts: Sequence[Part]) -> None:
        for part in parts:
            found = processes.find(self._stack.home, part.name)
            if found is not None:
                self.kills.append(part.name)
                await asyncio.to_thread(processes.kill, [found, *found.children(recursive=True)])

    async def _heal(self, parts: Sequence[Part]) -> None:
        if self._random.random() < STUMBLES:
            await self._stumble(parts[0])
        began = monotonic()
        await self._bring_up(parts)
        if self._random.random() >= HASTE:
            name = " and ".join(part.name for part in parts)
            await self._until_ready(name)
            self.healed.append((name, monotonic() - began))

    async def _bring_up(self, parts: Sequence[Part]) -> None:
        """What does not come back at the first try is a finding; at the second the run is over."""
        try:
            await asyncio.to_thread(together_up, self._stack.home, parts)
        except StackError as error:
            self.findings.append(f"{' and '.join(part.name for part in parts)} did not come back: {error}")
            await asyncio.to_thread(together_up, self._stack.home, parts)

    async def _stumble(self, part: Part) -> None:
        """It dies again on its way up."""
        starting = asyncio.create_task(asyncio.to_thread(bring_up, self._stack.home, part))
        await asyncio.sleep(self._random.uniform(*STUMBLE_SECONDS))
        await self._kill([part])
        with suppress(StackError):
            await starting

    async def _until_ready(self, healed: str) -> None:
        """By themselves: what was not killed is not started anew."""
        deadline = monotonic() + READY_SECONDS_MAX
        while unready := await self._stack.unready():
            if monotonic() > deadline:
                self.findings.append(f"{READY_SECONDS_MAX:.0f} s after {healed} came back not ready: {unready}")
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def _miss_nobody(self) -> None:
        """A part that nobody killed and that runs no more is a finding."""
        for part in VICTIMS:
            if processes.find(self._stack.home, part.name) is None:
                said = last_lines(self._stack.home, part.name, LINES)
                self.findings.append(f"{part.name} ended by itself:\n{said}")
                await self._bring_up([part])
