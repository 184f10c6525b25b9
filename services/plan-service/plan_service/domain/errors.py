"""What the rules refuse. Each code is a problem type of the API and stays for ever; its facts are what decided."""

from typing import Final

from arrears_events.refused import Refused

PROMISE_OPEN: Final = "promise-open"
"""The customer has an open promise, `promise_id`."""
PROMISE_DATE_OUT_OF_RANGE: Final = "promise-date-out-of-range"
"""A promise is for a day from `earliest` to `latest`."""
PROMISE_AMOUNT_BELOW_LEAST: Final = "promise-amount-below-least"
"""A promise is of `least` at least."""
PROMISE_NOT_OPEN: Final = "promise-not-open"
"""Only the open promise can be cancelled."""
REVERSAL_UNLIKE_PAYMENT: Final = "reversal-unlike-payment"
"""The bank took back more than what was `paid`, or another currency: a dead letter, since no caller asked for it."""

ACCOUNT_IN_PLAN: Final = "account-in-plan"
"""An account is in the plan `plan_id`, proposed or agreed: there is no instalment of an instalment (CN-18)."""
ACCOUNT_SOLD: Final = "account-sold"
"""The bank sold the claim on the `accounts`: another collects them."""
ACCOUNT_TWICE: Final = "account-twice"
"""An account has one share in a plan."""
PLAN_AMOUNT_ZERO: Final = "plan-amount-zero"
"""Each account's share in a plan is above zero."""
PLAN_AMOUNT_TOO_LARGE: Final = "plan-amount-too-large"
"""A plan's debt, and what is to be paid in all, are no more than an amount can be."""
PLAN_TOO_LONG: Final = "plan-too-long"
"""A plan has `terms_max` instalments at most, the last due on `last_due_latest` at the latest."""
PLAN_RATE_ABOVE_LIMIT: Final = "plan-rate-above-limit"
"""A plan's annual rate, in millionths, is `most_ppm` at most; `rate_ppm` is dearer."""
PLAN_DATE_OUT_OF_RANGE: Final = "plan-date-out-of-range"
"""The first instalment is due on a day from `earliest` to `latest`."""
PLAN_PAYS_NOTHING: Final = "plan-pays-nothing"
"""Instalment `number` would pay nothing off: fewer instalments, an earlier first day, or a lower rate do."""
PLAN_UNKNOWN: Final = "plan-unknown"
"""The customer has no such plan."""
PLAN_NOT_PROPOSED: Final = "plan-not-proposed"
"""Only a plan that is proposed can be agreed, and an agreed one not in another way; this one is in `state`."""
PROPOSAL_OVER: Final = "proposal-over"
"""The last day for agreeing was `agree_by`."""
RECORDING_MISSING: Final = "recording-missing"
"""What is agreed by word of mouth is recorded, and the recording is kept (CN-17)."""
PLAN_NOT_OPEN: Final = "plan-not-open"
"""Only a plan that is proposed or agreed can be cancelled; this one is in `state`."""

POLICY_UNFIT: Final = "policy-unfit"
"""The `policy` in force has no such `value` from `least` to `most`: nothing is decided by it until another is."""

__all__ = [
    "ACCOUNT_IN_PLAN",
    "ACCOUNT_SOLD",
    "ACCOUNT_TWICE",
    "PLAN_AMOUNT_TOO_LARGE",
    "PLAN_AMOUNT_ZERO",
    "PLAN_DATE_OUT_OF_RANGE",
    "PLAN_NOT_OPEN",
    "PLAN_NOT_PROPOSED",
    "PLAN_PAYS_NOTHING",
    "PLAN_RATE_ABOVE_LIMIT",
    "PLAN_TOO_LONG",
    "PLAN_UNKNOWN",
    "POLICY_UNFIT",
    "PROMISE_AMOUNT_BELOW_LEAST",
    "PROMISE_DATE_OUT_OF_RANGE",
    "PROMISE_NOT_OPEN",
    "PROMISE_OPEN",
    "PROPOSAL_OVER",
    "RECORDING_MISSING",
    "REVERSAL_UNLIKE_PAYMENT",
    "Refused",
]
