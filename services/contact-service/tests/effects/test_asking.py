"""What an effect asks of a contact's stream."""

from datetime import UTC, datetime, timedelta
from typing import Any

from contact_service.domain.contacts import AttemptContact, DecideContact, NoteOutcome
from contact_service.effects.asking import command
from contact_service.effects.grounds import grounds_of

from .conftest import Office


class ClockThatMovedOn:
    """A close was read since the grounds were."""

    def __init__(self, to: datetime) -> None:
        self._to = to

    def now(self, _: str) -> datetime:
        return self._to


async def test_what_is_judged_is_recorded_as_of_its_grounds_and_all_else_as_of_now(office: Office):
    id_ = await office.asked("sms")
    row = await office.row(id_)
    grounds = (await grounds_of(office.instance, [row]))[id_]
    moved_on: Any = ClockThatMovedOn(datetime.now(UTC) + timedelta(days=1))
    times = [
        command(moved_on, row, "a-deed", body).time
        for body in (DecideContact(id_, grounds), AttemptContact(id_, grounds), NoteOutcome(id_, "delivered"))
    ]
    assert times == [grounds.now, grounds.now, moved_on.now("C-1")]
