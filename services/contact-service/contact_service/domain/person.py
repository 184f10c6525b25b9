"""A person whom the bank erased (删除个人信息): from then on nobody holds what was sealed about them."""

from dataclasses import dataclass

from arrears_events.catalogue.contact import PersonErased


@dataclass(frozen=True)
class ErasePerson:
    customer_id: str


@dataclass(frozen=True)
class Erased:
    customer_id: str


def decide(erased: Erased | None, command: ErasePerson) -> list[PersonErased]:
    """Once, and for ever: what the bank says of the person later is not taken back to them."""
    return [] if erased else [PersonErased(customer_id=command.customer_id, reason="erased_by_bank")]


def evolve(_: Erased | None, event: PersonErased) -> Erased:
    return Erased(event.customer_id)


def stream_of(customer_id: str) -> str:
    return f"person/{customer_id}"
