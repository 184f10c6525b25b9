"""What the harness of a service is told by its environment."""

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr

from arrears_runtime.http.settings import HttpSettings


def _days(value: object) -> object:
    """A bare number is of days; pydantic alone would take it for seconds."""
    return f"P{value}D" if isinstance(value, str) and value.isdecimal() else value


Days = Annotated[timedelta, BeforeValidator(_days), Field(ge=timedelta(0), le=timedelta(days=365))]
"""Written as 15 or P15D; more than a year is a mistake."""


class RuntimeSettings(HttpSettings):
    """A service's own settings are built on this one. All begin with ARREARS_."""

    kafka_bootstrap: str
    topic_prefix: str = ""  # several installations may share a broker; tests do
    database_url: SecretStr  # postgresql://role:password@host:port/database, of this service alone
    database_connections: int = 16  # one for each of 8 partitions, relay, commits, and some for requests
    master_key: SecretStr | None = None  # 64 hex digits, of a service that seals texts: it wraps its customers' keys
    zone: str = "Asia/Shanghai"  # the bank's: business dates are dates there
    clock: Literal["wall", "business"] = "wall"  # business: 10:00 of the business date after the last close
    clock_opens: date = date(2026, 3, 31)  # of the business clock, before the first close
