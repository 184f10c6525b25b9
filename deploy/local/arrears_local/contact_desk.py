"""Contacts at the desk of the demo: messages and calls asked for, and calls wrapped up with what the customer said."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random

from arrears_local.apis import Apis, Item, every, part
from arrears_local.complaint_desk import ComplaintDesk

PROMISE, DISPUTE, HARDSHIP, PAID, OPT_OUT, CALL_BACK, WRONG_NUMBER = 0.35, 0.45, 0.5, 0.6, 0.66, 0.76, 0.8
"""Below the first the customer promises, below the second contests a part, and so on; the others say nothing new."""
NOTED = 0.3
"""Share of calls of which the collector writes a note."""
COMPLAINING = 0.12
"""Share of calls of which the customer complains."""
NOTE = "Asked for the last statement once more."
PROMISED_WITHIN_DAYS = (5, 40)
"""Some name a day beyond what may be promised."""
CALLED_BACK_ON, CALLED_BACK_AFTER = 16, timedelta(days=2)
"""The day of the month after the usual day of payment, which is played alone; so long after the call at least."""
SECONDS = (30, 300)
"""How long a conversation is: from, to."""


class ContactDesk:
    def __init__(self, apis: Apis, complaints: ComplaintDesk) -> None:
        self._apis, self._complaints = apis, complaints
        self._wrapped_up: set[str] = set()

    async def ask_for(self, customer_id: str, accounts: Sequence[str], channel: str, about: str) -> None:
        """A collector wants the customer contacted; whether that is allowed, the law says when its turn comes."""
        ask = {"customer_id": customer_id, "purpose": "collection", "channel": channel, "accounts": accounts}
        await self._apis.send(self._apis.contacts, "/contacts", ask, f"{channel}/{about}", refusable=True)

    async def work(self, day: date, cases: Mapping[str, Item]) -> None:
        """Wrap up the calls that were answered. `cases`: the open one of each account."""
        async for contact in every(self._apis.contacts, "/contacts", channel="call", status="made"):
            if contact["contact_id"] not in self._wrapped_up:
                self._wrapped_up.add(contact["contact_id"])
                await self._wrap_up(contact, day, cases)

    async def _wrap_up(self, contact: Item, day: date, cases: Mapping[str, Item]) -> None:
        draw = self._apis.draw(f"call {contact['contact_id']}")
        owed = {each: cases[each]["arrears"][0]["arrears"] for each in contact["accounts"] if each in cases}
        said = _said(draw, day, owed)
        ask = {
            "contact_id": contact["contact_id"],
            "talked": {
                "party": "third_person" if "wrong_number" in said else "customer",
                "seconds": draw.randint(*SECONDS),
            },
            **said,
            **({"note": NOTE} if draw.random() < NOTED else {}),
        }
        await self._apis.send(self._apis.contacts, "/wrap-ups", ask, f"wrap-up/{contact['contact_id']}")
        await self._complaints.hear_of_a_call(contact["customer_id"], contact["contact_id"], COMPLAINING)


def _said(draw: Random, on: date, owed: Mapping[str, Mapping[str, str]]) -> Item:
    """`owed`: by account the arrears that are still open, which a promise is of, and a dispute."""
    chance = draw.random()
    account = min(owed, default=None)
    if account is not None and chance < PROMISE:
        due = on + timedelta(days=draw.randint(*PROMISED_WITHIN_DAYS))
        return {"promise": {"amount": dict(owed[account]), "due": str(due)}}
    if account is not None and chance < DISPUTE:
        contested = {"account_id": account, "kind": "fee_or_interest", "disputed_amount": part(owed[account], 0.2)}
        return {"dispute": contested}
    if chance < HARDSHIP:
        return {"hardship": {"willing_to_pay": True}}
    if chance < PAID:
        return {"claims_paid": True}
    if chance < OPT_OUT:
        return {"opts_out": "call"}
    if chance < CALL_BACK:
        return {"call_back_on": str(_call_back_day(on))}
    return {"wrong_number": "wrong_person"} if chance < WRONG_NUMBER else {}


def _call_back_day(on: date) -> date:
    day = on + CALLED_BACK_AFTER
    while day.day != CALLED_BACK_ON:
        day += timedelta(days=1)
    return day
