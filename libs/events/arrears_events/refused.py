"""A command that the rules do not allow."""

from typing import Any


class Refused(Exception):
    """`code` is the problem type of the API, stable for ever; `facts` are what decided, never a sentence."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
