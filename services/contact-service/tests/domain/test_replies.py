"""What a customer's reply is read as."""

from datetime import date

import pytest
from contact_service.domain.replies import Reply, read

TODAY = date(2026, 12, 20)


@pytest.mark.parametrize("text", ["T", "t", " TD", "退订", "STOP", "stop please", "不要再给我发短信", "Unsubscribe"])
def test_a_stop_is_heeded_in_any_of_its_words(text: str):
    assert read(text, TODAY) == Reply("stop")


@pytest.mark.parametrize(
    "text",
    [
        "T退订",
        "回T退订",
        "回复T",
        "回覆：TD",
        "Ｔ",
        "Ｔ。",
        "“T”",
        "tt",
        "N",
        "T 谢谢",
        "T谢谢",
        "T, please",
        "退訂",
        "stop谢谢",
    ],
)
def test_a_stop_in_our_own_words_is_heeded(text: str):
    """Our SMS ends with 回T退订."""
    assert read(text, TODAY) == Reply("stop")


@pytest.mark.parametrize(
    "text",
    [
        "请退订",
        "我要取消订阅",
        "取消訂閱",
        "别再发了",
        "請別再發",
        "你们不要再发短信",
        "Please stop",
        "please unsubscribe me",
    ],
)
def test_a_stop_is_heeded_wherever_it_stands_in_a_short_text(text: str):
    assert read(text, TODAY) == Reply("stop")


def test_a_stop_in_passing_in_a_long_text_is_for_a_person_to_read_and_one_at_its_beginning_is_heeded():
    assert read("我上周给你们的客服打过电话。" * 6 + "他说可以退订", TODAY) == Reply("unread")
    assert read("退订。" + "我上周给你们的客服打过电话。" * 6, TODAY) == Reply("stop")


@pytest.mark.parametrize("text", ["T-shirt refund pending", "T.T", "T_T", "N次了", "No", "TNT", "The stop is far"])
def test_a_word_that_begins_as_a_stop_does_is_none(text: str):
    assert read(text, TODAY) == Reply("unread")


@pytest.mark.parametrize(
    "text",
    [
        "已还",
        "我昨天已还款了",
        "已經還了",
        "已经全部还清",
        "不好意思，已付",
        "已还款，不要再打电话了",
        "还过了",
        "I have paid",
        "It has been PAID",
        "钱还清了",
        "12月15日已还",
        "paid on 2026-12-15",
        "2026-12-20 已还",
    ],
)
def test_a_claim_to_have_paid(text: str):
    assert read(text, TODAY) == Reply("paid")


@pytest.mark.parametrize(
    "text",
    [
        "没还，已还不起",
        "我还没有还清",
        "什么时候能还清",
        "无法一次还清",
        "無法還清",
        "下个月就还清了",
        "还清了吗",
        "如已还款，请忽略",
        "I have not paid",
        "haven't paid yet",
        "I haven’t paid",
        "cannot be paid",
        "can't get it paid",
        "I'll have it paid soon",
        "will be paid when I am back",
        "I get paid on Friday",
        "paid?",
    ],
)
def test_what_denies_it_asks_for_it_or_puts_it_off_is_no_claim(text: str):
    assert read(text, TODAY) == Reply("unread")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("我12月28日还", date(2026, 12, 28)),
        ("１２月２８日還", date(2026, 12, 28)),
        ("12月28日还清", date(2026, 12, 28)),
        ("还没还，12月28日还", date(2026, 12, 28)),
        ("will do on 2026-12-24", date(2026, 12, 24)),
        ("I will have it paid by 2026-12-24", date(2026, 12, 24)),
        ("T. Wang here: I will pay 2026-12-24", date(2026, 12, 24)),
        ("I will pay today, 2026-12-20", TODAY),
    ],
)
def test_a_day_is_a_promise(text: str, day: date):
    assert read(text, TODAY) == Reply("promise", day)


@pytest.mark.parametrize(
    "text", ["12月28日还不了", "我无法在12月28日还", "I cannot pay by 2026-12-24", "I won't pay on 2026-12-24"]
)
def test_a_day_on_which_they_cannot_pay_is_no_promise(text: str):
    assert read(text, TODAY) == Reply("unread")


def test_a_claim_with_a_day_to_come_is_for_a_person_to_read():
    """The bill of that day is paid, or will be on that day."""
    assert read("已还12月28日的账单", TODAY) == Reply("unread")


def test_a_day_without_a_year_is_the_next_of_its_name():
    assert read("1月5号", TODAY) == Reply("promise", date(2027, 1, 5))


@pytest.mark.parametrize(
    "text", ["2026-12-01", "2031-01-01", "2026-13-45", "2月30日", "", "谁啊？", "Thanks", "Not you"]
)
def test_anything_else_is_for_a_person_to_read(text: str):
    assert read(text, TODAY) == Reply("unread")
