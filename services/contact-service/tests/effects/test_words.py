"""The words of a reminder: of the instalment that is due next, with its day, and of which day its amount is."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from arrears_events.catalogue.base import PolicyRef
from arrears_events.catalogue.contact import AmountShown, Purpose
from arrears_policy.errors import RenderingWrong
from arrears_policy.policy import load
from arrears_policy.template import Place, Template, Wording
from contact_service.domain.decision import Grounds, Point
from contact_service.domain.facts import Facts, Upcoming
from contact_service.effects.messages import TEMPLATES, Bank, Unsaid, Words, words_of
from contact_service.views.contacts import ContactRow

from ..domain.asking import FACTS, POLICIES, owed, packs
from ..plans import FIRST, PLAN, SECOND, cny

REF = PolicyRef(name="plan-reminder-sms", version=1, sha256="0" * 64)
AS_OF = date(2026, 4, 6)
NOW = datetime(2026, 4, 7, 2, tzinfo=UTC)
NEXT = Upcoming(PLAN, frozenset({"A-1"}), FIRST, cny("60.00"), AS_OF)
LATER = Upcoming(UUID(int=2), frozenset({"A-1"}), SECOND, cny("9.00"), AS_OF)
OTHER = Upcoming(UUID(int=3), frozenset({"A-2"}), FIRST, cny("8.00"), AS_OF)
ROW: Any = {"contact_id": UUID(int=9), "streamid": "contacts/C-1", "customer_id": "C-1", "version": 1}


def words(
    *upcoming: Upcoming,
    language: str = "en",
    purpose: Purpose = "plan_reminder",
    template: Template | None = None,
    known: Facts = FACTS,
) -> Words | Unsaid:
    shipped = load((POLICIES / f"{TEMPLATES[purpose, 'sms']}.yaml").read_text("utf-8")).content
    assert isinstance(shipped, Template)
    row = ContactRow(
        **ROW,
        status="authorised",
        purpose=purpose,
        channel="sms",
        party_id="C-1",
        contact_point_id=None,
        accounts=["A-1"] if purpose == "plan_reminder" else ["A-1", "A-2", "A-3"],
        requested_on=AS_OF,
        requested_at=NOW,
        requested_by="contact",
        lapses_on=FIRST,
        try_at=None,
    )
    point = Point("P-1", "d1", "customer", reserved=True)
    grounds = Grounds(NOW, NOW.date(), packs(), (), replace(known, upcoming=upcoming), point, {})
    return words_of(row, grounds, template or shipped, REF, language, Bank("Example Bank", "400-000-0000"))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-Hans-CN", "2026-04-10到期的一期截至2026-04-06尚需还款60.00 CNY"),
        ("en", "that is due on 2026-04-10, 60.00 CNY is to be paid as of 2026-04-06"),
    ],
)
def test_it_says_what_is_to_be_paid_by_which_day_and_of_which_day_the_word_is(language: str, said: str):
    found = words(NEXT, language=language)
    assert isinstance(found, Words)
    assert said in found.rendered.body
    assert found.amounts == (AmountShown(plan_id=PLAN, due=FIRST, amount=cny("60.00"), as_of=AS_OF),)
    assert not found.reason


def test_it_names_the_first_day_alone_and_no_other_accounts_plan():
    assert words(LATER, OTHER, NEXT) == words(NEXT)


def test_where_nothing_is_due_any_more_it_does_not_go_out():
    assert words() == Unsaid("words_refused")
    assert words(OTHER) == Unsaid("words_refused")


def test_a_template_that_asks_for_what_the_service_has_not_cannot_be_filled():
    with pytest.raises(RenderingWrong, match="weather"):
        words(
            NEXT,
            template=Template("sms", "plan_reminder", {"weather": "text"}, {"en": Wording(None, (Place("weather"),))}),
        )


def test_each_amount_is_named_with_the_day_of_its_word_and_none_is_added_to_another():
    """Amounts of one word share its day; equal ones of two accounts are two."""
    ledgers = (owed("A-1"), owed("A-2"), replace(owed("A-3", "20", currency="USD"), as_of=date(2026, 3, 22)))
    found = words(purpose="collection", known=replace(FACTS, owed=ledgers))
    assert isinstance(found, Words)
    assert "1,000.00 CNY, 1,000.00 CNY (2026-03-21); 20.00 USD (2026-03-22)" in found.rendered.body
    assert not found.reason


def test_every_template_of_ours_is_a_text_that_the_service_ships():
    shipped = {path.stem for path in POLICIES.glob("*.yaml")}
    assert shipped >= set(TEMPLATES.values())
