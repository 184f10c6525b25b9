"""A sealed text: it opens with its customer's key alone, and tells nothing without it."""

from base64 import b64decode, b64encode
from dataclasses import replace
from uuid import UUID

import pytest
from arrears_events.sealed import Sealed
from arrears_runtime.sealing import CustomerKey, SealBroken
from hypothesis import given
from hypothesis import strategies as st

KEY = CustomerKey(UUID(int=1), bytes(range(32)), b"case\nC-1")
TEXTS = st.text(st.characters(codec="utf-8"), max_size=200)


@given(TEXTS)
def test_a_text_opens_with_its_key(text: str):
    assert KEY.open(KEY.seal(text)) == text


@given(TEXTS)
def test_the_same_text_has_the_same_seal(text: str):
    assert KEY.seal(text) == KEY.seal(text)


@given(TEXTS, TEXTS)
def test_two_texts_have_neither_nonce_nor_digest_in_common(one: str, other: str):
    first, second = KEY.seal(one), KEY.seal(other)
    assert (first.nonce == second.nonce) == (first.digest == second.digest) == (one == other)


OTHERS = [
    replace(KEY, secret=bytes(32)),
    replace(KEY, bound_to=b"case\nC-2"),
    replace(KEY, bound_to=b"contact\nC-1"),
]


@pytest.mark.parametrize("key", OTHERS, ids=["another key", "another customer", "another service"])
def test_a_text_opens_for_nobody_else(key: CustomerKey):
    with pytest.raises(SealBroken):
        key.open(KEY.seal("calls back on Friday"))


@given(TEXTS, st.data())
def test_a_changed_bit_does_not_open(text: str, data: st.DataObject):
    sealed = KEY.seal(text)
    name = data.draw(st.sampled_from(["nonce", "ciphertext"]))
    content = bytearray(b64decode(getattr(sealed, name)))
    at = data.draw(st.integers(0, 8 * len(content) - 1))
    content[at // 8] ^= 1 << at % 8
    with pytest.raises(SealBroken):
        KEY.open(sealed.model_copy(update={name: b64encode(content).decode()}))


def test_another_texts_digest_does_not_stand_for_this_one():
    with pytest.raises(SealBroken):
        KEY.open(KEY.seal("one").model_copy(update={"digest": KEY.seal("other").digest}))


@given(st.binary(max_size=200))
def test_a_hash_of_a_request_is_none_of_the_text(content: bytes):
    assert KEY.hash(content) == KEY.hash(content) != replace(KEY, secret=bytes(32)).hash(content)


def test_neither_key_nor_text_shows_when_printed():
    assert repr(KEY.secret) not in repr(KEY)
    assert "Friday" not in repr(KEY.seal("Friday"))


def test_a_sealed_text_has_one_written_form():
    sealed = KEY.seal("还款")
    assert Sealed.model_validate_json(sealed.model_dump_json()) == sealed
