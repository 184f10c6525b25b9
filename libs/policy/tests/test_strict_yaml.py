"""A text is what it says at first sight: nothing in it becomes a bool, a number or a date by surprise."""

from datetime import date

import pytest
from arrears_policy.errors import PolicyWrong
from arrears_policy.strict_yaml import BYTES_MAX, VALUES_MAX, read
from hypothesis import given
from hypothesis import strategies as st


def codes(text: str) -> list[tuple[str, str]]:
    with pytest.raises(PolicyWrong) as caught:
        read(text)
    return [(fault.where, fault.code) for fault in caught.value.faults]


@pytest.mark.parametrize("word", ["no", "on", "yes", "off", "Null", "True", "0..2999", "3000..", "..", "08:00-22:00"])
def test_a_word_is_text(word: str):
    assert read(f"a: {word}") == {"a": word}


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("2026-03-31", date(2026, 3, 31)),
        ("'2026-03-31'", "2026-03-31"),
        ('"1.50"', "1.50"),
        ("'true'", "true"),
    ],
)
def test_few_words_are_something_else(word: str, value: object):
    found = read(f"a: {word}")["a"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    "word",
    ["1.5", "1.", ".5", "1e3", "010", "0x1F", "0o7", "1_000", "+5", "-0", "12:30", ".inf", "-.INF", ".nan", "9" * 19],
)
def test_a_number_in_another_form_is_a_fault(word: str):
    assert codes(f"a: [{word}]") == [("a[0]", "number-wrong")]


def test_a_date_that_no_calendar_has_is_a_fault():
    assert codes("a: 2026-02-30") == [("a", "date-unknown")]


def test_a_key_stands_once():
    assert codes("a: {b: 1, c: 2, b: 1}") == [("a.b", "key-twice")]


@pytest.mark.parametrize("key", ["1", "true", "null", "[a]", "{a: b}", "2026-03-31", "k" * 65])
def test_a_key_is_a_short_text(key: str):
    assert codes(f"? {key}\n: 1") == [(".", "key-wrong")]


def test_nothing_stands_for_something_else():
    assert codes("a: &x [1]\nb: *x") == [("a", "anchor"), ("b", "alias")]


@pytest.mark.parametrize("tagged", ["!!str x", "!!python/object/apply:os.system [x]", "! x", "!!float 1"])
def test_a_value_has_no_tag(tagged: str):
    assert codes(f"a: {tagged}") == [("a", "tag")]


def test_one_text_is_one_policy():
    assert codes("a: 1\n---\nb: 2") == [(".", "documents-many")]


def test_there_are_no_directives():
    assert codes("%YAML 1.1\n---\na: 1") == [(".", "directive")]


@pytest.mark.parametrize("text", ["", "# nothing", "[]", "x", "null"])
def test_a_policy_is_a_mapping(text: str):
    assert codes(text) == [(".", "no-mapping")]


@pytest.mark.parametrize("text", ["a: b: c", "\ta: 1", "a: [", "a: 'x", "a: \0"])
def test_what_is_no_yaml_is_told_without_a_word_of_the_program(text: str):
    with pytest.raises(PolicyWrong, match=r"^\.: (line \d+, column \d+: )?this is no YAML \(yaml-unreadable\)$"):
        read(text)


@pytest.mark.parametrize("escape", [r"\u202E", r"\0", r"\x1b", r"\ud800", r"\u2028", r"\r"])
def test_no_character_hides_behind_an_escape(escape: str):
    assert codes(f'a: "x{escape}y"') == [("a", "hidden-character")]


def test_no_comment_turns_the_direction_of_the_writing():
    assert codes("a: 1 # \u202e yltnereffid daer") == [(".", "hidden-character")]


def test_half_a_character_is_a_fault():
    assert codes("a: \ud800") == [(".", "no-unicode")]


def test_a_text_is_bounded_in_bytes_in_depth_and_in_values():
    assert codes("a: " + "字" * (BYTES_MAX // 3)) == [(".", "too-large")]
    assert [code for _, code in codes("[" * 10_000)] == ["too-deep"]
    assert [code for _, code in codes("a: [" + "1," * VALUES_MAX + "]")] == ["too-large"]


def test_all_faults_are_told_at_once_each_with_its_line():
    with pytest.raises(PolicyWrong) as caught:
        read("a: 1.5\nb:\n  - !x y\n  - {c: 1, c: 2}\n")
    assert str(caught.value).splitlines() == [
        "a: line 1: Write an integer as 1000, amounts as text: in quotes (number-wrong)",
        "b[0]: line 3: A value has no tag (tag)",
        "b[1].c: line 4: The key stands twice (key-twice)",
    ]


@given(st.text(alphabet=st.sampled_from("ab01:-[]{}?!&*#'\"|>%@`, \n\t.~é\u202e\0"), max_size=60))
def test_whatever_comes_is_a_mapping_or_a_fault(text: str):
    try:
        assert isinstance(read(text), dict)
    except PolicyWrong as wrong:
        assert wrong.faults  # noqa: PT017
