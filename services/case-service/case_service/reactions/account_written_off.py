"""A write-off moves the case to recovery."""

from arrears_events.catalogue.bank import AccountWrittenOff
from arrears_events.envelope import SourceEvent
from arrears_policy.decision_table import DecisionTable
from arrears_runtime.policies import InForce
from arrears_runtime.reaction import on

from case_service.domain.account import stream_of
from case_service.domain.bank_words import WriteOff
from case_service.domain.treatment import Treatment


@on(AccountWrittenOff, stream=lambda fact: stream_of(fact.data.account_id), policy="treatment")
def move_to_recovery(fact: SourceEvent[AccountWrittenOff], treatment: InForce) -> WriteOff:
    written_off = fact.data
    return WriteOff(
        customer_id=written_off.customer_id,
        account_id=written_off.account_id,
        written_off_on=written_off.written_off_on,
        balance=written_off.balance,
        treatment=Treatment(treatment.content(DecisionTable), treatment.ref),
    )
