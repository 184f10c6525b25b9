"""Complaints over HTTP: raised, acknowledged, extended, resolved, listed."""

import hashlib
from typing import Any

import httpx
import pytest
from arrears_events.catalogue.complaints import ComplaintRaised
from arrears_events.catalogue.contact import PersonErased
from arrears_runtime.testing.publishing import publish
from case_service.domain.complaint import CloseDay
from case_service.main import SERVICE

from ..examples import day
from .conftest import COMPLAINTS, TODAY, Case

PAGE = "/customers/C-1/complaints"
NOBODY = "00000000-0000-0000-0000-000000000000"
WORDS, ANSWER = "叫我老赖; shouted at my mother", "We apologise to both of you"
RUDE = {"kind": "rudeness", "received_from": "customer"}
UPHELD = {"outcome": "upheld", "redress": ["staff_instructed", "apology"]}
ERASED = next(view for view in SERVICE.following_views if PersonErased in view.takes)


@pytest.fixture
async def known(case: Case) -> Case:
    await case.open_account()
    return case


async def raised(case: Case, **more: Any) -> str:
    answer = await case.post(PAGE, RUDE | more)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


async def test_a_complaint_is_raised_and_its_answer_is_due_by_the_policy_in_force(known: Case):
    answer = await known.post(PAGE, RUDE | {"about": "contact-1", "against": "carl@bank.example"})
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    complaint = await known.get(answer.headers["Location"])
    expected = {"complaint_id": answer.json()["id"], "customer_id": "C-1", **RUDE, "outcome": None}
    expected |= {"received_on": "2026-04-22", "answer_due_on": "2026-05-07", "overdue_on": None}
    expected |= {"about": "contact-1", "against": "carl@bank.example"}
    assert expected.items() <= complaint.items()


async def test_a_complaint_names_the_policy_of_its_days(known: Case):
    await publish(known.instance, COMPLAINTS.replace("value: 15", "value: 10"), TODAY)
    assert (await known.get(await raised(known)))["answer_due_on"] == "2026-05-02"
    [value] = [
        row["value"] for row in await known.db.pool.fetch("SELECT value FROM outbox WHERE topic = 'case.events'")
    ]
    event = SERVICE.topic.decode(value).data
    assert isinstance(event, ComplaintRaised)
    later = hashlib.sha256(COMPLAINTS.replace("value: 15", "value: 10").encode()).hexdigest()
    assert (event.policy.name, event.policy.version, event.policy.sha256) == ("complaints", 2, later)


async def test_the_same_request_raises_one_complaint(known: Case):
    first, again = [await known.post(PAGE, RUDE, key="same") for _ in range(2)]
    assert (again.status_code, again.json()) == (201, first.json())
    assert len((await known.get("/complaints"))["items"]) == 1
    assert refused(await known.post(PAGE, RUDE | {"kind": "threat"}, key="same")) == (422, "idempotency-key-reused")


async def test_who_has_no_account_has_no_complaints(case: Case):
    assert refused(await case.post(PAGE, RUDE)) == (404, "not-found")


async def test_a_complaint_is_acknowledged_and_resolved(known: Case):
    complaint = await raised(known)
    acknowledged = await known.post(f"{complaint}/acknowledgements", version=1)
    resolved = await known.post(f"{complaint}/resolutions", UPHELD, version=2)
    assert (acknowledged.status_code, resolved.status_code) == (201, 201)
    expected = {"acknowledged_on": "2026-04-22", "resolved_on": "2026-04-22", "outcome": "upheld"}
    assert (expected | {"redress": ["apology", "staff_instructed"]}).items() <= (await known.get(complaint)).items()
    again = await known.post(f"{complaint}/resolutions", UPHELD | {"outcome": "not_upheld"}, version=3)
    assert (refused(again), again.json()["outcome"]) == ((409, "complaint-resolved"), "upheld")


async def test_a_complex_one_is_extended_and_then_further_with_a_notice(known: Case):
    complaint = await raised(known)
    too_early = await known.post(f"{complaint}/further-extensions", {"told_on": "2026-04-22"}, version=1)
    assert (refused(too_early), too_early.json()["next"]) == ((409, "complaint-not-extendable"), "complex")
    assert (await known.post(f"{complaint}/extensions", version=1)).status_code == 201
    assert (await known.get(complaint))["answer_due_on"] == "2026-05-22"
    untold = await known.post(f"{complaint}/further-extensions", {"told_on": "2026-04-23"}, version=2)
    assert (refused(untold), untold.json()["latest"]) == ((422, "notice-out-of-range"), "2026-04-22")
    assert (await known.post(f"{complaint}/further-extensions", {"told_on": "2026-04-22"}, version=2)).is_success
    expected = {"answer_due_on": "2026-06-21", "extension": "approved", "told_on": "2026-04-22"}
    assert expected.items() <= (await known.get(complaint)).items()


async def test_who_is_complained_of_does_not_answer(known: Case):
    complaint = await raised(known, against="anna")
    assert refused(await known.post(f"{complaint}/resolutions", UPHELD, version=1)) == (403, "complained-of")
    assert refused(await known.post(f"{complaint}/extensions", version=1)) == (403, "complained-of")
    assert (await known.get(complaint))["outcome"] is None


