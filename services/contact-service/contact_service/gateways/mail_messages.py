"""Mails as they stand on the wire: in ASCII throughout, since not every server on the way takes more.

They are written here line by line. The library's `EmailMessage` takes apart and puts together again each header that it
is given, which costs as much as all else that a mail needs; what stands in ours is known, but for its words.
"""

from base64 import encodebytes
from email.header import Header
from email.utils import formataddr, formatdate, parseaddr
from uuid import UUID

from contact_service.gateways.mail_addresses import REPLY, UNSUBSCRIBE, address_of

END = b"\r\n"


def message_of(contact_id: UUID, sender: str, to: str, subject: str, body: str) -> bytes:
    """`sender` may have a name before its address, `to` is an address in ASCII; a subject is one line.

    Who answers it writes to an address that names the contact and nobody (see `mail_addresses.py`).
    """
    domain = parseaddr(sender)[1].rpartition("@")[2]
    headers = {
        "From": formataddr(parseaddr(sender)),
        "To": to,
        "Reply-To": address_of(REPLY, contact_id, domain),
        "Subject": _encoded(" ".join(subject.splitlines())),
        "Date": formatdate(localtime=True),
        "Message-ID": f"<{contact_id}@{domain}>",
        "List-Unsubscribe": f"<mailto:{address_of(UNSUBSCRIBE, contact_id, domain)}?subject=unsubscribe>",  # RFC 2369
        "Auto-Submitted": "auto-generated",  # RFC 3834: no absence note answers it
        "MIME-Version": "1.0",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "base64",
    }
    written = [f"{name}: {value}".encode("ascii") for name, value in headers.items()]
    return END.join((*written, b"", _base64(body)))


def _encoded(subject: str) -> str:
    """Encoded words (RFC 2047) in lines of 76 characters, unless it is ASCII."""
    return Header(subject, header_name="Subject").encode(linesep="\r\n")


def _base64(body: str) -> bytes:
    text = END.join((*body.encode().splitlines(), b""))
    return encodebytes(text).replace(b"\n", END)
