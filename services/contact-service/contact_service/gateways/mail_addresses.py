"""Where customers write to who answer a mail of ours: `reply+<contact_id>@` the sender's domain, and `unsubscribe+…`.

So it is known whom and what they answer, and the address holds nothing of a person. Who writes to the second wishes
for no more mail, whatever else the mail says.
"""

import re
from typing import Literal, NamedTuple
from uuid import UUID

Wish = Literal["reply", "unsubscribe"]
REPLY: Wish = "reply"
UNSUBSCRIBE: Wish = "unsubscribe"
_LOCAL_PART = re.compile(r"(reply|unsubscribe)\+([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)


class Addressed(NamedTuple):
    wish: Wish
    contact_id: UUID


def address_of(wish: Wish, contact_id: UUID, domain: str) -> str:
    return f"{wish}+{contact_id}@{domain}"


def addressed(recipient: str) -> Addressed | None:
    """None where no mail of ours is answered. The domain is the mail system's: what it hands over came to ours."""
    found = _LOCAL_PART.fullmatch(recipient.rpartition("@")[0])
    if found is None:
        return None
    return Addressed(UNSUBSCRIBE if found[1].lower() == UNSUBSCRIBE else REPLY, UUID(found[2]))
