"""What the rules refuse. Each code is a problem type of the API and stays for ever; its facts are what decided."""

from typing import Final

from arrears_events.refused import Refused

CALL_NOT_MADE: Final = "call-not-made"
"""Only a call that was placed can be wrapped up."""
SAID_BY_NOBODY: Final = "said-by-nobody"
"""Nobody was reached in the call, so nobody `said` this."""
SAID_BY_ANOTHER: Final = "said-by-another"
"""The `party` that was reached cannot have `said` this for the customer."""
NUMBER_WAS_ANSWERED: Final = "number-was-answered"
"""A number at which this `party` was talked to is not a wrong one for that reason."""
ACCOUNT_NOT_OF_CALL: Final = "account-not-of-call"
"""The call was about `accounts`, and this is none of them."""
CALL_BACK_OPTED_OUT: Final = "call-back-opted-out"
"""Who wants no calls any more does not want to be called back."""
CALL_BACK_OUT_OF_RANGE: Final = "call-back-out-of-range"
"""A call back is for a day from `earliest` to `latest`."""

__all__ = [
    "ACCOUNT_NOT_OF_CALL",
    "CALL_BACK_OPTED_OUT",
    "CALL_BACK_OUT_OF_RANGE",
    "CALL_NOT_MADE",
    "NUMBER_WAS_ANSWERED",
    "SAID_BY_ANOTHER",
    "SAID_BY_NOBODY",
    "Refused",
]
