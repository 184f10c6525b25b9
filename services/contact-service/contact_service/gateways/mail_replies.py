"""What customers write back to a mail of ours, as the bank's mail system hands it in: signed, one mail a call.

It is JSON: `message_id`, `recipient` and `sender` of the envelope, `headers` by their names in small letters, `text` of
the first part that is text. An absence note, a list or a returned mail is no word of the customer's.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from contact_service.gateways.mail_addresses import Addressed, addressed
from contact_service.gateways.signing import is_signed_now

TEXT_CHARACTERS_MAX = 20_000
"""What is longer is cut: own words stand above what they quote."""
BODY_BYTES_MAX = 256 * 1024
BULK = {"bulk", "list", "junk"}
_QUOTED = re.compile(
    r"""^[ \t]*(?:
    >                                                       # RFC 3676
    | --[ ]?$                                               # a signature
    | -{2,}[ ]*(?:original[ ]message|forwarded[ ]message|原始邮件|原始郵件|原邮件|转发邮件)
    | _{8,}[ \t]*$                                          # Outlook's line above what it quotes
    | (?:from|发件人|寄件者)[ \t]*[:：]
    | on\b[^\n]{3,200}(?:\n[^\n]{0,200})?\bwrote:[ \t]*$
    | 在[^\n]{3,200}(?:\n[^\n]{0,200})?(?:写道|寫道)[ \t]*[:：]
    )""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
"""Where what is quoted begins, in the ways of the usual mail programs."""


@dataclass(frozen=True)
class MailReply:
    """`to`: None where no mail of ours is answered. `is_automatic`: a machine wrote it."""

    message_id: str
    to: Addressed | None
    text: str = field(repr=False)
    is_automatic: bool

    @property
    def own_words(self) -> str:
        """What is written above what it quotes; what stands between or below that is for a person to read."""
        found = _QUOTED.search(self.text)
        return (self.text[: found.start()] if found else self.text).strip()


class Unreadable(Exception):
    """The mail system signed it, and it is no mail. It says no more, since what is wrong may be personal."""


def _cut(text: str) -> str:
    return text[:TEXT_CHARACTERS_MAX]


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")
    message_id: Annotated[str, Field(min_length=1, max_length=998)]
    recipient: Annotated[str, Field(max_length=320)]
    sender: Annotated[str, Field(max_length=320)]
    headers: Annotated[dict[str, str], Field(max_length=200)]
    text: Annotated[str, AfterValidator(_cut)]


def verified(timestamp: str, signature: str, body: bytes, now: datetime, secret: str) -> MailReply | None:
    """A mail that came; None when the mail system did not sign it just now. Raises Unreadable."""
    if not is_signed_now(timestamp, signature, body, now, secret):
        return None
    try:
        told = _Told.model_validate_json(body)
    except ValidationError:
        raise Unreadable from None
    return MailReply(told.message_id, addressed(told.recipient), told.text.replace("\r\n", "\n"), _is_automatic(told))


def _is_automatic(told: _Told) -> bool:
    """RFC 3834 and 2919, and what came before them; RFC 5321 4.5.5: nobody is the sender of a returned mail."""
    submitted = told.headers.get("auto-submitted", "no").strip().lower()
    precedence = told.headers.get("precedence", "").strip().lower()
    return not told.sender or submitted != "no" or "list-id" in told.headers or precedence in BULK
