"""An SMS centre as an operator's: SMPP 3.4 with one account. It takes messages, keeps them, and sends receipts.

- A bind needs system id and password (SMPP takes 8 characters). smpp34 shows a server neither, so `sms_gate.py` stands
  before it and lets nobody else in.
- `submit_sm` is answered with a message id when the message is kept. What is sent twice is kept twice, as by any.
- Texts: data_coding 8 is UTF-16-BE (Chinese), 3 Latin-1, 0 and 1 ASCII; any other is refused, and so is a text with a
  user data header. A text longer than 254 bytes comes in the TLV message_payload.
- A receipt (deliver_sm, esm_class 4) goes out a moment later when registered_delivery asks for it: 1 always, 2 when the
  message was not delivered. It has the text of SMPP 3.4 appendix B, and as TLVs receipted_message_id and message_state.
  Numbers that end in 00 are UNDELIV, all others DELIVRD.
- user_message_reference (0x0204) has two bytes, too few for the sender's own id of a message. So the centre takes a TLV
  of its own, 0x1400 (of the range that SMPP leaves to operators), with the 16 bytes of a UUID, or whatever the sender
  likes: it is kept, and both are echoed in the receipt.
- What customers write is put in at the HTTP door, `POST /inbound {"from", "to", "text"}`, the secret `sms` as bearer.
  It goes out as deliver_sm, with the centre's id of it in the TLV 0x1401, 16 bytes.
- Receipts and inbound messages go to any session that is bound to receive. They wait until there is one, outlast a kill
  of the centre, and come again when their answer was lost: a reader drops what it has seen.

What can a sender do that died between submit_sm and its answer? Bind again and wait for the receipt, which carries
0x1400. smpp34 has no query_sm, and its client acknowledges a receipt before Python sees it: one that the dead sender
had in memory is lost with it. So where no receipt comes it is not known whether the message went, and to send it again
risks a second.
"""

from pathlib import Path

from arrears_local.home import Home
from arrears_local.ports import port_of
from arrears_local.python_part import python_part

NAME = "sms"
DOOR = "sms-door"
CENTRE = "sms-centre"
"""The port behind the gate."""
SYSTEM_ID = "arrears"
PASSWORD = "sms-password"  # noqa: S105 - the secret's name
PASSWORD_CHARACTERS = 8  # SMPP 3.4, 5.2.2

part = python_part(NAME, "arrears_local.sms_centre", ports=(NAME, DOOR, CENTRE), door=DOOR, secrets=(NAME, PASSWORD))


def journal_of(home: Home) -> Path:
    return home.folder(NAME) / "received.jsonl"


def password(home: Home) -> str:
    return home.secret(PASSWORD)[:PASSWORD_CHARACTERS]


def settings(home: Home) -> dict[str, str]:
    """What a service needs to bind here."""
    return {
        "ARREARS_SMPP_HOST": "127.0.0.1",
        "ARREARS_SMPP_PORT": str(port_of(home, NAME)),
        "ARREARS_SMPP_SYSTEM_ID": SYSTEM_ID,
        "ARREARS_SMPP_PASSWORD": password(home),
    }


def inbound_door(home: Home) -> tuple[str, str]:
    """Where a test or the demo puts in what a customer writes: URL and secret."""
    return f"http://127.0.0.1:{port_of(home, DOOR)}/inbound", home.secret(NAME)
