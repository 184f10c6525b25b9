"""The providers of the channels, behind one form: hand a contact over, and ask whether one was taken."""

from collections.abc import AsyncGenerator, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID, uuid4

from arrears_events.catalogue.contact import Channel, Party
from arrears_policy.template import Rendered
from arrears_runtime.effect import Ground

from contact_service.domain.contacts import NoteSent
from contact_service.effects.listening import listen
from contact_service.gateways.dialler import DiallerGateway
from contact_service.gateways.errors import Still
from contact_service.gateways.mail import MailGateway
from contact_service.gateways.sms import SmsGateway
from contact_service.settings import ContactSettings, DiallerProvider, MailProvider, SmsProvider

SCRIPTS: Mapping[Party, str] = {"customer": "collection", "guarantor": "collection", "third_person": "neutral"}
"""Which of the dialler's scripts a call begins with: who calls, for whom, and who is asked for (CN-10). The neutral one
says no more, since a third person is told of no debt (CN-08)."""


@dataclass(frozen=True)
class Recipient:
    """Who is reached, and at which number or address."""

    party: Party
    address: str


class Provider(Protocol):
    async def send(self, contact_id: UUID, to: Recipient, words: Rendered | None, still: Still) -> str:
        """The provider's own id of it; "" where it has none. Raises Unconfirmed."""
        ...

    @property
    def takes_once(self) -> bool:
        """Whether what is handed over again is the same contact to it: then it may be, where nobody knows."""
        ...

    async def has(self, contact_id: UUID) -> bool | None:
        """None where it cannot be asked."""
        ...

    def taken(self, contact_id: UUID) -> NoteSent | None:
        """What is noted of one that it has; None where its outcome is still to come."""
        ...


class Mail:
    takes_once = True

    def __init__(self, gateway: MailGateway) -> None:
        self._gateway = gateway

    async def send(self, contact_id: UUID, to: Recipient, words: Rendered | None, still: Still) -> str:
        assert words, "a mail has words"
        assert words.subject, "and a subject"
        return await self._gateway.send(contact_id, to.address, words.subject, words.body, still)

    async def has(self, contact_id: UUID) -> bool | None:
        return await self._gateway.has(contact_id)

    def taken(self, contact_id: UUID) -> NoteSent:
        return NoteSent(contact_id, self._gateway.id_of(contact_id))


class Sms:
    takes_once = False

    def __init__(self, gateway: SmsGateway) -> None:
        self._gateway = gateway

    async def send(self, contact_id: UUID, to: Recipient, words: Rendered | None, still: Still) -> str:
        assert words, "a message has words"
        return await self._gateway.send(contact_id, to.address, words.body, still)

    async def has(self, contact_id: UUID) -> bool | None:  # noqa: ARG002
        """SMPP's query_sm asks by the centre's id, which is not known of what was not answered."""
        return None

    def taken(self, contact_id: UUID) -> NoteSent:
        raise AssertionError(f"a centre cannot be asked, as of {contact_id}")


class Telephone:
    takes_once = True

    def __init__(self, gateway: DiallerGateway) -> None:
        self._gateway = gateway

    async def send(self, contact_id: UUID, to: Recipient, words: Rendered | None, still: Still) -> str:  # noqa: ARG002
        await self._gateway.call(contact_id, to.address, SCRIPTS[to.party], still)
        return ""

    async def has(self, contact_id: UUID) -> bool | None:
        return await self._gateway.has(contact_id)

    def taken(self, contact_id: UUID) -> None:  # noqa: ARG002
        return None


@dataclass
class Opened:
    """Those that are set. `listening`: what runs beside them for ever. `lead`: the mark of this lead and no other."""

    by_channel: Mapping[Channel, Provider]
    listening: Sequence[Coroutine[Any, Any, None]] = field(default_factory=list[Coroutine[Any, Any, None]])
    lead: UUID = field(default_factory=uuid4)

    def of(self, channel: Channel) -> Provider | None:
        return self.by_channel.get(channel)


class Providers:
    """As the settings name them. They outlast a lead: what a gateway has heard and nobody has taken is not lost."""

    def __init__(self, settings: ContactSettings) -> None:
        self._silence = settings.claim_silence
        self._mail = _mail(settings.mail) if settings.mail else None
        self._sms = _sms(settings.sms) if settings.sms else None
        self._dialler = _dialler(settings.dialler) if settings.dialler else None

    @asynccontextmanager
    async def open(self, ground: Ground) -> AsyncGenerator[Opened]:
        found: dict[Channel, Provider] = {}
        listening: list[Coroutine[Any, Any, None]] = []
        async with AsyncExitStack() as all_:
            if self._mail:
                found["email"] = Mail(await all_.enter_async_context(self._mail))
            if self._sms:
                found["sms"] = Sms(await all_.enter_async_context(self._sms))
                listening.append(listen(ground, self._sms, self._silence))
            if self._dialler:
                found["call"] = Telephone(await all_.enter_async_context(self._dialler))
            yield Opened(found, listening)


def _mail(set_: MailProvider) -> MailGateway:
    where = set_.host, set_.port, set_.user, set_.password.get_secret_value()
    return MailGateway(*where, set_.ask_url, set_.ask_secret.get_secret_value(), set_.sender)


def _sms(set_: SmsProvider) -> SmsGateway:
    return SmsGateway(set_.host, set_.port, set_.system_id, set_.password.get_secret_value(), set_.sender)


def _dialler(set_: DiallerProvider) -> DiallerGateway:
    return DiallerGateway(set_.url, set_.secret.get_secret_value(), set_.callback_url, set_.caller)
