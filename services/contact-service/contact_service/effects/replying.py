"""What a customer wrote back, over whichever channel: read as far as a machine may, and noted once."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from arrears_events.catalogue.contact import Channel
from arrears_events.ids import command_id
from arrears_runtime.decider import Command, Outcome
from arrears_runtime.effect import Ground
from arrears_runtime.reactor import ROLE

from contact_service.domain import replies
from contact_service.domain.contacts import stream_of
from contact_service.domain.hearing import Heard, SaidPromise, Written
from contact_service.effects.asking import ACTOR
from contact_service.effects.grounds import owed_by


@dataclass(frozen=True)
class Reply:
    """`id` is its carrier's, the same when it comes again. `own_words`: of the text, what is not quoted from ours.

    `opts_out`: the customer wants nothing more over the channel, whatever the words are.
    """

    customer_id: str
    channel: Channel
    id: str
    text: str = field(repr=False)
    own_words: str = field(repr=False)
    opts_out: bool = False


async def note_reply(ground: Ground, reply: Reply, silence: timedelta) -> Outcome:
    """`silence`: how long a claim to have paid keeps collection quiet. Raises Refused when the person is erased."""
    customer, today = reply.customer_id, ground.today(reply.customer_id)
    read = replies.Reply("stop") if reply.opts_out else replies.read(reply.own_words, today)
    assert ground.keys, "contact-service seals what it hears"
    heard = Heard(
        customer_id=customer,
        contact_id=None,
        on=today,
        written=Written(reply.channel, await ground.keys.seal(customer, reply.text), read.read_as),
        opts_out=reply.channel if read.read_as == "stop" else None,
        silent_until=today + silence if read.read_as == "paid" else None,
        promise=await _promise(ground, customer, read.day) if read.day else None,
    )
    [outcome] = await ground.append([_command(ground, reply, heard)])
    return outcome


async def _promise(ground: Ground, customer: str, day: date) -> SaidPromise | None:
    """Of all that is overdue in the currency in which most accounts owe; None where nothing is."""
    owed = [each for each in await owed_by(ground, customer) if not each.covered]
    currencies = [each.arrears.currency for each in owed]
    if not currencies:
        return None
    currency = max(sorted(set(currencies)), key=currencies.count)
    ledgers = [each for each in owed if each.arrears.currency == currency]
    amount = sum((each.left for each in ledgers[1:]), ledgers[0].left)
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
