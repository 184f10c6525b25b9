"""What a customer's reply is read as."""

from datetime import date

import pytest
from contact_service.domain.replies import Reply, is_stop, read

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
        "T 1",
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
        "I paid, stop",
        "I paid. Stop please",
        "you should stop texting me",
        "别发了",
        "別發了",
        "请勿再发",
        "請勿再發",
        "别再传简讯",
        "别再傳簡訊",
        "請別再給我傳簡訊",
        "I want to opt out",
    ],
)
def test_a_stop_is_heeded_wherever_it_stands_in_a_short_text(text: str):
    assert read(text, TODAY) == Reply("stop")


@pytest.mark.parametrize("text", ["\u200bSTOP", "S\u200bTOP", "ST\u00adOP", "退\u200b订", "\u202eSTOP", "\ufeffT"])
def test_what_is_not_seen_hides_no_stop(text: str):
    assert read(text, TODAY) == Reply("stop")


@pytest.mark.parametrize("text", ["*STOP*", "_STOP_", "-STOP", "<STOP>", "*T*", "pls stop", "Please, stop", "請，停止"])
def test_a_stop_is_heeded_whatever_marks_and_courtesies_stand_before_it(text: str):
    assert read(text, TODAY) == Reply("stop")


@pytest.mark.parametrize("text", ["STOPALL", "stop all", "UNSUBSCRIBE", "opt out", "OPT-OUT", "optout", "拒收"])
def test_a_stop_that_carriers_know_is_heeded(text: str):
    assert read(text, TODAY) == Reply("stop")


@pytest.mark.parametrize("text", ["QUIT", "*Quit.*", "CANCEL", "cancel, please", "END", "取消"])
def test_a_word_that_is_the_whole_text_is_a_stop(text: str):
    assert read(text, TODAY) == Reply("stop")


@pytest.mark.parametrize(
    "text",
    ["the END of the month", "cancel my card", "don't quit on me", "特别发了一份凭证", "别发火", "nonstop problems"],
)
def test_a_word_of_a_stop_within_something_else_is_none(text: str):
    assert read(text, TODAY) == Reply("unread")


def test_a_stop_in_passing_in_a_long_text_is_for_a_person_to_read_and_one_at_its_beginning_is_heeded():
    assert read("我上周给你们的客服打过电话。" * 6 + "他说可以退订", TODAY) == Reply("unread")
    assert read("退订。" + "我上周给你们的客服打过电话。" * 6, TODAY) == Reply("stop")
    assert read("I called your office last week, and " * 5 + "I paid already. STOP", TODAY) == Reply("unread")


@pytest.mark.parametrize("end", ["STOP", "stop texting me", "I want to opt out"])
def test_a_stop_anywhere_in_one_sms_of_plain_letters_is_heeded(end: str):
    assert read(f"I have told you many times already that I paid this debt in full last year. {end}", TODAY) == Reply(
        "stop"
    )


@pytest.mark.parametrize(
    "text", ["T-shirt refund pending", "T.T", "T_T", "N次了", "No", "TNT", "The stop is far", "T恤", "n o", "t y"]
)
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
        "12月15日和2026-12-16已还",
        "I paid 0.50",
        "paid 1000",
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
        "I paid nothing",
        "I paid 0",
        "paid ¥0.00",
        "已还0元",
        "已还款失败",
        "paid, but it failed",
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
        ("12月28日 (2026-12-28) 还", date(2026, 12, 28)),
        ("不好意思，12月28日付", date(2026, 12, 28)),
    ],
)
def test_a_day_is_a_promise(text: str, day: date):
    assert read(text, TODAY) == Reply("promise", day)


@pytest.mark.parametrize(
    "text", ["12月28日还不了", "我无法在12月28日还", "I cannot pay by 2026-12-24", "I won't pay on 2026-12-24"]
)
def test_a_day_on_which_they_cannot_pay_is_no_promise(text: str):
    assert read(text, TODAY) == Reply("unread")


@pytest.mark.parametrize(
    "text",
    [
        "not on 2026-12-24",
        "not before 2026-12-24",
        "不在12月28日",
        "生日12月28日",
        "I was born 2026-12-24",
        "如果12月28日",
        "if I am paid, 2026-12-24",
    ],
)
def test_a_day_that_is_denied_in_doubt_or_of_something_else_is_no_promise(text: str):
    assert read(text, TODAY) == Reply("unread")


@pytest.mark.parametrize(
    "text",
    [
        "Is it due 2026-12-24?",
        "Why did you call me on 2026-12-24?",
        "I refuse to pay by 2026-12-24",
        "don't expect me to pay 2026-12-24",
        "12月24日不还",
        "还款日是12月24日吗",
        "我没有钱,12月24日再说",
        "你们12月24日别再打电话要我还钱",
        "12月24日",
        "我12月24日先还500元",
        "I will pay 300 on 2026-12-24",
        "12月24日还一千元",
        "12月24日之前请不要打电话，我会还",
    ],
)
def test_a_day_that_comes_with_a_question_or_a_refusal_or_without_a_word_of_paying_is_no_promise(text: str):
    assert read(text, TODAY) == Reply("unread")


@pytest.mark.parametrize(
    "text", ["2026-12-24 or 2026-12-28", "12月24日或者12月28日", "12月24日 or 2026-12-28", "2026-12-24, 2026-13-45"]
)
def test_of_two_days_nobody_knows_which_is_promised(text: str):
    assert read(text, TODAY) == Reply("unread")


def test_whoever_wrote_it_a_stop_is_known_without_the_day():
    assert is_stop(" *STOP*")
    assert not is_stop("2026-12-24")


def test_a_claim_with_a_day_to_come_is_for_a_person_to_read():
    """The bill of that day is paid, or will be on that day."""
    assert read("已还12月28日的账单", TODAY) == Reply("unread")


def test_a_day_without_a_year_is_the_next_of_its_name():
    assert read("1月5号还", TODAY) == Reply("promise", date(2027, 1, 5))


@pytest.mark.parametrize(
    "text", ["2026-12-01", "2031-01-01", "2026-13-45", "2月30日", "", "谁啊？", "Thanks", "Not you"]
)
def test_anything_else_is_for_a_person_to_read(text: str):
    assert read(text, TODAY) == Reply("unread")
