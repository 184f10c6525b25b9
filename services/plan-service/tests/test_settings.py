"""A number of days is read as days."""

from datetime import timedelta

import pytest
from plan_service.settings import PlanSettings
from pydantic import ValidationError


@pytest.fixture(autouse=True)
def required(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ARREARS_PORT", "8003")
    monkeypatch.setenv("ARREARS_ISSUER", "http://issuer")
    monkeypatch.setenv("ARREARS_CURSOR_KEY", "k" * 32)
    monkeypatch.setenv("ARREARS_KAFKA_BOOTSTRAP", "127.0.0.1:9092")
    monkeypatch.setenv("ARREARS_DATABASE_URL", "postgresql://plan@127.0.0.1/plan")


def test_a_bare_number_is_of_days(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ARREARS_PROMISE_LATEST_DAYS", "45")
    monkeypatch.setenv("ARREARS_PROMISE_GRACE_DAYS", "P2D")
    settings = PlanSettings()  # pyright: ignore[reportCallIssue]
    assert (settings.promise_latest_days, settings.promise_grace_days) == (timedelta(days=45), timedelta(days=2))


def test_more_than_a_year_is_a_mistake(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ARREARS_PROMISE_LATEST_DAYS", "4500")
    with pytest.raises(ValidationError):
        PlanSettings()  # pyright: ignore[reportCallIssue]
