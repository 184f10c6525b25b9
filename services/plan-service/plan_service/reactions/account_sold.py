"""Of an account that the bank sold nothing is promised or paid to us any more."""

from arrears_events.catalogue.bank import AccountSold
from arrears_events.envelope import SourceEvent
from arrears_runtime.reaction import on

from plan_service.domain.commitments import EndForSale, stream_of


@on(AccountSold, stream=lambda fact: stream_of(fact.data.customer_id))
def end_for_sale(fact: SourceEvent[AccountSold]) -> EndForSale:
    return EndForSale(fact.data.customer_id, fact.data.account_id)
