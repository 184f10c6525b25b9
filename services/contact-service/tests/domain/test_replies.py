"""What a customer's reply is read as."""

from datetime import date

import pytest
from contact_service.domain.replies import Reply, read

TODAY = date(2026, 12, 20)


@pytest.mark.parametrize("text", ["T", "t", " TD", "退订", "STOP", "stop please", "不要再给我发短信", "Unsubscribe"])
def test_a_stop_is_heeded_in_any_of_its_words(text: str):
    assert read(text, TODAY) == Reply("stop")


@pytest.mark.parametrize("text", ["已还", "我昨天已还款了", "I have paid", "钱还清了"])
def test_a_claim_to_have_paid(text: str):
    assert read(text, TODAY) == Reply("paid")


@pytest.mark.parametrize("text", ["没还，已还不起", "I have not paid", "haven't paid yet"])
def test_what_denies_it_is_no_claim(text: str):
    assert read(text, TODAY).read_as == "unread"


def test_a_day_is_a_promise():
    assert read("我12月28日还", TODAY) == Reply("promise", date(2026, 12, 28))
    assert read("will do on 2026-12-24", TODAY) == Reply("promise", date(2026, 12, 24))


def test_a_day_without_a_year_is_the_next_of_its_name():
    assert read("1月5号", TODAY) == Reply("promise", date(2027, 1, 5))


@pytest.mark.parametrize(
    "text", ["2026-12-01", "2031-01-01", "2026-13-45", "2月30日", "", "谁啊？", "Thanks", "Not you"]
)
def test_anything_else_is_for_a_person_to_read(text: str):
    assert read(text, TODAY) == Reply("unread")
