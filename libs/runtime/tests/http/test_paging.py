"""Lists by pages: every row once, and a cursor is good for its own list only."""

from typing import Any

import httpx
import pytest


async def test_pages_give_every_row_once_in_order(api: httpx.AsyncClient) -> None:
    rows: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await api.get("/promises", params={"limit": 40, **({"cursor": cursor} if cursor else {})})).json()
        rows += page["items"]
        cursor = page["next"]
    keys = [(row["due"], row["promise_id"]) for row in rows]
    assert len(keys) == 250
    assert keys == sorted(set(keys))
    assert rows[0]["amount"] == {"amount": "3.00", "currency": "CNY"}


async def test_a_page_that_ends_with_the_list_has_no_next(api: httpx.AsyncClient) -> None:
    pages = [(await api.get("/promises", params={"due": "2026-06-01", "limit": limit})).json() for limit in (82, 83)]
    assert [page["next"] is None for page in pages] == [False, True]


@pytest.mark.parametrize("limit", ["201", "99999999999999999999", "1" + "0" * 30, "9" * 5000])
async def test_a_large_limit_is_taken_down(api: httpx.AsyncClient, limit: str) -> None:
    assert len((await api.get("/promises", params={"limit": limit})).json()["items"]) == 200


async def test_fifty_rows_where_no_limit_is_given(api: httpx.AsyncClient) -> None:
    assert len((await api.get("/promises")).json()["items"]) == 50


async def test_an_edited_cursor_is_refused_wherever_it_was_edited(api: httpx.AsyncClient) -> None:
    cursor = (await api.get("/promises")).json()["next"]
    edits = [
        cursor[:n] + ("A" if cursor[n] != "A" else "B") + cursor[n + 1 :]
        for n in (*range(0, len(cursor), 9), len(cursor) - 1)
    ]
    for edited in [*edits, cursor[:-1], cursor + "=", cursor + "A", cursor + "\n"]:
        answer = await api.get("/promises", params={"cursor": edited})
        assert (answer.status_code, answer.json()["type"]) == (400, "urn:arrears:problem:cursor-invalid")


async def test_a_cursor_of_another_filter_is_refused(api: httpx.AsyncClient) -> None:
    cursor = (await api.get("/promises", params={"due": "2026-06-01"})).json()["next"]
    assert (await api.get("/promises", params={"due": "2026-06-01", "cursor": cursor})).status_code == 200
    for other in ({"due": "2026-06-02"}, {}, {"due": "2026-06-01", "days": "0"}):
        assert (await api.get("/promises", params={**other, "cursor": cursor})).status_code == 400


async def test_a_page_may_change_its_size(api: httpx.AsyncClient) -> None:
    cursor = (await api.get("/promises", params={"limit": 3})).json()["next"]
    assert len((await api.get("/promises", params={"limit": 7, "cursor": cursor})).json()["items"]) == 7
