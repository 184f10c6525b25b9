"""What customers wrote back: a collector reads what no machine could, and sets it aside once it is seen to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from arrears_events.catalogue.contact import Channel
from arrears_events.sealed import Sealed
from arrears_runtime.http.callers import CallerRequest, found
from arrears_runtime.http.card_numbers import OpaqueId
from arrears_runtime.http.commands import Answer, CommandRequest
from arrears_runtime.http.paging import ListRequest, Page
from arrears_runtime.http.routing import Router

from contact_service.domain.queue import SetReplyAside
from contact_service.domain.replies import ReadAs
from contact_service.views.replies import ReplyFilter, ReplyRow, replies_where, reply_of_id

router = Router(tag="replies")


@dataclass(frozen=True, slots=True)
class ReplyAnswer:
    """`party_id`: who wrote; null where nobody knows which of the customer's people it was.

    `read_as`: what a machine made of it. `text` is null once the person has been erased.
    """

    reply_id: UUID
    streamversion: int
    customer_id: str
    party_id: str | None
    channel: Channel
    read_as: ReadAs
    received_on: date
    at: datetime
    text: str | None
    set_aside_by: str | None
    set_aside_at: datetime | None


@router.get("/replies", permission="reply:read")
async def list_replies(
    request: ListRequest,
    customer_id: OpaqueId | None = None,
    read_as: ReadAs | None = None,
    set_aside: bool = False,
) -> Page[ReplyAnswer]:
    """Oldest first. Those that wait, of which the `unread` are for a person; or those that were set aside."""
    asked = ReplyFilter(customer_id, read_as, set_aside)
    rows = await replies_where(request.db, asked, request.after(tuple[datetime, int, UUID]), request.fetch)
    return request.page(await _opened(rows, request), lambda it: (it.at, it.streamversion, it.reply_id))


@router.post("/replies/{reply_id}/set-aside", status_code=201, permission="reply:set-aside")
async def set_reply_aside(reply_id: UUID, request: CommandRequest) -> Answer:
    """It was read, and what it asks for is done or recorded: it waits for nobody any more."""
    row = found(await reply_of_id(request.db, reply_id))
    body = SetReplyAside(row.customer_id, reply_id)
    return await request.send(streamid=row.streamid, customer_id=row.customer_id, body=body, id=reply_id)


async def _opened(rows: Sequence[ReplyRow], request: CallerRequest) -> list[ReplyAnswer]:
    """In the order of the rows."""
    texts: dict[UUID, str | None] = {}
    for customer, theirs in groupby(sorted(rows, key=_customer), key=_customer):
        sealed = {row.reply_id: Sealed.model_validate_json(row.text) for row in theirs}
        texts |= zip(sealed, await request.sealing.open(customer, [*sealed.values()]), strict=True)
    return [_answer(row, texts[row.reply_id]) for row in rows]


def _customer(row: ReplyRow) -> str:
    return row.customer_id


def _answer(row: ReplyRow, text: str | None) -> ReplyAnswer:
    return ReplyAnswer(
        reply_id=row.reply_id,
        streamversion=row.streamversion,
        customer_id=row.customer_id,
        party_id=row.party_id,
        channel=row.channel,
        read_as=row.read_as,
        received_on=row.received_on,
        at=row.at,
        text=text,
        set_aside_by=row.set_aside_by,
        set_aside_at=row.set_aside_at,
    )
