"""The harness's commands: topics, dead letters, and the replay check."""

import asyncio
import importlib.metadata
import os
import sys
from collections.abc import Coroutine
from typing import Any, NamedTuple, TypeVar
from uuid import uuid4

import asyncpg
import click
import httpx
from aiokafka.errors import KafkaError
from arrears_events.errors import UserError
from arrears_events.log import topics as log_topics
from arrears_events.log.reader import BrokerSilent, Reader
from arrears_events.settings import Settings
from pydantic import ValidationError

from arrears_runtime import replay_check as check
from arrears_runtime.asking import answer, bearer, client_of
from arrears_runtime.database import UNAVAILABLE
from arrears_runtime.leading import REFUSALS
from arrears_runtime.rights import by_user
from arrears_runtime.settings import RuntimeSettings, faults

T = TypeVar("T")


@click.group()
def topics() -> None:
    """The topics of the log and their settings."""


@topics.command(name="apply")
@click.option("--grant", is_flag=True, help="Also grant the services, the bank and an auditor their rights.")
def apply_(*, grant: bool) -> None:
    """Make the topics that are missing and mend settings that differ. Deletes nothing.

    Ends with 1 when partitions differ: these nothing mends.
    """
    settings = Settings()
    applied = _reach(log_topics.apply(settings.bootstrap(), settings.topic_prefix))
    if grant:
        _reach(log_topics.grant(settings.bootstrap(), by_user(check.installed(), settings.topic_prefix)))
    for line in applied.done:
        click.echo(line)
    if applied.left:
        raise UserError("\n  ".join(["These topics are not as they must be:", *applied.left]))
    if not applied.done:
        click.echo("All topics are as they must be.")


@topics.command()
@click.option("--service", required=True, help="such as case-service")
@click.option("--at", "place", required=True, type=click.Choice(["first", "last"]))
def position(service: str, place: str) -> None:
    """Say where a service's reactions go on, when both its database and its Kafka group are lost.

    `first` reads all again: what led to an event is known and happens once. `last` passes over what is on the log now.
    """
    settings = Settings()
    count = _reach(set_position(settings, service, place))
    click.echo(f"{service} goes on from the {place} record of {count} partitions.")


class Asked(NamedTuple):
    service: str
    token: str | None

    def client(self) -> httpx.Client:
        """Raises UserError without a token: only once something is asked, so that help needs none."""
        headers = bearer(self.token, "ARREARS_TOKEN", "operator")
        client = client_of(self.service)
        client.headers.update(headers)
        return client


@click.group(name="dead-letters")
@click.option("--service", "name", default="case-service", show_default=True)
@click.option("--token", envvar="ARREARS_TOKEN", help="Bearer token; by default from ARREARS_TOKEN.")
@click.pass_context
def dead_letters(context: click.Context, name: str, token: str | None) -> None:
    """Records that a service could not read or handle."""
    context.obj = Asked(name, token)


@dead_letters.command(name="list")
@click.pass_obj
def list_(asked: Asked) -> None:
    """Those that nobody has dealt with."""
    letters = answer(asked.client().get("/dead-letters"))["items"]
    for letter in letters:
        waits = f"customer {letter['customer_id']} waits" if letter["customer_id"] else "nobody waits"
        click.echo(f"{_at(letter):<32} {letter['reason']:<24} {waits} {letter['detail']}".rstrip())
    if not letters:
        click.echo(f"No dead letters in {asked.service}.")


@dead_letters.command()
@click.argument("at")
@click.pass_obj
def show(asked: Asked, at: str) -> None:
    """The record at TOPIC/PARTITION/OFFSET, as it came."""
    found = answer(asked.client().get(f"/dead-letters/{at}"))
    click.echo(f"reason: {found['letter']['reason']}\nkey:    {found['key']}\n{found['value']}")


