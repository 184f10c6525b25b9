"""The topics that an auditor reads: all history that is kept for ever and has a language in the catalogue."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from typing import Any

from arrears_events.catalogue import bank, case, contact, plan
from arrears_events.codec import Topic

BANK: Topic[Any] = bank.BANK
CASE: Topic[Any] = case.CASE
AUDITED: tuple[Topic[Any], ...] = (BANK, CASE, contact.CONTACT, plan.PLAN)
