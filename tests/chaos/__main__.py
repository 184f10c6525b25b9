"""`make chaos`: kill every part at random under load, then prove that nothing was lost, doubled or changed."""

import argparse
import asyncio
import logging
import secrets
import statistics
import sys
from collections import Counter, defaultdict
from random import Random
from time import monotonic

from tests.chaos import load
from tests.chaos.bank import Bank
from tests.chaos.checker import Checker
from tests.chaos.client import Client
from tests.chaos.history import History
from tests.chaos.killer import Killer
from tests.chaos.rounds import Rounds
from tests.chaos.stack import NAMES, Stack, stack

MINUTES = 10.0


def main() -> int:
    asked = _arguments()
    print(f"seed {asked.seed}", flush=True)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # a broker that dies is what this is about
    form = load.SHORT if asked.short else load.long(asked.minutes)
    with stack() as started:
        findings = asyncio.run(_run(started, form, asked.seed, everything=not asked.short))
        started.keep = bool(findings)
    for finding in findings:
        print(f"FOUND {finding}")
    print(f"{len(findings)} findings" + (f"; logs are in {started.home.state / 'log'}" if findings else ""))
    return 1 if findings else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--short", action="store_true", help="each part once and one more, about half a minute of load")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="of load, in the long form")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="of moments, parts and commands")
    return parser.parse_args()


async def _run(started: Stack, form: load.Form, seed: int, *, everything: bool) -> list[str]:
    history, killer, rounds = History(), Killer(started, seed), Rounds(started)
    bank = Bank(started, rounds, accounts=form.accounts, seed=seed)
    clients = [Client(number, seed, started, bank, history) for number in range(form.clients)]
    began = monotonic()
    await load.run(form, bank, clients, rounds, killer)
    _tell_load(history, bank, rounds, killer, monotonic() - began)
    checker, began = Checker(started, history, clients, rounds), monotonic()
    await checker.check(NAMES if everything else [Random(seed).choice(NAMES)])
    print("\n".join([*checker.figures, f"checked in {monotonic() - began:.1f} s"]), flush=True)
    return killer.findings + checker.findings


def _tell_load(history: History, bank: Bank, rounds: Rounds, killer: Killer, seconds: float) -> None:
    kills = ", ".join(f"{name} {count}" for name, count in sorted(Counter(killer.kills).items()))
    print(f"kills: {len(killer.kills)} in {seconds:.0f} s: {kills}")
    print(f"requests: {len(history.requests)}, acknowledged {len(history.done)}, refused {_told(history.refusals)}")
    print(f"retries: {history.unknown.total()}: {_told(history.unknown)}; answered again: {history.repeats}")
    print(f"bank: {bank.facts} facts, {bank.closed} closes of a day, begun anew {bank.begun_anew} times")
    print(f"rounds of what goes out: {rounds.over} over, {rounds.cut_short} cut short")
    healed: dict[str, list[float]] = defaultdict(list)
    for name, took in killer.healed:
        healed[name].append(took)
    for name, times in sorted(healed.items()):
        print(f"healed: {name} in {statistics.median(times):.1f} s, at most {max(times):.1f} s", flush=True)


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "none"


if __name__ == "__main__":
    sys.exit(main())
