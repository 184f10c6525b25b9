"""`make bench`: ours beside its peers in one run, on a stack of its own. Ends with 1 when a target is missed.

What is compared, and how it is timed, stands at the top of the file of each part.
"""

import sys
from dataclasses import asdict, dataclass

import click
import uvloop

from tests.bench import commands, guard, latency, messages, rebuild, results, stopping
from tests.bench.results import Measured
from tests.bench.stage import Stage, stage

PARTS = ("rebuild", "commands", "latency", "stopping", "messages", "guard")


@dataclass(frozen=True)
class Size:
    accounts: int = 5_000
    sample: int = 3_000  # records for the usual way
    repetitions: int = 3  # of each rebuild
    rounds: int = 5
    requests: int = 4_000  # of each round
    seconds: int = 20  # of each latency
    waves: int = 3  # of messages and of mails
    messages: int = 1_200  # of each wave
    mails: int = 500
    questions: int = 2_000  # to the guard, of each kind


SHORT = Size(
    accounts=1_000, sample=1_000, repetitions=1, rounds=2, requests=1_500, seconds=5, waves=1, messages=600, mails=300
)


@click.command(help=__doc__)
@click.option("--accounts", type=click.IntRange(min=100), help="Of the portfolio that is rebuilt.")
@click.option("--short", is_flag=True, help="Smaller, in a few minutes; its figures are rougher.")
@click.option("--only", type=click.Choice(PARTS), multiple=True, help="One of the parts.")
def main(accounts: int | None, short: bool, only: tuple[str, ...]) -> None:
    size = SHORT if short else Size()
    size = Size(**{**asdict(size), "accounts": accounts or size.accounts})
    before = results.machine()
    if before["load_average"][0] > (before["cores"] or 1) / 2:
        print(f"This machine is busy already (load average {before['load_average'][0]}): the figures will be rough.")
    with stage() as on:
        measured = uvloop.run(measure(on, size, only or PARTS))
    results.write(measured, before, asdict(size))
    print(f"\n{results.table(measured)}\n\nAll figures: {results.FILE}")
    sys.exit(not all(each.passed for each in measured))


async def measure(on: Stage, size: Size, parts: tuple[str, ...]) -> list[Measured]:
    found: list[Measured] = []
    if "rebuild" in parts:
        found += await rebuild.measure(on, accounts=size.accounts, sample=size.sample, repetitions=size.repetitions)
    if "commands" in parts:
        found += await commands.measure(on, rounds=size.rounds, requests=size.requests)
    if "latency" in parts:
        found += await latency.measure(on, seconds=size.seconds)
    if "stopping" in parts:
        found += await stopping.measure(on, seconds=size.seconds)
    if "messages" in parts:
        found += await messages.measure(on, waves=size.waves, messages=size.messages, mails=size.mails)
    if "guard" in parts:
        found += guard.measure(repetitions=size.questions)
    return found


if __name__ == "__main__":
    main()