@dead_letters.command()
@click.argument("at")
@click.option("--by", required=True, help="Who looked at it.")
@click.pass_obj
def replay(asked: Asked, at: str, by: str) -> None:
    """The code is mended: handle the record at TOPIC/PARTITION/OFFSET and all its customer missed."""
    _resolve(asked.client(), at, "replays", by)
    click.echo(f"{at} is being read again.")


@dead_letters.command()
@click.argument("at")
@click.option("--by", required=True, help="Who looked at it.")
@click.pass_obj
def skip(asked: Asked, at: str, by: str) -> None:
    """The record at TOPIC/PARTITION/OFFSET is wrong: pass over it for ever."""
    _resolve(asked.client(), at, "skips", by)
    click.echo(f"{at} is passed over for ever.")


@click.command(name="replay-check")
@click.option("--service", "only", help="One service; without it all that are installed here.")
def replay_check(only: str | None) -> None:
    """Fold the whole log in this fresh process and compare every table of every service with it, row by row."""
    services = check.installed()
    if only and only not in services:
        raise UserError(f"There is no {only}; there are {', '.join(services)}.")
    differ = False
    for name in [only] if only else list(services):
        try:
            found = _reach(check.check(services[name], _settings_of(name)))
        except check.NotAtRest as error:
            raise UserError(str(error)) from None
        except (asyncpg.PostgresError, *UNAVAILABLE) as error:
            raise UserError(_no_tables(name, error)) from None
        click.echo(f"{name}: {found.tables} tables, {found.rows} rows, {len(found.differences)} differences")
        for difference in found.differences:
            click.echo(f"  {difference}")
        differ = differ or bool(found.differences)
    sys.exit(1 if differ else 0)


async def set_position(settings: Settings, service: str, place: str) -> int:
    """Commit the place to the service's Kafka group; the number of partitions."""
    services = check.installed()
    if service not in services:
        raise UserError(f"There is no {service}; there are {', '.join(services)}.")
    async with Reader(settings.bootstrap(), settings.topic_prefix, group=settings.topic_prefix + service) as reader:
        names = [topic.name for topic in services[service].reads]
        at = [(name, partition) for name in names for partition in await reader.partitions(name)]
        offsets = await (reader.starts(at) if place == "first" else reader.ends(at))
        reader.read_from(offsets)
        await reader.commit(offsets)
        return len(at)


def _settings_of(name: str) -> RuntimeSettings:
    """Of the service itself: from this process's environment, or as the stack that is installed beside us knows it."""
    for part in importlib.metadata.entry_points(group="arrears.environments"):
        os.environ.update({key: value for key, value in part.load()(name).items() if key.startswith("ARREARS_")})
    try:
        return RuntimeSettings()  # type: ignore[call-arg]
    except ValidationError as wrong:
        told = "\n  ".join([f"Not said where {name} keeps its tables; `arrears stack up` does.", *faults(wrong)])
        raise UserError(told) from None


def _no_tables(name: str, error: Exception) -> str:
    """What PostgreSQL itself says may quote a row, so its error is told by its kind."""
    return (
        f"The tables of {name} cannot be compared: {type(error).__name__}. Its database must be there, with the tables "
        f"that {name} makes when it starts; `arrears stack up` sees to both on one machine."
    )


def _resolve(client: httpx.Client, at: str, how: str, by: str) -> None:
    answer(client.post(f"/dead-letters/{at}/{how}", json={"by": by}, headers={"Idempotency-Key": str(uuid4())}))


def _at(letter: dict[str, Any]) -> str:
    return f"{letter['topic']}/{letter['partition']}/{letter['offset']}"


def _reach(work: Coroutine[Any, Any, T]) -> T:
    """Its answer. What a service would not start with, the log's first records gone among it, is told as there."""
    try:
        return asyncio.run(work)
    except (KafkaError, BrokerSilent) as error:
        raise UserError(f"Kafka does not answer as it should: {error}. `arrears stack status` tells more.") from None
    except REFUSALS as error:
        raise UserError(str(error)) from None
