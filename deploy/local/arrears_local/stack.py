"""The whole stack: infrastructure and outside, then topics and databases, then services: each needs the one before."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from arrears_local import processes
from arrears_local.addresses import Addresses, addresses_of, write_book
from arrears_local.databases import create_database, existing_databases
from arrears_local.errors import StackError
from arrears_local.home import Home
from arrears_local.infrastructure import INFRASTRUCTURE, OUTSIDE, together_down, together_up
from arrears_local.lock import sole_command
from arrears_local.part import Part, bring_up, take_down
from arrears_local.program import environment
from arrears_local.services import SERVICES, choose_clock

SERVICE_PARTS = tuple(service.part for service in SERVICES)
PARTS = (*INFRASTRUCTURE, *OUTSIDE, *SERVICE_PARTS)
TOPICS_SECONDS_MAX = 120


def up(home: Home, clock: str | None = None, with_services: bool = True) -> Addresses:
    """All ready on return. Also the healer: what runs well is left alone, everything else is started."""
    with sole_command(home):
        if clock is not None:
            choose_clock(home, clock)
        together_up(home, (*INFRASTRUCTURE, *OUTSIDE) if with_services else INFRASTRUCTURE)
        write_book(home, _addresses(home))
        if with_services:
            _prepare_services(home)
            together_up(home, SERVICE_PARTS)
            write_book(home, _addresses(home))  # anew, since a service may have had to leave its port
        return _addresses(home)


def down(home: Home) -> list[str]:
    """Services before what they stand on. The names of those that ran; all data stays."""
    with sole_command(home):
        return _all_down(home)


def clean(home: Home) -> list[str]:
    """As if the stack had never been started; only the downloads in the user's cache stay."""
    with sole_command(home):
        ran = _all_down(home)
        shutil.rmtree(home.state)
        return ran


def restart(home: Home, part: Part) -> None:
    with sole_command(home):
        take_down(home, part)
        bring_up(home, part)
        write_book(home, _addresses(home))


def kill(home: Home, part: Part) -> int | None:
    """As a crash would, with a signal that nothing can answer. The pid, none when the part did not run."""
    process = processes.find(home, part.name)
    if process is not None:
        processes.kill([process])
    return process.pid if process else None


def _all_down(home: Home) -> list[str]:
    return together_down(home, SERVICE_PARTS) + together_down(home, (*INFRASTRUCTURE, *OUTSIDE))


def _addresses(home: Home) -> Addresses:
    return addresses_of(home, tuple(part.name for part in SERVICE_PARTS))


def _prepare_services(home: Home) -> None:
    with ThreadPoolExecutor() as pool:
        for prepared in [pool.submit(_ensure_databases, home), pool.submit(_apply_topics, home)]:
            prepared.result()


def _ensure_databases(home: Home) -> None:
    """A service whose database was dropped under it is ended, so that it starts anew and comes back from Kafka."""
    addresses = addresses_of(home)
    existing = existing_databases(addresses)
    for service in SERVICES:
        if service.database not in existing:
            take_down(home, service.part)
        create_database(addresses, service.database)


def _apply_topics(home: Home) -> None:
    settings = {"ARREARS_KAFKA_BOOTSTRAP": addresses_of(home).kafka, "ARREARS_HOME": str(home.root)}
    ask = [sys.executable, "-m", "arrears_events.command", "topics", "apply", "--grant"]
    told = subprocess.run(
        ask,
        cwd=home.root,
        env=environment(settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=TOPICS_SECONDS_MAX,
    )
    if told.returncode != 0:
        raise StackError(f"The topics could not be applied (`arrears topics apply`):\n{told.stdout}{told.stderr}")
