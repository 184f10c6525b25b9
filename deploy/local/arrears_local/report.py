"""What came of the demo, as text: the portfolio by month and stage, cases, promises, disputes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

STAGES = ("M0", "M1", "M2", "M3", "M4", "M5", "M6", "M7", "recovery")
CHANNELS = ("sms", "email", "call")
BAR = 30
"""Characters of the longest bar."""


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


def contacts(found: Sequence[Mapping[str, Any]]) -> str:
    """By channel and what became of them, then what was refused, by the rule that stood against it."""
    by_channel = {
        channel: Counter(each["status"] for each in found if each["channel"] == channel) for channel in CHANNELS
    }
    lines = [f"contacts   {len(found)} asked for"]
    lines += [f"  {channel:<8} {_counts(ends, sorted(ends))}" for channel, ends in by_channel.items()]
    against = Counter(rule for each in found if each["status"] == "refused" for rule in each["against"])
    lines.append(f"  refused by {_counts(against, sorted(against))}")
    return "\n".join(lines)


def promises(found: Sequence[Mapping[str, Any]]) -> str:
    ends = Counter(promise["outcome"] for promise in found)
    ended = ends["kept"] + ends["broken"]
    rate = f" ({ends['kept'] / ended:.0%} of those that ended kept)" if ended else ""
    return f"promises   {len(found)} made: {_counts(ends, sorted(ends))}{rate}"


def disputes(found: Sequence[Mapping[str, Any]]) -> str:
    ends = Counter(dispute["outcome"] or "open" for dispute in found)
    late = sum(1 for dispute in found if dispute["escalated_on"])
    return f"disputes   {len(found)} raised: {_counts(ends, sorted(ends))}; {late} escalated when a deadline passed"


def _month(month: str, counts: Mapping[str, int], shown: Sequence[str], most: int) -> str:
    total = sum(counts.values())
    bar = "█" * max(1, round(BAR * total / most)) if total else ""
    return f"{month:<9}" + "".join(f"{counts.get(stage, 0):>9}" for stage in shown) + f"{total:>9}  {bar}"


def _counts(counter: Mapping[str, int], order: Iterable[str]) -> str:
    return ", ".join(f"{counter[key]} {key}" for key in order if counter[key]) or "none"
