"""Providers in the settings: a channel is there as a whole or not at all, and a mistake is told without any secret."""

from typing import Any

import pytest
from arrears_local import dialler, mail, sms
from arrears_local.home import Home
from contact_service.settings import ContactSettings, DiallerProvider
from pydantic import SecretStr, ValidationError

NEEDED = {
    "ARREARS_KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "ARREARS_DATABASE_URL": "postgresql://contact@127.0.0.1/contact",
    "ARREARS_PORT": "8002",
    "ARREARS_ISSUER": "http://127.0.0.1:9000",
    "ARREARS_CURSOR_KEY": "0" * 32,
}
SENDERS = {
    "ARREARS_MAIL_SENDER": "collections@bank.example",
    "ARREARS_SMS_SENDER": "1069",
    "ARREARS_DIALLER_CALLBACK_URL": "http://127.0.0.1:8002/hooks/calls",
    "ARREARS_DIALLER_CALLER": "4008001234",
}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Any:
    def with_these(**told: str) -> ContactSettings:
        for name, value in {**NEEDED, **told}.items():
            monkeypatch.setenv(name, value)
        return ContactSettings()  # pyright: ignore[reportCallIssue]

    return with_these


def test_a_channel_without_a_provider_is_not_there(read: Any):
    settings = read()
    assert (settings.mail, settings.sms, settings.dialler) == (None, None, None)


def test_the_local_stack_names_every_provider(read: Any, outside: Home):
    settings = read(**mail.settings(outside), **sms.settings(outside), **dialler.settings(outside), **SENDERS)
    assert settings.mail.port == int(mail.settings(outside)["ARREARS_SMTP_PORT"])
    assert settings.mail.ask_secret.get_secret_value() == mail.settings(outside)["ARREARS_MAIL_ASK_SECRET"]
    assert settings.sms.password.get_secret_value() == sms.password(outside)
    assert settings.dialler == DiallerProvider(
        url=dialler.settings(outside)["ARREARS_DIALLER_URL"],
        secret=SecretStr(dialler.settings(outside)["ARREARS_DIALLER_SECRET"]),
        callback_url=SENDERS["ARREARS_DIALLER_CALLBACK_URL"],
        caller=SENDERS["ARREARS_DIALLER_CALLER"],
    )


def test_half_a_provider_is_a_mistake_that_names_what_is_missing_and_no_secret(read: Any):
    with pytest.raises(ValidationError, match="ARREARS_SMPP_HOST") as mistake:
        read(ARREARS_SMPP_PASSWORD="geheim77")
    assert "ARREARS_SMS_SENDER" in str(mistake.value)
    assert "geheim77" not in str(mistake.value)
