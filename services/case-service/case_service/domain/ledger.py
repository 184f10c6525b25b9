"""A ledger is (account, currency): what the bank last said of it, and the stage (账龄) that its days past due make."""

from dataclasses import dataclass, replace
from datetime import date

from arrears_events.catalogue.case import ArrearsChanged, CaseOpened, Stage
from arrears_events.catalogue.ledger import Parts
from arrears_events.money import Money


@dataclass(frozen=True)
class Ledger:
    """The last word that changed something, of the end of `as_of`, or the clearing on that day.

    `restructured`: nothing is overdue because the debt was arranged anew.
    """

    as_of: date
    arrears: Money
    days_past_due: int = 0
    parts: Parts | None = None
    restructured: bool = False

    @classmethod
    def unknown(cls, currency: str) -> "Ledger":
        return cls(date.min, Money.of(0, currency))

    @classmethod
    def of(cls, event: CaseOpened | ArrearsChanged) -> "Ledger":
        restructured = isinstance(event, ArrearsChanged) and event.restructured
        return cls(event.as_of, event.arrears, event.days_past_due, event.parts, restructured)

    @property
    def keeps_open(self) -> bool:
        return bool(self.arrears) or self.restructured

    def differs(self, other: "Ledger") -> bool:
        """A newer date alone is no difference."""
        return replace(self, as_of=other.as_of) != other


def stage_of(days_past_due: int) -> Stage:
    """Thirty days a stage, the last without an end."""
    stages: tuple[Stage, ...] = ("M0", "M1", "M2", "M3", "M4", "M5", "M6", "M7")
    return stages[min((days_past_due + 29) // 30, 7)]
