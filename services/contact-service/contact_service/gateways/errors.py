"""Why a provider did not confirm that it took what was handed to it. None of these says to whom, or what.

Unconfirmed
├── Rejected   it said no, for good
├── NotTaken   surely it took nothing: it may be handed over again
│   └── TooLate   the time was over in which this process may hand it over
└── Unknown    nobody can say whether it took it
"""

from collections.abc import Callable

from arrears_events.catalogue.contact import FailureReason

Still = Callable[[], None]
"""Called as the last thing before something is handed over for good; raises TooLate when it may not be any more."""


class Unconfirmed(Exception):
    """All that a gateway raises for what happens outside; anything else is a bug."""


class Rejected(Unconfirmed):
    def __init__(self, reason: FailureReason = "rejected") -> None:
        super().__init__(reason)
        self.reason: FailureReason = reason


class NotTaken(Unconfirmed):
    pass


class TooLate(NotTaken):
    pass


class Unknown(Unconfirmed):
    pass


def at_any_time() -> None:
    """Who hands over something that nobody else could settle needs no limit."""
