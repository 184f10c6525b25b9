"""Every kind of fault is planted in a history that is otherwise whole, and must be found where it lies."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from arrears_events.audit.findings import Finding
from arrears_events.audit.topics import AUDITED
from arrears_events.catalogue.base import CustomerStopped
from arrears_events.catalogue.contact import CONTACT
from arrears_events.catalogue.plan import PLAN
from arrears_events.codec import canonical
from arrears_events.ids import event_id
from arrears_events.log.reader import Record
from arrears_events.log.topics import specs

from .history import History

ACCOUNT, STREAM = "UCI-1", "account/UCI-1"


@pytest.fixture
def whole(history: History) -> History:
    """A missed payment opens a case, which a collector works on; the day is closed."""
    history.opened(ACCOUNT, history.missed(ACCOUNT, "2026-04-21"))
    history.staged(ACCOUNT)
    for partition in range(8):
        history.close("2026-04-21", partition)
    return history


def the_one(findings: list[Finding], code: str, at: Record) -> Finding:
    """There is one finding, of this code, that names this record."""
    assert [(f.code, f.topic, f.partition, f.offset) for f in findings] == [(code, at.topic, at.partition, at.offset)]
    return findings[0]


def of_code(findings: list[Finding], code: str) -> list[tuple[str, int, int]]:
    return [(f.topic, f.partition, f.offset) for f in findings if f.code == code]


def place(record: Record) -> tuple[str, int, int]:
    return record.topic, record.partition, record.offset


def test_all_history_is_audited():
    kept = {spec.name for spec in specs() if spec.settings["cleanup.policy"] == "delete" and "dead" not in spec.name}
    assert {topic.name for topic in AUDITED} == kept


def test_a_whole_history_has_no_findings(whole: History):
    assert whole.verified() == []


def test_a_finding_of_a_stream_names_its_version(whole: History):
    wrong = whole.staged(ACCOUNT, prevhash="0" * 64)
    found = the_one(whole.verified(), "wrong-hash", wrong)
    assert (found.streamid, found.streamversion, found.level) == (STREAM, 3, "error")


def test_a_missing_version_is_a_gap_told_once(whole: History):
    lost = whole.staged(ACCOUNT)
    after = whole.staged(ACCOUNT)
    whole.staged(ACCOUNT)
    whole.lose(lost)
    found = the_one(whole.verified(), "gap", replace(after, offset=after.offset - 1))
    assert "version 3 is missing" in found.sentence


def test_a_stream_that_does_not_begin_is_a_gap(history: History):
    first, second = history.staged(ACCOUNT), history.staged(ACCOUNT)
    history.lose(first)
    the_one(history.verified(), "gap", replace(second, offset=0))


def test_the_same_version_with_other_bytes_is_a_fork(whole: History):
    whole.staged(ACCOUNT)
    whole.rewind(STREAM)
    fork = whole.staged(ACCOUNT, actor="mei")
    the_one(whole.verified(), "fork", fork)


def test_a_fork_far_behind_the_head_is_found(whole: History):
    for _ in range(5):
        whole.staged(ACCOUNT)
    fork = whole.staged(ACCOUNT, streamversion=3, commandid=None)
    findings = whole.verified()
    assert of_code(findings, "undecodable") == [place(fork)]
    fork = whole.staged(ACCOUNT, streamversion=3, prevhash=None)
    assert of_code(whole.verified(), "fork") == [place(fork)]


def test_a_chain_that_goes_on_from_the_fork_is_broken(whole: History):
    whole.rewind(STREAM)
    fork = whole.staged(ACCOUNT, actor="mei")
    next_ = whole.staged(ACCOUNT)
    findings = whole.verified()
    assert of_code(findings, "fork") == [place(fork)]
    assert of_code(findings, "wrong-hash") == [place(next_)]


def test_a_changed_record_breaks_the_chain_after_it(whole: History):
    changed, after = whole.staged(ACCOUNT), whole.staged(ACCOUNT)
    lane = whole.partitions[changed.topic, changed.partition]
    lane[changed.offset] = replace(changed, value=changed.value.replace(b'"lin"', b'"mei"'))
    the_one(whole.verified(), "wrong-hash", after)


def test_records_of_an_old_leader_sent_twice_are_notes(whole: History):
    sent = [whole.staged(ACCOUNT), whole.staged(ACCOUNT)]
    again = [whole.put_again(record) for record in sent]
    findings = whole.verified()
    assert sorted((f.level, f.code, f.offset) for f in findings) == [("note", "again", r.offset) for r in again]


def test_a_version_that_comes_after_higher_ones_is_out_of_order(whole: History):
    late, next_ = whole.staged(ACCOUNT), whole.staged(ACCOUNT)
    lane = whole.partitions[late.topic, late.partition]
    lane[late.offset], lane[next_.offset] = replace(next_, offset=late.offset), replace(late, offset=next_.offset)
    findings = whole.verified()
    assert of_code(findings, "gap") == [place(late)]
    assert of_code(findings, "out-of-order") == [place(next_)]


@pytest.mark.parametrize("version", [0, -1])
def test_versions_begin_at_one(history: History, version: int):
    wrong = history.staged(ACCOUNT, streamversion=version)
    the_one(history.verified(), "out-of-order", wrong)


def test_an_id_that_is_not_of_stream_and_version(whole: History):
    wrong = whole.staged(ACCOUNT, id="11111111-2222-4333-8444-555555555555")
    the_one(whole.verified(), "wrong-id", wrong)


def test_a_record_in_the_wrong_partition(whole: History):
    stray = whole.payment("UCI-2", "2026-04")
    stray = whole.put_as(stray, (stray.partition + 1) % 8, stray.key)
    the_one(whole.verified(), "wrong-partition", stray)


def test_a_key_that_is_not_the_customer(whole: History):
    wrong = whole.payment("UCI-2", "2026-04")
    key = next(f"X-{n}".encode() for n in range(100) if whole.home_of(f"X-{n}") == wrong.partition)
    wrong = whole.put_as(wrong, wrong.partition, key)
    the_one(whole.verified(), "wrong-key", wrong)


def test_a_record_without_its_key(whole: History):
    wrong = whole.payment("UCI-2", "2026-04")
    wrong = whole.put_as(wrong, wrong.partition, None)
    the_one(whole.verified(), "wrong-key", wrong)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"\xff\x00", "not-json"),
        (b"", "not-json"),
        (b'{"type":"arrears.case.CaseForgotten"}', "unknown-type"),
        (b'{"type":"arrears.case.CaseOpened"}', "bad-data"),
    ],
)
def test_what_cannot_be_read(whole: History, value: bytes, reason: str):
    wrong = whole.put("case.events", whole.home_of("C-1"), b"C-1", value)
    assert reason in the_one(whole.verified(), "undecodable", wrong).sentence


def test_bytes_that_are_not_canonical(whole: History):
    right = whole.staged(ACCOUNT)
    lane = whole.partitions[right.topic, right.partition]
    lane[-1] = replace(right, value=json.dumps(json.loads(right.value)).encode())
    the_one(whole.verified(), "not-canonical", right)


def test_an_attribute_that_the_envelope_does_not_have_is_not_canonical(whole: History):
    right = whole.staged(ACCOUNT)
    lane = whole.partitions[right.topic, right.partition]
    lane[-1] = replace(right, value=canonical(json.loads(right.value) | {"approved": "yes"}))
    the_one(whole.verified(), "not-canonical", right)


@pytest.mark.parametrize("cause", ["UCI-1/missed/2027-01-01", "11111111-2222-4333-8444-555555555555", "core/close/1"])
def test_a_cause_that_is_nowhere(whole: History, cause: str):
    wrong = whole.staged(ACCOUNT, cause)
    assert cause in the_one(whole.verified(), "cause-missing", wrong).sentence


@pytest.mark.parametrize("ahead", [1, 2])
def test_a_cause_that_is_the_event_itself_or_comes_after_it(whole: History, ahead: int):
    version = json.loads(whole.staged(ACCOUNT).value)["streamversion"]
    cause = str(event_id(f"account/{ACCOUNT}", version + ahead))
    wrong = whole.staged(ACCOUNT, cause)
    whole.staged(ACCOUNT)
    assert cause in the_one(whole.verified(), "cause-after", wrong).sentence


def test_a_request_that_is_not_the_command(whole: History):
    wrong = whole.staged(ACCOUNT, "request/11111111-2222-4333-8444-555555555555")
    the_one(whole.verified(), "cause-missing", wrong)


def test_causes_lie_before_or_after_and_in_any_topic(whole: History):
    first = whole.staged(ACCOUNT, whole.staged(ACCOUNT))
    whole.staged(ACCOUNT, "core/close/2026-04-21/3")
    whole.staged("UCI-2", first)
    whole.staged(ACCOUNT, "UCI-1/missed/2026-05-21")
    whole.missed(ACCOUNT, "2026-05-21")
    assert whole.verified() == []


def test_a_record_that_could_not_be_read_is_a_cause(whole: History):
    bad = whole.put("bank.events", whole.home_of("C-1"), b"C-1", b"?")
    whole.staged(ACCOUNT, f"record/bank.events/{bad.partition}/{bad.offset}")
    whole.staged(ACCOUNT, "record/bank.customers/3/17")
    the_one(whole.verified(), "undecodable", bad)


@pytest.mark.parametrize(
    "place", ["bank.events/0/99", "bank.events/9/0", "other/0/0", "bank.events/0", "bank.events/0/-1"]
)
def test_a_record_that_is_not_there_is_no_cause(whole: History, place: str):
    wrong = whole.staged(ACCOUNT, f"record/{place}")
    the_one(whole.verified(), "cause-missing", wrong)


def test_a_command_writes_one_stream_once(whole: History):
    whole.staged(ACCOUNT, command="same")
    whole.staged(ACCOUNT, command="same")
    whole.staged(ACCOUNT, command="other")
    torn = whole.staged(ACCOUNT, command="same")
    elsewhere = whole.staged("UCI-3", command="same")
    assert sorted(of_code(whole.verified(), "command-split")) == sorted([place(torn), place(elsewhere)])


def test_a_bank_fact_sent_twice_is_a_note_and_counts_once(whole: History):
    paid = whole.payment(ACCOUNT, "2026-05")
    again = whole.put_again(paid)
    whole.close("2026-04-22", paid.partition)
    found = the_one(whole.verified(), "again", again)
    assert found.level == "note"


def test_a_bank_fact_sent_again_days_later_counts_once(whole: History):
    paid = whole.payment(ACCOUNT, "2026-05")
    whole.close("2026-04-22", paid.partition)
    again = whole.put_again(paid)
    whole.close("2026-04-23", paid.partition)
    the_one(whole.verified(), "again", again)


def test_an_id_of_the_bank_with_other_bytes(whole: History):
    whole.payment(ACCOUNT, "2026-05", amount=100)
    wrong = whole.payment(ACCOUNT, "2026-05", amount=200, counted=False)
    whole.close("2026-04-22", wrong.partition)
    the_one(whole.verified(), "id-reused", wrong)


def test_two_sources_may_use_one_id(whole: History):
    whole.payment(ACCOUNT, "2026-05")
    whole.payment(ACCOUNT, "2026-05", source="other", counted=False)
    assert whole.verified() == []


def test_a_lost_fact_is_missing_in_the_totals(whole: History):
    lost = whole.payment(ACCOUNT, "2026-05", amount=250)
    close = whole.close("2026-04-22", lost.partition)
    whole.lose(lost)
    found = the_one(whole.verified(), "totals-differ", replace(close, offset=close.offset - 1))
    assert "PaymentReceived TWD -1 (-250.00)" in found.sentence


def test_a_lost_fact_is_not_made_up_for_by_one_sent_twice(whole: History):
    lost, kept = whole.payment(ACCOUNT, "2026-05"), whole.payment(ACCOUNT, "2026-06")
    whole.put_again(kept)
    close = whole.close("2026-04-22", lost.partition)
    whole.lose(lost)
    findings = whole.verified()
    assert of_code(findings, "totals-differ") == [("bank.events", close.partition, close.offset - 1)]


def test_a_fact_that_was_not_counted(whole: History):
    extra = whole.payment(ACCOUNT, "2026-05", counted=False)
    close = whole.close("2026-04-22", extra.partition)
    assert "+1 (+100.00)" in the_one(whole.verified(), "totals-differ", close).sentence


def test_a_close_sent_twice_ends_its_day_once(whole: History):
    close = whole.close("2026-04-22", 3)
    whole.put_again(close)
    whole.close("2026-04-23", 3)
    assert [f.level for f in whole.verified()] == ["note"]


def test_a_close_of_another_partition(whole: History):
    close = whole.close("2026-04-22", 3)
    wrong = whole.put_as(close, 5, None)
    the_one(whole.verified(), "wrong-close", wrong)


def test_a_close_with_a_key(whole: History):
    close = whole.close("2026-04-22", 3)
    key = next(f"X-{n}".encode() for n in range(100) if whole.home_of(f"X-{n}") == 3)
    wrong = whole.put_as(close, 3, key)
    the_one(whole.verified(), "wrong-key", wrong)


def test_a_close_that_was_not_announced_is_a_note(whole: History):
    close = whole.close("2026-04-25", 3)
    assert the_one(whole.verified(), "close-unannounced", close).level == "note"


def test_time_that_runs_backwards_is_a_note(whole: History):
    early = whole.staged(ACCOUNT, time=datetime(2026, 4, 1, tzinfo=UTC))
    assert the_one(whole.verified(), "time-backwards", early).level == "note"


def test_a_deleted_head(whole: History):
    partition = whole.home_of("C-1")
    findings = whole.verified(starts={("case.events", partition): 1})
    assert of_code(findings, "history-deleted") == [("case.events", partition, 0)]
    assert of_code(findings, "gap") == [("case.events", partition, 1)]


def test_a_hole_in_the_offsets(whole: History):
    lost, after = whole.staged(ACCOUNT), whole.staged("UCI-1-b")
    whole.partitions[lost.topic, lost.partition].remove(lost)
    the_one(whole.verified(), "offsets-missing", replace(after, offset=lost.offset))


def test_two_services_may_have_streams_of_one_name(whole: History):
    at = {"topic": "bank.events", "partition": 0, "offset": 0}
    stopped = CustomerStopped(customer_id="C-1", reason="bad-data", waits_from={}, **at)
    for topic in (CONTACT, PLAN):
        whole.ours(topic, "stop/C-1", stopped, command=topic.name)
        whole.rewind("stop/C-1")
    assert whole.verified() == []
