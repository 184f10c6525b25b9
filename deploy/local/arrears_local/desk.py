"""The desk of the demo: collectors who work the cases over the services' own APIs, drawn from a seed.

They take promises, disputes and complaints (complaint_desk.py), talk of plans (plan_desk.py), have those called who
broke a promise, and wrap calls up (contact_desk.py). What customers pay is the portfolio's: it decides what is kept and
what is broken.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from arrears_local.apis import Apis, Item, every, part, tag_of
from arrears_local.complaint_desk import ComplaintDesk
from arrears_local.contact_desk import ContactDesk
from arrears_local.plan_desk import PlanDesk

PROMISING, IN_A_PLAN = 0.4, 0.55
"""Below the first the customer of a new case is reached and promises to pay, below the second a plan is talked of.

Who is not reached is written to, unless the treatment does so at that stage.
"""
WRITTEN_TO_ANYHOW = "M1"
MISTAKEN = 0.04
"""Share of promises that the collector wrote down by mistake, and takes off at once."""
DISPUTING = 0.1
"""Share of new cases of which a part is contested."""
COMPLAINING = 0.04
"""Share of new cases of whose first contact the customer complains."""
DISPUTE_DAYS = timedelta(days=10)
"""From raising to resolving."""
FORGOTTEN = 1 / 3
"""Share of disputes that nobody looks at, until a deadline passes."""
UPHELD = 0.4
PROMISE_DAYS = timedelta(days=28)
"""A promise falls due this long after it was made: beyond the next month's usual day of payment."""
AFTER_A_BROKEN_PROMISE = timedelta(days=14)
"""From the day for which it was made to that from which a plan is counted."""
PLAN_AFTER_ALL = 0.6
"""Share of broken promises after which a plan is talked of; the others are asked about in a call."""


class Desk:
    """What it does depends on the seed and the log alone: done again it finds all of it done."""

    def __init__(self, services: Mapping[str, str], token: str, seed: int) -> None:
        self._apis = Apis(services, token, seed)
        self._plans, self._complaints = PlanDesk(self._apis), ComplaintDesk(self._apis)
        self._contacts = ContactDesk(self._apis, self._complaints)
        self._cases: set[str] = set()
        self._promises: set[str] = set()

    async def __aenter__(self) -> "Desk":
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._apis.__aexit__(*error)

    async def work(self, day: date) -> None:
        """A day's work: new cases, broken promises, plans, disputes and complaints to answer, then what calls said.

        That comes last: what is heard in a call goes its own way to the other services, and nothing may race with it.
        """
        cases = {case["account_id"]: case async for case in every(self._apis.cases, "/cases", status="open")}
        for case in cases.values():
            if case["case_id"] not in self._cases:
                self._cases.add(case["case_id"])
                await self._first_contact(case)
        async for promise in every(self._apis.plans, "/promises", outcome="broken"):
            if promise["promise_id"] not in self._promises:
                self._promises.add(promise["promise_id"])
                await self._ask_about(promise, cases)
        await self._plans.work(day)
        async for dispute in every(self._apis.cases, "/disputes", open="true"):
            await self._look_at(dispute, day)
        await self._complaints.work(day)
        await self._contacts.work(day, cases)

    async def cases(self) -> list[Item]:
        return [case async for case in every(self._apis.cases, "/cases")]

    async def disputes(self) -> list[Item]:
        return [dispute async for dispute in every(self._apis.cases, "/disputes")]

    async def figures(self, day: date) -> Item:
        """Open cases by stage, as of a day."""
        return (await self._apis.cases.get("/figures", params={"on": str(day)})).raise_for_status().json()

    async def _first_contact(self, case: Item) -> None:
        await self._complaints.hear_of_a_case(case["customer_id"], case["case_id"], COMPLAINING)
        draw = self._apis.draw(case["case_id"])
        arrears = case["arrears"][0]["arrears"]
        if draw.random() < DISPUTING:
            await self._dispute(case["case_id"], part(arrears, draw.uniform(0.1, 0.5)))
        chance = draw.random()
        if chance < PROMISING:
            await self._promise(case, part(arrears, draw.uniform(0.2, 1.0)))
        elif chance < IN_A_PLAN:
            await self._plans.talk_of(case, date.fromisoformat(case["opened_on"]), case["case_id"])
        elif case["entered_at_stage"] != WRITTEN_TO_ANYHOW:
            await self._contacts.ask_for(case["customer_id"], [case["account_id"]], "sms", case["case_id"])

    async def _promise(self, case: Item, amount: Item) -> None:
        ask = {
            "customer_id": case["customer_id"],
            "accounts": [case["account_id"]],
            "amount": amount,
            "due": str(date.fromisoformat(case["opened_on"]) + PROMISE_DAYS),
        }
        key = f"promise/{case['case_id']}"
        made = await self._apis.send(self._apis.plans, "/promises", ask, key, refusable=True)
        if made and self._apis.draw(f"mistaken {case['case_id']}").random() < MISTAKEN:
            page, why = made.headers["Location"], {"reason": "recorded_in_error"}
            await self._apis.send(self._apis.plans, f"{page}/cancellations", why, f"not-{key}", made.headers["ETag"])

    async def _ask_about(self, promise: Item, cases: Mapping[str, Item]) -> None:
        """Of a broken promise, as long as there is a case."""
        case = next((cases[account] for account in promise["accounts"] if account in cases), None)
        if case is None:
            return
        promise_id, since = promise["promise_id"], date.fromisoformat(promise["due"]) + AFTER_A_BROKEN_PROMISE
        if self._apis.draw(f"broken {promise_id}").random() < PLAN_AFTER_ALL:
            await self._plans.talk_of(case, since, promise_id)
        else:
            await self._contacts.ask_for(promise["customer_id"], promise["accounts"], "call", promise_id)

    async def _dispute(self, case_id: str, contested: Item) -> None:
        ask = {"kind": "wrong_amount", "disputed_amount": contested}
        raised = await self._apis.send(self._apis.cases, f"/cases/{case_id}/disputes", ask, f"dispute/{case_id}")
        if raised and not self._forgotten(page := raised.headers["Location"]):
            tag = raised.headers["ETag"]
            await self._apis.send(self._apis.cases, f"{page}/acknowledgements", None, f"acknowledge{page}", tag)

    async def _look_at(self, dispute: Item, day: date) -> None:
        page = f"/disputes/{dispute['dispute_id']}"
        if self._forgotten(page) or day < date.fromisoformat(dispute["raised_on"]) + DISPUTE_DAYS:
            return
        tag = await tag_of(self._apis.cases, page)
        ask = {"outcome": "upheld" if self._apis.draw(page).random() < UPHELD else "rejected"}
        await self._apis.send(self._apis.cases, f"{page}/resolutions", ask, f"resolve{page}", tag)

    def _forgotten(self, page: str) -> bool:
        return self._apis.draw(f"forgotten {page}").random() < FORGOTTEN
