"""Publishing a portfolio: all its days at once, or day by day, waiting each time until the services are done."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from arrears_events.bank.core import Core
from arrears_events.bank.people import details_of
from arrears_events.bank.portfolio import SOURCE, Portfolio
from arrears_events.bank.publisher import BankPublisher
from arrears_events.bank.settled import Services
from arrears_events.catalogue.bank import CustomerProfileChanged
from arrears_events.errors import AnotherPortfolio

FACTS_AT = time(1, tzinfo=UTC)
"""When, on a business day, facts are given: before the services' 10:00 in every zone the portfolios lie in.

One for all, so that two runs write the same bytes.
"""
ANSWERS_AT = time(18, tzinfo=UTC)
"""When the core has done what the services asked for at their 10:00, in whichever of these zones."""

AfterDay = Callable[[date], Awaitable[None]]
Progress = Callable[[int], None]


def publisher_of(portfolio: Portfolio, bootstrap: str, topic_prefix: str = "") -> BankPublisher:
    return BankPublisher(bootstrap, source=portfolio.source, topic_prefix=topic_prefix)


async def publish(portfolio: Portfolio, bank: BankPublisher, progress: Progress = lambda _: None) -> int:
    """All days that are not on the log yet, at once; gives their number. Raises AnotherPortfolio."""
    days = days_left(portfolio, bank)
    for day in days:
        await publish_facts(portfolio, bank, day)
        await bank.close_day(day, _next(day))
        progress(1)
    return len(days)


async def play(
    portfolio: Portfolio,
    bank: BankPublisher,
    services: Mapping[str, str],
    *after_day: AfterDay,
    each_day: bool = False,
    progress: Progress = lambda _: None,
    token: str | None = None,
) -> int:
    """Day by day: the facts, and all is settled; the core's answers, and again; the close, and again; what is due to go
    out, and again; each of `after_day`, and again; what that asked to go out, and once more.

    `services`: URLs by name. `token`: of who lets go out what is due (permission round:start). Days without a fact that
    follow one another are closed together, and `after_day` hears of the last; with `each_day` they are not. Gives the
    number of days. Raises AnotherPortfolio, NotSettled.
    """
    days = days_left(portfolio, bank)
    async with (
        Services(bank.bootstrap, bank.topic_prefix, services, token=token) as all_,
        Core(bank) as core,
    ):
        for together in _batches(portfolio, days, each_day):
            await _bank_day(portfolio, bank, core, all_, together)
            await _goes_out(all_)
            for work in after_day:
                await work(together[-1])
                await all_.settled()
            if after_day:
                await _goes_out(all_)
            progress(len(together))
    return len(days)


async def _bank_day(
    portfolio: Portfolio, bank: BankPublisher, core: Core, services: Services, days: list[date]
) -> None:
    """The first of `days` with all that is said on it, and the closes of all of them."""
    await publish_facts(portfolio, bank, days[0])
    await bank.acknowledged()
    await services.settled()
    if await core.answer(datetime.combine(days[0], ANSWERS_AT)):
        await bank.acknowledged()
        await services.settled()
    await bank.close_days((day, _next(day)) for day in days)
    await services.settled()


async def _goes_out(services: Services) -> None:
    await services.round()
    await services.settled()


async def publish_facts(portfolio: Portfolio, bank: BankPublisher, day: date) -> None:
    """What all accounts have on `day`; with a customer's profile, who they are."""
    at = datetime.combine(day, FACTS_AT)
    if day in portfolio.fact_days:
        for facts in portfolio.facts_on(day):
            for fact in facts:
                await bank.publish(fact.event, id=fact.id, time=at)
                if isinstance(fact.event, CustomerProfileChanged):
                    customer = fact.event.customer_id
                    await bank.tell(details_of(customer), id=f"{customer}/details/{day}", time=at)


def days_left(portfolio: Portfolio, bank: BankPublisher) -> list[date]:
    """Days of the portfolio that are not closed on the log. Raises AnotherPortfolio when it holds another one."""
    others = sorted(source for source in bank.other_sources if source.startswith(SOURCE))
    if others:
        raise AnotherPortfolio(
            f"The log holds the portfolio {others[0].removeprefix(SOURCE)}, and this is {portfolio.name}-"
            f"{portfolio.accounts}: take the same accounts and month again, or begin anew with `arrears stack clean`."
        )
    return [day for day in portfolio.days if bank.last_closed is None or day > bank.last_closed]


def _batches(portfolio: Portfolio, days: list[date], each_day: bool) -> Iterator[list[date]]:
    with_facts = set(portfolio.fact_days)
    for has_facts, group in groupby(days, key=with_facts.__contains__):
        together = list(group)
        yield from ([day] for day in together) if has_facts or each_day else [together]


def _next(day: date) -> date:
    return day + timedelta(days=1)
