"""What clients asked and what they were told: the ground on which the log is judged."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from arrears_events.ids import command_id


@dataclass(frozen=True)
class Answer:
    """`code` is a problem's; `id` and `version` are those of a command that was done."""

    status: int
    code: str = ""
    id: str = ""
    version: int = 0

    @property
    def done(self) -> bool:
        return self.status == 201


@dataclass
class Request:
    """One command of one client. `unknown`: why it was not told what became of it, each time that it asked again."""

    subject: str
    key: str
    service: str
    path: str
    body: dict[str, Any]
    streamid: str = ""
    if_match: int | None = None
    answers: list[Answer] = field(default_factory=list[Answer])
    unknown: list[str] = field(default_factory=list[str])

    @property
    def command_id(self) -> UUID:
        return command_id(self.subject, self.key)

    @property
    def done(self) -> Answer | None:
        """The first answer that acknowledged it."""
        return next((answer for answer in self.answers if answer.done), None)

    def __str__(self) -> str:
        return f"{self.service} {self.path} of {self.subject} with key {self.key} ({self.command_id})"


@dataclass
class History:
    requests: list[Request] = field(default_factory=list[Request])

    @property
    def done(self) -> list[Request]:
        return [request for request in self.requests if request.done]

    @property
    def refusals(self) -> Counter[str]:
        refused = (request for request in self.requests if request.answers and not request.done)
        return Counter(request.answers[-1].code for request in refused)

    @property
    def unknown(self) -> Counter[str]:
        return Counter(why for request in self.requests for why in request.unknown)

    @property
    def repeats(self) -> int:
        """Answers that were given again."""
        return sum(len(request.answers) - 1 for request in self.requests if request.answers)
