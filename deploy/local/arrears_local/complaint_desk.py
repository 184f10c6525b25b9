"""Complaints at the desk of the demo: taken in, acknowledged, answered in time, or forgotten until it is too late.

None has words: what is sealed differs from run to run.
"""

from datetime import date, timedelta
from random import Random

from arrears_local.apis import Apis, Item, every, tag_of

OF_A_CALL = "rudeness", "threat", "third_person_told"
OF_BEING_WRITTEN_TO = "too_often", "at_night", "personal_data"
AGAINST = "collector-2"
"""Who made the calls; the desk, which answers, is another person."""
PLAIN, COMPLEX = 0.5, 0.75
"""Below the first a complaint is answered soon, below the second it is complex; the others are forgotten at first."""
LOOKED_AT, COMPLEX_DAYS, FORGOTTEN_DAYS = timedelta(days=6), timedelta(days=24), timedelta(days=20)
"""Since it was received. Quiet days are played together, so the first is well before the last day for an answer."""
UPHELD, PARTLY = 0.3, 0.5


class ComplaintDesk:
    """Who complains, and what becomes of it, depends on the seed and on what it is about alone."""

    def __init__(self, apis: Apis) -> None:
        self._apis = apis

    async def hear_of_a_call(self, customer_id: str, contact_id: str, share: float) -> None:
        """Of `share` of the calls somebody complains."""
        draw = self._apis.draw(f"complaint {contact_id}")
        if draw.random() < share:
            what = {"kind": draw.choice(OF_A_CALL), "about": contact_id, "against": AGAINST}
            await self._raise(customer_id, contact_id, what)

    async def hear_of_a_case(self, customer_id: str, case_id: str, share: float) -> None:
        """Of `share` of the cases somebody writes in."""
        draw = self._apis.draw(f"complaint {case_id}")
        if draw.random() < share:
            await self._raise(customer_id, case_id, {"kind": draw.choice(OF_BEING_WRITTEN_TO)})

    async def work(self, day: date) -> None:
        async for complaint in every(self._apis.cases, "/complaints", open="true"):
            await self._look_at(complaint, day)

    async def _raise(self, customer_id: str, about: str, what: Item) -> None:
        ask = {"received_from": "customer", **what}
        raised = await self._apis.send(
            self._apis.cases, f"/customers/{customer_id}/complaints", ask, f"complaint/{about}"
        )
        if raised:
            page, tag = raised.headers["Location"], raised.headers["ETag"]
            await self._apis.send(self._apis.cases, f"{page}/acknowledgements", None, f"acknowledge{page}", tag)

    async def _look_at(self, complaint: Item, day: date) -> None:
        page = f"/complaints/{complaint['complaint_id']}"
        draw, since = self._apis.draw(page), day - date.fromisoformat(complaint["received_on"])
        course = draw.random()
        if PLAIN <= course < COMPLEX and since >= LOOKED_AT and complaint["extension"] is None:
            tag = await tag_of(self._apis.cases, page)
            await self._apis.send(self._apis.cases, f"{page}/extensions", None, f"extend{page}", tag)
        elif since >= (LOOKED_AT if course < PLAIN else COMPLEX_DAYS if course < COMPLEX else FORGOTTEN_DAYS):
            tag = await tag_of(self._apis.cases, page)
            await self._apis.send(self._apis.cases, f"{page}/resolutions", _answer(draw), f"resolve{page}", tag)


def _answer(draw: Random) -> Item:
    chance = draw.random()
    if chance < UPHELD:
        return {"outcome": "upheld", "redress": ["apology", "staff_instructed"]}
    return {"outcome": "partly_upheld", "redress": ["apology"]} if chance < PARTLY else _NOT_UPHELD


_NOT_UPHELD: Item = {"outcome": "not_upheld", "redress": []}
