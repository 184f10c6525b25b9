"""The only reader of contact-service's environment."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Self, TypeVar

from arrears_runtime.settings import Days, RuntimeSettings
from pydantic import SecretStr, model_validator

Provider = TypeVar("Provider")


@dataclass(frozen=True)
class MailProvider:
    host: str
    port: int
    user: str
    password: SecretStr
    ask_url: str
    ask_secret: SecretStr
    sender: str


@dataclass(frozen=True)
class SmsProvider:
    host: str
    port: int
    system_id: str
    password: SecretStr
    sender: str


@dataclass(frozen=True)
class DiallerProvider:
    url: str
    secret: SecretStr
    callback_url: str
    caller: str


class ContactSettings(RuntimeSettings):
    """A channel whose provider is not set is not there; one that is half set is a mistake."""

    claim_silence: Days = timedelta(days=3)  # in which a payment that a customer claims is found (BANK-01)
    bank_name: str = "Example Bank"  # as it introduces itself (CN-10)
    bank_phone: str = "400-000-0000"  # where customers call back

    smtp_host: str | None = None  # beyond this machine with TLS only
    smtp_port: int | None = None  # 465 speaks TLS from the first byte, any other after STARTTLS
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    mail_ask_url: str | None = None  # where the provider says of a Message-ID below it whether it took the mail
    mail_ask_secret: SecretStr | None = None  # bearer, and what the replies it hands on are signed with
    mail_sender: str | None = None  # From; replies and wishes to unsubscribe come to its domain

    smpp_host: str | None = None  # SMPP 3.4 has no TLS of its own: over a line that has
    smpp_port: int | None = None
    smpp_system_id: str | None = None
    smpp_password: SecretStr | None = None  # 8 characters, by SMPP
    sms_sender: str | None = None  # the number that customers reply to

    dialler_url: str | None = None
    dialler_secret: SecretStr | None = None  # bearer, and what its results are signed with
    dialler_callback_url: str | None = None  # where it tells us results, as it sees us
    dialler_caller: str | None = None  # the number that is shown

    @property
    def mail(self) -> MailProvider | None:
        asking = ("mail_ask_url", "mail_ask_secret")
        return self._whole(MailProvider, "smtp_host", "smtp_port", "smtp_user", "smtp_password", *asking, "mail_sender")

    @property
    def sms(self) -> SmsProvider | None:
        return self._whole(SmsProvider, "smpp_host", "smpp_port", "smpp_system_id", "smpp_password", "sms_sender")

    @property
    def dialler(self) -> DiallerProvider | None:
        return self._whole(DiallerProvider, "dialler_url", "dialler_secret", "dialler_callback_url", "dialler_caller")

    @model_validator(mode="after")
    def _nothing_by_half(self) -> Self:
        _ = self.mail, self.sms, self.dialler
        return self

    def _whole(self, provider: Callable[..., Provider], *names: str) -> Provider | None:
        told = {name: getattr(self, name) for name in names}
        missing = [f"ARREARS_{name.upper()}" for name, value in told.items() if value is None]
        if len(missing) == len(names):
            return None
        if missing:
            raise ValueError(f"half of a provider is set: {', '.join(missing)} are missing")
        return provider(*told.values())
