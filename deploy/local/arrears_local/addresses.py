"""Where each part of a stack is to be found. `.arrears/stack.json` tells it to every other command."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from arrears_local.home import Home, read_json, write_whole
from arrears_local.ports import port_of

AUDIENCE = "arrears"


@dataclass(frozen=True)
class Addresses:
    home: Path
    kafka: str
    postgres: str
    issuer: str
    mail: str
    sms: str
    dialler: str
    services: Mapping[str, str] = field(default_factory=dict[str, str])
    audience: str = AUDIENCE

    @property
    def book(self) -> dict[str, Any]:
        return {
            "kafka": self.kafka,
            "postgres": self.postgres,
            "issuer": self.issuer,
            "mail": self.mail,
            "sms": self.sms,
            "dialler": self.dialler,
            "audience": self.audience,
            "services": dict(self.services),
        }


def addresses_of(home: Home, services: tuple[str, ...] = ()) -> Addresses:
    """Ports are chosen for what has none yet."""
    return Addresses(
        home=home.root,
        kafka=f"127.0.0.1:{port_of(home, 'kafka')}",
        postgres=f"127.0.0.1:{port_of(home, 'postgres')}",
        issuer=f"http://127.0.0.1:{port_of(home, 'issuer')}",
        mail=f"127.0.0.1:{port_of(home, 'mail')}",
        sms=f"127.0.0.1:{port_of(home, 'sms')}",
        dialler=f"http://127.0.0.1:{port_of(home, 'dialler')}",
        services={name: f"http://127.0.0.1:{port_of(home, name)}" for name in services},
    )


def write_book(home: Home, addresses: Addresses) -> None:
    write_whole(home.address_book, json.dumps(addresses.book, indent=2) + "\n")


def read_book(home: Home) -> dict[str, Any]:
    """Empty before the first start."""
    return read_json(home.address_book)
