"""What came of the demo, as text: the portfolio by month, cases, contacts, promises, plans, money, one story."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from arrears_events.money import with_decimals

from arrears_local.money_trail import MoneyTrail, Sums
from arrears_local.outcomes import Outcomes, Rule
from arrears_local.story import Step

STAGES = ("M0", "M1", "M2", "M3", "M4", "M5", "M6", "M7", "recovery")
CHANNELS = ("sms", "email", "call")
BAR = 30
"""Characters of the longest bar."""
WHAT = 42
"""Characters of what a step of the story says; a line of it has 100 at most."""


def portfolio(figures: Iterable[tuple[str, dict[str, Any]]]) -> str:
    """A line a month: open cases at its end by stage, and a bar of them all."""
    months = [(month, {each["stage"]: each["cases"] for each in found["stages"]}) for month, found in figures]
    shown = [stage for stage in STAGES if any(stage in counts for _, counts in months)]
    most = max((sum(counts.values()) for _, counts in months), default=0) or 1
    head = "month    " + "".join(f"{stage:>9}" for stage in shown) + "     open"
    return "\n".join([head, *(_month(month, counts, shown, most) for month, counts in months)])


def cases(found: Sequence[Mapping[str, Any]]) -> str:
    ends = Counter(case["outcome"] or "open" for case in found)
    entered = Counter(case["entered_at_stage"] for case in found)
    return (
        f"cases      {len(found)} opened, {ends['cured']} cured, {ends['open']} open; "
        f"entered at {_counts(entered, STAGES)}"
    )


def disputes(found: Sequence[Mapping[str, Any]]) -> str:
    ends = Counter(dispute["outcome"] or "open" for dispute in found)
    late = sum(1 for dispute in found if dispute["escalated_on"])
    return f"disputes   {len(found)} raised: {_counts(ends, sorted(ends))}; {late} escalated when a deadline passed"


def contacts(found: Outcomes) -> str:
    """By channel and what became of them; then what was not let pass, by rule and clause."""
    ends = {
        channel: Counter(found.contacts[id_] for id_, each in found.channels.items() if each == channel)
        for channel in CHANNELS
    }
    lines = [f"contacts   {len(found.contacts)} asked for"]
    lines += [f"  {channel:<9}{_counts(each, sorted(each))}" for channel, each in ends.items()]
    lines.append(
        f"refused    {Counter(found.contacts.values())['refused']} for good; by rule, put off to a later moment too:"
    )
    rules = sorted(found.against.keys() | found.put_off.keys())
    lines += [_rule(rule, found.against[rule], found.put_off[rule]) for rule in rules]
    return "\n".join(lines)


def commitments(found: Outcomes) -> str:
    """What customers promised and agreed to, what the core did about it, and the answers that we owe."""
    promises, plans, lines = (Counter(each.values()) for each in (found.promises, found.plans, found.instalments))
    ended = promises["kept"] + promises["broken"]
    rate = f" ({promises['kept'] / ended:.0%} of those that ended kept)" if ended else ""
    asked = ", ".join(f"{count} {kind} {answer}" for (kind, answer), count in sorted(found.instructions.items()))
    return (
        f"promises   {len(found.promises)} heard: {_counts(promises, sorted(promises))}{rate}\n"
        f"plans      {len(found.plans)} proposed, {found.agreed} agreed: {_counts(plans, sorted(plans))}\n"
        f"  due      {_counts(lines, sorted(lines))}\n"
        f"the core   {found.agreed} instructions: {asked or 'none'}\n"
        f"complaints {_complaints(found)}"
    )


def money(trail: MoneyTrail) -> str:
    """Received is what went to instalments and to promises, and the rest: to the cent."""
    return "\n".join(_sums(currency, each, trail.rest(currency)) for currency, each in sorted(trail.sums.items()))


def story(account_id: str, steps: Sequence[Step]) -> str:
    head = f"{'':>5}{'date':<12}{'what':<{WHAT}}{'amount':>13}  {'by':<17}because"
    return "\n".join([f"The story of {account_id}:", head, *map(_step, steps)])


def _complaints(found: Outcomes) -> str:
    """Overdue are those that were answered late too."""
    ends = Counter(found.complaints.values())
    overdue = ends["overdue"] + ends["answered late"]
    return f"{len(found.complaints)} raised: {_counts(ends, sorted(ends))}; {overdue} passed the last day for an answer"


def _rule(rule: Rule, against: int, put_off: int) -> str:
    id_, clause = rule
    return f"  {id_:<9}{against:>4} refused {put_off:>5} put off   {clause}"


def _sums(currency: str, sums: Sums, rest: Decimal) -> str:
    rows = [
        ("taken back", with_decimals(sums.taken_back, currency)),
        ("to instalments", sums.to_instalments),
        ("to promises", sums.to_promises),
        ("to neither", rest),
    ]
    head = f"money      {'received':<16}{sums.received:>18,} {currency} in {sums.payments:,} payments"
    return "\n".join([head, *(f"{'':11}{name:<16}{amount:>18,}" for name, amount in rows)])


def _step(step: Step) -> str:
    what = step.what if len(step.what) < WHAT else f"{step.what[: WHAT - 2]}…"
    amount = f"{step.amount.amount:,}" if step.amount is not None else ""
    return f"{step.number:>3}  {step.day}  {what:<{WHAT}}{amount:>13}  {step.by:<17}{step.because}".rstrip()


def _month(month: str, counts: Mapping[str, int], shown: Sequence[str], most: int) -> str:
    total = sum(counts.values())
    bar = "█" * max(1, round(BAR * total / most)) if total else ""
    return f"{month:<9}" + "".join(f"{counts.get(stage, 0):>9}" for stage in shown) + f"{total:>9}  {bar}"


def _counts(counter: Mapping[str, int], order: Iterable[str]) -> str:
    return ", ".join(f"{counter[key]} {key}" for key in order if counter[key]) or "none"
