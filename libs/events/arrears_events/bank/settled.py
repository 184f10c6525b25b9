"""Whether all services have come to rest: read what is on the log, done what follows from it, and published that."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from types import TracebackType
from typing import Any

import httpx
from pydantic import BaseModel, ValidationError

from arrears_events.errors import NotSettled
from arrears_events.log.reader import Reader
from arrears_events.log.topics import specs

POLL = timedelta(milliseconds=10)
PATIENCE = timedelta(seconds=60)
"""How long nothing may change anywhere while some service is not at rest."""

NO_SUCH_DOOR = 404
CLOSED_DOOR = (401, 403)
ROUND_SECONDS_MAX = 120.0
"""Of a day's messages; a large portfolio has thousands of them."""

Ends = dict[tuple[str, int], int]


class Readiness(BaseModel):
    """A service's answer to GET /health/ready. `positions`: by topic and partition, the next offset to read.

    `waiting`: what was handed to a provider (mail, SMS, telephone) and has no outcome yet. None: it does not know.
    """

    ready: bool
    lag: int | None
    outbox: int | None
    waiting: int | None = 0
    positions: dict[str, list[int]]

    def at_rest(self, ends: Ends) -> bool:
        read = all(
            position >= ends.get((topic, partition), 0)
            for topic, positions in self.positions.items()
            for partition, position in enumerate(positions)
        )
        return self.ready and self.outbox == self.waiting == 0 and read


class Services:
    """The services of an installation and its log. `urls`: by name. `token`: of who starts the rounds."""

    def __init__(self, bootstrap: str, topic_prefix: str, urls: Mapping[str, str], *, token: str | None = None) -> None:
        self._urls = dict(urls)
        self._reader = Reader(bootstrap, topic_prefix)
        self._client = httpx.AsyncClient(timeout=5, trust_env=False)
        self._starter = {"Authorization": f"Bearer {token}"} if token else {}
        self._partitions: list[tuple[str, int]] = []

    async def __aenter__(self) -> "Services":
        await self._reader.__aenter__()
        for topic in [spec.name for spec in specs()]:
            try:
                self._partitions += [(topic, partition) for partition in await self._reader.partitions(topic)]
            except LookupError:  # an installation may run a part of the system
                continue
        return self

    async def __aexit__(self, *error: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self._client.aclose()
        await self._reader.__aexit__(*error)

    async def settled(self, patience: timedelta = PATIENCE) -> None:
        """Return once all are at rest. Raises NotSettled when nothing has changed for so long and they are not.

        The ends are taken before and after: what a service published in between is news for another.
        """
        loop = asyncio.get_running_loop()
        seen, since = None, loop.time()
        while True:
            ends = await self._reader.ends(self._partitions)
            found = dict(zip(self._urls, await asyncio.gather(*map(self._ask, self._urls)), strict=True))
            if all(isinstance(each, Readiness) and each.at_rest(ends) for each in found.values()):
                if ends == await self._reader.ends(self._partitions):
                    return
                continue
            if (ends, found) != seen:
                seen, since = (ends, found), loop.time()
            elif loop.time() - since > patience.total_seconds():
                raise NotSettled(_what_is_wrong(found, ends, patience))
            await asyncio.sleep(POLL.total_seconds())

    async def round(self) -> None:
        """Everything that is due to go out to customers goes out now. A service that sends nothing has no such door."""
        for url in self._urls.values():
            answer = await self._client.post(f"{url}/rounds", headers=self._starter, timeout=ROUND_SECONDS_MAX)
            if answer.status_code in CLOSED_DOOR:
                raise NotSettled(
                    f"{url}/rounds answered {answer.status_code}: export ARREARS_TOKEN=$(arrears stack token --role "
                    "operator), and run the same again: it goes on where it stopped."
                )
            if answer.is_error and answer.status_code != NO_SUCH_DOOR:
                raise NotSettled(f"{url}/rounds answered {answer.status_code}: what was due did not all go out.")

    async def _ask(self, name: str) -> "Readiness | str":
        """The answer, or why there is none."""
        try:
            answer = await self._client.get(f"{self._urls[name]}/health/ready")
            return Readiness.model_validate_json(answer.content)
        except httpx.HTTPError as error:
            return f"does not answer at {self._urls[name]} ({type(error).__name__})"
        except ValidationError:
            return f"gives no readiness at {self._urls[name]}/health/ready"


def _what_is_wrong(found: Mapping[str, "Readiness | str"], ends: Ends, patience: timedelta) -> str:
    def say(each: Any) -> str:
        return (
            each
            if isinstance(each, str)
            else f"ready {each.ready}, lag {each.lag}, outbox {each.outbox}, waiting {each.waiting}"
        )

    restless = {name: e for name, e in found.items() if not (isinstance(e, Readiness) and e.at_rest(ends))}
    said = "; ".join(f"{name}: {say(each)}" for name, each in restless.items())
    return f"Nothing has moved for {patience.total_seconds():g} s, yet {said}. See `arrears stack status`."
