"""What goes wrong at a command line, as one line that says what to do about it.

UserError
├── StackNotFound       settings: no address of Kafka, or of the services
├── LogUnreachable      Kafka does not answer, or has no such topic
├── PortfolioUnreadable bank: a line and a column of a file, and what must stand there
├── AnotherPortfolio    bank: the topic holds another portfolio, or another size of it
├── PublishedOtherwise  bank: the log has the same id with other content, or a day that does not agree with this one
└── NotSettled          bank: a service does not come to rest
"""


class UserError(Exception):
    """Its text is for the person who gave the command; `arrears` prints it without a traceback and ends with 1."""


class StackNotFound(UserError):
    pass


class LogUnreachable(UserError):
    pass


class PortfolioUnreadable(UserError):
    pass


class AnotherPortfolio(UserError):
    pass


class PublishedOtherwise(UserError):
    pass


class NotSettled(UserError):
    pass
