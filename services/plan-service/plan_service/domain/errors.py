"""What the rules refuse. Each code is a problem type of the API and stays for ever; its facts are what decided."""

from typing import Final

from arrears_events.refused import Refused

PROMISE_OPEN: Final = "promise-open"
"""The customer has an open promise, `promise_id`."""
PROMISE_DATE_OUT_OF_RANGE: Final = "promise-date-out-of-range"
"""A promise is for a day from `earliest` to `latest`."""
PROMISE_AMOUNT_ZERO: Final = "promise-amount-zero"
"""A promise is of an amount above zero."""
PROMISE_NOT_OPEN: Final = "promise-not-open"
"""Only the open promise can be cancelled."""
REVERSAL_UNLIKE_PAYMENT: Final = "reversal-unlike-payment"
"""The bank took back more than what was `paid`, or another currency: a dead letter, since no caller asked for it."""

__all__ = [
    "PROMISE_AMOUNT_ZERO",
    "PROMISE_DATE_OUT_OF_RANGE",
    "PROMISE_NOT_OPEN",
    "PROMISE_OPEN",
    "REVERSAL_UNLIKE_PAYMENT",
    "Refused",
]
