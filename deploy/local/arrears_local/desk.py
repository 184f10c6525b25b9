"""The desk of the demo: collectors who take promises and disputes, drawn from a seed, over the services' own APIs."""

from collections.abc import AsyncIterator, Mapping
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from random import Random
from typing import Any

import httpx

PROMISING = 0.5
"""Share of new cases whose customer is reached and promises to pay."""
DISPUTING = 0.1
"""Share of new cases of which a part is contested."""
DISPUTE_DAYS = timedelta(days=10)
"""From raising to resolving."""
FORGOTTEN = 1 / 3
"""Share of disputes that nobody looks at, until a deadline passes."""
UPHELD = 0.4
PROMISE_DAYS = timedelta(days=28)
"""A promise falls due this long after it was made: beyond the next month's usual day of payment."""
CENT = Decimal("0.01")


class Desk:
    """What it does depends on the seed, the day and the cases alone: two runs over the same log do the same."""

    def __init__(self, services: Mapping[str, str], token: str, seed: int) -> None:
        head = {"Authorization": f"Bearer {token}"}
        self._cases = httpx.AsyncClient(base_url=services["case-service"], headers=head, timeout=30)
        self._plans = httpx.AsyncClient(base_url=services["plan-service"], headers=head, timeout=30)
        self._contacts = httpx.AsyncClient(base_url=services["contact-service"], headers=head, timeout=30)
        self._seed = seed
        self._seen: set[str] = set()

    async def __aenter__(self) -> "Desk":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._cases.aclose()
        await self._plans.aclose()
        await self._contacts.aclose()

    async def work(self, day: date) -> None:
        """A day's work: the cases that are new, then the disputes that have been looked at."""
        async for case in _all(self._cases, "/cases", status="open"):
            if case["case_id"] not in self._seen:
                self._seen.add(case["case_id"])
                await self._first_contact(case, day)
        async for dispute in _all(self._cases, "/disputes", open="true"):
            await self._look_at(dispute, day)

    async def cases(self) -> list[dict[str, Any]]:
        return [case async for case in _all(self._cases, "/cases")]

    async def contacts(self) -> list[dict[str, Any]]:
        return [contact async for contact in _all(self._contacts, "/contacts")]

    async def disputes(self) -> list[dict[str, Any]]:
        return [dispute async for dispute in _all(self._cases, "/disputes")]

    async def promises(self) -> list[dict[str, Any]]:
        return [promise async for promise in _all(self._plans, "/promises")]

    async def figures(self, day: date) -> dict[str, Any]:
        """Open cases by stage, as of a day."""
        return (await self._cases.get("/figures", params={"on": str(day)})).raise_for_status().json()

    async def _first_contact(self, case: dict[str, Any], day: date) -> None:
        draw = self._draw(case["case_id"])
        arrears = case["arrears"][0]["arrears"]
        if draw.random() < DISPUTING:
            await self._dispute(case["case_id"], _part(arrears, draw.uniform(0.1, 0.5)))
        if draw.random() < PROMISING:
            await self._promise(case, _part(arrears, draw.uniform(0.2, 1.0)), day)

    async def _promise(self, case: dict[str, Any], amount: dict[str, str], day: date) -> None:
        ask = {
            "customer_id": case["customer_id"],
            "accounts": [case["account_id"]],
            "amount": amount,
            "due": str(day + PROMISE_DAYS),
        }
        await self._send(self._plans, "/promises", ask, f"promise/{case['case_id']}", refusable=True)

    async def _dispute(self, case_id: str, contested: dict[str, str]) -> None:
        ask = {"kind": "wrong_amount", "disputed_amount": contested}
        raised = await self._send(self._cases, f"/cases/{case_id}/disputes", ask, f"dispute/{case_id}")
        page = raised.headers["Location"]
        if not self._forgotten(page):
            await self._send(
                self._cases, f"{page}/acknowledgements", None, f"acknowledge{page}", raised.headers["ETag"]
            )

    async def _look_at(self, dispute: dict[str, Any], day: date) -> None:
        page = f"/disputes/{dispute['dispute_id']}"
        if self._forgotten(page) or day < date.fromisoformat(dispute["raised_on"]) + DISPUTE_DAYS:
            return
        tag = (await self._cases.get(page)).headers["ETag"]
        ask = {"outcome": "upheld" if self._draw(page).random() < UPHELD else "rejected"}
        await self._send(self._cases, f"{page}/resolutions", ask, f"resolve{page}", tag)

    def _forgotten(self, page: str) -> bool:
        return self._draw(f"forgotten {page}").random() < FORGOTTEN

    def _draw(self, about: str) -> Random:
        return Random(f"{self._seed} {about}")  # noqa: S311 - a repeatable draw, no secret

    async def _send(
        self,
        client: httpx.AsyncClient,
        path: str,
        ask: dict[str, Any] | None,
        key: str,
        tag: str | None = None,
        *,
        refusable: bool = False,
    ) -> httpx.Response:
        """`refusable`: a customer with two accounts may have promised already (409)."""
        head = {"Idempotency-Key": f"demo/{self._seed}/{key}", **({"If-Match": tag} if tag else {})}
        answer = await client.post(path, json=ask, headers=head)
        if not (refusable and answer.status_code == httpx.codes.CONFLICT):
            answer.raise_for_status()
        return answer


async def _all(client: httpx.AsyncClient, path: str, **filters: str) -> AsyncIterator[dict[str, Any]]:
    """Every item of a list, page by page."""
    after: dict[str, str] = {}
    while True:
        page = (await client.get(path, params={**filters, **after, "limit": "200"})).raise_for_status().json()
        for item in page["items"]:
            yield item
        if page["next"] is None:
            return
        after = {"cursor": page["next"]}


def _part(money: dict[str, str], share: float) -> dict[str, str]:
    amount = (Decimal(money["amount"]) * Decimal(str(round(share, 2)))).quantize(CENT, ROUND_DOWN)
    return {"amount": str(max(amount, CENT)), "currency": money["currency"]}
