"""How long until others see it, at 200 a second with all three services running: p50 and p99.

From PaymentMissed to the case's row: from the moment the bank's producer is handed the record to the moment this
process hears that the row in case-service's `cases` is committed. From a command to another service's row: POST
/cases/{id}/disputes, from the moment the request is due to be sent to the moment the event is committed in
contact-service. Its views do not show disputes so far, so the row is that of `heard_streams`, which every event of
another service moves, in the transaction of the views.

The limits are for misses below what treatment acts on: a miss is then a case and no more. What it takes when each miss
asks for a contact, and so leads to five times as many events, is measured too and stands beside them.

How this process hears stands in moments.py. The first seconds warm up and do not count.
"""

from time import perf_counter
from typing import Any

from arrears_events import ids
from arrears_events.bank.publisher import BankPublisher

from tests.bench.bank import AT, missed, missed_id, open_accounts
from tests.bench.http_client import Clients, request
from tests.bench.moments import Moments, at_pace, found, limits, told
from tests.bench.results import Measured
from tests.bench.running import running
from tests.bench.stage import Stage

PREFIX = "latency."
A_SECOND = 200
WARM_UP_SECONDS = 2
CONNECTIONS = 32
HEARD = "NEW.streamid || ' ' || NEW.version"
OF_CASES = "NEW.topic = 'case.events'"
BELOW_TREATMENT, TREATED = "90", "1000"
"""Overdue, in TWD: the treatment in force asks for a contact from 100.00 on."""


async def measure(stage: Stage, *, seconds: int) -> list[Measured]:
    many = A_SECOND * (WARM_UP_SECONDS + seconds)
    async with (
        running(stage, PREFIX) as services,
        BankPublisher(stage.addresses.kafka, source="bank/bench", topic_prefix=PREFIX) as bank,
    ):
        await open_accounts(bank, 2 * many)
        await services.all_.settled()
        async with (
            told(services.databases["case"], "cases", what="NEW.account_id", on="INSERT") as cases,
            told(
                services.databases["contact"], "heard_streams", what=HEARD, on="INSERT OR UPDATE", when=OF_CASES
            ) as contact,
        ):
            missed_found = await _missed(bank, cases, contact, range(1, many + 1), BELOW_TREATMENT)
            await services.all_.settled()
            command_found = await _commands(stage, services.ports["case"], contact, many)
            await services.all_.settled()
            treated = await _missed(bank, cases, contact, range(many + 1, 2 * many + 1), TREATED)
    missed_found["each asks for a contact"] = treated
    return [*limits("PaymentMissed to its case", missed_found), *limits("command to another service", command_found)]


async def _missed(
    bank: BankPublisher, cases: Moments, contact: Moments, numbers: range, arrears: str
) -> dict[str, Any]:
    last = 1 if arrears == BELOW_TREATMENT else 2  # CaseOpened, TreatmentStepDue

    async def miss(nth: int) -> None:
        number = numbers[nth - 1]
        cases.sent[f"A-{number}"] = contact.sent[f"account/A-{number} {last}"] = perf_counter()
        await bank.publish(missed(number, arrears), id=missed_id(number), time=AT)

    await at_pace(miss, len(numbers), A_SECOND)
    counted = numbers[A_SECOND * WARM_UP_SECONDS :]
    rows, others = [f"A-{number}" for number in counted], [f"account/A-{number} {last}" for number in counted]
    await cases.all_heard(rows)
    await contact.all_heard(others)
    return {**found(cases.times(rows)), "on to contact-service": found(contact.times(others))}


async def _commands(stage: Stage, port: int, contact: Moments, many: int) -> dict[str, Any]:
    token, clients = stage.token("collector"), await Clients.open(port, CONNECTIONS)
    answers = list[float]()

    async def dispute(number: int) -> None:
        sent = _dispute(number, token)
        started = contact.sent[f"account/A-{number} 2"] = perf_counter()
        await clients.created(sent)
        answers.append(perf_counter() - started)

    await at_pace(dispute, many, A_SECOND)
    others = [f"account/A-{number} 2" for number in range(A_SECOND * WARM_UP_SECONDS + 1, many + 1)]
    await contact.all_heard(others)
    return {**found(contact.times(others)), "answer": found(answers)}


def _dispute(number: int, token: str) -> bytes:
    case_id = ids.case_id(f"A-{number}", missed_id(number))
    body = {"kind": "wrong_amount", "disputed_amount": {"amount": "40.00", "currency": "TWD"}}
    return request(f"/cases/{case_id}/disputes", token, f"dispute-{number}", body)
