"""What `arrears audit contacts` prints: findings as they are found, what came between, and what it all comes to."""

import json
from typing import Any

import click
from arrears_events.audit.gist import printable

from arrears_policy.second_look.findings import Between, Finding
from arrears_policy.second_look.tally import Tally


class Sheet:
    """For people: a line a finding, the totals at the end."""

    def tell(self, found: Finding | Between) -> None:
        where = f"{found.topic} {found.partition}/{found.offset}"
        match found:
            case Finding():
                what = " ".join(str(each) for each in (found.code, found.rule) if each)
                line = f"breach: {what} at {where}{_contact(found)}: {found.sentence}"
            case Between():
                line = (
                    f"between: {found.rule} at {where}{_contact(found)}: {found.event} at {found.place} came "
                    f"{found.seconds:.3f} s before it, and had not been heard."
                )
        click.echo(printable(line))

    def end(self, tally: Tally) -> None:
        for (channel, outcome), count in sorted(tally.contacts.items()):
            click.echo(f"{channel:<8} {outcome:<16} {count:>12,}")
        for title, counted in (("refused", tally.refusals), ("put off", tally.put_off), ("breach", tally.breaches)):
            for rule, count in sorted(counted.items()):
                click.echo(f"{title:<8} {rule:<16} {count:>12,}")
        longest = f", {tally.longest.seconds:.3f} s at the longest" if tally.longest else ""
        verdict = "Every contact was allowed" if not tally.breaches else "Not every contact was allowed"
        click.echo(
            f"{verdict}: {tally.contacts.total():,} contacts, {tally.in_breach:,} in breach, "
            f"{tally.in_between:,} before something was heard{longest}."
        )


class JsonSheet(Sheet):
    """One document. Breaches are written as they are found; what came between is rare, and kept to the end."""

    def __init__(self) -> None:
        self._before = '{"findings": [\n'
        self._between: list[dict[str, Any]] = []

    def tell(self, found: Finding | Between) -> None:
        if isinstance(found, Between):
            self._between.append(found.as_json())
            return
        click.echo(self._before + json.dumps(found.as_json()), nl=False)
        self._before = ",\n"

    def end(self, tally: Tally) -> None:
        before = self._before if self._before.startswith("{") else "\n"
        rest = f'"between": {json.dumps(self._between)}, "summary": {json.dumps(tally.as_json())}'
        click.echo(f"{before}], {rest}}}")


def _contact(found: Finding | Between) -> str:
    return f" contact {found.contact}" if found.contact else ""
