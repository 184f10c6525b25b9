"""A service that runs, with its doors open: dead letters as an operator deals with them, and twins of one request."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from arrears_events.command import main
from arrears_runtime.http.application import application
from arrears_runtime.http.commands import Answer, CommandRequest
from arrears_runtime.http.routing import Router
from arrears_runtime.http.server import server
from arrears_runtime.http.strict_json import Body
from arrears_runtime.run import start_round
from arrears_runtime.settings import RuntimeSettings
from arrears_runtime.testing.api import settings_of
from click.testing import CliRunner, Result

from ..http.conftest import Issuer, listening, serving
from .tally import SERVICE, Count
from .watched import DAY, Running, all_records, eventually

OPERATOR = ["dead-letter:read", "dead-letter:resolve"]
TOLD = ("reason", "detail", "customer_id")
counts = Router(tag="counts")


class CountRequest(Body):
    customer_id: str
    units: int


@counts.post("/counts", status_code=201, permission="count:write")
async def count(ask: CountRequest, request: CommandRequest) -> Answer:
    """Count units of a customer."""
    body = Count(ask.customer_id, str(request.command_id), ask.units, DAY)
    return await request.send(streamid=f"tally/{ask.customer_id}", customer_id=ask.customer_id, body=body)


@dataclass
class Desk:
    """A service that runs behind `url`, and who asks it."""

    service: Running
    url: str
    issuer: Issuer
    home: Path

    def client(self, *permissions: str) -> httpx.AsyncClient:
        token = self.issuer.token(sub="lin", role="operator", permissions=permissions or OPERATOR)
        return httpx.AsyncClient(base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=30)

    async def command(self, *words: str) -> Result:
        """`arrears dead-letters`, by an operator."""
        self.home.joinpath("stack.json").write_text(json.dumps({"services": {"plan-service": self.url}}))
        env = {"ARREARS_HOME": str(self.home), "ARREARS_TOKEN": self.issuer.token(permissions=OPERATOR)}
        ask = ["dead-letters", "--service", "plan-service", *words]
        return await asyncio.to_thread(CliRunner().invoke, main, ask, env=env)

    async def open(self) -> list[tuple[str, str]]:
        """Place and reason of each open letter."""
        async with self.client() as client:
            items = (await client.get("/dead-letters")).raise_for_status().json()["items"]
        return [(f"{each['topic']}/{each['partition']}/{each['offset']}", each["reason"]) for each in items]


@pytest.fixture(scope="module")
async def issuer() -> AsyncIterator[Issuer]:
    made, listener = Issuer(), listening()
    made.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with serving(uvicorn.Server(uvicorn.Config(made.app, log_config=None)), listener):
        yield made


Desks = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def desk(running, issuer: Issuer, tmp_path: Path) -> Desks:
    @asynccontextmanager
    async def at(url: str, service: Any = SERVICE) -> AsyncIterator[Desk]:
        async with running(url, service) as found:
            listener = listening()
            port = listener.getsockname()[1]
            settings = settings_of(RuntimeSettings, url, issuer=issuer.url, port=port)
            made = application(
                title="plan-service",
                routers=[counts],
                service=found.instance,
                settings=settings,
                refusals={},
                hooks={"/rounds": start_round},
            )
            async with serving(server(made, settings), listener):
                yield Desk(found, f"http://127.0.0.1:{port}", issuer, tmp_path)

    return at


def told(result: Result) -> tuple[int, list[str]]:
    """Exit code and lines, without what the service in this process logged beside them."""
    logged = "[info", "[warn", '{"service"'
    return result.exit_code, [line for line in result.output.splitlines() if not any(mark in line for mark in logged)]


async def test_a_wrong_record_is_listed_shown_and_skipped_by_a_named_person(desk: Desks, database, bank):
    async with desk(database()) as it:
        await bank.open("C-1", "C-2")
        await bank.pay("C-1", 1, 13)  # the decider asserts
        await bank.pay("C-1", 2, 7)
        await it.service.settled()
        [(at, reason)] = await it.open()
        assert reason == "handler-failed"
        code, [line] = told(await it.command("list"))
        assert (code, line.split()[:5]) == (0, [at, "handler-failed", "customer", "C-1", "waits"])
        code, shown = told(await it.command("show", at))
        assert (code, shown[:2]) == (0, ["reason: handler-failed", "key:    C-1"])
        assert json.loads(shown[2])["data"]["amount"] == {"amount": "13.00", "currency": "CNY"}
        assert told(await it.command("skip", at, "--by", "m.chen")) == (0, [f"{at} is passed over for ever."])
        await eventually(lambda: totals(it, {"C-1": 7}))
        assert told(await it.command("list")) == (0, ["No dead letters in plan-service."])
        for how in "skip", "replay":
            assert told(await it.command(how, at, "--by", "wei")) == (
                1,
                ["Error: 409: This dead letter was dealt with already", "  outcome: skipped", "  by: m.chen"],
            )


async def test_once_the_code_is_mended_the_record_is_replayed(desk: Desks, database, bank, mended):
    url = database()
    async with desk(url) as it:
        await bank.open("C-1")
        await bank.pay("C-1", 1, 666)  # the fold raises
        await bank.pay("C-1", 2, 7)
        await it.service.settled()
        [(at, reason)] = await it.open()
        assert reason == "fold-failed"
        assert told(await it.command("replay", at, "--by", "m.chen")) == (0, [f"{at} is being read again."])
        await eventually(lambda: stopped_again(it, at))
    async with desk(url, mended) as it:
        assert told(await it.command("replay", at, "--by", "wei")) == (0, [f"{at} is being read again."])
        await eventually(lambda: paid(it, {"A-C-1": 673}))
        assert await it.open() == []
        code, lines = told(await it.command("replay", at, "--by", "lin"))
        assert (code, lines[1:]) == (1, ["  outcome: replayed", "  by: wei"])


async def test_one_that_stops_nobody_is_skipped_and_cannot_be_replayed(desk: Desks, database, bank):
    async with desk(database()) as it:
        await bank.raw(b"{", None, 3)
        await it.service.settled()
        [(at, _)] = await it.open()
        assert "nobody waits" in (await it.command("list")).output
        replayed = told(await it.command("replay", at, "--by", "lin"))
        assert replayed == (1, ["Error: 409: This dead letter stops nobody; it can be skipped, not replayed"])
        for _ in range(2):
            assert told(await it.command("skip", at, "--by", "lin")) == (0, [f"{at} is passed over for ever."])
        assert await it.open() == []
        code, lines = told(await it.command("skip", at, "--by", "wei"))
        assert (code, lines[1:]) == (1, ["  outcome: skipped", "  by: lin"])


async def test_a_record_among_the_letters_that_is_none_closes_no_service_and_is_one_to_look_at(
    desk: Desks, running, database, bank
):
    url = database()
    async with running(url) as service:
        await service.settled()
    for headers in (
        [],
        [("topic", b"x"), ("partition", b"99999999999"), ("offset", b"0"), *((each, b"") for each in TOLD)],
    ):
        await (await bank.writer.send(f"{bank.prefix}plan.dead-letters", b"k", b"stray", 2, headers))
    async with desk(url) as it:
        await it.service.settled()
        strays = [f"plan.dead-letters/2/{offset}" for offset in (0, 1)]
        assert await it.open() == [(at, "not-a-letter") for at in strays]
        for at in strays:
            assert told(await it.command("skip", at, "--by", "lin"))[0] == 0
        await it.service.safe_to_lose()
    async with desk(database()) as it:
        assert await it.open() == []
        assert len(await it.service.rows("dead_letters")) == 2


async def test_the_same_request_again_has_the_same_answer(desk: Desks, database, bank):
    async with desk(database()) as it, it.client() as client:
        await bank.open("C-1")
        await bank.pay("C-1", 1, 13)
        await it.service.settled()
        [(at, _)] = await it.open()
        asks = [await skip(client, at, key="k1") for _ in range(2)]
        assert [each.status_code for each in asks] == [201, 201]
        assert asks[0].json() == asks[1].json() == {"id": at, "version": 2}
        assert problem(await skip(client, at, key="k2")) == (409, "dealt-with")


async def test_each_door_asks_for_its_permission_and_for_what_can_be(desk: Desks, database):
    async with desk(database()) as it, it.client("dead-letter:read") as reader, it.client() as operator:
        assert problem(await skip(reader, "bank.events/0/0")) == (403, "forbidden")
        assert problem(await skip(operator, "bank.events/0/0")) == (404, "not-found")
        assert problem(await skip(operator, "bank.events/0/0", by="")) == (422, "body-invalid")
        for place in "bank.events/0/0", "x/99999999999/0", "%00/0/0":
            assert problem(await reader.get(f"/dead-letters/{place}")) == (404, "not-found")


async def test_a_round_is_started_by_who_may_and_by_nobody_else(desk: Desks, database):
    async with desk(database()) as it, it.client() as operator, it.client("round:start") as starter:
        assert problem(await operator.post("/rounds", headers={"Authorization": ""})) == (401, "unauthorized")
        assert problem(await operator.post("/rounds")) == (403, "forbidden")
        assert (await starter.post("/rounds")).status_code == 204


async def test_of_sixty_twins_at_once_one_is_done_and_all_have_its_answer(desk: Desks, database):
    async with desk(database()) as it, it.client("count:write") as client:
        ask = {"json": {"customer_id": "C-1", "units": 5}, "headers": {"Idempotency-Key": "twins"}}
        answers = await asyncio.gather(*(client.post("/counts", **ask) for _ in range(60)))
        seen = Counter((each.status_code, each.text, each.headers["ETag"]) for each in answers)
        assert seen == {(201, '{"id":"C-1","version":1}', '"1"'): 60}
        await it.service.settled()
        assert await it.service.totals() == {"C-1": 5}
        assert len(await all_records(it.service.kafka, "plan.events")) == 1


async def skip(client: httpx.AsyncClient, at: str, *, by: str = "lin", key: str = "k") -> httpx.Response:
    return await client.post(f"/dead-letters/{at}/skips", json={"by": by}, headers={"Idempotency-Key": key})


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


async def totals(it: Desk, expected: dict[str, int]) -> bool:
    return await it.service.totals() == expected


async def paid(it: Desk, expected: dict[str, int]) -> bool:
    return {row[0]: row[2] for row in await it.service.rows("accounts")} == expected


async def stopped_again(it: Desk, at: str) -> bool:
    """By the same record, after a replay by m.chen."""
    [stop] = await it.service.rows("stops")
    return stop[-1] == 3 and await it.open() == [(at, "fold-failed")]
