"""A client that hands over messages, or mails, as fast as they are taken, and does nothing else with them.

By the same libraries as contact-service, with as many messages without an answer, or as many connections, at a time.
Arguments: sms or email, how many. The receivers are those of contact-service's own environment.
"""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from time import perf_counter
from uuid import uuid4

import uvloop
from aiosmtplib import SMTP
from contact_service.gateways.sms import WINDOW
from smpp34 import Client, Smsc, Tlv

NUMBER, ADDRESS = "99919999999999", "nobody@customers.example"
SENDER = "cards@bank.example"
TEXT = "【Example Bank】您好，这里是Example Bank信用卡中心，代表本行与您联系。" * 3
"""As long as ours, which is more than stands in the message itself."""
UCS2, RECEIPT_ALWAYS, REFERENCE, MESSAGE_PAYLOAD = 8, 1, 0x1400, 0x0424
CONNECTIONS = 8


def told(name: str) -> str:
    return os.environ[f"ARREARS_{name}"]


async def messages(many: int) -> float:
    client = Client(
        told("SMPP_HOST"),
        int(told("SMPP_PORT")),
        told("SMPP_SYSTEM_ID"),
        told("SMPP_PASSWORD"),
        window_size=WINDOW,
        inbound_capacity=many,
    )
    session = await client.connect()
    hearing = asyncio.create_task(_hear(session))
    started, left = perf_counter(), iter(range(many))
    await asyncio.gather(*(_submit(session, left) for _ in range(WINDOW)))
    seconds = perf_counter() - started
    hearing.cancel()
    await session.unbind()
    return seconds


async def _hear(session: Smsc) -> None:
    """Of the receipts every other one, since contact-service is bound too."""
    while True:
        await session.next()


async def _submit(session: Smsc, left: Iterator[int]) -> None:
    for _ in left:
        answer = await session.submit_sm(
            NUMBER,
            b"",
            source_addr=told("SMS_SENDER"),
            registered_delivery=RECEIPT_ALWAYS,
            data_coding=UCS2,
            tlvs=[Tlv(REFERENCE, uuid4().bytes), Tlv(MESSAGE_PAYLOAD, TEXT.encode("utf-16-be"))],
        )
        assert answer.is_success


async def mails(many: int) -> float:
    connections = [
        SMTP(
            hostname=told("SMTP_HOST"),
            port=int(told("SMTP_PORT")),
            username=told("SMTP_USER"),
            password=told("SMTP_PASSWORD"),
            local_hostname="bank.example",
            start_tls=None,
        )
        for _ in range(CONNECTIONS)
    ]
    await asyncio.gather(*(each.connect() for each in connections))
    left = iter([_mail() for _ in range(many)])
    started = perf_counter()
    await asyncio.gather(*(_send(each, left) for each in connections))
    seconds = perf_counter() - started
    await asyncio.gather(*(each.quit() for each in connections))
    return seconds


def _mail() -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"], made["Message-ID"] = SENDER, ADDRESS, TEXT[:20], f"<{uuid4()}@bare>"
    made.set_content(TEXT * 3, cte="base64")
    return made.as_bytes()


async def _send(connection: SMTP, left: Iterator[bytes]) -> None:
    for mail in left:
        await connection.sendmail(SENDER, [ADDRESS], mail)


if __name__ == "__main__":
    send = messages if sys.argv[1] == "sms" else mails
    print(json.dumps({"seconds": uvloop.run(send(int(sys.argv[2])))}))
