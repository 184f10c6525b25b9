"""How long until others see it, at 200 a second: p50 and p99.

From PaymentMissed on the log to the case's row: from the moment the broker has acknowledged the record to the commit of
the row in case-service's `cases`. From a command to another service's row: POST /cases/{id}/disputes, from the moment
the request is due to be sent to the commit of the event in contact-service, in `heard_streams`, which every event of
another service moves in the transaction of the views.

The services on the way run: case-service alone for the first, and contact-service beside it for the second. They share
two cores with the broker, the database and this process, where an installation gives each its own. What it takes with
all three running stands beside, and also what it takes there when each miss asks for a contact, and so leads to five
times as many events; the limits are for misses below what treatment acts on, of which each is a case and no more.

Whence the second moment is known stands in moments.py. The first seconds warm up, as the broker's compiler does, and
do not count.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from time import time
from typing import Any

from arrears_events import ids
from arrears_events.bank.publisher import BankPublisher
from arrears_events.catalogue.bank import BANK
from arrears_events.log.writer import Writer

from tests.bench.bank import SOURCE, missed_id, missed_made, open_accounts
from tests.bench.http_client import Clients, request
from tests.bench.moments import Rows, at_pace, found, limits
from tests.bench.results import Measured
from tests.bench.running import SERVICES, Running, running
from tests.bench.stage import Stage

A_SECOND = 200
WARM_UP_SECONDS = 10
CONNECTIONS = 32
BELOW_TREATMENT, TREATED = "90", "1000"
"""Overdue, in TWD: the treatment in force asks for a contact from 100.00 on."""


async def measure(stage: Stage, *, seconds: int) -> list[Measured]:
    many = A_SECOND * (WARM_UP_SECONDS + seconds)
    async with _scene(stage, "latency_case.", ("case",), many) as scene:
        missed_found = await _missed(scene, range(1, many + 1), BELOW_TREATMENT)
    async with _scene(stage, "latency_contact.", ("case", "contact"), many) as scene:
        await _missed(scene, range(1, many + 1), BELOW_TREATMENT)
        await scene.services.all_.settled()
        command_found = await _commands(stage, scene, many)
    async with _scene(stage, "latency.", SERVICES, 2 * many) as scene:
        missed_found["with all three"] = await _missed(scene, range(1, many + 1), BELOW_TREATMENT)
        await scene.services.all_.settled()
        command_found["with all three"] = await _commands(stage, scene, many)
        await scene.services.all_.settled()
        treated = await _missed(scene, range(many + 1, 2 * many + 1), TREATED)
    missed_found["with all three, each asks for a contact"] = treated
    return [*limits("PaymentMissed to its case", missed_found), *limits("command to another service", command_found)]


@dataclass(frozen=True)
class Scene:
    """`contact` hears of case-service's events where contact-service runs."""

    services: Running
    bank: Writer
    prefix: str
    cases: Rows
    contact: Rows | None


@asynccontextmanager
async def _scene(stage: Stage, prefix: str, names: Sequence[str], accounts: int) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as up:
        services = await up.enter_async_context(running(stage, prefix, names))
        async with BankPublisher(stage.addresses.kafka, source=SOURCE, topic_prefix=prefix) as publisher:
            await open_accounts(publisher, accounts)
        bank = await up.enter_async_context(Writer(stage.addresses.kafka))
        await services.all_.settled()
        cases, contact = Rows(services.databases["case"], "cases", "account_id"), None
        if "contact" in names:
            heard, of_cases = "streamid || ' ' || version", "topic = 'case.events'"
            contact = Rows(services.databases["contact"], "heard_streams", heard, of_cases)
        yield Scene(services, bank, prefix, cases, contact)


async def _missed(scene: Scene, numbers: range, arrears: str) -> dict[str, Any]:
    last = 1 if arrears == BELOW_TREATMENT else 2  # CaseOpened, TreatmentStepDue
    records, sent = [missed_made(number, arrears) for number in numbers], dict[int, float]()

    async def miss(nth: int) -> None:
        record = records[nth - 1]
        await (await scene.bank.send(scene.prefix + BANK.name, record.key, record.value))
        sent[numbers[nth - 1]] = time()

    await at_pace(miss, len(numbers), A_SECOND)
    counted = numbers[A_SECOND * WARM_UP_SECONDS :]
    times = found(await scene.cases.seconds_since({f"A-{number}": sent[number] for number in counted}))
    if scene.contact is None:
        return times
    on = await scene.contact.seconds_since({f"account/A-{number} {last}": sent[number] for number in counted})
    return {**times, "on to contact-service": found(on)}


async def _commands(stage: Stage, scene: Scene, many: int) -> dict[str, Any]:
    token, clients = stage.token("collector"), await Clients.open(scene.services.ports["case"], CONNECTIONS)
    sent, answered = dict[str, float](), list[float]()
    assert scene.contact is not None, "contact-service is the other service"

    async def dispute(number: int) -> None:
        asked = _dispute(number, token)
        started = sent[f"account/A-{number} 2"] = time()
        await clients.created(asked)
        answered.append(time() - started)

    await at_pace(dispute, many, A_SECOND)
    warm = dict(islice(sent.items(), A_SECOND * WARM_UP_SECONDS, None))
    return {**found(await scene.contact.seconds_since(warm)), "answer": found(answered)}


def _dispute(number: int, token: str) -> bytes:
    case_id = ids.case_id(f"A-{number}", missed_id(number))
    body = {"kind": "wrong_amount", "disputed_amount": {"amount": "40.00", "currency": "TWD"}}
    return request(f"/cases/{case_id}/disputes", token, f"dispute-{number}", body)
