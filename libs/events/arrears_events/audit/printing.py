"""What the auditor's commands print: findings as they are found, one JSON document of them, a bar of progress."""

import json
import sys
from typing import Any

import click

from arrears_events.audit.findings import Finding
from arrears_events.audit.gist import printable
from arrears_events.audit.verification import Summary


class Sheet:
    """For people: a line a finding, the totals at the end."""

    def tell(self, finding: Finding) -> None:
        where = f"{finding.topic} {finding.partition}/{finding.offset}"
        what = f" {finding.streamid}#{finding.streamversion}" if finding.streamid else ""
        click.echo(printable(f"{finding.level}: {finding.code} at {where}{what}: {finding.sentence}"))

    def end(self, summary: Summary) -> None:
        for topic, records in summary.records.items():
            click.echo(f"{topic:<16} {records:>12,} records {summary.streams[topic]:>12,} streams")
        errors, notes = summary.findings["error"], summary.findings["note"]
        verdict = "The history is whole" if not errors else "The history is not whole"
        click.echo(f"{verdict}: {errors:,} errors, {notes:,} notes.")


class JsonSheet(Sheet):
    """One document, written piece by piece, so that any number of findings takes no memory."""

    def __init__(self) -> None:
        self._before = '{"findings": [\n'

    def tell(self, finding: Finding) -> None:
        click.echo(self._before + json.dumps(finding.as_json()), nl=False)
        self._before = ",\n"

    def end(self, summary: Summary) -> None:
        before = self._before if self._before.startswith("{") else "\n"
        click.echo(f'{before}], "summary": {json.dumps(summary.as_json())}}}')


class Bar:
    """Progress in records, on a terminal only."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __call__(self, read: int, of: int) -> None:
        if sys.stderr.isatty():
            self._bar = self._bar or click.progressbar(length=of, label="Reading", file=sys.stderr, show_pos=True)
            self._bar.update(read)

    def end(self) -> None:
        if self._bar:
            self._bar.render_finish()
