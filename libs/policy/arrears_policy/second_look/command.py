"""`arrears audit contacts`: from Kafka alone, was every contact allowed?"""

import sys

import click
from arrears_events.audit.command import answer, reader
from arrears_events.audit.printing import Bar

from arrears_policy.second_look.printing import JsonSheet, Sheet
from arrears_policy.second_look.reading import look_again
from arrears_policy.second_look.tally import Tally


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document: findings, what came between, and summary.")
def contacts(as_json: bool) -> None:
    """Decide every contact anew by the rules in force, as known at its moment.

    What would have forbidden a contact and had not been heard yet is listed apart, with the time between. Ends with 0
    when every contact was allowed, 1 when one was not, 2 when it cannot be read.
    """
    sheet, bar = JsonSheet() if as_json else Sheet(), Bar()
    tally = answer(_look_again(sheet, bar))
    bar.end()
    sheet.end(tally)
    sys.exit(1 if tally.breaches else 0)


async def _look_again(sheet: Sheet, bar: Bar) -> Tally:
    async with reader() as log:
        return await look_again(log, sheet.tell, bar)
