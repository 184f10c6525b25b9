"""How long until others see it, at 200 a second with all three services running: p50 and p99.

From PaymentMissed to the case's row: from the moment the bank's producer is handed the record to the moment this
process hears that the row in case-service's `cases` is committed. From a command to another service's row: POST
/cases/{id}/disputes, from the moment the request is due to be sent to the moment the event is committed in
contact-service. Its views do not show disputes so far, so the row is that of `heard_streams`, which every event of
another service moves, in the transaction of the views.

How this process hears: the bench gives its own databases a trigger that notifies, which PostgreSQL delivers once the
row's transaction is committed. So both ends are read on one clock, and what notifying and this process cost is on our
side of the account. The first seconds warm up and do not count.
"""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from time import perf_counter
from typing import Any

import asyncpg
from arrears_events import ids
from arrears_events.bank.publisher import BankPublisher
from arrears_events.bank.settled import Services
from arrears_events.log import topics

from tests.bench.bank import AT, missed, missed_id, open_accounts
from tests.bench.http_client import Connection, request
from tests.bench.load import percentile
from tests.bench.results import Measured, within
from tests.bench.stage import Stage, free_port

PREFIX = "latency."
SERVICES = ("case", "contact", "plan")
A_SECOND = 200
WARM_UP_SECONDS = 2
CONNECTIONS = 32
P50_MS_MOST, P99_MS_MOST = 20.0, 100.0
HEARD_SECONDS_MAX = 30.0

TELL = """
CREATE FUNCTION bench_tell() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_notify('bench', {what}); RETURN NULL; END $$;
CREATE TRIGGER bench_tell AFTER {when} ON {table} FOR EACH ROW EXECUTE FUNCTION bench_tell()"""
A_CASE = TELL.format(what="NEW.account_id", when="INSERT", table="cases")
A_HEARD_EVENT = TELL.format(what="NEW.streamid || ' ' || NEW.version", when="INSERT OR UPDATE", table="heard_streams")


class Moments:
    """When each thing was sent, and when it was heard of."""

    def __init__(self) -> None:
        self.sent: dict[str, float] = {}
        self.heard: dict[str, float] = {}

    def hear(self, *notification: Any) -> None:
        self.heard.setdefault(notification[-1], perf_counter())

    async def all_heard(self, names: list[str]) -> None:
        async with asyncio.timeout(HEARD_SECONDS_MAX):
            while not self.heard.keys() >= set(names):
                await asyncio.sleep(0.05)

    def times(self, names: list[str]) -> list[float]:
        return [self.heard[name] - self.sent[name] for name in names]


async def measure(stage: Stage, *, seconds: int) -> list[Measured]:
    many = A_SECOND * (WARM_UP_SECONDS + seconds)
    await topics.apply(stage.addresses.kafka, PREFIX)
    urls = {name: stage.new_database(f"latency_{name}") for name in SERVICES}
    ports = {name: free_port() for name in SERVICES}
    async with BankPublisher(stage.addresses.kafka, source="bank/bench", topic_prefix=PREFIX) as bank:
        await open_accounts(bank, many)
        async with _services(stage, urls, ports) as services:
            await services.settled()
            async with _told(urls["case"], A_CASE) as cases, _told(urls["contact"], A_HEARD_EVENT) as contact:
                missed_found = await _missed(bank, cases, contact, many)
                await services.settled()
                command_found = await _commands(stage, ports["case"], contact, many)
    return [*_limits("PaymentMissed to its case", missed_found), *_limits("command to another service", command_found)]


@asynccontextmanager
async def _services(stage: Stage, urls: dict[str, str], ports: dict[str, int]) -> AsyncIterator[Services]:
    addresses = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    async with AsyncExitStack() as all_:
        for name in SERVICES:
            settings = stage.settings(PREFIX, urls[name], ports[name])
            await all_.enter_async_context(
                stage.serving(f"{name}_service.main", settings, f"{addresses[name]}/health/ready")
            )
        yield await all_.enter_async_context(Services(stage.addresses.kafka, PREFIX, addresses))


@asynccontextmanager
async def _told(url: str, trigger: str) -> AsyncIterator[Moments]:
    connection = await asyncpg.connect(url)
    moments = Moments()
    await connection.execute(trigger)
    await connection.add_listener("bench", moments.hear)
    yield moments
    await connection.close()


async def _missed(bank: BankPublisher, cases: Moments, contact: Moments, many: int) -> dict[str, Any]:
    async def miss(number: int) -> None:
        cases.sent[f"A-{number}"] = contact.sent[f"account/A-{number} 2"] = perf_counter()
        await bank.publish(missed(number), id=missed_id(number), time=AT)

    await _at_pace(miss, many)
    counted = range(A_SECOND * WARM_UP_SECONDS + 1, many + 1)
    rows, others = [f"A-{number}" for number in counted], [f"account/A-{number} 2" for number in counted]
    await cases.all_heard(rows)
    await contact.all_heard(others)
    return {**_found(cases.times(rows)), "on to contact-service": _found(contact.times(others))}


async def _commands(stage: Stage, port: int, contact: Moments, many: int) -> dict[str, Any]:
    token, free = stage.token("collector"), asyncio.Queue[Connection]()
    for _ in range(CONNECTIONS):
        free.put_nowait(await Connection.open(port))
    answers = list[float]()

    async def dispute(number: int) -> None:
        sent = _dispute(number, token)
        started = contact.sent[f"account/A-{number} 3"] = perf_counter()
        connection = await free.get()
        status, body = await connection.ask(sent)
        answers.append(perf_counter() - started)
        free.put_nowait(connection)
        assert status == 201, f"{status} {body!r}"

    await _at_pace(dispute, many)
    others = [f"account/A-{number} 3" for number in range(A_SECOND * WARM_UP_SECONDS + 1, many + 1)]
    await contact.all_heard(others)
    return {**_found(contact.times(others)), "answer": _found(answers)}


def _dispute(number: int, token: str) -> bytes:
    case_id = ids.case_id(f"A-{number}", missed_id(number))
    body = {"kind": "wrong_amount", "disputed_amount": {"amount": "400.00", "currency": "TWD"}}
    return request(f"/cases/{case_id}/disputes", token, f"dispute-{number}", body)


async def _at_pace(send: Callable[[int], Awaitable[None]], many: int) -> None:
    """One after the other on time, whatever became of those before."""
    gc.disable()
    started = perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(1, many + 1):
            await asyncio.sleep(max(0, started + number / A_SECOND - perf_counter()))
            group.create_task(send(number))  # pyright: ignore[reportArgumentType]
    gc.enable()


def _found(times: list[float]) -> dict[str, Any]:
    return {"p50_ms": percentile(times, 50), "p99_ms": percentile(times, 99), "most_ms": percentile(times, 100)}


def _limits(name: str, found: dict[str, Any]) -> list[Measured]:
    return [
        within(f"{name}, p50", found["p50_ms"], P50_MS_MOST, found),
        within(f"{name}, p99", found["p99_ms"], P99_MS_MOST, found),
    ]
