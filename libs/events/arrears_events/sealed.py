"""A text that only the service which wrote it can read: what a person typed, or the words of a message sent."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

Base64 = Annotated[str, StringConstraints(pattern=r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$")]
"""Bytes, as RFC 4648 section 4 writes them."""
Nonce = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{16}$")]
"""Twelve bytes as Base64."""
Hmac = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""HMAC-SHA-256 in hex."""


class Sealed(BaseModel):
    """A text under AES-256-GCM, with the key of one customer in one service; when the key is gone, so is the text.

    `key_id` names the key, `digest` is an HMAC of the text under a key that is made from it: who holds the key can
    prove what the text was, and nobody else can guess at it. Service and customer are bound to it as associated data.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    key_id: UUID
    nonce: Nonce
    ciphertext: Base64
    digest: Hmac
