"""What is due goes out: decided, looked at once more on fresh facts, handed to its provider, and noted.

A contact is noted as attempted before it is handed over. So what a crash leaves attempted may have gone out: the
provider is asked, and where it cannot be, nobody knows and nothing is sent again. Two leaders at a time, one of them
frozen and woken, attempt a contact once, since the stream decides; and only whose attempt it is hands it over.
"""

import asyncio
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from arrears_events.catalogue.contact import Message
from arrears_events.refused import Refused
from arrears_policy.template import Template
from arrears_runtime.database import Database
from arrears_runtime.decider import Command
from arrears_runtime.effect import Ground
from arrears_runtime.http.logs import log

from contact_service.domain.contacts import AttemptContact, DecideContact, NoteOutcome, NoteSent
from contact_service.domain.decision import Grounds
from contact_service.effects.asking import command
from contact_service.effects.grounds import grounds_of
from contact_service.effects.handing_over import LIMIT, Deadline, asked, hand_over
from contact_service.effects.messages import TEMPLATES, Bank, Words, words_of
from contact_service.effects.providers import Opened, Providers
from contact_service.views.contacts import ContactRow, at_the_provider, contacts_of_ids, count_at_the_provider, due
from contact_service.views.persons import Person, persons_of
from contact_service.views.profiles import profiles_of

AT_ONCE = 200
"""Contacts of one turn: their facts are a few queries, and their commands one transaction."""
SETTLED_AFTER = 4 / 3
"""Times the limit of a hand-over: what was handed over at the last moment has by then come to its provider."""


class Sending:
    """The effect of contact-service."""

    def __init__(self, providers: Providers, bank: Bank, limit: timedelta = LIMIT) -> None:
        """`limit`: how long after it was attempted a contact may be handed over."""
        self._providers, self._bank, self._limit = providers, bank, limit
        self._left: set[UUID] = set()  # sent by an earlier process: their receipts may have died with it

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
        """Whether anything was due by its customer's clock."""
        rows = [
            row for row in await due(ground.db, AT_ONCE) if row.try_at and row.try_at <= ground.now(row.customer_id)
        ]
        if not rows:
            return False
        grounds = await grounds_of(ground, rows)
        await self._decide(ground, [row for row in rows if row.status != "authorised"], grounds)
        await self._send(ground, providers, [row for row in rows if row.status == "authorised"], grounds)
        return True

    async def _decide(self, ground: Ground, rows: Sequence[ContactRow], grounds: dict[UUID, Grounds]) -> None:
        await ground.append(
            [command(ground, row, "decide", DecideContact(row.contact_id, grounds[row.contact_id])) for row in rows]
        )

    async def _send(
        self, ground: Ground, providers: Opened, rows: Sequence[ContactRow], grounds: dict[UUID, Grounds]
    ) -> None:
        if not rows:
            return
        words = {row.contact_id: await self._words(ground, row, grounds[row.contact_id]) for row in rows}
        attempts = {
            row.contact_id: command(
                ground, row, f"attempt/{providers.lead}", await _attempt(ground, row, grounds, words)
            )
            for row in rows
        }
        deadline = Deadline.after(self._limit)
        await ground.append([*attempts.values()])
        persons = await persons_of(ground.db, ground.keys, {row.customer_id for row in rows})
        ours = [
            row
            for row in await contacts_of_ids(ground.db, [*attempts])
            if row.status == "attempted" and row.attempt == attempts[row.contact_id].id
        ]
        outcomes = await asyncio.gather(
            *(self._hand_over(providers, row, words[row.contact_id], persons, deadline) for row in ours)
        )
        await ground.append(_noted(ground, "note", ours, outcomes))

    async def _words(self, ground: Ground, row: ContactRow, grounds: Grounds) -> Words | None:
        """None for a call; and for a message that has no template, or nothing to tell: it is refused."""
        name = TEMPLATES.get((row.purpose, row.channel))
        if name is None:
            return None
        in_force = await ground.policies.in_force(ground.db.pool, name, grounds.today)
        [profile] = await profiles_of(ground.db, [row.customer_id])
        return words_of(row, grounds, in_force.content(Template), in_force.ref, profile.language, self._bank)

    async def _hand_over(
        self, providers: Opened, row: ContactRow, words: Words | None, persons: dict[str, Person], deadline: Deadline
    ) -> NoteSent | NoteOutcome | None:
        person = persons.get(row.customer_id)
        to = person.points.get(row.contact_point_id or "") if person else None
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
        await ground.append(_noted(ground, "settle", rows, outcomes))


async def _settled(providers: Opened, row: ContactRow) -> NoteSent | NoteOutcome | None:
    provider = providers.of(row.channel)
    return await asked(provider, row.contact_id) if provider else NoteOutcome(row.contact_id, "unknown")


def _noted(
    ground: Ground, deed: str, rows: Sequence[ContactRow], outcomes: Sequence[NoteSent | NoteOutcome | None]
) -> list[Command]:
    return [command(ground, row, deed, body) for row, body in zip(rows, outcomes, strict=True) if body]


async def _attempt(
    ground: Ground, row: ContactRow, all_grounds: dict[UUID, Grounds], all_words: dict[UUID, Words | None]
) -> AttemptContact:
    grounds, words = all_grounds[row.contact_id], all_words[row.contact_id]
    if words is None:
        return AttemptContact(row.contact_id, grounds, words_refused=row.channel != "call")
    assert ground.keys, "contact-service seals what it sends"
    rendered = words.rendered
    try:
        text = await ground.keys.seal(row.customer_id, "\n".join(filter(None, (rendered.subject, rendered.body))))
    except Refused:  # the person was erased since: nothing is said to them any more
        return AttemptContact(row.contact_id, grounds, words_refused=True)
    message = Message(template=words.template, language=rendered.language, text=text, amounts=words.amounts)
    return AttemptContact(row.contact_id, grounds, message, words.refused)
