"""The words of a reminder: of the instalment that is due next, with its day, and of which day its amount is."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from arrears_events.catalogue.base import PolicyRef
from arrears_events.catalogue.contact import AmountShown
from arrears_policy.policy import load
from arrears_policy.template import Template
from contact_service.domain.decision import Grounds, Point
from contact_service.domain.facts import Upcoming
from contact_service.effects.messages import TEMPLATES, Bank, Words, words_of
from contact_service.views.contacts import ContactRow

from ..domain.asking import FACTS, POLICIES, packs
from ..plans import FIRST, PLAN, SECOND, cny

REF = PolicyRef(name="plan-reminder-sms", version=1, sha256="0" * 64)
AS_OF = date(2026, 4, 6)
NOW = datetime(2026, 4, 7, 2, tzinfo=UTC)
NEXT = Upcoming(PLAN, frozenset({"A-1"}), FIRST, cny("60.00"), AS_OF)
LATER = Upcoming(UUID(int=2), frozenset({"A-1"}), SECOND, cny("9.00"), AS_OF)
OTHER = Upcoming(UUID(int=3), frozenset({"A-2"}), FIRST, cny("8.00"), AS_OF)
ROW: Any = {"contact_id": UUID(int=9), "streamid": "contacts/C-1", "customer_id": "C-1", "version": 1}


def words(*upcoming: Upcoming, language: str = "en") -> Words | None:
    template = load((POLICIES / f"{TEMPLATES['plan_reminder', 'sms']}.yaml").read_text("utf-8")).content
    assert isinstance(template, Template)
    row = ContactRow(
        **ROW,
        status="authorised",
        purpose="plan_reminder",
        channel="sms",
        party_id="C-1",
        contact_point_id=None,
        accounts=["A-1"],
        requested_on=AS_OF,
        requested_at=NOW,
        requested_by="contact",
        lapses_on=FIRST,
        try_at=None,
    )
    point = Point("P-1", "d1", "customer", reserved=True)
    grounds = Grounds(NOW, NOW.date(), packs(), (), replace(FACTS, upcoming=upcoming), point, {})
    return words_of(row, grounds, template, REF, language, Bank("Example Bank", "400-000-0000"))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-Hans-CN", "2026-04-10到期的一期截至2026-04-06尚需还款60.00 CNY"),
        ("en", "that is due on 2026-04-10, 60.00 CNY is to be paid as of 2026-04-06"),
    ],
)
def test_it_says_what_is_to_be_paid_by_which_day_and_of_which_day_the_word_is(language: str, said: str):
    found = words(NEXT, language=language)
    assert found
    assert said in found.rendered.body
    assert found.amounts == (AmountShown(plan_id=PLAN, due=FIRST, amount=cny("60.00"), as_of=AS_OF),)
    assert not found.refused


def test_it_names_the_first_day_alone_and_no_other_accounts_plan():
    assert words(LATER, OTHER, NEXT) == words(NEXT)


def test_where_nothing_is_due_any_more_it_does_not_go_out():
    assert words() is None
    assert words(OTHER) is None


def test_every_template_of_ours_is_a_text_that_the_service_ships():
    shipped = {path.stem for path in POLICIES.glob("*.yaml")}
    assert shipped >= set(TEMPLATES.values())
