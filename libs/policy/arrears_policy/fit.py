"""What a service needs of a policy beyond its form: that it decides all that comes in, by numbers that are allowed.

Nothing is left over to be found wrong while deciding. Each function gives the faults; none for a policy that fits.
"""

from collections.abc import Collection, Iterator, Mapping

from arrears_policy.columns import EnumColumn, number
from arrears_policy.decision_table import DecisionTable
from arrears_policy.errors import Fault, ValueWrong
from arrears_policy.values import Values


def numbers(values: Values, allowed: Mapping[str, tuple[int, int]]) -> Iterator[Fault]:
    """`allowed`: the least and the most of each whole number that the service asks for."""
    for name, (least, most) in allowed.items():
        try:
            found = values.integer(name)
        except ValueWrong:
            yield Fault(f"values.{name}", "number-missing", f"This service needs a whole number, {least} to {most}")
            continue
        if not least <= found <= most:
            yield Fault(f"values.{name}.value", "number-out-of-range", f"This service takes {least} to {most}")


def columns(
    table: DecisionTable, given: Mapping[str, Collection[object]], taken: Mapping[str, Collection[str]]
) -> Iterator[Fault]:
    """`given`: all that may come in, of whole numbers the least and the most; `taken`: the words that may come out."""
    if table.hit == "collect":
        yield Fault("hit", "hit-wrong", "This service goes by one row")
    for name in table.inputs:
        if name not in given:
            yield Fault(f"inputs.{name}", "input-unknown", "This service gives no such value")
    for name, values in given.items():
        yield from _input(table, name, values)
    for name, words in taken.items():
        yield from _output(table, name, words)


def _input(table: DecisionTable, name: str, values: Collection[object]) -> Iterator[Fault]:
    column = table.inputs.get(name)
    if column is None:
        yield Fault(f"inputs.{name}", "input-missing", "This service gives it, and a table takes all that it is given")
        return
    if outside := [str(each) for each in values if number(column, each) is None]:
        yield Fault(f"inputs.{name}", "input-too-narrow", f"These come in too: {', '.join(outside)}")


def _output(table: DecisionTable, name: str, words: Collection[str]) -> Iterator[Fault]:
    column = table.outputs.get(name)
    if not isinstance(column, EnumColumn):
        yield Fault(f"outputs.{name}", "output-missing", f"This service needs an enum of {', '.join(words)}")
        return
    if unknown := [each for each in column.of if each not in words]:
        yield Fault(f"outputs.{name}.of", "output-word-unknown", f"This service knows no {', '.join(unknown)}")
