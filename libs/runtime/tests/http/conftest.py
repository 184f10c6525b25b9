"""A token issuer, a small application on the kit and a store in memory, each behind a real uvicorn."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import httpx
import pytest
import uvicorn
from arrears_events.money import Amount, Money
from arrears_events.refused import Refused
from arrears_runtime.decider import Command, Done, KeyReused, Outcome, Refusal, Stale, Stopped
from arrears_runtime.http.application import application
from arrears_runtime.http.callers import CallerRequest, found
from arrears_runtime.http.card_numbers import FreeText, OpaqueId
from arrears_runtime.http.commands import Answer, CommandRequest
from arrears_runtime.http.paging import ListRequest, Page
from arrears_runtime.http.routing import Router
from arrears_runtime.http.server import server
from arrears_runtime.http.service import Check, Condition, NotReady
from arrears_runtime.http.settings import HttpSettings
from arrears_runtime.http.strict_json import Body
from arrears_runtime.sealing import CustomerKey
from joserfc import jwt
from joserfc.jwk import RSAKey
from pydantic import Field, SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route as PlainRoute

PERMISSIONS = ["promise:make", "promise:read"]


class PromiseRequest(Body):
    customer_id: OpaqueId
    amount: Amount
    due: date
    note: FreeText | None = None
    days: Annotated[int, Field(ge=0, le=30)] = 0
    weight: float = 0.0
    tree: Any = None


@dataclass(frozen=True)
class MakePromise:
    promise_id: UUID
    amount: Money


@dataclass(frozen=True)
class PromiseRow:
    promise_id: str
    due: date
    amount: Money


ROWS = [PromiseRow(f"p{n:03}", date(2026, 6, 1 + n % 3), Money.of(n, "CNY")) for n in range(1, 251)]
promises = Router(tag="promises")


@promises.post("/promises", status_code=201, permission="promise:make")
async def make_promise(ask: PromiseRequest, request: CommandRequest) -> Answer:
    """Record the customer's promise to pay. 409 when one is open, 422 when the date is beyond policy."""
    promise_id = request.command_id
    return await request.send(
        streamid=f"promises/{ask.customer_id}",
        customer_id=ask.customer_id,
        body=MakePromise(promise_id, ask.amount),
        id=promise_id,
        location=f"/promises/{promise_id}",
    )


@promises.post("/promises/{promise_id}/withdrawal", permission="promise:make", if_match=True)
async def withdraw_promise(promise_id: OpaqueId, request: CommandRequest) -> Answer:
    """Take a promise back."""
    return await request.send(streamid=f"promises/{promise_id}", customer_id="c1", body="withdraw")


@promises.get("/promises/{promise_id}", permission="promise:read")
async def promise(promise_id: OpaqueId, request: CallerRequest) -> PromiseRow:
    """One promise."""
    row = found(next((row for row in ROWS if row.promise_id == promise_id), None))
    request.tag(7)
    return row


@promises.get("/promises", permission="promise:read")
async def list_promises(
    request: ListRequest,
    currency: Literal["CNY", "TWD"] = "CNY",
    days: int = 0,
    due: date | None = None,
    kept: bool | None = None,
) -> Page[PromiseRow]:
    """Promises by due date."""
    after = request.after(tuple[date, str])
    asked = (row for row in ROWS if due in (None, row.due) and row.amount.currency == currency and not kept)
    rows = sorted(asked, key=_key)
    return request.page([row for row in rows if after is None or _key(row) > after][: request.fetch], _key)


@promises.get("/broken/{kind}", permission="promise:read")
async def broken(kind: str, request: CallerRequest) -> Answer:
    """Raises."""
    if kind == "refused":
        raise Refused(
            "promise-open", promise_id=request.service.name, latest=date(2026, 7, 1), amount=Money.of(1, "CNY")
        )
    raise ValueError(f"cannot do {kind}")


@promises.get("/secret", permission="secret:read")
async def secret(request: CallerRequest) -> Answer:
    """Nobody in the tests may."""
    raise AssertionError


def _key(row: PromiseRow) -> tuple[date, str]:
    return row.due, row.promise_id


