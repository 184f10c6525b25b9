"""What was written back to us, over whichever channel: read as far as a machine may, and noted once.

Only the customer speaks for the customer. A stop of anybody else is theirs: their number or address is barred (CN-08).
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

from arrears_events.card_numbers import without_card_numbers
from arrears_events.catalogue.contact import Channel
from arrears_events.ids import command_id
from arrears_events.money import AmountTooLarge
from arrears_events.sealed import Sealed
from arrears_runtime.database import Database
from arrears_runtime.dead_letters import stopped_among
from arrears_runtime.decider import Command, Outcome
from arrears_runtime.effect import Ground
from arrears_runtime.reactor import ROLE

from contact_service.domain import replies
from contact_service.domain.contacts import stream_of
from contact_service.domain.hearing import Heard, SaidPromise, Written
from contact_service.effects.asking import ACTOR
from contact_service.effects.grounds import demanded_of
from contact_service.views.profiles import profile_of


@dataclass(frozen=True)
class Writer:
    """Whose number or address it came from: None where nobody knows. `digest`: of the point, where there is one."""

    party_id: str | None
    digest: str | None


@dataclass(frozen=True)
class Reply:
    """`id` is its carrier's, the same when it comes again. `own_words`: of the text, what is not quoted from ours.

    `opts_out`: who wrote wants nothing more over the channel, whatever the words are.
    """

    customer_id: str
    writer: Writer
    channel: Channel
    id: str
    text: str = field(repr=False)
    own_words: str = field(repr=False)
    opts_out: bool = False


async def writer_at(db: Database, customer_id: str, point_ids: Collection[str]) -> Writer:
    """Who is reached at these contact points of the customer, which are of one number or address."""
    profile = await profile_of(db, customer_id)
    points = [each for each in profile.points if each.contact_point_id in point_ids] if profile else []
    parties = {each.party_id for each in points}
    return Writer(parties.pop() if len(parties) == 1 else None, points[0].digest if points else None)


async def note_reply(ground: Ground, reply: Reply, silence: timedelta) -> Outcome:
    """`silence`: how long a claim to have paid keeps collection quiet. Raises Refused when the person is erased.

    A card number in it is not kept.
    """
    today = ground.today(reply.customer_id)
    read = replies.Reply("stop") if reply.opts_out else replies.read(reply.own_words, today)
    assert ground.keys, "contact-service seals what it hears"
    sealed = await ground.keys.seal(reply.customer_id, without_card_numbers(reply.text))
    if reply.writer.party_id == reply.customer_id:
        heard = await _of_the_customer(ground, reply, sealed, read, silence)
    else:
        heard = _of_another(reply, sealed, read, today)
    [outcome] = await ground.append([_command(ground, reply, heard)])
    return outcome


async def _of_the_customer(
    ground: Ground, reply: Reply, sealed: Sealed, read: replies.Reply, silence: timedelta
) -> Heard:
    """A day on which there is nothing to promise, since nothing is demanded, is for a person to read."""
    customer, today = reply.customer_id, ground.today(reply.customer_id)
    promise = await _promise(ground, customer, read.day) if read.day else None
    read_as = "unread" if read.day and promise is None else read.read_as
    return Heard(
        customer_id=customer,
        contact_id=None,
        on=today,
        written=Written(reply.channel, sealed, read_as, customer),
        opts_out=reply.channel if read.read_as == "stop" else None,
        silent_until=today + silence if read.read_as == "paid" else None,
        promise=promise,
    )


def _of_another(reply: Reply, sealed: Sealed, read: replies.Reply, today: date) -> Heard:
    """A guarantor, a third person, or nobody knows who: a person has to read it. A stop is heeded before that."""
    by = reply.writer
    return Heard(
        customer_id=reply.customer_id,
        contact_id=None,
        on=today,
        written=Written(reply.channel, sealed, "unread", by.party_id),
        barred=(frozenset({by.digest}), "refused") if by.digest and read.read_as == "stop" else None,
    )


async def _promise(ground: Ground, customer: str, day: date) -> SaidPromise | None:
    """Of all that is demanded in the currency in which most accounts owe; None where nothing is.

    Nor of a customer who is stopped: what the bank has said since is not known. Nor more than an amount may be.
    """
    if await stopped_among(ground.db, [customer]):
        return None
    owed = await demanded_of(ground, customer)
    currencies = [each.arrears.currency for each in owed]
    if not currencies:
        return None
    currency = max(sorted(set(currencies)), key=currencies.count)
    ledgers = [each for each in owed if each.arrears.currency == currency]
    try:
        amount = sum((each.demanded for each in ledgers[1:]), ledgers[0].demanded)
    except AmountTooLarge:
        return None
    return SaidPromise(frozenset(each.account_id for each in ledgers), amount, day)


def _command(ground: Ground, reply: Reply, heard: Heard) -> Command:
    """Caused by what came in from outside, which the log does not hold; told again it is the same command."""
    id_ = command_id(reply.channel, reply.id)
    return Command(
        id=id_,
        streamid=stream_of(reply.customer_id),
        customer_id=reply.customer_id,
        body=heard,
        time=ground.now(reply.customer_id),
        actor=ACTOR,
        actorrole=ROLE,
        causationid=f"request/{id_}",
        correlationid=str(id_),
    )
