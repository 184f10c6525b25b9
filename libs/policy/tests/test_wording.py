"""The finished words of a message, held against the text rules."""

from typing import Any

import pytest
from arrears_policy.rule_pack import parse
from arrears_policy.wording import text_faults
from hypothesis import given
from hypothesis import strategies as st

BANK = "示例银行"
AMOUNTS = {"3,000.00": "2026-04-01"}
FORBIDDEN = ["黑名单", "arrest", "borrow from"]


def said(text: str, caller: str = BANK, amounts: dict[str, str] = AMOUNTS, **fields: Any) -> list[str]:
    """What is wrong with the text by one text rule."""
    rule = {
        "id": "CN-09", "says": "-", "type": "text", "clause": "-", "source": "-", "grade": "B",
        "purposes": ["collection"], "media": ["sms"],
    }  # fmt: skip
    pack = parse({"jurisdiction": "cn", "rules": [rule | fields]})
    return [fault.what for fault in text_faults(pack.rules, text, caller, amounts)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("您将被列入黑名单。", ["黑名单"]),
        ("列入 黑-名 单", ["黑名单"]),
        ("you face ARREST and more", ["arrest"]),
        ("you face ａｒｒｅｓｔ", ["arrest"]),
        ("ar\u200brest", ["arrest"]),
        ("进arrest了", ["arrest"]),
        ("borrow   from\nfriends", ["borrow from"]),
        ("your arrears; unarrested", []),
        ("请于到期日前还款。", []),
    ],
)
def test_forbidden_words_are_found_in_whatever_dress(text: str, found: list[str]):
    assert said(text, forbids=FORBIDDEN) == found


def test_a_message_says_for_whom_it_is_written():
    assert said("【示例 银行】您好", caller="示例 银行", requires=["caller"]) == []
    assert said("您好", requires=["caller"]) == ["caller"]
    assert said("您好", caller="", requires=["caller"]) == ["caller"]


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("截至2026-04-01，逾期3,000.00元。", []),
        ("逾期3,000.00元。", ["3,000.00"]),
        ("截至2026-04-01，逾期3,500.00元。", ["3,500.00"]),
        ("截至2026-04-01，逾期13,000.00元。", ["13,000.00"]),
        ("截至2026-04-01，年利率9.48%。", []),
        ("您好", []),
    ],
)
def test_every_amount_is_one_that_was_told_and_has_its_as_of(text: str, missing: list[str]):
    assert said(text, requires=["as_of"]) == missing


def test_an_amount_without_decimals_has_its_as_of_too():
    assert said("逾期3000円", amounts={"3000円": "2026-04-01"}, requires=["as_of"]) == ["3000円"]
    assert said("截至2026-04-01 3000円", amounts={"3000円": "2026-04-01"}, requires=["as_of"]) == []


@given(st.text(), st.sampled_from(FORBIDDEN), st.text())
def test_a_forbidden_word_between_blanks_is_found_in_any_text(before: str, word: str, after: str):
    assert word in said(f"{before} {word} {after}", forbids=FORBIDDEN)
