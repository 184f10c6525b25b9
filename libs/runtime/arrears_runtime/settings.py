"""What the harness of a service is told by its environment."""

from datetime import date, timedelta
from typing import Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo

from arrears_events.settings import KafkaAccess
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import PydanticCustomError

from arrears_runtime.http.settings import HttpSettings


def _days(value: object) -> object:
    """A bare number is of days; pydantic alone would take it for seconds."""
    return f"P{value}D" if isinstance(value, str) and value.isdecimal() else value


Days = Annotated[timedelta, BeforeValidator(_days), Field(ge=timedelta(0), le=timedelta(days=365))]
"""Written as 15 or P15D; more than a year is a mistake."""

Connections = Annotated[int, Field(ge=10, le=500)]
"""With fewer than the partitions, the relay and the commits need they wait for one another."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise PydanticCustomError("zone-unknown", "There is no such time zone") from None
    return name


class RuntimeSettings(HttpSettings):
    """A service's own settings are built on this one. All begin with ARREARS_."""

    kafka_bootstrap: str
    topic_prefix: str = ""  # several installations may share a broker; tests do
    database_url: SecretStr  # postgresql://role:password@host:port/database, of this service alone
    database_connections: Connections = 16  # one for each of 8 partitions, relay, commits, and some for requests
    master_key: SecretStr | None = None  # 64 hex digits, of a service that seals texts: it wraps its customers' keys
    zone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Shanghai"  # the bank's: business dates are dates there
    clock: Literal["wall", "business"] = "wall"  # business: 10:00 of the business date after the last close
    clock_opens: date = date(2026, 3, 31)  # of the business clock, before the first close


S = TypeVar("S", bound=RuntimeSettings)


def from_environment(kind: type[S]) -> S:
    """A service's settings. Where one is missing or cannot be read the process ends with a line for each."""
    try:
        KafkaAccess()  # each client of the broker reads it
        return kind()  # pyright: ignore[reportCallIssue]
    except ValidationError as wrong:
        raise SystemExit("\n".join(faults(wrong))) from None


def faults(wrong: ValidationError) -> list[str]:
    """Each by the name of its variable, and never with its value."""
    return [
        ": ".join(
            [*(f"ARREARS_{str(name).upper()}" for name in fault["loc"][:1]), fault["msg"].removeprefix("Value error, ")]
        )
        for fault in wrong.errors(include_url=False, include_context=False, include_input=False)
    ]
