"""The bank's latest word of each ledger's arrears, as itself said it: case-service does not tell one that repeats."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from arrears_events.catalogue.bank import BANK, ArrearsUpdated, PaymentMissed
from arrears_events.envelope import SourceEvent
from arrears_runtime.projection import view
from sqlalchemy import Column, Date, Numeric, Table, Text

from contact_service.views import metadata

words = Table(
    "words",
    metadata,
    Column("ledger", Text, primary_key=True),
    Column("amount", Numeric(18, 3)),
    Column("as_of", Date),
)
Said = PaymentMissed | ArrearsUpdated


class WordRow(NamedTuple):
    """`ledger` is <account>/<currency>."""

    ledger: str
    amount: Decimal
    as_of: date


def _ledger(fact: SourceEvent[Said]) -> str:
    return f"{fact.data.account_id}/{fact.data.arrears.currency}"


@view(words, WordRow, of=BANK, key=_ledger, takes=(PaymentMissed, ArrearsUpdated))
def fold(row: WordRow | None, fact: SourceEvent[Said]) -> WordRow:
    """A word of an older day, which came late, changes nothing."""
    word = fact.data
    return row if row and word.as_of < row.as_of else WordRow(_ledger(fact), word.arrears.amount, word.as_of)
