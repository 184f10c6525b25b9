"""Why a provider did not confirm that it took what was handed to it. None of these says to whom, or what.

Unconfirmed
├── Rejected   it said no, for good
├── NotTaken   surely it took nothing: it may be handed over again
└── Unknown    nobody can say whether it took it
"""

from arrears_events.catalogue.contact import FailureReason


class Unconfirmed(Exception):
    """All that a gateway raises for what happens outside; anything else is a bug."""


class Rejected(Unconfirmed):
    def __init__(self, reason: FailureReason = "rejected") -> None:
        super().__init__(reason)
        self.reason: FailureReason = reason


class NotTaken(Unconfirmed):
    pass


class Unknown(Unconfirmed):
    pass
