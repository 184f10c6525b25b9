"""`arrears stack`: the whole stack on this machine."""

import json
import logging
import sys
import time
from collections.abc import Mapping

import click

from arrears_local import deliveries
from arrears_local import stack as whole
from arrears_local.errors import StackError
from arrears_local.home import nearest_home
from arrears_local.part import Part, last_lines
from arrears_local.services import CLOCKS
from arrears_local.status import PartStatus, advice, as_json, is_well, status
from arrears_local.tokens import MINUTES, issue_token, role_names

PARTS = {part.name: part for part in whole.PARTS}
SHOWN_LINES = 40


def _part(_: click.Context, __: click.Parameter, name: str) -> Part:
    return PARTS[name]


part_argument = click.argument("part", type=click.Choice(list(PARTS)), callback=_part)


@click.group()
def stack() -> None:
    """The whole stack on this machine: start or heal it, look at it, stop it. Its state lies in .arrears/."""
    said = logging.StreamHandler(sys.stderr)
    said.setFormatter(logging.Formatter("%(message)s"))
    ours = logging.getLogger("arrears_local")
    ours.handlers, ours.propagate = [said], False
    ours.setLevel(logging.INFO)


@stack.command()
@click.option(
    "--clock",
    type=click.Choice(CLOCKS),
    help="What the services take for the time; business unless told. Kept until changed.",
)
@click.option("--only", type=click.Choice(["infrastructure"]), help="PostgreSQL, Kafka and the issuer, no more.")
def up(clock: str | None, only: str | None) -> None:
    """Start the stack, or heal it: what runs well is left alone."""
    began = time.monotonic()
    home = nearest_home()
    whole.up(home, clock, with_services=only is None)
    _show(status(home))
    click.echo(f"Ready after {time.monotonic() - began:.1f} s.", err=True)


@stack.command()
def down() -> None:
    """Stop every part. All data stays."""
    ran = whole.down(nearest_home())
    click.echo(f"Stopped {', '.join(ran)}." if ran else "Nothing was running.")


@stack.command()
def clean() -> None:
    """Stop every part and remove all data of this stack. Downloads are kept."""
    home = nearest_home()
    whole.clean(home)
    click.echo(f"Removed {home.state}.")


@stack.command(name="status")
@click.option("--json", "for_programs", is_flag=True, help="The same for programs.")
def show_status(for_programs: bool) -> None:
    """Show each part, its address, process and lag. Exit code 1 unless all that was started is well."""
    home = nearest_home()
    parts = status(home)
    if for_programs:
        click.echo(json.dumps(as_json(home, parts), indent=2))
    else:
        _show(parts)
        click.echo(advice(parts), err=True)
    sys.exit(0 if is_well(parts) else 1)


@stack.command()
@click.option("--role", required=True, type=click.Choice(role_names()))
@click.option("--subject", help="Who the token is for. By default <role>-1.")
@click.option("--permission", "permissions", multiple=True, help="Exactly these instead of the role's own. Repeatable.")
@click.option("--minutes", default=MINUTES, show_default=True, help="How long it is good for.")
def token(role: str, subject: str | None, permissions: tuple[str, ...], minutes: float) -> None:
    """Print a bearer token for the services."""
    home = nearest_home()
    click.echo(issue_token(home.root, role=role, subject=subject, permissions=permissions or None, minutes=minutes))


@stack.command()
@part_argument
def restart(part: Part) -> None:
    """Stop one part and start it again."""
    whole.restart(nearest_home(), part)
    click.echo(f"{part.name} is running again.")


@stack.command()
@part_argument
def kill(part: Part) -> None:
    """Kill one part as a crash would (kill -9); `arrears stack up` heals it."""
    pid = whole.kill(nearest_home(), part)
    if pid is None:
        raise StackError(f"{part.name} is not running.")
    click.echo(f"Killed {part.name} ({pid}). `arrears stack up` heals it.")


@stack.command()
@part_argument
@click.option("-n", "lines", default=SHOWN_LINES, show_default=True, help="How many lines from its end.")
def logs(part: Part, lines: int) -> None:
    """Print the end of one part's log."""
    click.echo(last_lines(nearest_home(), part.name, lines))


for delivered in deliveries.COMMANDS:
    stack.add_command(delivered)


def _show(parts: Mapping[str, PartStatus]) -> None:
    click.echo(f"{'part':<16} {'state':<10} {'pid':>8} {'lag':>8}  address")
    for name, part in parts.items():
        pid, lag = ("-" if number is None else number for number in (part.pid, part.lag))
        click.echo(f"{name:<16} {part.state:<10} {pid:>8} {lag:>8}  {part.address or '-'}")
