"""The bank collects a sold account no more: its case is closed, and no later word opens another."""

from arrears_events.catalogue.bank import AccountSold
from arrears_events.envelope import SourceEvent
from arrears_runtime.reaction import on

from case_service.domain.account import stream_of
from case_service.domain.bank_words import Sell


@on(AccountSold, stream=lambda fact: stream_of(fact.data.account_id))
def close_the_sold(fact: SourceEvent[AccountSold]) -> Sell:
    sold = fact.data
    return Sell(sold.customer_id, sold.account_id, sold.sold_on, sold.balance)
