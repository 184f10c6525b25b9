"""The checkout that a stack belongs to, and the one folder in it where all state lies."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arrears_local.errors import StackError

SECRET_BYTES = 32


@dataclass(frozen=True)
class Home:
    root: Path

    @property
    def state(self) -> Path:
        return self.root / ".arrears"

    @property
    def address_book(self) -> Path:
        """Read by every other command to find the stack; see `addresses.py`."""
        return self.state / "stack.json"

    @property
    def ports(self) -> Path:
        return self.state / "ports.json"

    @property
    def choices(self) -> Path:
        """What the person at the shell chose when starting the stack, such as the clock."""
        return self.state / "choices.json"

    def folder(self, part: str) -> Path:
        """A part's own data, and its working folder."""
        return self.state / part

    def make_folder(self, part: str) -> Path:
        folder = self.folder(part)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def log(self, part: str) -> Path:
        return self.state / "log" / f"{part}.log"

    def record(self, part: str) -> Path:
        """Which process was started for the part."""
        return self.state / "run" / f"{part}.json"

    def secret(self, name: str) -> str:
        """Random hex, made when it is first asked for, and readable by its owner alone."""
        path = self.state / "secrets" / name
        if not path.exists():
            write_whole(path, secrets.token_hex(SECRET_BYTES))
        return path.read_text()

    def prepare(self) -> None:
        """Others may pass through the state folder (PostgreSQL does not run as root), and list or read nothing."""
        if self.state.exists() and self.state.stat().st_uid != os.geteuid():
            raise StackError(
                f"{self.state} belongs to another user. Start the stack as that user, or remove the folder."
            )
        for path, mode in ((self.state, 0o711), (self.state / "log", 0o700), (self.state / "run", 0o700)):
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(mode)
        (self.state / "secrets").mkdir(mode=0o700, exist_ok=True)


def nearest_home() -> Home:
    """`ARREARS_HOME`, else the checkout around the working folder, else the working folder."""
    if named := os.environ.get("ARREARS_HOME"):
        return Home(Path(named).resolve())
    here = Path.cwd()
    return Home(next((folder for folder in (here, *here.parents) if _is_checkout(folder)), here))


def write_whole(path: Path, text: str) -> None:
    """A reader sees the old text or the new, never a part; a file of the owner's alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    partial.touch(mode=0o600)
    partial.write_text(text)
    partial.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """Empty when the file is not there, or was not written by us."""
    try:
        found = json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_checkout(folder: Path) -> bool:
    return (folder / "Makefile").is_file() and (folder / "deploy" / "local").is_dir()
