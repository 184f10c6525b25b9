"""Plans at the desk of the demo: talked of within the limits, quoted, proposed, agreed to or not, some withdrawn.

The shortest plan is proposed whose instalments the customer can pay. Whether they then do, the portfolio says.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx

from arrears_local.apis import Apis, Item, every, tag_of

PERSONALISED = 0.6
"""Share of plans of the whole balance, for who cannot pay it; the others are of the arrears alone."""
COUNTS = {"personalised": (6, 12, 24, 36, 60), "ordinary": (2, 3, 6, 12)}
"""Instalments, one a month."""
MEANS = (0.15, 0.8)
"""What the customer says they can pay in a month, as a share of the arrears: from, to."""
RATE_PPM = 60_000
"""6 % a year, unless the limit is lower."""
DUE_DAY = 25
"""After the usual day of payment. Quiet days are played together, and what is to go out amid them comes too late: the
reminder, asked for four days before, falls on the 21st, which is played alone."""
FIRST_DUE_DAYS = timedelta(days=10)
"""From the talk to the first instalment, at least."""
BY_WORD, BY_LETTER = 0.6, 0.85
"""Below the first the customer agrees in the same call, below the second they sign; the others never answer."""
LETTER_DAYS, WITHDRAWN_DAYS = timedelta(days=7), timedelta(days=20)
WITHDRAWN = 0.08
"""Share of agreed plans that the customer takes back later."""


class PlanDesk:
    def __init__(self, apis: Apis) -> None:
        self._apis = apis

    async def talk_of(self, case: Item, since: date, about: str) -> None:
        """Quote and propose a plan of the account in `case`; `since` is the day from which it is counted."""
        limits = await self._limits(case["customer_id"])
        if any(ledger["plan_id"] for ledger in limits["ledgers"] if ledger["account_id"] == case["account_id"]):
            return
        draw = self._apis.draw(f"plan {about}")
        kind = "personalised" if draw.random() < PERSONALISED else "ordinary"
        owed = case["arrears"][0]
        means = Decimal(owed["arrears"]["amount"]) * Decimal(str(round(draw.uniform(*MEANS), 2)))
        terms = _terms(limits["plan"], since)
        amount = owed["balance" if kind == "personalised" else "arrears"]
        for count in COUNTS[kind]:
            instalment = await self._quoted(case["customer_id"], amount, terms | {"count": count})
            if instalment is not None and instalment <= means:
                await self._propose(case, kind, amount, terms | {"count": count}, about)
                return

    async def work(self, day: date) -> None:
        """The letters that came back signed, then what customers take back."""
        async for plan in every(self._apis.plans, "/plans", state="proposed"):
            if self._answer(plan["plan_id"]) == "signed" and _is_past(plan["proposed_on"], LETTER_DAYS, day):
                tag = await tag_of(self._apis.plans, f"/plans/{plan['plan_id']}")
                await self._agree(plan["plan_id"], {"agreed_by": "signed"}, tag)
        async for plan in every(self._apis.plans, "/plans", state="agreed"):
            taken_back = self._apis.draw(f"withdrawn {plan['plan_id']}").random() < WITHDRAWN
            if taken_back and _is_past(plan["agreed_on"], WITHDRAWN_DAYS, day):
                page = f"/plans/{plan['plan_id']}"
                tag = await tag_of(self._apis.plans, page)
                await self._apis.send(
                    self._apis.plans, f"{page}/cancellations", {"reason": "withdrawn"}, f"cancel{page}", tag
                )

    async def _propose(self, case: Item, kind: str, amount: Item, terms: Item, about: str) -> None:
        ask = {
            "customer_id": case["customer_id"],
            "kind": kind,
            "shares": [{"account_id": case["account_id"], "amount": amount}],
            "reminders": True,
            **terms,
        }
        proposed = await self._apis.send(self._apis.plans, "/plans", ask, f"plan/{about}", refusable=True)
        if proposed is None:
            return
        plan_id = proposed.json()["id"]
        if self._answer(plan_id) == "oral":
            said = {"agreed_by": "oral", "recording_id": f"recording/{plan_id}"}
            await self._agree(plan_id, said, proposed.headers["ETag"])

    async def _agree(self, plan_id: str, said: Item, tag: str) -> None:
        """Refused where the letter came back after the last day."""
        path = f"/plans/{plan_id}/agreements"
        await self._apis.send(self._apis.plans, path, said, f"agree/{plan_id}", tag, refusable=True)

    async def _limits(self, customer_id: str) -> Item:
        return (await self._apis.plans.get(f"/customers/{customer_id}/limits")).raise_for_status().json()

    async def _quoted(self, customer_id: str, amount: Item, terms: Item) -> Decimal | None:
        """The first instalment; None where the rules do not allow such a plan."""
        asked: dict[str, Any] = {"customer_id": customer_id, **amount, **terms}
        answer = await self._apis.plans.get("/plan-quotes", params=asked)
        if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            return None
        return Decimal(answer.raise_for_status().json()["instalments"][0]["amount"]["amount"])

    def _answer(self, plan_id: str) -> str | None:
        """What the customer says to it."""
        chance = self._apis.draw(f"answer {plan_id}").random()
        if chance < BY_WORD:
            return "oral"
        return "signed" if chance < BY_LETTER else None


def _terms(limits: Mapping[str, Any], since: date) -> Item:
    return {
        "method": "equal_instalments",
        "frequency": "monthly",
        "rate_ppm": min(RATE_PPM, limits["rate_ppm_max"]),
        "day_count": "30/360",
        "first_due": str(_first_due(since)),
    }


def _first_due(since: date) -> date:
    day = since + FIRST_DUE_DAYS
    while day.day != DUE_DAY:
        day += timedelta(days=1)
    return day


def _is_past(since: str, days: timedelta, day: date) -> bool:
    return day >= date.fromisoformat(since) + days
