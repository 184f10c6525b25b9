"""What is due goes out: decided, looked at once more on fresh facts, handed to its provider, and noted.

A contact is noted as attempted before it is handed over. So what a crash leaves attempted may have gone out: the
provider is asked, and where it cannot be, nobody knows and nothing is sent again.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from arrears_events.catalogue.contact import Message
from arrears_events.refused import Refused
from arrears_policy.template import Template
from arrears_runtime.database import Database
from arrears_runtime.effect import Ground
from arrears_runtime.http.logs import log

from contact_service.domain.contacts import AttemptContact, DecideContact, NoteOutcome, NoteSent
from contact_service.domain.decision import Grounds
from contact_service.effects.asking import command
from contact_service.effects.grounds import grounds_of
from contact_service.effects.messages import TEMPLATES, Bank, Words, words_of
from contact_service.effects.providers import Opened, Provider, Providers
from contact_service.gateways.errors import NotTaken, Rejected, Unknown
from contact_service.views.contacts import ContactRow, at_the_provider, contacts_of_ids, count_at_the_provider, due
from contact_service.views.persons import Person, persons_of
from contact_service.views.profiles import profiles_of

AT_ONCE = 200
"""Contacts of one turn: their facts are a few queries, and their commands one transaction."""
PAUSES_SECONDS = (1.0, 3.0, 5.0)
"""Between tries of handing over to a provider that is away: one that was killed is back, and bound, within these."""


class Sending:
    """The effect of contact-service."""

    def __init__(self, providers: Providers, bank: Bank) -> None:
        self._providers, self._bank = providers, bank
        self._left: set[UUID] = set()  # sent by an earlier process: their receipts may have died with it

    async def waiting(self, db: Database) -> int:
        return await count_at_the_provider(db, self._left)

    async def run(self, ground: Ground) -> None:
        async with self._providers.open(ground) as providers, asyncio.TaskGroup() as group:
            for listening in providers.listening:
                group.create_task(listening)
            self._left = {row.contact_id for row in await at_the_provider(ground.db, ("sent",))}
            await self._settle(ground, providers)
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
        attempts = [
            command(ground, row, "attempt", await _attempt(ground, row, grounds[row.contact_id], words[row.contact_id]))
            for row in rows
        ]
        await ground.append(attempts)
        attempted = [row for row in await contacts_of_ids(ground.db, [*words]) if row.status == "attempted"]
        persons = await persons_of(ground.db, ground.keys, {row.customer_id for row in attempted})
        outcomes = await asyncio.gather(
            *(self._hand_over(providers, row, words[row.contact_id], persons) for row in attempted)
        )
        noted = [command(ground, row, "note", body) for row, body in zip(attempted, outcomes, strict=True) if body]
        await ground.append(noted)

    async def _words(self, ground: Ground, row: ContactRow, grounds: Grounds) -> Words | None:
        """None for a call, and for a message that no template is there for: it is refused."""
        name = TEMPLATES.get((row.purpose, row.channel))
        if name is None:
            return None
        in_force = await ground.policies.in_force(ground.db.pool, name, grounds.today)
        [profile] = await profiles_of(ground.db, [row.customer_id])
        return words_of(row, grounds, in_force.content(Template), in_force.ref, profile.language, self._bank)

    async def _hand_over(
        self, providers: Opened, row: ContactRow, words: Words | None, persons: dict[str, Person]
    ) -> NoteSent | NoteOutcome | None:
        """None where the outcome comes later, as of a call."""
        person = persons.get(row.customer_id)
        to = person.points.get(row.contact_point_id or "") if person else None
        provider = providers.of(row.channel)
        if to is None or provider is None:
            return NoteOutcome(row.contact_id, "undelivered")
        try:
            reference = await _insist(provider, row.contact_id, to, words)
        except Rejected as no:
            return NoteOutcome(row.contact_id, no.reason)
        except NotTaken:
            return NoteOutcome(row.contact_id, "undelivered")
        except Unknown:
            return await _asked(provider, row.contact_id)
        return NoteSent(row.contact_id, reference) if reference else None

    async def _settle(self, ground: Ground, providers: Opened) -> None:
        """What an earlier process left attempted."""
        for row in await at_the_provider(ground.db, ("attempted",)):
            provider = providers.of(row.channel)
            outcome = await _asked(provider, row.contact_id) if provider else NoteOutcome(row.contact_id, "unknown")
            if outcome:
                log.info("settled after a crash", outcome=type(outcome).__name__)
                await ground.append([command(ground, row, "settle", outcome)])


async def _attempt(ground: Ground, row: ContactRow, grounds: Grounds, words: Words | None) -> AttemptContact:
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


async def _insist(provider: Provider, contact_id: UUID, to: str, words: Words | None) -> str:
    """The provider's reference. Raises Rejected; NotTaken or Unknown after some tries."""
    rendered = words.rendered if words else None
    for pause in PAUSES_SECONDS:
        try:
            return await provider.send(contact_id, to, rendered)
        except NotTaken:
            await asyncio.sleep(pause)
        except Unknown:
            if not provider.takes_once:
                raise
            await asyncio.sleep(pause)
    return await provider.send(contact_id, to, rendered)


async def _asked(provider: Provider, contact_id: UUID) -> NoteSent | NoteOutcome | None:
    """What the provider says of a contact that may have been handed to it. None: it has it, and tells the outcome."""
    match await provider.has(contact_id):
        case True:
            return provider.taken(contact_id)
        case False:
            return NoteOutcome(contact_id, "undelivered")
        case None:
            return NoteOutcome(contact_id, "unknown")
