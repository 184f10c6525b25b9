"""One infrastructure for all tests of the stack, in a home of its own, and a shell to give commands to it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import psutil
import pytest
from arrears_local import infrastructure, processes, stack
from arrears_local.home import Home
from arrears_local.part import Part

COMMAND = (sys.executable, "-c", "from arrears_local.command import stack; stack(prog_name='arrears stack')")


def command(home: Home, *words: str, **settings: str) -> subprocess.Popen[str]:
    """`arrears stack …`, begun in the home."""
    return subprocess.Popen(
        [*COMMAND, *words],
        env={**os.environ, "ARREARS_HOME": str(home.root), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(begun: subprocess.Popen[str]) -> SimpleNamespace:
    said, complained = begun.communicate(timeout=120)
    return SimpleNamespace(code=begun.returncode, said=said, complained=complained)


def pid_of(home: Home, part: str) -> int:
    found = processes.find(home, part)
    assert found is not None, f"{part} does not run"
    return found.pid


def worked_seconds(home: Home, part: str) -> float:
    """Of a processor, since the part was started. What a part can do in a second is told by this, and not by the clock
    on a machine that does other things besides."""
    worked = psutil.Process(pid_of(home, part)).cpu_times()
    return worked.user + worked.system


def everything_of(home: Home) -> list[psutil.Process]:
    """Whatever the machine runs that names the home in its command or works in it."""
    return [process for process in psutil.process_iter() if process.pid != os.getpid() and _concerns(process, home)]


def _concerns(process: psutil.Process, home: Home) -> bool:
    try:
        named = str(home.root) in " ".join(process.cmdline())
        return (named or Path(process.cwd()).is_relative_to(home.root)) and processes.is_alive(process)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


@pytest.fixture
def home(shared_home: Home) -> Home:
    """Everything runs, whatever the test before did."""
    infrastructure.up(shared_home.root)
    return shared_home


@pytest.fixture(scope="session")
def shared_home() -> Iterator[Home]:
    """Started by two commands at the same time, of which one has to wait for the other."""
    with _home() as made:
        begun = [command(made, "up", "--only", "infrastructure") for _ in range(2)]
        assert [ended(one).complained for one in begun if one.wait() != 0] == []
        yield made


@pytest.fixture
def empty_home() -> Iterator[Home]:
    with _home() as made:
        made.prepare()
        yield made


@pytest.fixture(scope="session")
def outside() -> Iterator[Home]:
    """Mail server, SMS centre and dialler, without all that they do not need."""
    with _home() as made:
        made.prepare()
        infrastructure.together_up(made, infrastructure.OUTSIDE)
        yield made


def killed_and_back(home: Home, part: Part) -> None:
    """As after a crash."""
    stack.kill(home, part)
    infrastructure.together_up(home, [part])


@contextmanager
def _home() -> Iterator[Home]:
    """Not below pytest's own folder: another run closes that to the account under which root's PostgreSQL works."""
    with TemporaryDirectory(prefix="arrears-") as folder:
        made = Home(Path(folder).resolve())
        try:
            yield made
        finally:
            infrastructure.down(made.root)
