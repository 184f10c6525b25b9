"""Which texts hold a card number, and which only look like it."""

import pytest
from arrears_events.card_numbers import holds_card_number
from arrears_runtime.http.card_numbers import FreeText, OpaqueId
from pydantic import TypeAdapter, ValidationError


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111111",
        "pays with 4111 1111 1111 1111 on Friday",
        "4111-1111-1111-1111",
        "378282246310005",
        "3782 822463 10005",
        "6222021234567890128",
        "card:5555555555554444.",
        "order 12345 4111 1111 1111 1111",
        "４１１１１１１１１１１１１１１１",
        "4222222222222",
    ],
)
def test_a_card_number(text: str) -> None:
    assert holds_card_number(text)
    with pytest.raises(ValidationError):
        TypeAdapter(FreeText).validate_python(text)


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112",
        "411111111111",
        "called 2026-06-10 13812345678, again 2026-06-11 09:30",
        "pays 1500.00 on 2026-06-12",
        "0000000000000000",
        "41111111111111111111111111",
        "acct-0001-2026",
    ],
)
def test_no_card_number(text: str) -> None:
    assert not holds_card_number(text)


def test_an_id_is_no_card_number_but_may_be_any_uuid() -> None:
    ids = TypeAdapter(OpaqueId)
    with pytest.raises(ValidationError, match="card number"):
        ids.validate_python("acct-4111111111111111")
    assert ids.validate_python("41111111-1111-4111-8111-111111111111")
