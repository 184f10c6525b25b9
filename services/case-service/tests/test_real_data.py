"""The first 1,000 accounts of the real data set, from the bank's facts through the reactions to cases."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from arrears_events.bank.portfolio import from_file
from arrears_events.catalogue.base import Event, PolicyRef
from arrears_events.envelope import SourceEvent
from arrears_runtime.policies import InForce
from arrears_runtime.testing.specification import Specification
from case_service.domain.account import decide
from case_service.domain.history import Account, evolve
from case_service.main import SERVICE

from .examples import shipped

REACTIONS = {reaction.event: reaction for reaction in SERVICE.reactions}
specification = Specification(decide, evolve)
TREATMENT = InForce(shipped("treatment"), PolicyRef(name="treatment", version=1, sha256=shipped("treatment").sha256))


def test_the_first_thousand_accounts_give_the_known_cases(real_data: Path):
    portfolio, accounts, seen = (
        from_file(real_data, 1_000, date(2026, 4, 1)),
        dict[str, Account | None](),
        Counter[str](),
    )
    for day in portfolio.fact_days:
        for facts in portfolio.facts_on(day):
            for id_, event in facts:
                seen.update([event.wire, *react(accounts, id_, event)])
    assert (seen["PaymentMissed"], seen["CaseOpened"], seen["CaseClosed"]) == (832, 392, 158)
    assert sum(account is not None and account.case is not None for account in accounts.values()) == 234
    assert 0 < seen["TreatmentStepDue"] <= seen["CaseOpened"] + seen["StageChanged"]


def react(accounts: dict[str, Account | None], id_: str, event: Event) -> list[str]:
    """The names of the events that a fact of the bank led to."""
    reaction = REACTIONS.get(type(event))
    if reaction is None:
        return []
    fact = SourceEvent[Any].model_construct(id=id_, data=event)
    stream, policies = reaction.stream(fact), (TREATMENT,) if reaction.policy else ()
    accounts[stream], decided = specification.run(accounts.get(stream), reaction.ask(fact, *policies))
    return [each.wire for each in decided]
