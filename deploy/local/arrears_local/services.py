"""The three services as the stack sees them: a process, a database and a port each, and what each is told to run with.

Only here is a service's environment written, and only the service's own settings file reads it.
"""

import json
import sys
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException
from typing import Any

from arrears_local import dialler, kafka, mail, policies, sms
from arrears_local.addresses import addresses_of
from arrears_local.databases import dsn_of
from arrears_local.home import Home, nearest_home, read_json, write_whole
from arrears_local.part import Answer, Part
from arrears_local.ports import port_of
from arrears_local.program import Program

ANSWER_SECONDS = 3.0
LACKS_POLICIES = "policies: "
"""How the complaint of a service begins that needs some."""
CLOCKS = ("business", "wall")
SMS_SENDER = "10690000"


@dataclass(frozen=True)
class Service:
    name: str

    @property
    def package(self) -> str:
        return self.name.replace("-", "_")

    @property
    def database(self) -> str:
        """Its role has the same name."""
        return self.package

    @property
    def part(self) -> Part:
        return Part(
            self.name,
            ports=(self.name,),
            prepare=lambda home: home.make_folder(self.name),
            program=partial(program, self),
            answer=partial(answer, self),
            attend=partial(attend, self),
            stop_seconds=10.0,
        )


SERVICES = tuple(Service(name) for name in ("case-service", "contact-service", "plan-service"))


def program(service: Service, home: Home) -> Program:
    argv = (sys.executable, "-m", f"{service.package}.main")
    return Program(service.name, argv, home.folder(service.name), _settings(service, home))


def answer(service: Service, home: Home) -> Answer:
    said = health(service, home)
    return Answer(ready=said.get("ready") is True, complaint=_complaint(said), left=said.get("lag"))


def attend(service: Service, home: Home, answer: Answer) -> None:
    """A new service has no policies and decides nothing: those that it ships are put in force."""
    if LACKS_POLICIES in answer.complaint:
        policies.put_in_force(home, service.name, service.package)


def environment_of(name: str) -> dict[str, str]:
    """What a service of the nearest stack runs with, for commands that look at its tables; empty without a stack."""
    home = nearest_home()
    service = next((service for service in SERVICES if service.name == name), None)
    if service is None or not home.address_book.exists():
        return {}
    return _settings(service, home)


def health(service: Service, home: Home) -> dict[str, Any]:
    """What the service says of itself at `GET /health/ready`; empty when it says nothing."""
    ask = HTTPConnection("127.0.0.1", port_of(home, service.name), timeout=ANSWER_SECONDS)
    try:
        ask.request("GET", "/health/ready")
        said = json.loads(ask.getresponse().read())
    except (OSError, HTTPException, ValueError):
        return {}
    finally:
        ask.close()
    return said if isinstance(said, dict) else {}


def _complaint(said: dict[str, Any]) -> str:
    """Of the checks that the service makes of itself, what the failing ones say."""
    checks = said.get("checks", {})
    return "; ".join(f"{name}: {check.get('detail')}" for name, check in checks.items() if not check.get("ok"))


def clock_of(home: Home) -> str:
    return read_json(home.choices).get("clock", CLOCKS[0])


def choose_clock(home: Home, clock: str) -> None:
    """Kept until another is chosen."""
    write_whole(home.choices, json.dumps({**read_json(home.choices), "clock": clock}))


def _settings(service: Service, home: Home) -> dict[str, str]:
    addresses = addresses_of(home)
    return {
        **kafka.settings_of(service.name, home),
        "ARREARS_TOPIC_PREFIX": "",
        "ARREARS_DATABASE_URL": dsn_of(addresses, service.database),
        "ARREARS_ISSUER": addresses.issuer,
        "ARREARS_AUDIENCE": addresses.audience,
        "ARREARS_HOST": "127.0.0.1",
        "ARREARS_PORT": str(port_of(home, service.name)),
        "ARREARS_CLOCK": clock_of(home),
        "ARREARS_CURSOR_KEY": home.secret(f"cursor-{service.name}"),
        "ARREARS_MASTER_KEY": home.secret(f"master-{service.name}"),
        **(
            providers(home, f"http://127.0.0.1:{port_of(home, service.name)}")
            if service.name == "contact-service"
            else {}
        ),
    }


def providers(home: Home, url: str) -> dict[str, str]:
    """Those of the local stack, for a contact-service at `url`; what customers see of the sender leads nowhere."""
    return {
        **mail.settings(home),
        **sms.settings(home),
        **dialler.settings(home),
        "ARREARS_MAIL_SENDER": "Example Bank <cards@bank.example>",
        "ARREARS_SMS_SENDER": SMS_SENDER,
        "ARREARS_DIALLER_CALLER": "4000000000",
        "ARREARS_DIALLER_CALLBACK_URL": f"{url}/dialler/results",
    }
