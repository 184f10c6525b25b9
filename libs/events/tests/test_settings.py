"""Where the log and the services are."""

import json
from pathlib import Path

import pytest
from arrears_events.errors import StackNotFound
from arrears_events.settings import Settings

BOOK = {"kafka": "127.0.0.1:9092", "services": {"case-service": "http://127.0.0.1:8001"}}


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("KAFKA_BOOTSTRAP", "TOPIC_PREFIX", "HOME"):
        monkeypatch.delenv(f"ARREARS_{name}", raising=False)
    monkeypatch.chdir(tmp_path)


def stack_in(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "stack.json").write_text(json.dumps(BOOK))


def test_the_address_book_is_found_above_the_working_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    stack_in(tmp_path / ".arrears")
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path / "docs")
    assert Settings().bootstrap() == "127.0.0.1:9092"
    assert Settings().services() == {"case-service": "http://127.0.0.1:8001"}


@pytest.mark.parametrize("where", [".", ".arrears"])
def test_a_named_home_is_the_checkout_or_its_state_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, where: str):
    stack_in(tmp_path / "home" / where)
    monkeypatch.setenv("ARREARS_HOME", str(tmp_path / "home"))
    assert Settings().bootstrap() == "127.0.0.1:9092"


def test_kafka_named_in_the_environment_needs_no_stack(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ARREARS_KAFKA_BOOTSTRAP", "kafka.example:9092")
    assert Settings().bootstrap() == "kafka.example:9092"


def test_without_any_address_it_says_what_to_do():
    with pytest.raises(StackNotFound, match=r"Start one with `arrears stack up`.*ARREARS_KAFKA_BOOTSTRAP"):
        Settings().bootstrap()


def test_a_book_that_lacks_an_address_is_named(tmp_path: Path):
    stack_in(tmp_path / ".arrears")
    (tmp_path / ".arrears" / "stack.json").write_text("[]")
    with pytest.raises(StackNotFound, match="does not tell the address of kafka"):
        Settings().bootstrap()
