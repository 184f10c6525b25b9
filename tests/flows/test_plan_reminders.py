"""Who agreed to a plan with reminders is reminded before an instalment is due, of what is left of it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from arrears_events.bank.people import contact_values
from arrears_events.catalogue.bank import PaymentReceived
from arrears_events.catalogue.contact import ContactRefused
from arrears_events.log.reader import Reader
from arrears_events.money import Money
from arrears_local import received
from arrears_policy.second_look.reading import look_again

from tests.flows.installation import Installation
from tests.flows.test_contacts import (
    bank,
    clerk,
    closed,
    found,
    goes_out,
    home_of,
    misses,
    opens_an_account,
    pages,
    said,
)

__all__ = ["bank", "clerk", "found"]
M1, PROPOSED, DUE = date(2026, 4, 21), date(2026, 4, 22), date(2026, 4, 27)


async def post(client: httpx.AsyncClient, path: str, body: Any, version: int | None = None) -> httpx.Response:
    headers = {"Idempotency-Key": str(uuid4())} | ({} if version is None else {"If-Match": f'"{version}"'})
    answer = await client.post(path, json=body, headers=headers)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return answer


async def agrees(found: Installation, customer: str) -> None:
    """1,000 CNY in two months, the first instalment due on 27 April."""
    amount = {"amount": "1000.00", "currency": "CNY"}
    terms: dict[str, Any] = {"method": "equal_instalments", "frequency": "monthly", "count": 2, "rate_ppm": 0}
    terms |= {"day_count": "30/360", "first_due": str(DUE), "reminders": True, "kind": "personalised"}
    shares = [{"account_id": f"A-{customer}", "amount": amount}]
    async with found.client("plan-service") as client:
        made = await post(client, "/plans", {"customer_id": customer, "shares": shares, **terms})
        version = made.json()["version"]
        await post(client, f"{made.headers['Location']}/agreements", {"agreed_by": "signed"}, version)


async def pays(bank: Any, customer: str, amount: str, on: date) -> None:
    payment = PaymentReceived(
        customer_id=customer,
        account_id=f"A-{customer}",
        payment_id="p1",
        amount=Money.of(amount, "CNY"),
        value_date=on,
        booked_on=on,
        channel="app",
    )
    await bank.publish(payment, id=f"{customer}/payment", time=datetime(2026, 4, 24, 1, tzinfo=UTC))


def texts(found: Installation, customer: str) -> Sequence[str]:
    to = contact_values(customer)["mobile"].removeprefix("+")
    return [each.text for each in received.messages(home_of(found)) if each.to == to]


async def test_a_reminder_of_what_is_left_goes_out_before_it_is_due(found, bank, clerk):
    await opens_an_account(bank, "C-1")
    await misses(bank, "C-1", M1)
    await closed(found, bank, M1)
    await agrees(found, "C-1")
    await found.settled()
    await goes_out(found)  # the step of M1 is held by the plan
    for ahead in range(2):
        await closed(found, bank, PROPOSED + timedelta(days=ahead))
        await goes_out(found)
    told = texts(found, "C-1")
    assert len(told) == 1, told
    assert "2026-04-27到期的一期截至2026-04-23尚需还款500.00 CNY" in told[0]

    await pays(bank, "C-1", "200.00", date(2026, 4, 24))
    await closed(found, bank, date(2026, 4, 24))
    asked = {"customer_id": "C-1", "purpose": "plan_reminder", "channel": "sms", "accounts": ["A-C-1"]}
    await post(clerk, "/contacts", asked)
    await goes_out(found)
    assert "截至2026-04-23尚需还款300.00 CNY" in texts(found, "C-1")[1]

    shown = [(each["purpose"], each["status"], each["against"]) for each in await pages(clerk, "C-1")]
    assert shown == [
        ("collection", "refused", ["BANK-04", "CN-17"]),
        ("plan_reminder", "delivered", []),
        ("plan_reminder", "delivered", []),
    ]
    assert sum(isinstance(each, ContactRefused) for each in await said(found)) == 1
    async with Reader(found.bootstrap, found.prefix) as reader:
        findings: list[Any] = []
        tally = await look_again(reader, findings.append, lambda *_: None)
    assert (findings, tally.contacts["sms", "delivered"]) == ([], 2)
