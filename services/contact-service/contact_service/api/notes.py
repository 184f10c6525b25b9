"""What collectors wrote down (备注) of a customer's calls: read as long as the person is not erased."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from arrears_events.sealed import Sealed
from arrears_runtime.http.callers import found
from arrears_runtime.http.card_numbers import OpaqueId
from arrears_runtime.http.paging import ListRequest, Page
from arrears_runtime.http.routing import Router

from contact_service.views.notes import NoteRow, notes_of
from contact_service.views.profiles import profile_of

router = Router(tag="notes")


@dataclass(frozen=True, slots=True)
class NoteAnswer:
    """Of the call `contact_id`. `text` is null once the person has been erased."""

    note_id: UUID
    streamversion: int
    contact_id: UUID
    at: datetime
    text: str | None
    actor: str
    role: str
    on_behalf_of: str | None


@router.get("/customers/{customer_id}/notes", permission="note:read")
async def list_notes(customer_id: OpaqueId, request: ListRequest) -> Page[NoteAnswer]:
    """Newest first."""
    found(await profile_of(request.db, customer_id))
    rows = await notes_of(request.db, customer_id, request.after(tuple[int]), request.fetch)
    texts = await request.sealing.open(customer_id, [Sealed.model_validate_json(row.text) for row in rows])
    answers = [_answer(row, text) for row, text in zip(rows, texts, strict=True)]
    return request.page(answers, lambda it: (it.streamversion,))


def _answer(row: NoteRow, text: str | None) -> NoteAnswer:
    who = row.actor, row.actorrole, row.onbehalfof
    return NoteAnswer(row.note_id, row.streamversion, row.contact_id, row.at, text, *who)
