"""Cleared arrears close a case, unless the debt was restructured."""

from arrears_events.catalogue.bank import ArrearsCleared
from arrears_events.envelope import SourceEvent
from arrears_runtime.reaction import on

from case_service.domain.account import stream_of
from case_service.domain.bank_words import ClearArrears


@on(ArrearsCleared, stream=lambda fact: stream_of(fact.data.account_id))
def clear_the_arrears(fact: SourceEvent[ArrearsCleared]) -> ClearArrears:
    cleared = fact.data
    return ClearArrears(
        customer_id=cleared.customer_id,
        account_id=cleared.account_id,
        cleared_on=cleared.cleared_on,
        reason=cleared.reason,
        balance=cleared.balance,
    )
