"""The topics that an auditor reads: all history that is kept for ever. Compacted topics and dead letters are none."""

from typing import Any

from arrears_events.catalogue import bank, case, contact, plan
from arrears_events.codec import Topic

BANK: Topic[Any] = bank.BANK
CASE: Topic[Any] = case.CASE
SETTINGS: tuple[Topic[Any], ...] = (case.CASE_SETTINGS, contact.CONTACT_SETTINGS, plan.PLAN_SETTINGS)
AUDITED: tuple[Topic[Any], ...] = (BANK, CASE, contact.CONTACT, plan.PLAN, *SETTINGS)
