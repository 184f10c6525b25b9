"""`arrears stack mail | sms | calls`: what was delivered to customers, as the outside kept it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click

from arrears_local import received
from arrears_local.calls import Call
from arrears_local.home import Home, nearest_home
from arrears_local.mail import Mail
from arrears_local.sms_messages import Message

LATEST = 20
CELL_CHARACTERS_MAX = 60

Row = Mapping[str, str]


def _command(name: str, about: str, found: Callable[[Home], Sequence[Any]], row: Callable[[Any], Row]) -> click.Command:
    @click.command(name, help=about)
    @click.option("--all", "every", is_flag=True, help=f"Not only the latest {LATEST}.")
    @click.option("--json", "for_programs", is_flag=True, help="The same for programs, whole.")
    def show(every: bool, for_programs: bool) -> None:
        whole = found(nearest_home())
        shown = whole if every else whole[-LATEST:]
        if for_programs:
            click.echo(json.dumps([asdict(one) for one in shown], indent=2, ensure_ascii=False))
        else:
            _show([row(one) for one in shown])
            click.echo(f"{len(shown)} of {len(whole)}.", err=True)

    return show


def _mail_row(mail: Mail) -> Row:
    return {
        "received": _short(mail.received_at),
        "from": mail.sender,
        "to": ", ".join(mail.to),
        "subject": mail.subject,
        "message id": mail.message_id,
    }


def _message_row(message: Message) -> Row:
    return {
        "received": _short(message.received_at),
        "from": message.sender,
        "to": message.to,
        "delivered": "yes" if message.is_delivered else "no",
        "receipt": _short(message.receipt_at) if message.receipt_at else "-",
        "text": message.text,
    }


def _call_row(call: Call) -> Row:
    return {
        "received": _short(call.accepted_at),
        "from": call.caller,
        "to": call.to,
        "result": call.outcome.result if call.outcome else "dialling",
        "talk s": str(call.outcome.talk_seconds) if call.outcome else "-",
        "told": _short(call.reported_at) if call.reported_at else f"no, {call.tries} tries",
        "call id": call.call_id,
    }


def _show(rows: Sequence[Row]) -> None:
    """Columns as wide as what is in them."""
    if not rows:
        return
    lines = [list(rows[0]), *([_cell(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        click.echo("  ".join(value.ljust(width) for value, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: str) -> str:
    """On one line; what was sent may hold anything, and a terminal obeys some of it."""
    plain = "".join(sign if sign.isprintable() else " " for sign in value)
    return plain if len(plain) <= CELL_CHARACTERS_MAX else plain[: CELL_CHARACTERS_MAX - 1] + "…"


def _short(instant: str) -> str:
    """To the second, UTC."""
    return instant[:19].replace("T", " ")


COMMANDS = (
    _command("mail", "Show the mails that the mail server received, latest last.", received.mails, _mail_row),
    _command("sms", "Show the messages that the SMS centre received, latest last.", received.messages, _message_row),
    _command("calls", "Show the calls that the dialler made, latest last.", received.calls, _call_row),
)
