"""What a service is told by its environment: read as the settings page says, or a line that names what is wrong."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from arrears_runtime.settings import RuntimeSettings, from_environment

NEEDED = {
    "KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "DATABASE_URL": "postgresql://plan:geheim77@127.0.0.1/plan",
    "PORT": "8002",
    "ISSUER": "http://127.0.0.1:9000",
    "CURSOR_KEY": "0" * 32,
}
Read = Callable[..., RuntimeSettings]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Read:
    def with_these(**told: str) -> RuntimeSettings:
        for name, value in {**NEEDED, **told}.items():
            monkeypatch.setenv(f"ARREARS_{name}", value)
        return from_environment(RuntimeSettings)

    return with_these


def said(read: Read, **told: str) -> str:
    with pytest.raises(SystemExit) as ended:
        read(**told)
    return str(ended.value.code)


@pytest.mark.parametrize(("written", "seconds"), [("30", 30), ("0.5", 0.5), ("PT30S", 30), ("PT1M", 60)])
def test_a_duration_is_a_number_of_seconds_or_iso_8601(read: Read, written: str, seconds: float) -> None:
    assert read(KEYS_MAX_AGE=written).keys_max_age == timedelta(seconds=seconds)


def test_a_clock_may_not_be_skewed_at_all(read: Read) -> None:
    assert read(CLOCK_SKEW="0").clock_skew == timedelta(0)


WRONG = [
    ("KEYS_MAX_AGE", "soon"),
    ("KEYS_MAX_AGE", "-1"),
    ("BODY_ARRIVES_WITHIN", "P2D"),
    ("BODY_ARRIVES_WITHIN", "0"),
    ("CONDITION_WITHIN", "0"),
    ("CLOCK_SKEW", "301"),
    ("ZONE", "Asia/Nowhere"),
    ("ZONE", "../etc/passwd"),
    ("ZONE", ""),
    ("PORT", "0"),
    ("PORT", "99999"),
    ("PAGE_SIZE", "0"),
    ("PAGE_SIZE_MAX", "0"),
    ("PAGE_SIZE_MAX", "10001"),
    ("MAX_BODY_BYTES", "-1"),
    ("KAFKA_MECHANISM", "GSSAPI"),
    ("KAFKA_TLS", "perhaps"),
    ("DATABASE_CONNECTIONS", "0"),
    ("DATABASE_CONNECTIONS", "1"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_setting_that_cannot_be_is_one_line_that_names_it(read: Read, name: str, value: str) -> None:
    told = said(read, **{name: value})
    assert told.startswith(f"ARREARS_{name}: ")
    assert "\n" not in told


def test_a_page_is_not_longer_than_the_longest(read: Read) -> None:
    assert said(read, PAGE_SIZE="201") == "ARREARS_PAGE_SIZE is above ARREARS_PAGE_SIZE_MAX"


def test_all_that_is_wrong_is_told_at_once_and_no_value(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ISSUER", "PORT"):
        monkeypatch.delenv(f"ARREARS_{name}", raising=False)
    monkeypatch.setitem(NEEDED, "CURSOR_KEY", "geheim77")
    monkeypatch.delitem(NEEDED, "ISSUER")
    told = said(read, PORT="geheim78").splitlines()
    assert [line.partition(":")[0] for line in told] == ["ARREARS_PORT", "ARREARS_ISSUER", "ARREARS_CURSOR_KEY"]
    assert "geheim" not in "".join(told)
