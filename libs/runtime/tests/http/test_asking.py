"""What a command line says when a service, its database or Kafka does not answer: one line, and what to do."""

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from arrears_events.command import main
from click.testing import CliRunner, Result

NOWHERE = "http://127.0.0.1:1"
Ask = Callable[..., Result]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Ask:
    """A command on an installation whose services are all dead."""
    (tmp_path / "stack.json").write_text(json.dumps({"kafka": "127.0.0.1:1", "services": {"plan-service": NOWHERE}}))
    monkeypatch.chdir(tmp_path)
    for name, value in {"HOME": str(tmp_path), "TOKEN": "x", "TOPIC_PREFIX": ""}.items():
        monkeypatch.setenv(f"ARREARS_{name}", value)
    return lambda *words: CliRunner().invoke(main, list(words))


@pytest.mark.parametrize("words", [["list"], ["show", "x/0/0"], ["skip", "x/0/0", "--by", "lin"]])
def test_a_service_that_is_dead_is_named_with_what_to_do(ask: Ask, words: list[str]) -> None:
    told = ask("dead-letters", "--service", "plan-service", *words)
    assert (told.exit_code, told.output) == (
        1,
        f"Error: No answer from {NOWHERE} (ConnectError). `arrears stack status` tells more, and `arrears stack up` "
        "starts what is down.\n",
    )


def test_the_same_of_policies(ask: Ask) -> None:
    told = ask("policy", "list", "--service", "plan-service")
    assert (told.exit_code, "No answer from" in told.output) == (1, True)


def test_kafka_that_is_away_is_told(ask: Ask) -> None:
    told = ask("topics", "apply")
    assert told.exit_code == 1
    assert told.output.startswith("Error: Kafka does not answer as it should: KafkaConnectionError: ")


def test_a_comparison_without_postgresql_says_what_must_be_there(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"postgresql://plan@127.0.0.1:{nobody.getsockname()[1]}/plan"
        told = compare(ask, monkeypatch, url)
    assert told.exit_code == 1
    assert told.output.startswith("Error: The tables of plan-service cannot be compared: ConnectionRefusedError. ")


def compare(ask: Ask, monkeypatch: pytest.MonkeyPatch, url: str) -> Result:
    told = {"DATABASE_URL": url, "KAFKA_BOOTSTRAP": "127.0.0.1:1", "PORT": "1", "ISSUER": "x", "CURSOR_KEY": "k" * 32}
    for name, value in told.items():
        monkeypatch.setenv(f"ARREARS_{name}", value)
    return ask("replay-check", "--service", "plan-service")
