"""A part that is a program of ours: a folder, a Python process, and an HTTP page that tells when it is ready."""

import sys
from functools import partial
from http.client import HTTPConnection, HTTPException

from arrears_local.home import Home
from arrears_local.part import Answer, Part
from arrears_local.ports import port_of
from arrears_local.program import Program

READY = "/ready"
ANSWER_SECONDS = 2.0


def python_part(
    name: str, module: str, *, ports: tuple[str, ...], door: str, page: str = READY, secrets: tuple[str, ...] = ()
) -> Part:
    """`door` names the port of its HTTP; `secrets` are made before it starts."""
    return Part(
        name,
        ports=ports,
        prepare=partial(_prepare, name, secrets),
        program=partial(_program, name, module),
        answer=partial(_answer, door, page),
        deadline_seconds=30.0,
        stop_seconds=2.0,
    )


def _prepare(name: str, secrets: tuple[str, ...], home: Home) -> None:
    home.make_folder(name)
    for secret in secrets:
        home.secret(secret)


def _program(name: str, module: str, home: Home) -> Program:
    return Program(name, (sys.executable, "-m", module, str(home.root)), home.folder(name))


def _answer(door: str, page: str, home: Home) -> Answer:
    ask = HTTPConnection("127.0.0.1", port_of(home, door), timeout=ANSWER_SECONDS)
    try:
        ask.request("GET", page)
        return Answer(ready=ask.getresponse().status == 200)
    except (OSError, HTTPException):
        return Answer(ready=False)
    finally:
        ask.close()
