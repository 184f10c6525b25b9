"""What the rules refuse. Each code is a problem type of the API and stays for ever; its facts are what decided."""

from typing import Final

from arrears_events.refused import Refused

CASE_NOT_OPEN: Final = "case-not-open"
"""The account has no open case, or another one than this."""
DISPUTED_AMOUNT_ZERO: Final = "disputed-amount-zero"
"""A dispute is about an amount above zero."""
DISPUTED_AMOUNT_ABOVE_ARREARS: Final = "disputed-amount-above-arrears"
"""More than the `arrears` of that currency less what is `held` by other disputes of the account."""
DISPUTE_UNKNOWN: Final = "dispute-unknown"
"""The account has no such dispute."""
DISPUTE_RESOLVED: Final = "dispute-resolved"
"""The dispute has its `outcome` already."""

__all__ = [
    "CASE_NOT_OPEN",
    "DISPUTED_AMOUNT_ABOVE_ARREARS",
    "DISPUTED_AMOUNT_ZERO",
    "DISPUTE_RESOLVED",
    "DISPUTE_UNKNOWN",
    "Refused",
]
