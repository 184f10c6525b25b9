"""What the HTTP side of a service is told by its environment: ARREARS_HOST, ARREARS_PORT, ARREARS_ISSUER and so on."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def _seconds(value: object) -> object:
    """A bare number is of seconds; pydantic alone reads one in a text as nothing at all."""
    return f"PT{value}S" if isinstance(value, str) and value.replace(".", "", 1).isdecimal() else value


Seconds = Annotated[timedelta, BeforeValidator(_seconds), Field(ge=timedelta(0), le=timedelta(days=1))]
"""Written as 15, 0.5 or PT15S; more than a day is a mistake."""
Patience = Annotated[Seconds, Field(gt=timedelta(0))]
"""In which something is to happen: with none nothing ever would."""
Skew = Annotated[Seconds, Field(le=timedelta(minutes=5))]
"""As Seconds; beyond five minutes a clock is wrong, and an old token would be taken for a good one."""

BodyBytes = Annotated[int, Field(ge=1_024, le=16_777_216)]


class HttpSettings(BaseSettings):
    """A service's own settings are built on this one."""

    model_config = SettingsConfigDict(env_prefix="ARREARS_", frozen=True, hide_input_in_errors=True)

    host: str = "127.0.0.1"  # to be seen from elsewhere is a decision
    port: Annotated[int, Field(ge=1, le=65_535)]
    issuer: str  # as the tokens' iss says it, letter for letter
    audience: str = "arrears"
    cursor_key: Annotated[SecretStr, Field(min_length=32)]  # HMAC-SHA-256 gains nothing from more, and loses with less
    max_body_bytes: BodyBytes = 65_536  # the longest free text, all of it escaped as pairs of surrogates, and room
    body_arrives_within: Patience = timedelta(seconds=10)  # slower is no client of ours, and holds a connection
    keys_max_age: Seconds = timedelta(minutes=10)  # so long a withdrawn signing key still passes
    keys_refetch_after: Seconds = timedelta(seconds=30)  # strangers' key ids make us ask the issuer no oftener
    clock_skew: Skew = timedelta(seconds=30)  # between the issuer's clock and ours
    page_size: Annotated[int, Field(ge=1)] = 50  # one screen of a worklist
    page_size_max: Annotated[int, Field(ge=1, le=10_000)] = 200  # four screens; a page's rows are held in memory
    condition_within: Patience = timedelta(seconds=5)  # a probe that waits longer has its answer
    shutdown_within: Seconds = timedelta(seconds=10)  # for requests under way; a stop shall not hang on a client

    @model_validator(mode="after")
    def _a_page_is_no_longer_than_the_longest(self) -> Self:
        if self.page_size > self.page_size_max:
            raise ValueError("ARREARS_PAGE_SIZE is above ARREARS_PAGE_SIZE_MAX")
        return self
