"""What the stack says when it cannot go on: one sentence of what happened, one of what to do."""

import click


class StackError(click.ClickException):
    """The message is for the person at the shell, who sees it as it is, and exit code 1."""
