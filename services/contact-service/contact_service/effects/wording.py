"""The messages of a turn, made ready: worded, sealed for the log, and each with the command that attempts it.

For all of a turn there is one query for languages and one for keys; templates and rules are in memory.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from arrears_events.catalogue.contact import Message
from arrears_policy.errors import PolicyWrong, RenderingWrong
from arrears_policy.template import Template
from arrears_runtime.effect import Ground
from arrears_runtime.http.logs import log
from arrears_runtime.policies import PolicyMissing
from arrears_runtime.sealing import CustomerKey

from contact_service.domain.contacts import AttemptContact
from contact_service.domain.decision import Grounds
from contact_service.effects.messages import TEMPLATES, Bank, Unsaid, Words, words_of
from contact_service.views.contacts import ContactRow
from contact_service.views.profiles import profiles_of

AllGrounds = Mapping[UUID, Grounds]
AllWords = Mapping[UUID, Words | Unsaid | None]


async def all_words_of(ground: Ground, rows: Sequence[ContactRow], grounds: AllGrounds, bank: Bank) -> AllWords:
    """None for a call. Of a message of which no words can be made the others know nothing: it alone does not go out."""
    profiles = await profiles_of(ground.db, {row.customer_id for row in rows})
    languages = {profile.customer_id: profile.language for profile in profiles}
    return {
        row.contact_id: await _words(ground, row, grounds[row.contact_id], languages[row.customer_id], bank)
        for row in rows
    }


async def _words(ground: Ground, row: ContactRow, grounds: Grounds, language: str, bank: Bank) -> Words | Unsaid | None:
    if row.channel == "call":
        return None
    name = TEMPLATES.get((row.purpose, row.channel))
    if name is None:
        return Unsaid("words_refused")
    try:
        in_force = await ground.policies.in_force(ground.db.pool, name, grounds.today)
        return words_of(row, grounds, in_force.content(Template), in_force.ref, language, bank)
    except (PolicyMissing, PolicyWrong, RenderingWrong) as wrong:
        log.error("no words", contact_id=str(row.contact_id), template=name, why=str(wrong))
        return Unsaid("words_failed")


async def attempts_of(
    ground: Ground, rows: Sequence[ContactRow], grounds: AllGrounds, words: AllWords
) -> dict[UUID, AttemptContact]:
    """Whoever is erased has no key: nothing is said to them any more."""
    assert ground.keys, "contact-service seals what it sends"
    async with ground.db.transaction() as connection:
        keys = await ground.keys.of(
            connection, {row.customer_id for row in rows if isinstance(words[row.contact_id], Words)}
        )
    return {
        row.contact_id: _attempt(row, grounds[row.contact_id], words[row.contact_id], keys.get(row.customer_id))
        for row in rows
    }


def _attempt(
    row: ContactRow, grounds: Grounds, words: Words | Unsaid | None, key: CustomerKey | None
) -> AttemptContact:
    if words is None:
        return AttemptContact(row.contact_id, grounds)
    if isinstance(words, Unsaid) or key is None:
        return AttemptContact(row.contact_id, grounds, unsaid=words.reason or "words_refused")
    rendered = words.rendered
    text = key.seal("\n".join(filter(None, (rendered.subject, rendered.body))))
    message = Message(template=words.template, language=rendered.language, text=text, amounts=words.amounts)
    return AttemptContact(row.contact_id, grounds, message, words.reason)
