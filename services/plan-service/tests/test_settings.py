"""A service that is told wrongly does not start, and says so in one line."""

import os
import subprocess
import sys


def test_a_setting_that_cannot_be_ends_the_start_without_a_traceback():
    told = {
        "KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "DATABASE_URL": "postgresql://plan@127.0.0.1:1/plan",
        "PORT": "99999",
        "ISSUER": "http://127.0.0.1:1",
        "CURSOR_KEY": "k" * 32,
    }
    env = {**os.environ, **{f"ARREARS_{name}": value for name, value in told.items()}}
    ended = subprocess.run(
        (sys.executable, "-m", "plan_service.main"), env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (
        1,
        "",
        "ARREARS_PORT: Input should be less than or equal to 65535\n",
    )
