"""Each service's OpenAPI document, made without a database, a log or an environment."""

import importlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from arrears_runtime.database import Database
from arrears_runtime.decider import Command, Outcome
from arrears_runtime.http.application import application
from arrears_runtime.http.service import Condition, NotReady
from arrears_runtime.http.settings import HttpSettings
from arrears_runtime.service import Service
from pydantic import SecretStr

from tests.architecture.packages import SERVICES

NOWHERE = HttpSettings(port=1, issuer="https://issuer.example", cursor_key=SecretStr("0" * 32))


class Unasked:
    """A service of which only the routes are looked at."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def db(self) -> Database:
        raise NotReady(self.name)

    async def append(self, _: list[Command], /) -> list[Outcome]:
        raise NotReady(self.name)

    async def condition(self) -> Condition:
        raise NotReady(self.name)

    def now(self, _: str, /) -> datetime:
        raise NotReady(self.name)

    def today(self, _: str, /) -> date:
        raise NotReady(self.name)


def documents() -> dict[str, str]:
    """Service -> its document."""
    return {name: json.dumps(_document(name), indent=2, ensure_ascii=False) + "\n" for name in SERVICES}


def _document(name: str) -> dict[str, Any]:
    wiring = importlib.import_module(f"{name.replace('-', '_')}.main")
    refusals: Mapping[str, int] = getattr(wiring, "REFUSALS", {})
    made = application(title=name, routers=wiring.ROUTERS, service=Unasked(name), settings=NOWHERE, refusals=refusals)
    return made.openapi()


def services() -> list[Service]:
    """What each service is made of."""
    return [importlib.import_module(f"{name.replace('-', '_')}.main").SERVICE for name in SERVICES]
