"""Pages in Markdown."""

from collections.abc import Iterable, Sequence

MADE = "<!-- Made by `make schemas` from the code. Change the code. -->"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(_cell(each) for each in row) + " |" for row in rows]
    return "\n".join(lines)


def page(*parts: str) -> str:
    return "\n\n".join((MADE, *parts)) + "\n"


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