async def test_an_answer_is_to_what_was_seen(known: Case):
    complaint = await raised(known)
    await known.post(f"{complaint}/acknowledgements", version=1)
    assert (await known.post(f"{complaint}/resolutions", UPHELD)).status_code == 428
    stale = await known.post(f"{complaint}/resolutions", UPHELD, version=1)
    assert (stale.status_code, stale.headers["ETag"]) == (412, '"2"')
    assert await known.version(complaint) == 2


async def test_complaints_are_listed_by_what_is_asked_the_first_due_first(known: Case):
    answered, late, extended = [await raised(known, kind=kind) for kind in ("threat", "at_night", "too_often")]
    await known.post(f"{answered}/resolutions", UPHELD, version=1)
    await known.post(f"{extended}/extensions", version=1)
    await known.send(late.removeprefix("/complaints/").join(("complaint/", "")), "C-1", CloseDay(day("05-07")))

    async def kinds(**query: Any) -> list[str]:
        return [item["kind"] for item in (await known.get("/complaints", **query))["items"]]

    assert (await kinds())[-1] == "too_often"
    assert (await kinds(open="false"), await kinds(open="true")) == (["threat"], ["at_night", "too_often"])
    assert (await kinds(overdue="true"), await kinds(open="true", overdue="false")) == (["at_night"], ["too_often"])
    assert (await kinds(customer_id="C-2"), len(await kinds(customer_id="C-1"))) == ([], 3)
    first = await known.get("/complaints", limit=2)
    rest = await known.get("/complaints", limit=2, cursor=first["next"])
    assert [item["kind"] for item in rest["items"]] == ["too_often"]


async def test_the_words_are_kept_sealed_and_read_until_the_person_is_erased(known: Case):
    complaint = await raised(known, text=WORDS)
    await known.post(f"{complaint}/resolutions", UPHELD | {"text": ANSWER}, version=1)
    assert await known.get(f"{complaint}/words") == {"text": WORDS, "answer": ANSWER}
    kept = ""
    for table in (table for metadata in SERVICE.metadatas for table in metadata.sorted_tables):
        kept += str([tuple(row) for row in await known.db.pool.fetch(f"TABLE {table.name}")])
    assert complaint.rpartition("/")[2] in kept
    assert not [each for each in ("老赖", "shouted", "apologise", str(WORDS.encode())[2:-1]) if each in kept]
    await known.hear(ERASED, PersonErased(customer_id="C-1", reason="erased_by_bank"))
    assert known.instance.keys
    async with known.db.transaction() as connection:
        await known.instance.keys.shred(connection, ["C-1"])
    assert await known.get(f"{complaint}/words") == {"text": None, "answer": None}
    assert refused(await known.post(PAGE, RUDE | {"text": WORDS})) == (409, "person-erased")
    assert (await known.get(complaint))["outcome"] == "upheld"


async def test_a_complaint_of_who_was_erased_is_still_answered(known: Case):
    complaint = await raised(known)
    await known.hear(ERASED, PersonErased(customer_id="C-1", reason="erased_by_bank"))
    assert refused(await known.post(f"{complaint}/resolutions", UPHELD | {"text": ANSWER}, version=1)) == (
        409,
        "person-erased",
    )
    assert (await known.post(f"{complaint}/resolutions", UPHELD, version=1)).status_code == 201


async def test_where_nothing_was_written_down_there_are_no_words(known: Case):
    assert await known.get(f"{await raised(known)}/words") == {"text": None, "answer": None}


NO_COMPLAINTS: list[dict[str, Any]] = [
    {"kind": "rudeness"},
    {"kind": "the debt", "received_from": "customer"},
    RUDE | {"received_from": "neighbour"},
    RUDE | {"text": ""},
    RUDE | {"text": "a bell \u0007"},
    RUDE | {"text": "pays by 4111 1111 1111 1111"},
    RUDE | {"about": "4111111111111111"},
    RUDE | {"against": "4111111111111111"},
    RUDE | {"against": "two words"},
    RUDE | {"answer_due_on": "2030-01-01"},
]


@pytest.mark.parametrize("body", NO_COMPLAINTS, ids=repr)
async def test_what_is_no_complaint_is_refused_and_not_said_again(known: Case, body: dict[str, Any]):
    answer = await known.post(PAGE, body)
    assert refused(answer) == (422, "body-invalid")
    assert "4111" not in answer.text
    assert (await known.get("/complaints"))["items"] == []


async def test_what_is_no_answer_is_refused(known: Case):
    complaint = await raised(known)
    for wrong in ({"outcome": "upheld"}, UPHELD | {"redress": ["flowers"]}, UPHELD | {"outcome": "rejected"}):
        assert refused(await known.post(f"{complaint}/resolutions", wrong, version=1)) == (422, "body-invalid"), wrong
    for wrong in ({}, {"told_on": "yesterday"}, {"told_on": None}):
        answer = await known.post(f"{complaint}/further-extensions", wrong, version=1)
        assert refused(answer) == (422, "body-invalid"), wrong


async def test_a_complaint_that_is_not_there_is_not_found(known: Case):
    assert (await known.http.get(f"/complaints/{NOBODY}")).status_code == 404
    assert (await known.http.get(f"/complaints/{NOBODY}/words")).status_code == 404
    for deed, body in (("acknowledgements", None), ("extensions", None), ("resolutions", UPHELD)):
        assert refused(await known.post(f"/complaints/{NOBODY}/{deed}", body, version=1)) == (404, "not-found")
