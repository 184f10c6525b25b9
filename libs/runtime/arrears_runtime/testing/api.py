"""A service's API over a database of its own and without the log: what others said is folded by hand."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from arrears_events import ids
from arrears_events.catalogue.base import Event
from arrears_events.envelope import SourceEvent

from arrears_runtime import schema
from arrears_runtime.database import Database
from arrears_runtime.decider import Command, Done
from arrears_runtime.http.application import application
from arrears_runtime.http.callers import Caller
from arrears_runtime.http.routing import Router
from arrears_runtime.instance import Instance
from arrears_runtime.projection import View, fold_into
from arrears_runtime.service import Service
from arrears_runtime.settings import RuntimeSettings
from arrears_runtime.stops import StopCustomer, stream_of_stop
from arrears_runtime.testing.publishing import publish
from arrears_runtime.unit_of_work import work_on


@dataclass(frozen=True)
class Anna:
    """Whoever calls is Anna, a collector who may do all that there is to do."""

    permissions: frozenset[str]

    async def caller(self, _: str | None) -> Caller:
        return Caller("anna", "collector", self.permissions)


@dataclass
class Api:
    """`http` calls the endpoints; a service's tests build on it what they say often."""

    instance: Instance
    http: httpx.AsyncClient
    keys: int = 0
    sent: int = 0

    @property
    def db(self) -> Database:
        return self.instance.database

    async def hear(self, view: View, *events: Event) -> None:
        """Fold what another part of the system said."""
        async with work_on(self.db) as work:
            await fold_into(work, {view: [SourceEvent[Any].model_construct(data=event) for event in events]})

    async def send(self, streamid: str, customer_id: str, *bodies: Any) -> None:
        """Commands of the service itself, the nth caused by `fact-<n>`; each is done."""
        outcomes = await self.instance.append([self._command(streamid, customer_id, body) for body in bodies])
        assert all(isinstance(outcome, Done) for outcome in outcomes), outcomes

    async def stop(self, customer_id: str) -> None:
        """A dead letter stops the customer."""
        stop = StopCustomer(customer_id, ("bank.events", 0, 0), "fold-failed", {})
        await self.send(stream_of_stop(self.instance.name, customer_id), customer_id, stop)

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(
        self, path: str, body: Mapping[str, Any] | None = None, *, version: int | None = None, key: str = ""
    ) -> httpx.Response:
        """`version` goes as If-Match; without a `key` it is a request of its own."""
        self.keys += 1
        headers = {"Idempotency-Key": key or f"key-{self.keys}"}
        headers |= {} if version is None else {"If-Match": f'"{version}"'}
        return await self.http.post(path, json=body, headers=headers)

    async def version(self, path: str) -> int:
        return int((await self.http.get(path)).headers["ETag"].strip('"'))

    def _command(self, streamid: str, customer_id: str, body: Any) -> Command:
        self.sent += 1
        id_ = ids.command_id("bank", str(self.sent))
        return Command(
            id=id_,
            streamid=streamid,
            customer_id=customer_id,
            body=body,
            time=self.instance.now(customer_id),
            actor=self.instance.name,
            actorrole="service",
            causationid=f"fact-{self.sent}",
            correlationid=str(id_),
        )


A = TypeVar("A", bound=Api)
S = TypeVar("S", bound=RuntimeSettings)


def settings_of(kind: type[S], database_url: str, **other: Any) -> S:
    """Settings of a service whose port and issuer nobody asks; `kafka_bootstrap` too unless it is given."""
    told: dict[str, Any] = {"kafka_bootstrap": "none", "clock": "business", "port": 1, "issuer": "none"}
    told |= {"cursor_key": "x" * 32, "master_key": "5a" * 32, "database_url": database_url}
    return kind(**(told | other))


@asynccontextmanager
async def serving(
    kind: type[A],
    service: Service,
    settings: RuntimeSettings,
    *,
    routers: Sequence[Router],
    refusals: Mapping[str, int] | None = None,
    policies: Sequence[str] = (),
) -> AsyncGenerator[A]:
    """The service on empty tables, open for requests; `policies` are texts in force from the first day they may be."""
    db = await Database.open(settings.database_url.get_secret_value())
    await schema.create(db, service.metadatas, service.fingerprint)
    instance = Instance(service, db, settings)
    instance.open.set()
    for text in policies:
        await publish(instance, text)
    made = application(
        title=instance.name,
        routers=routers,
        service=instance,
        settings=settings,
        refusals=refusals or {},
        policies=instance.policies,
        keys=instance.keys,
    )
    made.state.tokens = Anna(frozenset(route.permission for router in routers for route in router.routes))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(made), base_url="http://test") as http:
        yield kind(instance, http)
    await db.close()
