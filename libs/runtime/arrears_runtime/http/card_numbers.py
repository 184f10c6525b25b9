"""Card numbers are kept out: an id or a free text that holds one (13 to 19 digits, Luhn) is refused."""

from typing import Annotated

from arrears_events.card_numbers import holds_card_number, is_card_number
from arrears_events.catalogue.base import Id
from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

SEALED = "x-sealed"
"""Marks, in a body's JSON Schema, a text that is kept sealed alone: not even a bare hash is made of its request."""


def _without_card_number(text: str) -> str:
    if holds_card_number(text):
        raise PydanticCustomError("card-number", "A card number may not stand here")
    return text


def _opaque(id_: str) -> str:
    return _without_card_number(id_) if is_card_number(id_) else id_


def _printable(text: str) -> str:
    if not text.replace("\n", "").replace("\t", "").isprintable():
        raise PydanticCustomError("text-control-character", "A text has no control characters but line breaks and tabs")
    return text


OpaqueId = Annotated[Id, AfterValidator(_opaque)]
"""A business id that a caller sends."""
FreeText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=4000),
    AfterValidator(_printable),
    AfterValidator(_without_card_number),
    Field(json_schema_extra={SEALED: True}),
]
"""What a person typed, of at most 4,000 characters: to be sealed before it is kept."""
