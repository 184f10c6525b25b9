"""What was measured, as a table for people and as `build/bench.json`."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = Path("build/bench.json")


@dataclass(frozen=True)
class Measured:
    """`ratio` is ours to the peer's, or a limit to ours: more is better, and below `target` it failed."""

    name: str
    ours: str
    peer: str
    ratio: float
    target: float
    figures: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def passed(self) -> bool:
        return self.ratio >= self.target


def within(name: str, measured_ms: float, limit_ms: float, figures: dict[str, Any]) -> Measured:
    """A time that must stay below a limit."""
    return Measured(name, f"{measured_ms:.1f} ms", f"limit {limit_ms:.0f} ms", limit_ms / measured_ms, 1.0, figures)


def at_least(name: str, rate: float, least: float, what: str, figures: dict[str, Any]) -> Measured:
    """So many a second must be had."""
    return Measured(name, per_second(rate, what), f"least {least:.0f}/s", rate / least, 1.0, figures)


def per_second(rate: float, what: str) -> str:
    return f"{rate:,.0f} {what}/s"


def table(measured: Sequence[Measured]) -> str:
    heads = ("", "ours", "peer", "ratio", "target", "")
    rows = [
        (m.name, m.ours, m.peer, f"{m.ratio:.2f}", f"{m.target:g}", "pass" if m.passed else "FAIL") for m in measured
    ]
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (heads, *rows)]
    return "\n".join(line.rstrip() for line in lines)


def machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "cpu": _cpu(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "load_average": [round(each, 2) for each in os.getloadavg()],
    }


def write(measured: Sequence[Measured], before: dict[str, Any], options: dict[str, Any]) -> None:
    """`before`: the machine as it was when the run began."""
    found = {
        "machine": before | {"load_average_at_end": machine()["load_average"]},
        "options": options,
        "measured": [
            {"name": m.name, "ratio": round(m.ratio, 3), "target": m.target, "passed": m.passed, "figures": m.figures}
            for m in measured
        ],
    }
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(found, indent=2) + "\n")


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
