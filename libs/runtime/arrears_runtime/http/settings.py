"""What the HTTP side of a service is told by its environment: ARREARS_HOST, ARREARS_PORT, ARREARS_ISSUER and so on."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class HttpSettings(BaseSettings):
    """A service's own settings are built on this one."""

    model_config = SettingsConfigDict(env_prefix="ARREARS_", frozen=True, hide_input_in_errors=True)

    host: str = "127.0.0.1"  # to be seen from elsewhere is a decision
    port: int
    issuer: str  # as the tokens' iss says it, letter for letter
    audience: str = "arrears"
    cursor_key: Annotated[SecretStr, Field(min_length=32)]  # HMAC-SHA-256 gains nothing from more, and loses with less
    max_body_bytes: int = 65_536  # the longest free text, all of it escaped as pairs of surrogates, and room beside it
    body_arrives_within: timedelta = timedelta(seconds=10)  # slower is no client of ours, and holds a connection
    keys_max_age: timedelta = timedelta(minutes=10)  # so long a withdrawn signing key still passes
    keys_refetch_after: timedelta = timedelta(seconds=30)  # strangers' key ids make us ask the issuer no oftener
    clock_skew: timedelta = timedelta(seconds=30)  # between the issuer's clock and ours
    page_size: int = 50  # one screen of a worklist
    page_size_max: int = 200  # four screens; a page's rows are held in memory
    condition_within: timedelta = timedelta(seconds=5)  # a probe that waits longer has its answer
    shutdown_within: timedelta = timedelta(seconds=10)  # for requests under way; a stop shall not hang on a client
