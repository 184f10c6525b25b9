"""Notes (备注) on a case: written down, and read as long as the person is not erased."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from arrears_events.sealed import Sealed
from arrears_runtime.http.callers import found
from arrears_runtime.http.card_numbers import FreeText
from arrears_runtime.http.commands import Answer, CommandRequest
from arrears_runtime.http.paging import ListRequest, Page
from arrears_runtime.http.routing import Router
from arrears_runtime.http.strict_json import Body

from case_service.domain.note import AddNote
from case_service.views.cases import CaseRow, case_of_id
from case_service.views.notes import NoteRow, notes_of

router = Router(tag="notes")


class NoteRequest(Body):
    text: FreeText


@dataclass(frozen=True, slots=True)
class NoteAnswer:
    """`text` is null once the person has been erased."""

    note_id: UUID
    streamversion: int
    at: datetime
    text: str | None
    actor: str
    role: str
    on_behalf_of: str | None


@router.post("/cases/{case_id}/notes", status_code=201, permission="note:write")
async def add_note(case_id: UUID, ask: NoteRequest, request: CommandRequest) -> Answer:
    """Write a note on the case, open or closed; it is kept sealed. 409 when the person has been erased."""
    case = found(await case_of_id(request.db, case_id))
    return await request.make_and_send(
        partial(_note, case, ask, request), streamid=case.streamid, customer_id=case.customer_id, id=request.command_id
    )


async def _note(case: CaseRow, ask: NoteRequest, request: CommandRequest) -> AddNote:
    return AddNote(request.command_id, case.case_id, await request.sealing.seal(case.customer_id, ask.text))


@router.get("/cases/{case_id}/notes", permission="note:read")
async def list_notes(case_id: UUID, request: ListRequest) -> Page[NoteAnswer]:
    """In the order in which they were written."""
    case = found(await case_of_id(request.db, case_id))
    rows = await notes_of(request.db, case_id, request.after(tuple[int]), request.fetch)
    texts = await request.sealing.open(case.customer_id, [Sealed.model_validate_json(row.text) for row in rows])
    answers = [_answer(row, text) for row, text in zip(rows, texts, strict=True)]
    return request.page(answers, lambda it: (it.streamversion,))


def _answer(row: NoteRow, text: str | None) -> NoteAnswer:
    return NoteAnswer(row.note_id, row.streamversion, row.at, text, row.actor, row.actorrole, row.onbehalfof)
