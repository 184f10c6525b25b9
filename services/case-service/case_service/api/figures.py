"""Figures of any day: how many cases were open at each stage, and what was overdue in them."""

from dataclasses import dataclass
from datetime import date

from arrears_events.catalogue.case import Stage
from arrears_events.money import Money
from arrears_runtime.http.callers import CallerRequest
from arrears_runtime.http.routing import Router

from case_service.views.intervals import StageArrears, StageCount, arrears_on, counts_on

router = Router(tag="figures")


@dataclass(frozen=True, slots=True)
class StageAnswer:
    """`arrears` has one amount a currency: nothing is added across them."""

    stage: Stage
    cases: int
    arrears: list[Money]


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
    amounts: dict[Stage, list[Money]] = {count.stage: [] for count in counts}
    for each in arrears:
        amounts[each.stage].append(Money.of(each.amount, each.currency))
    stages = [StageAnswer(count.stage, count.cases, amounts[count.stage]) for count in counts]
    return FiguresAnswer(on, sum(count.cases for count in counts), stages)
