"""The whole stack with stand-ins for the services: what they are told, what they may reach, and how they are healed."""

import json
import os
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest
from arrears_local import databases, kafka, part, stack
from arrears_local.addresses import addresses_of
from arrears_local.errors import StackError
from arrears_local.home import Home
from arrears_local.ports import port_of
from arrears_local.services import SERVICES

from .conftest import command, ended, everything_of, pid_of

TOPICS = """
    import os, sys
    assert sys.argv[1:] == ["topics", "apply", "--grant"]
    assert os.environ["ARREARS_KAFKA_BOOTSTRAP"]
"""
SERVICE = """
    import http.server, json, os, pathlib
    READY = True
    settings = {name: value for name, value in os.environ.items() if name.startswith("ARREARS_")}
    pathlib.Path("told.json").write_text(json.dumps(settings))

    class Ready(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            checks = {"leading": {"ok": READY, "detail": "the log is not mine"}}
            self.wfile.write(json.dumps({"ready": READY, "lag": 7, "outbox": 0, "checks": checks}).encode())

    http.server.HTTPServer((os.environ["ARREARS_HOST"], int(os.environ["ARREARS_PORT"])), Ready).serve_forever()
"""


@pytest.fixture
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    sources = {f"{service.package}/main.py": SERVICE for service in SERVICES} | {"arrears_events/command.py": TOPICS}
    for name, source in sources.items():
        module = tmp_path / name
        module.parent.mkdir()
        (module.parent / "__init__.py").touch()
        module.write_text(dedent(source))
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}")
    return tmp_path


@pytest.fixture
def whole(home: Home, stand_ins: Path) -> Home:
    stack.up(home)
    return home


def told(home: Home, service: str) -> dict[str, str]:
    return json.loads((home.folder(service) / "told.json").read_text())


def test_each_service_is_told_its_own_database_and_its_own_user_of_the_same_log(whole: Home):
    addresses = addresses_of(whole)
    for service in SERVICES:
        settings = told(whole, service.name)
        assert settings["ARREARS_DATABASE_URL"] == databases.dsn_of(addresses, service.database)
        assert settings["ARREARS_KAFKA_BOOTSTRAP"] == f"127.0.0.1:{port_of(whole, kafka.DOOR)}"
        assert settings["ARREARS_KAFKA_USER"] == service.name
        assert settings["ARREARS_CLOCK"] == "business"
    for secret in ("ARREARS_CURSOR_KEY", "ARREARS_KAFKA_PASSWORD"):
        assert len({told(whole, service.name)[secret] for service in SERVICES}) == len(SERVICES)


def test_a_killed_service_comes_back_and_the_others_stay(whole: Home):
    others = [pid_of(whole, name) for name in ("contact-service", "plan-service")]
    assert ended(command(whole, "kill", "case-service")).code == 0
    assert ended(command(whole, "status")).code == 1
    stack.up(whole)
    assert ended(command(whole, "status")).code == 0
    assert [pid_of(whole, name) for name in ("contact-service", "plan-service")] == others


def test_a_service_whose_database_was_dropped_starts_anew_on_an_empty_one(whole: Home):
    before = pid_of(whole, "plan-service")
    databases.drop_database(addresses_of(whole), "plan_service")
    stack.up(whole)
    assert pid_of(whole, "plan-service") != before
    assert "plan_service" in databases.existing_databases(addresses_of(whole))


def test_another_clock_starts_the_services_anew_and_is_kept(whole: Home):
    stack.up(whole, clock="wall")
    stack.up(whole)
    assert told(whole, "case-service")["ARREARS_CLOCK"] == "wall"
    stack.up(whole, clock="business")


def test_a_service_that_does_not_come_up_is_named_with_its_log(whole: Home, stand_ins: Path):
    (stand_ins / "case_service" / "main.py").write_text("raise SystemExit('the reason')")
    stack.kill(whole, stack.SERVICE_PARTS[0])
    with pytest.raises(StackError, match=r"(?s)case-service ended at once.*the reason"):
        stack.up(whole)


def test_a_service_that_is_not_ready_is_named_with_what_it_says(whole: Home, stand_ins: Path):
    (stand_ins / "case_service" / "main.py").write_text(dedent(SERVICE).replace("READY = True", "READY = False"))
    case_service = stack.SERVICE_PARTS[0]
    part.take_down(whole, case_service)
    with pytest.raises(StackError, match=r"not ready within 1 s\. leading: the log is not mine"):
        part.bring_up(whole, replace(case_service, deadline_seconds=1.0))
    part.take_down(whole, case_service)


def test_status_for_programs_has_every_address_and_part(whole: Home):
    shown = json.loads(ended(command(whole, "status", "--json")).said)
    assert shown["parts"]["case-service"] == {
        "state": "running",
        "pid": pid_of(whole, "case-service"),
        "lag": 7,
    }
    assert shown["services"].keys() == {service.name for service in SERVICES}
    assert [shown["parts"][name]["state"] for name in ("mail", "sms", "dialler")] == ["running"] * 3
    assert shown["dialler"] == addresses_of(whole).dialler


def test_down_leaves_nothing_running(whole: Home):
    assert ended(command(whole, "down")).said.startswith("Stopped case-service, contact-service, plan-service, kafka")
    assert everything_of(whole) == []


def test_looking_at_a_stack_that_was_never_started_changes_nothing(tmp_path: Path):
    assert ended(command(Home(tmp_path), "status")).code == 1
    assert "arrears stack up" in ended(command(Home(tmp_path), "token", "--role", "auditor")).complained
    assert list(tmp_path.iterdir()) == []


def test_clean_removes_all_state(tmp_path: Path):
    Home(tmp_path).prepare()
    assert ended(command(Home(tmp_path), "clean")).code == 0
    assert list(tmp_path.iterdir()) == []
