"""What a second look comes to: contacts by channel and outcome, refusals by rule, breaches, and what came between."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from arrears_events.catalogue.contact import ContactRefused

from arrears_policy.second_look.findings import Between, Finding, Report


@dataclass
class Tally:
    """`contacts` counts those that were tried or went out; one of them may have several breaches.

    By rule: `refusals` for good, `put_off` to a later moment, and `breaches`, by code where no rule is concerned.
    `longest`: of what came between.
    """

    contacts: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    refusals: Counter[str] = field(default_factory=Counter[str])
    put_off: Counter[str] = field(default_factory=Counter[str])
    breaches: Counter[str] = field(default_factory=Counter[str])
    in_breach: int = 0
    in_between: int = 0
    longest: Between | None = None

    def contact(self, channel: str, outcome: str, in_breach: bool, in_between: bool) -> None:
        self.contacts[channel, outcome] += 1
        self.in_breach += in_breach
        self.in_between += in_between

    def refused(self, refused: ContactRefused) -> None:
        """Once for each rule that stood against it."""
        counted = self.refusals if refused.final else self.put_off
        counted.update({each.rule for each in refused.rules if not each.passed})

    def heard_by(self, report: Report) -> Report:
        """Counts what is reported."""

        def tell(found: Finding | Between) -> None:
            match found:
                case Finding():
                    self.breaches[found.rule or found.code] += 1
                case Between():
                    self.longest = max(self.longest or found, found, key=lambda one: one.seconds)
            report(found)

        return tell

    def as_json(self) -> dict[str, Any]:
        contacts: dict[str, dict[str, int]] = {}
        for (channel, outcome), count in sorted(self.contacts.items()):
            contacts.setdefault(channel, {})[outcome] = count
        return {
            "contacts": contacts,
            "refused": dict(sorted(self.refusals.items())),
            "put_off": dict(sorted(self.put_off.items())),
            "breaches": dict(sorted(self.breaches.items())),
            "contacts_in_breach": self.in_breach,
            "contacts_in_between": self.in_between,
            "longest_seconds": self.longest and self.longest.seconds,
        }
