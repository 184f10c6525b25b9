"""`arrears audit`: what Kafka alone proves, and tells. No service is asked."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Coroutine, Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import click
from aiokafka.errors import KafkaError  # type: ignore[reportMissingTypeStubs]

from arrears_events.audit import table
from arrears_events.audit.entries import Entry
from arrears_events.audit.printing import Bar, JsonSheet, Sheet
from arrears_events.audit.reading import entries_of_customer, find_customer
from arrears_events.audit.reading import verify as verify_history
from arrears_events.audit.scope import of_account, of_case
from arrears_events.audit.timeline import Line
from arrears_events.audit.timeline import timeline as timeline_of
from arrears_events.audit.topics import AUDITED, BANK, CASE
from arrears_events.audit.verification import Summary
from arrears_events.command import Parts
from arrears_events.errors import StackNotFound
from arrears_events.log.reader import Reader
from arrears_events.settings import Settings

T = TypeVar("T")
GROUP = "arrears.audit"
TOPICS = {topic.name: topic for topic in AUDITED}


class Unanswerable(click.ClickException):
    """Kafka cannot be reached, or holds nothing of what was asked for: neither yes nor no."""

    exit_code = 2


class Wanted(NamedTuple):
    """Whose story is told: one of the three is given, or an account or case with its customer."""

    account: str | None
    case: str | None
    customer: str | None


class Commands(Parts):
    """The commands of this package, and after them those that other packages add, by entry points of GROUP."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*self.commands, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return self.commands.get(cmd_name) or super().get_command(ctx, cmd_name)


def added() -> Iterable[EntryPoint]:
    return entry_points(group=GROUP)


@click.group(cls=Commands, find=added)
def audit() -> None:
    """Walk and prove the history, from Kafka alone."""


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document: findings and summary.")
def verify(as_json: bool) -> None:
    """Check versions, hash chains, ids, keys, partitions, causes, commands and control totals of all history.

    Ends with 0 when the history is whole (notes may have been made), 1 when it is not, 2 when it cannot be read.
    """
    sheet, bar = JsonSheet() if as_json else Sheet(), Bar()
    summary = answer(_verify(sheet, bar))
    bar.end()
    sheet.end(summary)
    sys.exit(1 if summary.findings["error"] else 0)


@audit.command()
@click.option("--account", metavar="A", help="The story of this account.")
@click.option("--case", metavar="C", help="The story of this case: what is of it, led to it, came of it.")
@click.option("--customer", metavar="K", help="The whole story of this customer; or whose account or case it is.")
@click.option("--json", "as_json", is_flag=True, help="A JSON list of events with all their data.")
def timeline(account: str | None, case: str | None, customer: str | None, as_json: bool) -> None:
    """Tell what happened, when, by whom, and because of what."""
    if bool(account) + bool(case) != 1 and not (customer and not account and not case):
        raise click.UsageError("Name one of --account and --case, or --customer alone.")
    lines = answer(_timeline(Wanted(account, _written(case), customer)))
    if as_json:
        click.echo(json.dumps([line.as_json(TOPICS[line.entry.record.topic]) for line in lines], indent=1))
    else:
        click.echo_via_pager("\n".join(table.rows(lines)) + "\n") if sys.stdout.isatty() else _echo(lines)


def _echo(lines: list[Line]) -> None:
    for row in table.rows(lines):
        click.echo(row)


def answer(question: Coroutine[Any, Any, T]) -> T:
    """The answer to a question that Kafka is asked. Raises Unanswerable."""
    try:
        return asyncio.run(question)
    except StackNotFound as missing:
        raise Unanswerable(str(missing)) from None
    except LookupError as missing:
        if isinstance(missing, KeyError):  # a bug of ours
            raise
        raise Unanswerable(str(missing)) from None
    except sqlite3.Error as error:
        raise Unanswerable(f"The evidence cannot be kept where TMPDIR says: {error}") from None
    except KafkaError as error:
        raise Unanswerable(f"Kafka does not answer: {error}") from None


def reader() -> Reader:
    """Of the log that the settings name."""
    settings = Settings()
    return Reader(settings.bootstrap(), settings.topic_prefix)


async def _verify(sheet: Sheet, bar: Bar) -> Summary:
    async with reader() as log:
        return await verify_history(log, AUDITED, sheet.tell, bar)


async def _timeline(wanted: Wanted) -> list[Line]:
    async with reader() as log:
        customer = wanted.customer or await _customer(log, wanted)
        entries = await entries_of_customer(log, AUDITED, customer)
    chosen = _chosen(entries, wanted)
    if not any(not entry.is_context for entry in chosen):
        raise LookupError(f"nothing on the log is about {' '.join(filter(None, wanted))}")
    return timeline_of(chosen, known=entries)


async def _customer(reader: Reader, wanted: Wanted) -> str:
    if wanted.account:
        return await find_customer(reader, BANK, "account_id", wanted.account)
    return await find_customer(reader, CASE, "case_id", wanted.case or "")


def _chosen(entries: list[Entry], wanted: Wanted) -> list[Entry]:
    if wanted.account:
        return of_account(entries, wanted.account)
    return of_case(entries, wanted.case) if wanted.case else entries


def _written(case: str | None) -> str | None:
    """A case's id in its one written form."""
    try:
        return str(UUID(case)) if case else None
    except ValueError:
        raise click.UsageError("A case's id is a UUID.") from None
