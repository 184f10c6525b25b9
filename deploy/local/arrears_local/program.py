"""What is run for a part of the stack."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Program:
    """What runs for a part: the command, its working folder and its own settings."""

    part: str
    argv: tuple[str, ...]
    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    configuration: str = ""  # of a file that it reads
    as_postgres: bool = False

    @property
    def fingerprint(self) -> str:
        told = [self.argv, dict(self.settings), self.configuration]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment with `settings` as the only ones of ours: what is set at the shell does not leak in."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ARREARS_")}
    return inherited | dict(settings)
