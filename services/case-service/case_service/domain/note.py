"""A note (备注) on a case: what a collector writes down. Its words come sealed, and nobody decides by them."""

from dataclasses import dataclass
from uuid import UUID

from arrears_events.catalogue.case import NoteAdded
from arrears_events.sealed import Sealed


@dataclass(frozen=True)
class AddNote:
    """To a case that is open, or was: what is heard after its end is written down too."""

    note_id: UUID
    case_id: UUID
    text: Sealed


def add(command: AddNote, last: UUID | None, customer_id: str, account_id: str) -> list[NoteAdded]:
    """`last`: the note that was added last, which is not added again."""
    if command.note_id == last:
        return []
    added = NoteAdded(
        customer_id=customer_id,
        account_id=account_id,
        case_id=command.case_id,
        note_id=command.note_id,
        text=command.text,
    )
    return [added]
