"""`arrears demo`: six months of generated accounts played through the whole stack, and what came of them."""

import asyncio
import subprocess
import sys
import time
from datetime import date, timedelta

import click
from arrears_events.bank.play import play, publisher_of
from arrears_events.bank.portfolio import Portfolio, generated
from arrears_events.log.reader import Reader

from arrears_local import report, stack
from arrears_local.addresses import Addresses
from arrears_local.clients import Clients
from arrears_local.desk import Desk
from arrears_local.errors import StackError
from arrears_local.history import read
from arrears_local.home import Home, nearest_home
from arrears_local.money_trail import MoneyTrail
from arrears_local.outcomes import Outcomes
from arrears_local.story import Kinds, told
from arrears_local.tokens import issue_token

FIRST_MONTH = date(2026, 4, 1)


@click.command()
@click.option("--accounts", default=1_000, show_default=True, type=click.IntRange(min=1))
@click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0), help="Of the accounts and the desk.")
def demo(accounts: int, seed: int) -> None:
    """Six months of generated accounts, and how they and the desk fared; then the history is verified and replayed.

    Run again it plays nothing twice. Another number or seed needs a clean stack (`arrears stack clean`).
    """
    began = time.monotonic()
    home = nearest_home()
    addresses = stack.up(home, "business")
    click.echo(f"Stack is up after {time.monotonic() - began:.1f} s.\n")
    portfolio = generated(accounts, seed, FIRST_MONTH)
    asyncio.run(_played(portfolio, addresses, home, issue_token(home.root, role="supervisor"), seed))
    for words in (("audit", "verify"), ("audit", "contacts"), ("replay-check",)):
        _check(words)
    click.echo("\nAPIs:")
    for name, url in addresses.services.items():
        click.echo(f"  {name:<16} {url}/docs")
    click.echo(
        f"\nDone after {time.monotonic() - began:.0f} s. `make down` stops the stack, `make clean` removes its data."
    )


async def _played(portfolio: Portfolio, addresses: Addresses, home: Home, token: str, seed: int) -> None:
    async with (
        Desk(addresses.services, token, seed) as desk,
        Clients(home, seed) as clients,
        publisher_of(portfolio, addresses.kafka) as bank,
    ):
        with click.progressbar(length=len(portfolio.days), label="days", file=sys.stderr) as bar:
            hidden = not sys.stderr.isatty()
            progress = (lambda _: None) if hidden else bar.update
            work = (clients.answer, desk.work)
            days = await play(portfolio, bank, addresses.services, *work, progress=progress, token=token)
        click.echo(f"{portfolio.accounts} accounts played over {len(portfolio.days)} days ({days} of them now).\n")
        ends = _month_ends(portfolio.days)
        click.echo(report.portfolio([(f"{day:%Y-%m}", await desk.figures(day)) for day in ends]))
        click.echo("\n" + report.cases(await desk.cases()))
        click.echo(report.disputes(await desk.disputes()))
    async with Reader(addresses.kafka) as log:
        await _told_by(log)


async def _told_by(log: Reader) -> None:
    """What the history says, as an auditor reads it: no service is asked, and nothing that the desk remembers."""
    outcomes, trail, kinds = Outcomes(), MoneyTrail(), Kinds()
    await read(log, (outcomes, trail, kinds))
    click.echo(report.contacts(outcomes))
    click.echo(report.commitments(outcomes))
    click.echo(report.money(trail) + "\n")
    if faults := trail.faults():
        raise StackError(f"The money does not add up: {'; '.join(faults)}.")
    if found := kinds.richest():
        click.echo(report.story(found[1], await told(log, *found)) + "\n")


def _month_ends(days: list[date]) -> list[date]:
    """Of the months that were played; the day before the first is only the opening."""
    return [day for day in days[1:] if (day + timedelta(days=1)).day == 1]


def _check(words: tuple[str, ...]) -> None:
    """Another command of ours, in a fresh process."""
    click.echo(f"$ arrears {' '.join(words)}")
    if subprocess.run((sys.executable, "-m", "arrears_events.command", *words), check=False).returncode:
        raise StackError(f"`arrears {' '.join(words)}` found what must not be.")
