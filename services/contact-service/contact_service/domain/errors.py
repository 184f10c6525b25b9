"""What the rules refuse. Each code is a problem type of the API and stays for ever; its facts are what decided."""

from typing import Final

from arrears_events.refused import Refused

CONTACT_UNKNOWN: Final = "contact-unknown"
"""The customer has no such contact that is still open."""

__all__ = ["CONTACT_UNKNOWN", "Refused"]
