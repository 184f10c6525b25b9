"""The policies that a service ships, put in force in the local stack by two people of its own.

In earnest two persons of the bank do this, each with a token of theirs: `arrears policy publish`.
"""

import subprocess
import sys
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from arrears_local.errors import StackError
from arrears_local.home import Home
from arrears_local.program import environment
from arrears_local.tokens import issue_token

EFFECTIVE_FROM = date(2026, 3, 31)
"""The day before the first month that is played."""
SECONDS_MAX = 60


def shipped(package: str) -> list[Path]:
    """The texts in a service's folder `policies`, found without importing it."""
    found = find_spec(package)
    folders = found.submodule_search_locations if found else None
    return sorted(path for folder in folders or () for path in (Path(folder) / "policies").glob("*.yaml"))


def put_in_force(home: Home, service: str, package: str) -> None:
    """What is in force already is left as it is."""
    settings = {
        "ARREARS_HOME": str(home.root),
        "ARREARS_TOKEN": issue_token(home.root, role="risk"),
        "ARREARS_APPROVER_TOKEN": issue_token(home.root, role="supervisor"),
    }
    words = ("policy", "publish", *map(str, shipped(package)), "--service", service)
    told = subprocess.run(
        (sys.executable, "-m", "arrears_events.command", *words, "--effective-from", str(EFFECTIVE_FROM)),
        cwd=home.root,
        env=environment(settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS_MAX,
    )
    if told.returncode != 0:
        raise StackError(f"The policies of {service} could not be put in force:\n{told.stdout}{told.stderr}")
