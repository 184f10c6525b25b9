"""Card numbers (13 to 19 digits, Luhn), told apart from other digits: nowhere may one stand for an id."""

import re
from collections.abc import Iterator
from uuid import UUID

_DIGITS = re.compile(r"\d{13,}")
_GROUPED = re.compile(r"(?<!\d)\d{2,}(?:([ \u00a0.\-–/])\d{2,}(?:\1\d{2,})*)(?!\d)")
MASK = "****"
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def is_card_number(id_: str) -> bool:
    """Whether an id is one, or holds one; a UUID is none, whatever its digits look like."""
    return holds_card_number(id_) and not _is_uuid(id_)


def holds_card_number(text: str) -> bool:
    """Whether a card number stands in the text, in one run or in groups; in the digits of any script."""
    return any(_is_card_number(run) for run in _runs(text))


def without_card_numbers(text: str) -> str:
    """Each that stands in it, in one run or in groups, is masked."""
    return _GROUPED.sub(_masked, _DIGITS.sub(_masked, text))


def _masked(found: re.Match[str]) -> str:
    return MASK if holds_card_number(found[0]) else found[0]


def _runs(text: str) -> Iterator[str]:
    yield from _DIGITS.findall(text)
    for found in _GROUPED.finditer(text):
        yield from _windows(found[0].split(found[1]))


def _windows(groups: list[str]) -> Iterator[str]:
    """Neighbouring groups together. 0, 1, 7 and 9 begin no bank's card, so a date before a telephone number is none."""
    for first, group in enumerate(groups):
        if int(group[0]) in (2, 3, 4, 5, 6, 8):
            yield from ("".join(groups[first:end]) for end in range(first + 2, min(len(groups), first + 8) + 1))


def _is_card_number(digits: str) -> bool:
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    numbers = [int(digit) for digit in reversed(digits)]
    return (sum(numbers[::2]) + sum(_DOUBLED[number] for number in numbers[1::2])) % 10 == 0


def _is_uuid(id_: str) -> bool:
    """Its digits are drawn by lot, and some look like a card's."""
    try:
        return bool(UUID(id_))
    except ValueError:
        return False
