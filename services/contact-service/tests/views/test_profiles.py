"""The profile of a customer, by the bank's newest word."""

import json
from typing import Any

from arrears_events.catalogue.bank import ContactPoint, CustomerProfileChanged
from arrears_events.envelope import SourceEvent
from contact_service.views.profiles import ProfileRow, fold

MOBILE = ContactPoint(contact_point_id="CP-1", party_id="C-1", kind="mobile", reserved=True, digest="ab" * 32)


def profile_changed(*points: ContactPoint, language: str = "zh-Hans-CN") -> SourceEvent[Any]:
    changed = CustomerProfileChanged(
        customer_id="C-1", language=language, jurisdiction="cn", time_zone="Asia/Shanghai", contact_points=points
    )
    return SourceEvent[Any].model_construct(data=changed)


def test_contact_points_are_kept_with_their_digests_and_without_values():
    row = fold.fold(None, profile_changed(MOBILE))
    kept = {"contact_point_id": "CP-1", "party_id": "C-1", "kind": "mobile", "reserved": True, "digest": "ab" * 32}
    assert json.loads(row.contact_points) == [kept]


def test_the_newest_profile_stands_in_place_of_the_one_before():
    before = fold.fold(None, profile_changed(MOBILE))
    after = fold.fold(before, profile_changed(language="en"))
    assert after == ProfileRow("C-1", "en", "cn", "Asia/Shanghai", "[]")


def test_no_other_word_of_the_bank_is_taken():
    assert fold.takes == {CustomerProfileChanged}
