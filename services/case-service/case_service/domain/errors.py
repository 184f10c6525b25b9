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
COMPLAINT_UNKNOWN: Final = "complaint-unknown"
"""There is no such complaint."""
COMPLAINT_RESOLVED: Final = "complaint-resolved"
"""The complaint has its `outcome` already."""
COMPLAINT_NOT_EXTENDABLE: Final = "complaint-not-extendable"
"""Before `answer_due_on` has passed a complaint is extended once as complex, then once as approved: `next`, if any."""
COMPLAINED_OF: Final = "complained-of"
"""Who is complained of neither extends nor resolves it."""
NOTICE_OUT_OF_RANGE: Final = "notice-out-of-range"
"""Notice is given on a day from `earliest`, when the complaint was received, to `latest`, today."""

__all__ = [
    "CASE_NOT_OPEN",
    "COMPLAINED_OF",
    "COMPLAINT_NOT_EXTENDABLE",
    "COMPLAINT_RESOLVED",
    "COMPLAINT_UNKNOWN",
    "DISPUTED_AMOUNT_ABOVE_ARREARS",
    "DISPUTED_AMOUNT_ZERO",
    "DISPUTE_RESOLVED",
    "DISPUTE_UNKNOWN",
    "NOTICE_OUT_OF_RANGE",
    "Refused",
]
