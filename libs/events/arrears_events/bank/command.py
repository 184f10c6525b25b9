"""`arrears bank`: portfolios of accounts, and the bank's topic."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

import click
from aiokafka.errors import KafkaError

from arrears_events.bank import generator
from arrears_events.bank.measure import as_text, measure
from arrears_events.bank.people import PLACES
from arrears_events.bank.play import Progress, play, publish, publisher_of
from arrears_events.bank.portfolio import Portfolio, from_file, generated
from arrears_events.bank.publisher import BankPublisher
from arrears_events.bank.rows import AccountRow, read_rows, write_rows
from arrears_events.errors import LogUnreachable, UserError
from arrears_events.settings import Settings

Publishing = Callable[[BankPublisher, Progress], Coroutine[Any, Any, int]]


class YearMonth(click.ParamType[date]):
    """YYYY-MM, as the month's first day."""

    name = "YYYY-MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return date.fromisoformat(f"{value}-01")
        except ValueError:
            self.fail("a month is written as 2026-04", param, ctx)


FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
AT_LEAST_ONE = click.IntRange(min=1)
PORTFOLIO_OPTIONS = (
    click.option("--portfolio", "file", type=FILE, help="A file in the form of the UCI data set 350 (CSV, gzip)."),
    click.option("--accounts", type=AT_LEAST_ONE, help="Of the file only its first accounts."),
    click.option("--generate", "made", type=AT_LEAST_ONE, help="In place of a file, so many generated accounts."),
    click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of generated accounts."),
    click.option("--from", "first_month", type=YearMonth(), default="2026-04", show_default=True),
    click.option("--jurisdiction", type=click.Choice(list(PLACES)), default="cn", show_default=True),
)


def takes_portfolio(command: Callable[..., None]) -> Callable[..., None]:
    """The command's options say which portfolio it is given."""

    @wraps(command)
    def with_options(
        file: Path | None,
        accounts: int | None,
        made: int | None,
        seed: int,
        first_month: date,
        jurisdiction: str,
        **own: Any,
    ) -> None:
        if (file is None) == (made is None):
            raise click.UsageError("Give either --portfolio FILE or --generate N.")
        if file:
            command(from_file(file, accounts, first_month, jurisdiction), **own)
        elif made and accounts is None:
            command(generated(made, seed, first_month, jurisdiction), **own)
        else:
            raise click.UsageError("--accounts goes with --portfolio; --generate says how many itself.")

    for option in reversed(PORTFOLIO_OPTIONS):
        with_options = option(with_options)
    return with_options


@click.group()
def bank() -> None:
    """The bank's side: publish a portfolio of accounts, play it day by day, make one, measure one."""


@bank.command("publish")
@takes_portfolio
def publish_command(portfolio: Portfolio) -> None:
    """Publish all days of a portfolio at once. Run again, it goes on where it stopped."""
    _publishing(portfolio, lambda publisher, progress: publish(portfolio, publisher, progress))


@bank.command("play")
@click.option("--token", envvar="ARREARS_TOKEN", help="Of who lets go out what is due; by default from ARREARS_TOKEN.")
@takes_portfolio
def play_command(portfolio: Portfolio, token: str | None) -> None:
    """Publish a portfolio day by day, waiting after the facts and after the close until all services are done."""
    services = Settings().services()
    if not token:
        raise UserError("A token is needed: export ARREARS_TOKEN=$(arrears stack token --role operator)")

    def played(publisher: BankPublisher, progress: Progress) -> Coroutine[Any, Any, int]:
        return play(portfolio, publisher, services, progress=progress, token=token)

    _publishing(portfolio, played)


@bank.command("generate")
@click.option("--accounts", type=AT_LEAST_ONE, required=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), required=True)
def generate_command(accounts: int, seed: int, out: Path) -> None:
    """Write a portfolio file of generated accounts. The same number and seed give the same bytes."""
    with _bar(accounts, "accounts") as progress:
        write_rows(_counted(generator.rows(accounts, seed), progress), out)


@bank.command("measure")
@click.option("--portfolio", "file", type=FILE, required=True)
def measure_command(file: Path) -> None:
    """Print the rates of a portfolio that the generator makes its accounts with (bank/rates.json)."""
    click.echo(as_text(measure(read_rows(file))), nl=False)


def _publishing(portfolio: Portfolio, what: Publishing) -> None:
    settings = Settings()
    bootstrap = settings.bootstrap()

    async def run() -> int:
        with _bar(len(portfolio.days), "days") as progress:
            async with publisher_of(portfolio, bootstrap, settings.topic_prefix) as publisher:
                return await what(publisher, progress)

    try:
        days = asyncio.run(run())
    except KafkaError as error:
        raise LogUnreachable(
            f"Kafka at {bootstrap} failed ({type(error).__name__}). Run the same again: it goes on where it stopped."
        ) from None
    there = "" if days == len(portfolio.days) else f", {len(portfolio.days) - days} were there already"
    click.echo(f"{portfolio.source}: {days} days published{there}.")


@contextmanager
def _bar(length: int, what: str) -> Generator[Progress, None, None]:
    """Nothing is shown where no person looks."""
    with click.progressbar(length=length, label=what, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        yield bar.update


def _counted(rows: Iterator[AccountRow], progress: Progress) -> Iterator[AccountRow]:
    for row in rows:
        yield row
        progress(1)
