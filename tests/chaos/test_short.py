"""The short form, just as `make chaos` runs the long one."""

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
SECONDS_MAX = 500
"""Many times what it takes: a machine may be busy. Pytest waits longer, so what the run had said is shown."""


def test_whatever_is_killed_nothing_is_lost_doubled_or_changed():
    ran = subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--short"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS_MAX,
    )
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
