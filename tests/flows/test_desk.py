"""The desk and its customers at work for three months, on a whole installation: nothing of it is chance."""

import asyncio
import warnings
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from arrears_events.bank.play import play, publisher_of
from arrears_events.bank.portfolio import Portfolio, from_file, generated
from arrears_events.catalogue.case import CASE
from arrears_events.catalogue.contact import CONTACT
from arrears_events.catalogue.plan import PLAN
from arrears_events.log import topics
from arrears_events.log.reader import Reader
from arrears_local import dialler, infrastructure, mail, sms
from arrears_local.clients import Clients
from arrears_local.desk import Desk
from arrears_local.history import read
from arrears_local.home import Home
from arrears_local.money_trail import MoneyTrail
from arrears_local.outcomes import Outcomes
from arrears_policy.second_look.reading import look_again

from tests.flows import cut_off
from tests.flows.installation import Installation, installed
from tests.flows.test_portfolio import FIRST_MONTH, Expected, check_against

SEED = 3
LAST = date(2026, 6, 21)
ACCOUNTS = 60


class Enough(Exception):
    """These months do for a test."""


def forget(home: Home) -> None:
    """The outside knows a mail, a call and an answer by its id, which is the same in every run: it begins anew."""
    infrastructure.together_down(home, infrastructure.OUTSIDE)
    for journal in (mail.journal_of, mail.replies_journal_of, sms.journal_of, dialler.journal_of):
        journal(home).unlink(missing_ok=True)


async def worked(portfolio: Portfolio, to: Installation, last: date = LAST) -> None:
    home, token = Home(to.addresses.home), infrastructure.issue_token(to.addresses.home, role="supervisor")
    mail.hand_replies_to(home, f"{to.urls['contact-service']}/mail/replies")
    async with (
        Desk(to.urls, token, SEED) as desk,
        Clients(home, SEED) as clients,
        publisher_of(portfolio, to.bootstrap, to.prefix) as bank,
    ):

        async def stop(day: date) -> None:
            if day >= last:
                raise Enough

        with suppress(Enough):
            await play(portfolio, bank, to.urls, clients.answer, desk.work, stop, token=to.token())
    await to.settled()


async def outcomes(to: Installation) -> tuple[Outcomes, MoneyTrail]:
    found, trail = Outcomes(), MoneyTrail()
    async with Reader(to.bootstrap, to.prefix) as log:
        await read(log, (found, trail))
    return found, trail


async def said(to: Installation, topic: Any, *, whole: bool) -> dict[tuple[str, int], Any]:
    """By place in the stream; contacts by type alone, since they hold moments, positions and sealed words."""
    facts = [topic.decode(record.value) for record in await to.records(topic.name)]
    return {(fact.streamid, fact.streamversion): (fact.type, fact.data if whole else None) for fact in facts}


def _can_cut_off() -> bool:
    possible = cut_off.possible()
    if not possible:
        warnings.warn("this machine allows no network namespaces: the services are not cut off", stacklevel=2)
    return possible


async def test_two_runs_do_the_same_and_every_plan_that_was_agreed_is_booked(
    addresses: Any, database: Callable[[], str]
):
    """In the second run no service can reach another: all that they know of each other they heard on the log."""
    portfolio, runs = generated(ACCOUNTS, SEED, FIRST_MONTH), []
    for prefix, alone in (("desk-1.", False), ("desk-2.", _can_cut_off())):
        await asyncio.to_thread(forget, Home(addresses.home))
        await topics.apply(addresses.kafka, prefix)
        try:
            async with installed(addresses, prefix, database, outside=True, cut_off=alone) as made:
                await worked(portfolio, made)
                found, trail = await outcomes(made)
                facts = [await said(made, topic, whole=topic is not CONTACT) for topic in (CASE, PLAN, CONTACT)]
                runs.append((found.contacts, found.promises, found.plans, found.instalments, found.complaints, facts))
                assert trail.faults() == []
                assert found.promises
                assert found.complaints
                assert set(found.instructions) <= {("book_plan", "done"), ("book_plan", "not answered yet")}
                assert found.instructions["book_plan", "done"] > 0
        finally:
            await topics.remove(addresses.kafka, prefix)
    assert runs[0] == runs[1]


@pytest.mark.slow
async def test_the_first_thousand_real_accounts_worked_for_six_months(
    real_data: Path, addresses: Any, kafka: Any, database: Callable[[], str]
):
    """The cases are those of the bank's facts alone; each cent received serves once or not at all; no law is broken."""
    await asyncio.to_thread(forget, Home(addresses.home))
    async with installed(addresses, kafka.prefix, database, outside=True) as made:
        await worked(from_file(real_data, 1_000, FIRST_MONTH), made, date.max)
        await check_against(Expected(real_data, 1_000), made)
        found, trail = await outcomes(made)
        assert trail.faults() == []
        sums = trail.sums["TWD"]
        assert (sums.payments, sums.received, sums.taken_back) == (4_648, 29_514_518, 0)
        assert min(sums.to_instalments, sums.to_promises) > 0
        assert sums.to_instalments + sums.to_promises + trail.rest("TWD") == sums.received
        assert found.instructions["book_plan", "done"] > 0
        breaches: list[Any] = []
        async with Reader(made.bootstrap, made.prefix) as log:
            tally = await look_again(log, breaches.append)
        assert breaches == []
        assert sum(tally.contacts.values()) > 100
