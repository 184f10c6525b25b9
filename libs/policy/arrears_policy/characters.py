"""Characters that a reader does not see, or that show a text otherwise than it is."""

import unicodedata

TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the direction of what stands after them, so that an approver reads another text than the one approved."""
_UNSEEN = {"Cc", "Cs", "Zl", "Zp"}
"""Control characters, halves of characters, separators of lines and paragraphs."""


def hidden_in(text: str, besides: str = "") -> str | None:
    """The first such character that is not one of `besides`, by its number, as `U+202E`."""
    found = (
        each for each in text if each in TURNING or (unicodedata.category(each) in _UNSEEN and each not in besides)
    )
    return next((f"U+{ord(each):04X}" for each in found), None)
