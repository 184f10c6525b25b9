"""From foreign facts to rows and commands; the same again changes nothing; a bad record harms only its customer."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from arrears_events.money import Money
from arrears_runtime import dead_letters
from arrears_runtime.reaction import on

from .tally import SERVICE, Count, Opened, Paid, count_the_payment, stream_of
from .watched import DAY, PARTITIONS, all_records, eventually, partition


async def test_facts_become_rows_and_commands_and_a_close_sums_them_up(running, database, bank):
    async with running(database()) as service:
        await bank.open("C-1", "C-2")
        await bank.pay("C-1", 1, 10)
        await bank.pay("C-1", 2, 5)
        await bank.close()
        await service.settled()
        assert await service.totals() == {"C-1": 15}
        assert [row[3] for row in await service.rows("tallies")] == [DAY]
        assert [row[2] for row in await service.rows("accounts")] == [15, 0]


async def test_the_same_fact_again_changes_nothing(running, database, bank):
    async with running(database()) as service:
        await bank.open("C-1")
        for _ in range(3):
            await bank.pay("C-1", 1, 10)
        await service.settled()
        assert await service.totals() == {"C-1": 10}
        assert not await open_letters(service)


async def test_two_sources_may_use_the_same_id(running, database, bank):
    async with running(database()) as service:
        await bank.open("C-1")
        await bank.pay("C-1", 1, 10)
        await replace(bank, source="bank/cards").pay("C-1", 1, 7)
        await service.settled()
        assert await service.totals() == {"C-1": 17}


async def test_batches_of_any_size_and_a_rebuild_give_the_same_rows(running, database, bank):
    url = database()
    async with running(url) as service:
        for n in range(5):
            await bank.open(f"C-{n}")
            await bank.pay(f"C-{n}", 1, 10 + n)
            await service.settled()
        await bank.close()
        await service.safe_to_lose()
        live = await service.tables()
    async with running(database()) as fresh:
        await fresh.settled()
        assert await fresh.tables() == live


async def test_a_restart_goes_on_where_it_was_and_fires_no_reaction_again(running, database, bank):
    url = database()
    async with running(url) as service:
        await bank.open("C-1")
        await bank.pay("C-1", 1)
        await service.settled()
    async with running(url) as service:
        await bank.pay("C-1", 2)
        await service.settled()
        assert await service.totals() == {"C-1": 20}
        assert len(await all_records(service.kafka, "plan.events")) == 2


async def test_a_poisoned_customer_waits_alone_and_a_skip_lets_them_go_on(running, database, bank):
    async with running(database()) as service:
        await bank.open("C-1", "C-2")
        await bank.pay("C-1", 1, 13)  # the decider asserts
        await bank.pay("C-1", 2, 7)
        await bank.pay("C-2", 1, 5)
        await bank.close()
        await service.settled()
        assert await service.totals() == {"C-2": 5}
        assert (await service.count("C-1", key="k")).__class__.__name__ == "Stopped"
        [letter] = await open_letters(service)
        assert (letter.reason, letter.customer_id) == ("handler-failed", "C-1")
        await service.resume(letter, "skipped")
        await eventually(lambda: has(service, {"C-1": 7, "C-2": 5}))
        assert [row[3] for row in await service.rows("tallies")] == [DAY, DAY], "the close that was missed came too"


async def test_a_replay_after_the_code_is_mended_gives_the_tables_of_a_clean_feed(running, database, bank, mended):
    poisoned, clean = database(), database()
    async with running(poisoned) as service:
        await bank.open("C-1", "C-2")
        await bank.pay("C-1", 1, 666)  # the fold raises
        await bank.pay("C-1", 2, 7)
        await bank.pay("C-2", 1, 5)
        await bank.close()
        await service.settled()
        [letter] = await open_letters(service)
        assert letter.reason == "fold-failed"
    async with running(poisoned, mended) as service:
        await service.resume(letter, "replayed")
        await eventually(lambda: has(service, {"C-1": 673, "C-2": 5}))
        await service.safe_to_lose()
        replayed = await service.tables()
    async with running(clean, mended) as service:
        await service.settled()
        assert await service.tables() == replayed


async def test_a_record_in_a_wrong_partition_is_set_aside_though_the_customer_it_names_waits(running, database, bank):
    """In the batch of what stops them, or later; and when all is read anew."""
    wrong = (partition("C-1") + 1) % PARTITIONS
    async with running(database()) as service:
        await bank.open("C-1")
        await bank.raw(b"{}", "C-1")
        await bank.raw(b"{}", "C-1", wrong)
        await service.settled()
        await bank.raw(b"{}", "C-1", wrong)
        await service.safe_to_lose()
        live = await service.rows("dead_letters")
    assert sorted((row[1], row[5]) for row in live) == sorted([(partition("C-1"), "C-1"), (wrong, ""), (wrong, "")])
    async with running(database()) as fresh:
        await fresh.settled()
        assert await fresh.rows("dead_letters") == live


async def test_a_stopped_customer_is_rebuilt_as_stopped(running, database, bank):
    async with running(database()) as service:
        await bank.open("C-1")
        await bank.pay("C-1", 1, 4)
        await bank.pay("C-1", 2, 13)
        await bank.pay("C-1", 3, 9)
        await bank.close()
        await service.safe_to_lose()
        live = await service.tables()
    async with running(database()) as fresh:
        await fresh.settled()
        assert await fresh.tables() == live


async def test_a_customer_who_was_resumed_is_rebuilt_and_nothing_is_asked_again(running, database, bank):
    """Not even what came to nothing, which would be decided on what has come since."""
    asked = list[str]()

    @on(Paid, stream=stream_of)
    def ask(fact: Any) -> Count:
        asked.append(fact.id)
        return count_the_payment.ask(fact)

    service_ = replace(SERVICE, reactions=(ask,))
    async with running(database(), service_) as service:
        await bank.open("C-1")
        await bank.pay("C-1", 1, 13)
        await bank.pay("C-1", 2, 7)
        await service.settled()
        [letter] = await open_letters(service)
        await service.resume(letter, "skipped")
        await eventually(lambda: has(service, {"C-1": 7}))
        await service.safe_to_lose()
        live, before = await service.tables(), list(asked)
    async with running(database(), service_) as fresh:
        await fresh.settled()
        assert await fresh.tables() == live
    assert asked == before


async def test_bad_records_are_parked_byte_for_byte_with_their_reason(running, database, bank):
    async with running(database()) as service:
        await bank.open("C-1")
        await bank.raw(b"{not json", "C-9")
        await bank.raw(b'{"type":"arrears.bank.Nothing"}', "C-8")
        await bank.say(Opened(customer_id="C-7", account_id="A-7"), "A-7/opened", key="C-6")
        await bank.say(Opened(customer_id="C-5", account_id="A-5"), "A-5/o", partition=(partition("C-5") + 1) % 8)
        await bank.pay("C-1", 1, account="A-nobody")
        await service.settled()
        found = {letter.reason: letter for letter in await open_letters(service)}
        assert set(found) == {"not-json", "unknown-type", "wrong-key", "wrong-partition", "unknown-account"}
        assert found["not-json"].value == b"{not json"
        assert {reason for reason, letter in found.items() if letter.customer_id} == {"unknown-type"}
        await bank.pay("C-1", 2, 3)
        await eventually(lambda: has(service, {"C-1": 3}))
        parked = await all_records(service.kafka, "plan.dead-letters")
        assert len(parked) == 5
        assert {dict(record.headers)["reason"].decode() for record in parked} == set(found)


async def test_a_known_id_with_other_bytes_stops_its_customer(running, database, bank):
    async with running(database()) as service:
        await bank.open("C-1")
        await bank.pay("C-1", 1, 10)
        await bank.pay("C-1", 1, 11)
        await service.settled()
        assert [letter.reason for letter in await open_letters(service)] == ["known-id-other-bytes"]
        assert await service.totals() == {"C-1": 10}


async def test_a_date_far_from_the_last_close_stops_its_customer(running, database, bank):
    async with running(database()) as service:
        await bank.open("C-1")
        await bank.close()
        far = Paid.model_validate(
            {"customer_id": "C-1", "account_id": "A-C-1", "amount": {"amount": "1.00", "currency": "CNY"}, "on": DAY},
            strict=False,
        ).model_copy(update={"on": DAY + timedelta(days=400)})
        await bank.say(far, "far")
        await bank.say(far.model_copy(update={"on": date(1969, 1, 1)}), "early")
        await service.settled()
        assert [letter.reason for letter in await open_letters(service)] == ["date-out-of-range"]


async def test_the_last_close_is_that_of_the_latest_day_whichever_source_closes_an_older_one(running, database, bank):
    other = replace(bank, source="bank/other", written={partition: [] for partition in range(PARTITIONS)})
    async with running(database()) as service:
        await bank.open("C-1")
        await bank.close()
        await other.close(DAY - timedelta(days=60))
        in_time = DAY + timedelta(days=330)
        amount = Money.of(10, "CNY")
        await bank.say(Paid(customer_id="C-1", account_id="A-C-1", amount=amount, on=in_time), "in-time")
        await service.settled()
        assert not await open_letters(service)


async def test_a_close_whose_totals_differ_makes_the_service_not_ready_and_says_where(running, database, bank):
    async with running(database()) as service:
        await bank.open("C-1")
        await bank.pay("C-1", 1, 10)
        bank.written[partition("C-1")].pop()
        await bank.close()
        await service.settled()
        check = (await service.instance.condition()).checks["control totals"]
        assert not check.ok
        assert f"2026-04-01, partition {partition('C-1')}: Paid CNY: 0 of 0 said, 1 of 10.000 read" in check.detail
        [letter] = await open_letters(service)
        await service.set_aside(letter)
        assert (await service.instance.condition()).checks["control totals"].ok


async def test_a_dead_letter_does_not_make_the_totals_differ(running, database, bank):
    async with running(database()) as service:
        await bank.open("C-1")
        await bank.pay("C-1", 1, 13)
        await bank.pay("C-1", 2, 5)
        await bank.close()
        await service.settled()
        assert (await service.instance.condition()).checks["control totals"].ok


async def open_letters(service):
    return await dead_letters.open_letters(service.db)


async def has(service, totals):
    return await service.totals() == totals
