"""Sealing and opening texts under the key of one customer in one service. Pure: where keys are kept is in keys.py."""

import hmac
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from uuid import UUID

from arrears_events.sealed import Sealed
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
"""What AES-GCM takes; see NIST SP 800-38D."""


class SealBroken(Exception):
    """The text was changed, or moved to another customer. Its message holds nothing of the text."""


@dataclass(frozen=True)
class CustomerKey:
    """`secret` are 32 random bytes; `bound_to` names service and customer, for whom alone a text opens."""

    key_id: UUID
    secret: bytes = field(repr=False)
    bound_to: bytes

    def seal(self, text: str) -> Sealed:
        """The same text always gives the same bytes, so that a table of sealed texts comes back row for row.

        Its nonce is made from it, under a key of its own. So equal texts of one customer look equal; their digests say
        that anyway. No two texts have the same nonce but by a collision of 96 bits.
        """
        plain = text.encode()
        nonce = self._hmac("nonce", plain)[:NONCE_BYTES]
        return Sealed(
            key_id=self.key_id,
            nonce=b64encode(nonce).decode(),
            ciphertext=b64encode(self._cipher.encrypt(nonce, plain, self.bound_to)).decode(),
            digest=self._hmac("digest", plain).hex(),
        )

    def open(self, sealed: Sealed) -> str:
        """Raises SealBroken."""
        nonce, ciphertext = b64decode(sealed.nonce), b64decode(sealed.ciphertext)
        try:
            plain = self._cipher.decrypt(nonce, ciphertext, self.bound_to)
        except InvalidTag:
            raise SealBroken from None
        if not hmac.compare_digest(self._hmac("digest", plain).hex(), sealed.digest):
            raise SealBroken
        return plain.decode()

    def hash(self, content: bytes) -> str:
        """Of what holds the text in clear, as a request does: HMAC-SHA-256 in hex. A bare hash could be guessed at."""
        return self._hmac("content", content).hex()

    @property
    def _cipher(self) -> AESGCM:
        return AESGCM(self._made_for("text"))

    def _hmac(self, purpose: str, content: bytes) -> bytes:
        return hmac.digest(self._made_for(purpose), content, "sha256")

    def _made_for(self, purpose: str) -> bytes:
        """A key for each purpose, so that what one gives says nothing of another."""
        return hmac.digest(self.secret, purpose.encode(), "sha256")
