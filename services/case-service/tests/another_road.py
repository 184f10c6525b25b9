"""What an account comes to, by another road than the domain's: no events, no case, only what each ledger last said."""

from dataclasses import dataclass, field
from typing import Any

from case_service.domain.bank_words import ClearArrears, NoteArrears, WriteOff


@dataclass
class Ledgers:
    """An account by another road: what each ledger last said, and whether that keeps a case open. No events."""

    open: bool = False
    written_off: bool = False
    last: dict[str, tuple[Any, int, bool]] = field(default_factory=dict[str, tuple[Any, int, bool]])
    days_past_due: dict[str, int] = field(default_factory=dict[str, int])

    def hear(self, fact: NoteArrears | ClearArrears | WriteOff) -> None:
        match fact:
            case NoteArrears(as_of=on, arrears=arrears):
                self._hear(on, arrears.currency, int(arrears.amount), fact.days_past_due, restructured=None)
                self.open = self.open or any(amount > 0 for _, amount, _ in self.last.values())
            case ClearArrears(cleared_on=on, balance=balance):
                self._hear(on, balance.currency, 0, 0, restructured=self.open and fact.reason == "restructured")
                self.open = self.open and any(amount or kept for _, amount, kept in self.last.values())
            case WriteOff():
                self.written_off = True

    def _hear(self, on: Any, currency: str, amount: int, days_past_due: int, *, restructured: bool | None) -> None:
        kept = self.last[currency][2] and not amount if restructured is None and currency in self.last else restructured
        self.last[currency] = on, amount, bool(kept)
        self.days_past_due[currency] = days_past_due

    @property
    def arrears(self) -> dict[str, int]:
        return {currency: amount for currency, (_, amount, _) in self.last.items() if amount and self.open}

    @property
    def stage(self) -> str:
        worst = max(self.days_past_due.values())
        by_table = [(0, "M0"), (30, "M1"), (60, "M2"), (90, "M3"), (120, "M4"), (150, "M5"), (180, "M6")]
        return "recovery" if self.written_off else next((stage for until, stage in by_table if worst <= until), "M7")


def date_and_ledger(fact: NoteArrears | ClearArrears | WriteOff) -> tuple[Any, str]:
    match fact:
        case NoteArrears():
            return fact.as_of, fact.arrears.currency
        case ClearArrears():
            return fact.cleared_on, fact.balance.currency
        case WriteOff():
            return fact.written_off_on, ""
