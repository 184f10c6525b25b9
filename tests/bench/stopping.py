"""How long until nobody is contacted any more who agreed to a plan, with 200 payments a second of other customers.

From the moment at which the agreement is due to be sent to plan-service, so before PlanAgreed is there at all, to the
moment at which the plan runs in contact-service's `plans`, committed: of that table the guard is told which accounts
are not collected. The two services on the way run, as in latency.py. Whence the second moment is known stands in
moments.py.
"""

import asyncio
from dataclasses import dataclass
from itertools import islice
from time import time
from typing import Any

from arrears_events.bank.publisher import BankPublisher
from arrears_events.catalogue.bank import PaymentReceived
from arrears_events.money import Money

from tests.bench.bank import AT, MISSED_ON, SOURCE, missed, missed_id, open_accounts
from tests.bench.http_client import Clients, request
from tests.bench.moments import P99_MS_MOST, Rows, at_pace, found
from tests.bench.results import Measured, within
from tests.bench.running import running
from tests.bench.stage import Stage

PREFIX = "stopping."
PAYMENTS_A_SECOND, AGREEMENTS_A_SECOND = 200, 20
WARM_UP_SECONDS = 10
CONNECTIONS = 8
TERMS: dict[str, Any] = {
    "kind": "personalised",
    "method": "equal_instalments",
    "frequency": "monthly",
    "count": 2,
    "rate_ppm": 0,
    "day_count": "30/360",
    "first_due": "2026-04-27",
    "reminders": True,
}


@dataclass(frozen=True)
class Proposed:
    """Of customer C-n the plan, as the request that agrees to it."""

    plan_id: str
    agreement: bytes


async def measure(stage: Stage, *, seconds: int) -> list[Measured]:
    lasting = WARM_UP_SECONDS + seconds
    async with (
        running(stage, PREFIX, ("contact", "plan")) as services,
        BankPublisher(stage.addresses.kafka, source=SOURCE, topic_prefix=PREFIX) as bank,
    ):
        payers, others = PAYMENTS_A_SECOND * lasting, AGREEMENTS_A_SECOND * lasting
        await _tell(bank, others, payers)
        await services.all_.settled()
        clients = await Clients.open(services.ports["plan"], CONNECTIONS)
        plans = await _proposed(clients, stage.token("supervisor"), others)
        await services.all_.settled()
        (sent, answers), _ = await asyncio.gather(_agree(clients, plans), _pay(bank, others, payers))
        warm = dict(islice(sent.items(), AGREEMENTS_A_SECOND * WARM_UP_SECONDS, None))
        stops = await Rows(services.databases["contact"], "plans", "plan_id::text", "runs").seconds_since(warm)
    figures = {**found(stops), "answer": found(answers)}
    return [within("PlanAgreed to the stop of contacts, p99", figures["p99_ms"], P99_MS_MOST, figures)]


async def _tell(bank: BankPublisher, others: int, payers: int) -> None:
    """Of the accounts that are opened the first `others` are for plans; all are in arrears."""
    await open_accounts(bank, others + payers)
    for number in range(1, others + payers + 1):
        await bank.publish(missed(number), id=missed_id(number), time=AT)
    await bank.acknowledged()


async def _proposed(clients: Clients, token: str, many: int) -> list[Proposed]:
    async def propose(number: int) -> Proposed:
        answer = await clients.created(request("/plans", token, f"plan-{number}", _plan(number)))
        path, agreed = f"/plans/{answer['id']}/agreements", {"agreed_by": "signed"}
        return Proposed(answer["id"], request(path, token, f"agreement-{number}", agreed, answer["version"]))

    return await asyncio.gather(*map(propose, range(1, many + 1)))


def _plan(number: int) -> dict[str, Any]:
    share = {"account_id": f"A-{number}", "amount": {"amount": "1000.00", "currency": "TWD"}}
    return {"customer_id": f"C-{number}", "shares": [share], **TERMS}


async def _pay(bank: BankPublisher, others: int, payers: int) -> None:
    async def pay(number: int) -> None:
        payment = PaymentReceived(
            customer_id=f"C-{others + number}",
            account_id=f"A-{others + number}",
            payment_id=f"P-{number}",
            amount=Money.of("10", "TWD"),
            value_date=MISSED_ON,
            booked_on=MISSED_ON,
            channel="app",
        )
        await bank.publish(payment, id=f"P-{number}", time=AT)

    await at_pace(pay, payers, PAYMENTS_A_SECOND)


async def _agree(clients: Clients, plans: list[Proposed]) -> tuple[dict[str, float], list[float]]:
    """When each was sent, and how long plan-service took to answer it."""
    sent, answers = dict[str, float](), list[float]()

    async def agree(number: int) -> None:
        plan = plans[number - 1]
        started = sent[plan.plan_id] = time()
        await clients.created(plan.agreement)
        answers.append(time() - started)

    await at_pace(agree, len(plans), AGREEMENTS_A_SECOND)
    return sent, answers
