"""The bank answered an instruction: it may be to book one of the customer's plans."""

from arrears_events.catalogue.bank import BankInstructionAnswered
from arrears_events.envelope import SourceEvent
from arrears_runtime.reaction import on

from plan_service.domain.commitments import stream_of
from plan_service.domain.plan import AnswerInstruction


@on(BankInstructionAnswered, stream=lambda fact: stream_of(fact.data.customer_id))
def answer_instruction(fact: SourceEvent[BankInstructionAnswered]) -> AnswerInstruction:
    answered = fact.data
    return AnswerInstruction(
        instruction_id=answered.instruction_id,
        outcome=answered.outcome,
        reference=answered.reference,
        reason=answered.reason,
    )
