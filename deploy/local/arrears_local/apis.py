"""The services' APIs as the desk of the demo asks them: lists whole, and commands each under a key of its own."""

from collections.abc import AsyncIterator, Mapping
from decimal import ROUND_DOWN, Decimal
from random import Random
from typing import Any

import httpx

Item = dict[str, Any]
DONE_BEFORE = "idempotency-key-reused"
REFUSED = (httpx.codes.CONFLICT, httpx.codes.UNPROCESSABLE_ENTITY)
CENT = Decimal("0.01")
PAGE = "200"
"""Items of a list that are asked for at once."""


class Apis:
    """What is drawn depends on the seed and on what it is drawn for, so two runs over the same log draw the same."""

    def __init__(self, services: Mapping[str, str], token: str, seed: int) -> None:
        self._token, self._seed = token, seed
        self.cases = self._client(services["case-service"])
        self.plans = self._client(services["plan-service"])
        self.contacts = self._client(services["contact-service"])

    async def __aenter__(self) -> "Apis":
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in (self.cases, self.plans, self.contacts):
            await client.aclose()

    def draw(self, about: str) -> Random:
        return Random(f"{self._seed} {about}")  # noqa: S311 - a repeatable draw, no secret

    async def send(
        self,
        client: httpx.AsyncClient,
        path: str,
        ask: Item | None,
        key: str,
        tag: str | None = None,
        *,
        refusable: bool = False,
    ) -> httpx.Response | None:
        """A command; the same key is the same command for ever.

        None where a demo that was broken off has done it, and, if it is `refusable`, where the rules do not allow it.
        """
        head = {"Idempotency-Key": f"demo/{self._seed}/{key}", **({"If-Match": tag} if tag else {})}
        answer = await client.post(path, json=ask, headers=head)
        if answer.is_success:
            return answer
        done_before = DONE_BEFORE in answer.text
        if done_before or (refusable and answer.status_code in REFUSED):
            return None
        return answer.raise_for_status()

    def _client(self, url: str) -> httpx.AsyncClient:
        head = {"Authorization": f"Bearer {self._token}"}
        return httpx.AsyncClient(base_url=url, headers=head, timeout=30, trust_env=False)


async def every(client: httpx.AsyncClient, path: str, **filters: str) -> AsyncIterator[Item]:
    """Every item of a list, page by page."""
    after: dict[str, str] = {}
    while True:
        page = (await client.get(path, params={**filters, **after, "limit": PAGE})).raise_for_status().json()
        for item in page["items"]:
            yield item
        if page["next"] is None:
            return
        after = {"cursor": page["next"]}


async def tag_of(client: httpx.AsyncClient, page: str) -> str:
    return (await client.get(page)).raise_for_status().headers["ETag"]


def part(money: Mapping[str, Any], share: float) -> Item:
    """At least a cent of it."""
    amount = (Decimal(money["amount"]) * Decimal(str(round(share, 2)))).quantize(CENT, ROUND_DOWN)
    return {"amount": str(max(amount, CENT)), "currency": money["currency"]}