@dataclass
class MemoryService:
    name: str = "demo"
    db: Any = None
    commands: list[Command] = field(default_factory=list[Command])
    handled: dict[UUID, tuple[str | None, Done]] = field(default_factory=dict[UUID, tuple[str | None, Done]])
    answers: dict[str, Outcome] = field(default_factory=dict[str, Outcome])
    checks: dict[str, Check] = field(default_factory=lambda: {"database": Check(True)})
    failing: bool = False
    away: bool = False
    database_away: bool = False

    async def append(self, commands: list[Command]) -> list[Outcome]:
        if self.away:
            raise NotReady("the database is behind the log")
        self.commands += commands
        return [self._outcome(command) for command in commands]

    def _outcome(self, command: Command) -> Outcome:
        if command.id in self.handled:
            requesthash, done = self.handled[command.id]
            return done if requesthash == command.requesthash else KeyReused()
        if command.customer_id in self.answers:
            return self.answers[command.customer_id]
        if command.expected_version not in (None, 3):
            return Stale(3)
        done = Done(command.streamid, 4)
        self.handled[command.id] = (command.requesthash, done)
        return done

    async def condition(self) -> Condition:
        if self.failing:
            raise ConnectionError("host=10.0.0.1 password=hunter2")
        if self.database_away:
            return Condition({}, None, {}, {"database": Check(False, "ConnectionRefusedError")})
        return Condition({"bank.events": 3, "case.events": 2}, 1, {"bank.events": [10, 11]}, self.checks, 0.5, 2, 0)

    def now(self, _customer_id: str) -> datetime:
        return datetime(2026, 6, 9, 10, tzinfo=UTC)

    def today(self, _customer_id: str) -> date:
        return date(2026, 6, 9)


class MemoryKeys:
    """One key, whoever is asked for."""

    def __init__(self) -> None:
        self._key = CustomerKey(UUID(int=1), b"k" * 32, b"demo")

    async def hash(self, _customer_id: str, content: bytes) -> str:
        return self._key.hash(content)


class Issuer:
    """Signs tokens as a bank's identity provider would."""

    def __init__(self) -> None:
        self.url = ""
        self.key = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
        self.published = [self.key]
        self.fetches = 0
        self.app = Starlette(
            routes=[
                PlainRoute("/.well-known/openid-configuration", self._discovery),
                PlainRoute("/keys", self._keys),
            ]
        )

    def claims(self, **other: object) -> dict[str, Any]:
        usual = {"iss": self.url, "aud": "arrears", "sub": "anna", "role": "collector", "permissions": PERMISSIONS}
        return {**usual, "exp": int(time.time()) + 600, **other}

    def token(self, header: dict[str, Any] | None = None, key: RSAKey | None = None, **claims: object) -> str:
        signer = key or self.key
        return jwt.encode({"alg": "RS256", "kid": signer.kid, **(header or {})}, self.claims(**claims), signer)

    async def _discovery(self, _: Request) -> JSONResponse:
        return JSONResponse({"issuer": self.url, "jwks_uri": f"{self.url}/keys"})

    async def _keys(self, _: Request) -> JSONResponse:
        self.fetches += 1
        return JSONResponse({"keys": [key.as_dict(private=False) for key in self.published]})


@asynccontextmanager
async def serving(serve: uvicorn.Server, listener: socket.socket) -> AsyncIterator[None]:
    """Callers that come before it is up wait in the listener's queue."""
    task = asyncio.create_task(serve.serve([listener]))
    try:
        yield
    finally:
        serve.should_exit = True
        await task


def listening() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    return listener


@pytest.fixture(scope="session")
async def issuer() -> AsyncIterator[Issuer]:
    made, listener = Issuer(), listening()
    made.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with serving(uvicorn.Server(uvicorn.Config(made.app, log_config=None)), listener):
        yield made


@pytest.fixture(scope="session")
async def service() -> MemoryService:
    return MemoryService()


@pytest.fixture(scope="session")
async def address(issuer: Issuer, service: MemoryService) -> AsyncIterator[str]:
    listener = listening()
    port = listener.getsockname()[1]
    settings = HttpSettings(port=port, issuer=issuer.url, cursor_key=SecretStr("0123456789abcdef" * 2))
    demo = application(
        title="demo", routers=[promises], service=service, settings=settings, refusals={"promise-open": 409}
    )
    demo.state.keys = MemoryKeys()
    async with serving(server(demo, settings), listener):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
async def anonymous(address: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=address) as client:
        yield client


@pytest.fixture
async def api(anonymous: httpx.AsyncClient, issuer: Issuer) -> httpx.AsyncClient:
    anonymous.headers["Authorization"] = f"Bearer {issuer.token()}"
    return anonymous


@pytest.fixture(autouse=True)
def _fresh(service: MemoryService) -> None:
    service.commands.clear()
    service.handled.clear()
    service.failing = service.away = service.database_away = False
    service.checks = {"database": Check(True)}
    service.answers = {
        "refused": Refusal(
            "promise-date-out-of-range", {"latest": date(2026, 7, 1), "accounts": frozenset({"b", "a"})}
        ),
        "open": Refusal("promise-open", {"promise_id": UUID(int=1), "amount": Money.of("1.50", "USD")}),
        "stopped": Stopped(),
    }
