"""The command `arrears`: its parts are found by entry points, so that one that is broken does not break the others."""

import logging
from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import click

from arrears_events.errors import UserError

GROUP = "arrears.commands"


def installed_parts() -> Iterable[EntryPoint]:
    return entry_points(group=GROUP)


class Parts(click.Group):
    """Loads a part when it is asked for. A UserError ends in one line and exit code 1."""

    def __init__(self, *args: Any, find: Callable[[], Iterable[EntryPoint]] = installed_parts, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._find = find

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted({part.name for part in self._find()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        part = next((part for part in self._find() if part.name == cmd_name), None)
        if part is None:
            return None
        try:
            return part.load()
        except Exception as error:  # whatever is wrong with it, the other parts must work
            return _broken(part, error)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UserError as error:
            raise click.ClickException(str(error)) from None


@click.command(cls=Parts, no_args_is_help=True)
@click.version_option(package_name="arrears-events")
def main() -> None:
    """A collections system whose history is the log."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what it would say is said by the error that follows


def _broken(part: EntryPoint, error: Exception) -> click.Command:
    why = f"{part.value} does not load: {type(error).__name__}: {error}"

    @click.command(part.name, short_help=f"(does not load: {type(error).__name__})", add_help_option=False)
    @click.argument("_", nargs=-1, type=click.UNPROCESSED)
    def broken(_: tuple[str, ...]) -> None:
        raise click.ClickException(f"{why}. `make` installs all parts again.")

    broken.ignore_unknown_options = True
    return broken


if __name__ == "__main__":
    main()
