"""A template puts values into a text, once and as they are; what could do more is refused when it is read."""

from typing import Any

import pytest
from arrears_policy.errors import PolicyWrong, RenderingWrong
from arrears_policy.template import BODY_LENGTH_MAX, VALUE_LENGTH_MAX, Rendered, Template, parse
from hypothesis import given
from hypothesis import strategies as st

TEXTS = {"zh-CN": {"body": "截至{as_of}，应还{amount}"}, "en": {"body": "As of {as_of}: {amount}"}}
VALUES = {"amount": "CNY 1,000.00", "as_of": "2026-04-21"}


def template(**fields: Any) -> Template:
    whole = {
        "channel": "sms",
        "purpose": "collection",
        "variables": {"amount": "money", "as_of": "date"},
        "texts": TEXTS,
    }
    return parse(whole | fields)


def of_text(body: str, **variables: str) -> Template:
    return template(variables=variables, texts={"en": {"body": body}})


def faults(**fields: Any) -> list[tuple[str, str]]:
    with pytest.raises(PolicyWrong) as caught:
        template(**fields)
    return [(fault.where, fault.code) for fault in caught.value.faults]


def test_values_come_into_their_places():
    assert template().render("en", VALUES) == Rendered("en", None, "As of 2026-04-21: CNY 1,000.00")


def test_an_email_has_a_subject():
    texts = {"en": {"subject": "From {bank}", "body": "{bank} greets {bank}"}}
    found = template(channel="email", variables={"bank": "text"}, texts=texts)
    assert found.render("en", {"bank": "B"}) == Rendered("en", "From B", "B greets B")


@pytest.mark.parametrize(
    ("asked", "languages", "taken"),
    [
        ("zh-CN", ["en", "zh-CN"], "zh-CN"),
        ("zh-Hans-CN", ["en", "zh", "zh-Hans", "zh-CN"], "zh-CN"),
        ("zh-Hans-CN", ["en", "zh", "zh-Hans"], "zh-Hans"),
        ("zh-Hans-CN", ["en", "zh"], "zh"),
        ("ZH-cn", ["en", "zh-CN"], "zh-CN"),
        ("zh", ["en", "zh-CN"], "zh-CN"),
        ("en-GB", ["zh-CN", "en-US"], "en-US"),
        ("th", ["zh-CN", "en"], "zh-CN"),
        ("", ["zh-CN", "en"], "zh-CN"),
        ("-", ["zh-CN", "en"], "zh-CN"),
    ],
)
def test_the_nearest_language_is_taken_else_the_first(asked: str, languages: list[str], taken: str):
    found = template(variables={}, texts={language: {"body": language} for language in languages})
    assert found.render(asked, {}) == Rendered(taken, None, taken)


def test_a_value_with_braces_is_not_filled_again():
    found = of_text("{a} {b} {{c}}", a="text", b="text")
    assert found.render("en", {"a": "{b}", "b": "{a.__class__} {{"}).body == "{b} {a.__class__} {{ {c}"


@given(st.dictionaries(st.sampled_from("ab"), st.text("{}ab.!:[]", min_size=1), min_size=2, max_size=2))
def test_whatever_the_values_are_they_stand_in_the_text_as_they_are(values: dict[str, str]):
    assert of_text("<{a}|{b}>", a="text", b="text").render("en", values).body == f"<{values['a']}|{values['b']}>"


@pytest.mark.parametrize(
    "place",
    [
        "{a.b}",
        "{a[0]}",
        "{a!r}",
        "{a:>9}",
        "{a:}",
        "{a!s:}",
        "{a:{b}}",
        "{0}",
        "{}",
        "{ a }",
        "{A}",
        "{a",
        "a}",
        "{a}}",
        "{é}",
    ],
)
def test_a_place_is_a_name_in_braces_and_nothing_else(place: str):
    found = faults(variables={"a": "text"}, texts={"en": {"body": f"{{a}} {place}"}})
    assert ("texts.en.body", "place-wrong") in found


def test_a_variable_is_declared_and_is_in_every_language():
    texts = {"en": {"body": "{bank} {name}"}, "zh-CN": {"body": "您好"}}
    assert faults(variables={"bank": "text"}, texts=texts) == [
        ("texts.en.body", "variable-unknown"),
        ("texts.zh-CN", "variable-unused"),
    ]


@pytest.mark.parametrize("variables", [{"amount": "money"}, {"amount": "money", "as_of": "text"}])
def test_an_amount_asks_for_its_as_of(variables: dict[str, str]):
    assert ("variables", "as-of-missing") in faults(variables=variables)


def test_an_amount_in_a_subject_stands_beside_its_as_of_there():
    texts = {"en": {"subject": "{amount}", "body": "{amount} as of {as_of}"}}
    assert faults(channel="email", texts=texts) == [("texts.en.subject", "as-of-missing")]


@pytest.mark.parametrize(
    ("fields", "where"),
    [({"channel": "call"}, "channel"), ({"purpose": "fun"}, "purpose"), ({"texts": {}}, "texts")]
    + [({"variables": {"Amount": "money"}}, "variables.Amount"), ({"variables": {"a": "integer"}}, "variables.a")]
    + [({"texts": {language: TEXTS["en"]}}, f"texts.{language}") for language in ("EN", "zh_CN", "zh-cn", "english")]
    + [({"texts": {"en": TEXTS["en"] | {"subject": "x"}}}, "texts.en.subject"), ({"texts": {"en": "x"}}, "texts.en")],
)
def test_a_template_that_is_none_is_a_fault(fields: dict[str, Any], where: str):
    assert where in {found for found, _ in faults(**fields)}


def test_an_email_without_a_subject_of_one_line_is_a_fault():
    assert faults(channel="email", texts=TEXTS)[0] == ("texts.zh-CN.subject", "missing")
    texts = {"en": {"subject": "a\nBcc: x", "body": "x"}}
    assert faults(channel="email", variables={}, texts=texts) == [("texts.en.subject", "string-pattern-mismatch")]


def test_a_text_is_bounded_when_it_is_read_and_when_it_is_filled():
    longest = "x" * BODY_LENGTH_MAX["sms"]
    assert faults(variables={}, texts={"en": {"body": longest + "x"}}) == [("texts.en.body", "string-too-long")]
    found = of_text("{a}" + longest[3:], a="text")
    assert len(found.render("en", {"a": "abc"}).body) == len(longest)
    with pytest.raises(RenderingWrong):
        found.render("en", {"a": "abcd"})


@pytest.mark.parametrize("values", [{}, {"amount": "1"}, VALUES | {"bank": "B"}])
def test_values_are_exactly_those_declared(values: dict[str, str]):
    with pytest.raises(RenderingWrong):
        template().render("en", values)


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "x" * (VALUE_LENGTH_MAX + 1),
        "a\nb",
        "a\rb",
        "a\tb",
        "\0",
        "\x1b[1m",
        "\u202eb",
        "\u2066b",
        "\u2028",
        "\ud800",
    ],
)
def test_a_value_that_hides_something_or_says_nothing_is_refused(value: str):
    with pytest.raises(RenderingWrong) as caught:
        of_text("{a}", a="text").render("en", {"a": value})
    assert not value.strip() or value not in str(caught.value)
