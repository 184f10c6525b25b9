"""Hours of a day, as a rule of law names them: `08:00-22:00`."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

DayType = Literal["every", "mon-fri", "sat-sun"]
_WRITTEN = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])", re.ASCII)
_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Hours:
    """Both since midnight, by the clock on the wall; `opens` before `closes`, which is 24:00 at the latest."""

    opens: timedelta
    closes: timedelta

    def __str__(self) -> str:
        return f"{_clock(self.opens)}-{_clock(self.closes)}"


def _read(written: object) -> Hours:
    found = _WRITTEN.fullmatch(written) if isinstance(written, str) else None
    if not found:
        raise PydanticCustomError("hours-unreadable", "Hours are written as 08:00-22:00")
    first, first_minute, last, last_minute = map(int, found.groups())
    hours = Hours(timedelta(hours=first, minutes=first_minute), timedelta(hours=last, minutes=last_minute))
    if not hours.opens < hours.closes <= _DAY:
        raise PydanticCustomError("hours-reversed", "Hours begin before they end, on one day")
    return hours


def _clock(since_midnight: timedelta) -> str:
    minutes = since_midnight // timedelta(minutes=1)
    return f"{minutes // 60:02}:{minutes % 60:02}"


WrittenHours = Annotated[Hours, BeforeValidator(_read)]
