"""What is due goes out: decided, looked at once more on fresh facts, handed to its provider, and noted.

A contact is noted as attempted before it is handed over. So what a crash leaves attempted may have gone out: the
provider is asked, and where it cannot be, nobody knows and nothing is sent again. Two leaders at a time, one of them
frozen and woken, attempt a contact once, since the stream decides; and only whose attempt it is hands it over.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from arrears_runtime.database import Database
from arrears_runtime.decider import Command
from arrears_runtime.effect import Ground
from arrears_runtime.http.logs import log

from contact_service.domain.contacts import DecideContact, NoteOutcome, NoteSent
from contact_service.domain.decision import Grounds
from contact_service.effects.asking import append, command
from contact_service.effects.grounds import grounds_of
from contact_service.effects.handing_over import LIMIT, Deadline, asked, hand_over
from contact_service.effects.messages import Bank, Unsaid, Words
from contact_service.effects.providers import Opened, Providers, Recipient
from contact_service.effects.wording import all_words_of, attempts_of
from contact_service.views.contacts import (
    TO_DECIDE,
    TO_SEND,
    ContactRow,
    at_the_provider,
    contacts_of_ids,
    count_at_the_provider,
    due,
)
from contact_service.views.persons import Person, persons_of

AT_ONCE = 200
"""Contacts of one turn to be decided, and as many to be sent: the facts are a few queries, the commands one
transaction each."""
SETTLED_AFTER = 4 / 3
"""Times the limit of a hand-over: what was handed over at the last moment has by then come to its provider."""


class Sending:
    """The effect of contact-service."""

    def __init__(self, providers: Providers, bank: Bank, limit: timedelta = LIMIT) -> None:
        """`limit`: how long after it was attempted a contact may be handed over."""
        self._providers, self._bank, self._limit = providers, bank, limit
        self._left: set[UUID] = set()  # sent by an earlier process: their receipts may have died with it
        self._failed: set[UUID] = set()  # they met a bug of ours, which waits for another process

    async def waiting(self, db: Database) -> int:
        return await count_at_the_provider(db, self._left)

    async def run(self, ground: Ground) -> None:
        async with self._providers.open(ground) as providers, asyncio.TaskGroup() as group:
            for listening in providers.listening:
                group.create_task(listening)
            self._left = {row.contact_id for row in await at_the_provider(ground.db, ("sent",))}
            attempted = [row.contact_id for row in await at_the_provider(ground.db, ("attempted",))]
            group.create_task(self._settle(ground, providers, attempted))
            async for _ in ground.rounds.each():
                while await self._turn(ground, providers):
                    pass

    async def _turn(self, ground: Ground, providers: Opened) -> bool:
        """Whether anything was due by its customer's clock. While some are handed over, the next are decided."""
        to_send = await due(ground.db, TO_SEND, AT_ONCE, self._failed)
        found = [*to_send, *await due(ground.db, TO_DECIDE, AT_ONCE, self._failed)]
        rows = [row for row in found if row.try_at and row.try_at <= ground.now(row.customer_id)]
        if not rows:
            return False
        grounds = await grounds_of(ground, rows)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._send(ground, providers, [row for row in rows if row.status in TO_SEND], grounds))
            group.create_task(self._decide(ground, [row for row in rows if row.status in TO_DECIDE], grounds))
        return True

    async def _decide(self, ground: Ground, rows: Sequence[ContactRow], grounds: Mapping[UUID, Grounds]) -> None:
        self._failed |= await append(
            ground,
            [command(ground, row, "decide", DecideContact(row.contact_id, grounds[row.contact_id])) for row in rows],
        )

    async def _send(
        self, ground: Ground, providers: Opened, rows: Sequence[ContactRow], grounds: Mapping[UUID, Grounds]
    ) -> None:
        if not rows:
            return
        words = await all_words_of(ground, rows, grounds, self._bank)
        bodies = await attempts_of(ground, rows, grounds, words)
        deed = f"attempt/{providers.lead}"
        attempts = {row.contact_id: command(ground, row, deed, bodies[row.contact_id]) for row in rows}
        deadline = Deadline.after(self._limit)
        self._failed |= await append(ground, [*attempts.values()])
        persons = await persons_of(ground.db, ground.keys, {row.customer_id for row in rows})
        ours = [
            row
            for row in await contacts_of_ids(ground.db, [*attempts])
            if row.status == "attempted" and row.attempt == attempts[row.contact_id].id
        ]
        recipients = {row.contact_id: _recipient(row, grounds[row.contact_id], persons) for row in ours}
        outcomes = await asyncio.gather(
            *(
                self._hand_over(providers, row, words[row.contact_id], recipients[row.contact_id], deadline)
                for row in ours
            )
        )
        await append(ground, _noted(ground, "note", ours, outcomes))

    async def _hand_over(
        self,
        providers: Opened,
        row: ContactRow,
        words: Words | Unsaid | None,
        to: Recipient | None,
        deadline: Deadline,
    ) -> NoteSent | NoteOutcome | None:
        assert not isinstance(words, Unsaid), "what is attempted has its words"
        provider = providers.of(row.channel)
        if to is None or provider is None:
            return NoteOutcome(row.contact_id, "undelivered")
        return await hand_over(provider, row.contact_id, to, words, deadline)

    async def _settle(self, ground: Ground, providers: Opened, left: Collection[UUID]) -> None:
        """What an earlier leader left attempted, once it can hand nothing over any more, should it still be there."""
        if not left:
            return
        await asyncio.sleep(self._limit.total_seconds() * SETTLED_AFTER)
        rows = [row for row in await contacts_of_ids(ground.db, left) if row.status == "attempted"]
        outcomes = await asyncio.gather(*(_settled(providers, row) for row in rows))
        log.info("settled what an earlier leader left", contacts=len(rows))
        await append(ground, _noted(ground, "settle", rows, outcomes))


def _recipient(row: ContactRow, grounds: Grounds, persons: Mapping[str, Person]) -> Recipient | None:
    person = persons.get(row.customer_id)
    address = person.points.get(row.contact_point_id or "") if person else None
    return Recipient(grounds.point.party, address) if grounds.point and address else None


async def _settled(providers: Opened, row: ContactRow) -> NoteSent | NoteOutcome | None:
    provider = providers.of(row.channel)
    return await asked(provider, row.contact_id) if provider else NoteOutcome(row.contact_id, "unknown")


def _noted(
    ground: Ground, deed: str, rows: Sequence[ContactRow], outcomes: Sequence[NoteSent | NoteOutcome | None]
) -> list[Command]:
    return [command(ground, row, deed, body) for row, body in zip(rows, outcomes, strict=True) if body]
