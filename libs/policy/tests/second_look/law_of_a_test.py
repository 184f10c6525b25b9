"""The law of the tests: two packs as a bank would publish them, with one rule of each kind that the log can tell of."""

from typing import Any

EVERY = "pre_due_reminder, plan_reminder, service_answer, statutory_notice, collection, legal"
HEAD = """\
policy: {name}
kind: rule-pack
title: {name}
clause: test
source: test
grade: default
effective_from: 2026-03-31
jurisdiction: {jurisdiction}
rules:
"""
RULE = """\
  - id: {id}
    says: {says}
    clause: test
    source: test
    grade: default
    purposes: [{purposes}]
    media: [{media}]
"""


def rule(id_: str, says: str, *, purposes: str = EVERY, media: str = "call, sms, email", **fields: Any) -> str:
    head = RULE.format(id=id_, says=says, purposes=purposes, media=media)
    return head + "".join(f"    {name}: {value}\n" for name, value in fields.items())


def gate(id_: str, condition: str, **fields: Any) -> str:
    return rule(id_, f"Only while {condition}.", type="gate", condition=condition, **fields)


def hold(id_: str, *statuses: str, **fields: Any) -> str:
    held = ", ".join(statuses)
    return rule(id_, f"Not while {held}.", type="hold", statuses=f"[{held}]", **fields)


def pack(name: str, *rules: str, jurisdiction: str = "") -> str:
    return HEAD.format(name=name, jurisdiction=jurisdiction or name) + "".join(rules)


BASE = pack(
    "base",
    gate("BANK-01a", "arrears_not_covered_by_payments", purposes="collection"),
    gate("BANK-01b", "no_fresh_payment_claim", purposes="collection"),
    hold("BANK-03", "deceased", "insolvent", "represented"),
    hold("BANK-04", "plan_agreed", purposes="collection"),
    hold("BANK-05", "opted_out", purposes="collection, plan_reminder"),
    gate("BANK-06", "point_not_barred"),
    hold("BANK-07", "collection_stopped", purposes="collection"),
    hold("BANK-08", "cease_requested"),
    gate("SYS-01a", "last_close_fresh"),
    hold("SYS-01b", "customer_stopped"),
    gate("SYS-01c", "reader_in_step", number=60),
    hold("SYS-02b", "disputed_in_full", purposes="collection"),
    jurisdiction="every",
)
WINDOW = rule(
    "CN-01",
    "Only from 08:00 to 22:00.",
    purposes="collection, plan_reminder",
    type="window",
    hours='{every: "08:00-22:00"}',
    opens="included",
    closes="excluded",
    unless="consent",
)
CONVERSATIONS = rule(
    "CN-03",
    "At most three conversations a day.",
    purposes="collection, plan_reminder",
    media="call",
    type="count",
    counts="conversation",
    by="person",
    over="calendar_day",
    at_most=3,
)
UNANSWERED = rule(
    "CN-05",
    "At most six unanswered attempts a day to one number.",
    media="call",
    type="count",
    counts="unanswered",
    by="number",
    over="calendar_day",
    at_most=6,
)
CN = pack(
    "cn",
    WINDOW,
    CONVERSATIONS,
    UNANSWERED,
    gate("CN-11", "point_reserved_or_consented", purposes="legal"),
    gate("CN-07", "debtor_unreachable", parties="[third_person]", number=3),
    gate("CN-12", "is_debtor_or_guarantor", purposes="collection"),
)
