"""The load: a bank, clients and what goes out to customers, for as long as the killer is at work."""

import asyncio
from dataclasses import dataclass

from tests.chaos.bank import Bank
from tests.chaos.client import Client
from tests.chaos.killer import Killer
from tests.chaos.rounds import Rounds

ACCOUNTS_PER_MINUTE = 150
"""So that the bank has something to say all the time."""


@dataclass(frozen=True)
class Form:
    """How long and how much: at least `kills`, and at least `seconds`."""

    kills: int
    seconds: float
    accounts: int
    clients: int


SHORT = Form(kills=6, seconds=35, accounts=100, clients=5)


def long(minutes: float) -> Form:
    return Form(kills=6, seconds=60 * minutes, accounts=round(ACCOUNTS_PER_MINUTE * max(1, minutes)), clients=8)


async def run(form: Form, bank: Bank, clients: list[Client], rounds: Rounds, killer: Killer) -> None:
    """On return all is healed, and every request was answered or given up."""
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(bank.publish(stopping, form.seconds))
        group.create_task(rounds.go_on(stopping))
        for client in clients:
            group.create_task(client.work(stopping))
        try:
            await killer.run(form.kills, form.seconds)
        finally:
            stopping.set()
