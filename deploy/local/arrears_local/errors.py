"""What the stack says when it cannot go on: one sentence of what happened, one of what to do."""


class StackError(Exception):
    """The message is shown to the person at the shell as it is."""


class NotAnswering(StackError):
    """A part was started, or found, and did not become ready before its deadline."""
