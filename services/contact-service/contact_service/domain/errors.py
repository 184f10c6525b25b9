"""What the rules refuse. Each code is a problem type of the API and stays for ever; its facts are what decided."""

from typing import Final

from arrears_events.refused import Refused

CALL_NOT_MADE: Final = "call-not-made"
"""Only a call that was placed can be wrapped up."""

__all__ = ["CALL_NOT_MADE", "Refused"]
