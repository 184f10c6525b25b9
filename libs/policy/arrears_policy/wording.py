"""What a message says, held against the text rules: a last look at the finished words before they go out."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from arrears_policy.rules import Rule, Text

_AMOUNT = re.compile(r"(?<![\d.,])\d[\d,]*\.\d{2,3}(?![\d.,]*\d|\s*%)", re.ASCII)
"""As money is written, with its decimals; a rate is none."""
_LETTERS = "a-z0-9"


class TextFault(NamedTuple):
    """`what`: the forbidden words as the rule has them, the amount, or the name of what is missing."""

    rule: str
    clause: str
    what: str


def text_faults(rules: Iterable[Rule], text: str, caller: str, amounts: Mapping[str, str]) -> tuple[TextFault, ...]:
    """All that `text` says against the text rules among `rules`, or leaves out; other rules are passed over.

    The caller chooses the rules that bind the message. `caller` is the name by which the bank introduces itself;
    `amounts` are those the text may name, as written there, each with its as_of as written there.
    """
    said, named = _normal(text), _normal(caller)
    squeezed = _squeezed(said)
    return tuple(
        TextFault(rule.id, rule.clause, what)
        for rule in rules
        if isinstance(rule, Text)
        for what in (*_forbidden(rule, said, squeezed), *_missing(rule, said, named, amounts))
    )


def _forbidden(rule: Text, said: str, squeezed: str) -> Iterator[str]:
    """Latin words count as whole words; Chinese ones whatever is put between their characters."""
    for words in rule.forbids:
        sought = _sought(words)
        if sought in squeezed if isinstance(sought, str) else sought.search(said):
            yield words


@lru_cache(maxsize=1024)
def _sought(words: str) -> str | re.Pattern[str]:
    """Of a rule: the same for each message."""
    normal = _normal(words)
    if normal.isascii():
        return re.compile(rf"(?<![{_LETTERS}]){re.escape(normal)}(?![{_LETTERS}])")
    return _squeezed(normal)


def _missing(rule: Text, said: str, caller: str, amounts: Mapping[str, str]) -> Iterator[str]:
    if "caller" in rule.requires and (not caller or caller not in said):
        yield "caller"
    if "as_of" in rule.requires:
        yield from _without_as_of(said, amounts)


def _without_as_of(said: str, amounts: Mapping[str, str]) -> Iterator[str]:
    """Amounts in the text that the caller did not tell of, or whose as_of stands nowhere in it."""
    told = {
        number: _normal(as_of)
        for amount, as_of in amounts.items()
        for number in _AMOUNT.findall(_normal(amount)) or [_normal(amount)]
    }
    shown = dict.fromkeys((*_AMOUNT.findall(said), *(number for number in told if number in said)))
    yield from (number for number in shown if not told.get(number) or told[number] not in said)


def _normal(text: str) -> str:
    """One form for what looks alike: full-width letters, capitals, blanks in a row, characters that are not seen."""
    return " ".join("".join(filter(_is_seen, unicodedata.normalize("NFKC", text))).casefold().split())


def _squeezed(normal: str) -> str:
    return "".join(filter(str.isalnum, normal))


@lru_cache(maxsize=4096)
def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter) != "Cf"
