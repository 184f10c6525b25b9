"""Figures of any day: how many cases were open at each stage, and what was overdue in them."""

from dataclasses import dataclass
from datetime import date

from arrears_events.catalogue.case import Stage
from arrears_events.money import Currency, SumString, with_decimals
from arrears_runtime.http.callers import CallerRequest
from arrears_runtime.http.routing import Router

from case_service.views.intervals import StageArrears, StageCount, arrears_on, counts_on

router = Router(tag="figures")


@dataclass(frozen=True, slots=True)
class SumAnswer:
    """Over many cases: it may have more digits than one amount can."""

    amount: SumString
    currency: Currency


@dataclass(frozen=True, slots=True)
class StageAnswer:
    """`arrears` has one sum a currency: nothing is added across them."""

    stage: Stage
    cases: int
    arrears: list[SumAnswer]


@dataclass(frozen=True, slots=True)
class FiguresAnswer:
    """Of the cases opened on or before `on` and not closed by it, by the bank's words with an as_of up to it."""

    on: date
    cases: int
    stages: list[StageAnswer]


@router.get("/figures", permission="figures:read")
async def get_figures(request: CallerRequest, on: date) -> FiguresAnswer:
    """As the bank's dates have it, so a word that was told late counts from its day."""
    return _answer(on, await counts_on(request.db, on), await arrears_on(request.db, on))


def _answer(on: date, counts: list[StageCount], arrears: list[StageArrears]) -> FiguresAnswer:
    sums: dict[Stage, list[SumAnswer]] = {count.stage: [] for count in counts}
    for each in arrears:
        sums[each.stage].append(_sum(each))
    stages = [StageAnswer(count.stage, count.cases, sums[count.stage]) for count in counts]
    return FiguresAnswer(on, sum(count.cases for count in counts), stages)


def _sum(found: StageArrears) -> SumAnswer:
    """With the decimals of its currency; the table has as many for all."""
    return SumAnswer(with_decimals(found.amount, found.currency), found.currency)
