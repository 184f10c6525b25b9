"""A write-off moves the case to recovery."""

from arrears_events.catalogue.bank import AccountWrittenOff
from arrears_events.envelope import SourceEvent
from arrears_runtime.reaction import on

from case_service.domain.account import WriteOff, stream_of


@on(AccountWrittenOff, stream=lambda fact: stream_of(fact.data.account_id))
def move_to_recovery(fact: SourceEvent[AccountWrittenOff]) -> WriteOff:
    written_off = fact.data
    return WriteOff(
        customer_id=written_off.customer_id,
        account_id=written_off.account_id,
        written_off_on=written_off.written_off_on,
        balance=written_off.balance,
    )
