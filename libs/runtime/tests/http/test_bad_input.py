"""The table of bad input, row by row, on the wire: each has its status, and nothing of it is said again."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

CANARY = "CANARY7"
AMOUNT = '{"amount": "1500.00", "currency": "CNY"}'


def promise(**fields: str) -> bytes:
    """A good request as text, with fields put in as they are written."""
    usual = {"customer_id": '"c1"', "amount": AMOUNT, "due": '"2026-06-12"'}
    return ("{" + ", ".join(f'"{name}": {value}' for name, value in {**usual, **fields}.items()) + "}").encode()


def money(amount: str, currency: str = '"CNY"') -> bytes:
    return promise(amount=f'{{"amount": {amount}, "currency": {currency}}}')


BODIES: list[tuple[str, bytes, int, str]] = [
    ("NaN", promise(weight="NaN"), 422, "json-value"),
    ("Infinity", promise(weight="Infinity"), 422, "json-value"),
    ("-Infinity", promise(weight="-Infinity"), 422, "json-value"),
    ("1e400", promise(weight="1e400"), 422, "json-value"),
    ("an integer of 5,000 digits", promise(days="9" * 5000), 422, "json-value"),
    ("a lone surrogate", promise(note=r'"CANARY7 \ud800"'), 422, "json-value"),
    ("a lone surrogate in a key", promise(tree=r'{"\udc00": 1}'), 422, "json-value"),
    ("NUL, escaped", promise(note=r'"CANARY7 \u0000"'), 422, "json-value"),
    ("NUL after a backslash", promise(note=r'"CANARY7 \\\u0000"'), 422, "json-value"),
    ("NUL, raw", promise(note='"CANARY7 \0"'), 422, "json-value"),
    ("another control character", promise(note=r'"CANARY7 \u0007"'), 422, "body-invalid"),
    ("money as a number", money("1500.00"), 422, "body-invalid"),
    ("money as an integer", money("1500"), 422, "body-invalid"),
    ("money as a boolean", money("true"), 422, "body-invalid"),
    ("money of full-width digits", money('"１５００.００"'), 422, "body-invalid"),
    ("money of Arabic digits", money('"١٥٠٠.٠٠"'), 422, "body-invalid"),
    ("money with an underscore", money('"1_000.00"'), 422, "body-invalid"),
    ("money with blanks", money('" 1.00 "'), 422, "body-invalid"),
    ("money with a line break", money(r'"1.00\n"'), 422, "body-invalid"),
    ("money with an exponent", money('"1E+2"'), 422, "body-invalid"),
    ("money with a plus", money('"+1.00"'), 422, "body-invalid"),
    ("money with a comma", money('"1,000.00"'), 422, "body-invalid"),
    ("money with leading zeros", money('"01.00"'), 422, "body-invalid"),
    ("money as text NaN", money('"NaN"'), 422, "body-invalid"),
    ("money below zero", money('"-1.00"'), 422, "body-invalid"),
    ("money of no scale", money('"1500"'), 422, "body-invalid"),
    ("money of a wrong scale", money('"1500.000"'), 422, "body-invalid"),
    ("yen with a fraction", money('"1500.00"', '"JPY"'), 422, "body-invalid"),
    ("an unknown currency", money('"1500.00"', '"CANARY7"'), 422, "body-invalid"),
    ("money with another field", promise(amount='{"amount":"1.00","currency":"CNY","CANARY7":1}'), 422, "body-invalid"),
    ("an extra field", promise(CANARY7='"CANARY7"'), 422, "body-invalid"),
    ("a missing field", b'{"customer_id": "c1"}', 422, "body-invalid"),
    ("an integer as text", promise(days='"3"'), 422, "body-invalid"),
    ("an integer as a float", promise(days="3.0"), 422, "body-invalid"),
    ("an integer as a boolean", promise(days="true"), 422, "body-invalid"),
    ("a date as a number", promise(due="1780000000"), 422, "body-invalid"),
    ("a date that is none", promise(due='"2026-02-30"'), 422, "body-invalid"),
    ("a date with a time", promise(due='"2026-06-12T00:00:00"'), 422, "body-invalid"),
    ("an id with a blank", promise(customer_id='"CANARY7 x"'), 422, "body-invalid"),
    ("a card number as an id", promise(customer_id='"4111111111111111"'), 422, "body-invalid"),
    ("a card number in free text", promise(note='"pays by 4111 1111 1111 1111 CANARY7"'), 422, "body-invalid"),
    ("an array", b'["CANARY7"]', 422, "body-invalid"),
    ("null", b"null", 422, "body-invalid"),
    ("a duplicate key", promise()[:-1] + b', "customer_id": "CANARY7"}', 400, "json-duplicate-key"),
    ("a duplicate key, escaped", promise()[:-1] + rb', "\u0064ue": "CANARY7"}', 400, "json-duplicate-key"),
    ("a duplicate key, deep", promise(tree='[{"a": {"b": 1, "b": 1}}]'), 400, "json-duplicate-key"),
    ("broken UTF-8", promise(note='"CANARY7"').replace(b"7", b"\xff"), 400, "json-malformed"),
    ("UTF-8 of a surrogate", promise(note='"x"').replace(b"x", b"\xed\xa0\x80"), 400, "json-malformed"),
    ("Latin-1", promise(note='"é"').decode().encode("latin-1"), 400, "json-malformed"),
    ("UTF-16", promise().decode().encode("utf-16"), 422, "json-value"),
    ("a byte order mark", b"\xef\xbb\xbf" + promise(), 400, "json-malformed"),
    ("trailing text", promise() + b" CANARY7", 400, "json-malformed"),
    ("two texts", promise() + promise(), 400, "json-malformed"),
    ("a comment", b"/* CANARY7 */" + promise(), 400, "json-malformed"),
    ("a trailing comma", promise()[:-1] + b",}", 400, "json-malformed"),
    ("single quotes", b"{'CANARY7': 1}", 400, "json-malformed"),
    ("nothing", b"", 400, "json-malformed"),
    ("nested deeper than 20", promise(tree="[" * 20 + "]" * 20), 400, "json-too-deep"),
    ("nested without an end", b"[" * 30_000, 400, "json-too-deep"),
    ("too large", promise(note='"' + "x" * 70_000 + '"'), 413, "body-too-large"),
]


@pytest.mark.parametrize("type_", ["application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"'])
async def test_json_whose_charset_is_named_is_json(api: httpx.AsyncClient, type_: str) -> None:
    answer = await api.post("/promises", content=promise(), headers=_json() | {"Content-Type": type_})
    assert answer.status_code == 201


@pytest.mark.parametrize(("content", "status", "code"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES])
async def test_a_bad_body(api: httpx.AsyncClient, content: bytes, status: int, code: str) -> None:
    answer = await api.post("/promises", content=content, headers=_json())
    _is_problem(answer, status, code)


@pytest.mark.parametrize(
    "tree", ["[" * 19 + "]" * 19, json.dumps("[{" * 50), json.dumps('\\"[[[[' * 10), "[" + "[]," * 40 + "[]]"]
)
async def test_what_is_not_deep_is_let_through(api: httpx.AsyncClient, tree: str) -> None:
    assert (await api.post("/promises", content=promise(tree=tree), headers=_json())).status_code == 201


@pytest.mark.parametrize("note", [r'"\\u0000"', r'"\ud83d\ude00"', '"第一笔承诺还款"', r'"a\nb"'])
async def test_texts_that_only_look_bad_are_let_through(api: httpx.AsyncClient, note: str) -> None:
    assert (await api.post("/promises", content=promise(note=note), headers=_json())).status_code == 201


HEADERS: list[tuple[str, dict[str, str], int, str]] = [
    ("no content type", {}, 415, "content-type"),
    ("text", {"Content-Type": "text/plain"}, 415, "content-type"),
    ("a form", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "content-type"),
    ("JSON of another kind", {"Content-Type": "application/CANARY7+json"}, 415, "content-type"),
    ("JSON with another charset", {"Content-Type": "application/json; charset=utf-16"}, 415, "content-type"),
    ("compressed", {"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415, "content-type"),
    ("no key", {"Idempotency-Key": ""}, 400, "idempotency-key-malformed"),
    ("a key with a blank", {"Idempotency-Key": "CANARY7 x"}, 400, "idempotency-key-malformed"),
    ("a key with a comma", {"Idempotency-Key": "CANARY7,x"}, 400, "idempotency-key-malformed"),
    ("a key with one quote", {"Idempotency-Key": '"CANARY7'}, 400, "idempotency-key-malformed"),
    ("a key of 129", {"Idempotency-Key": "x" * 129}, 400, "idempotency-key-malformed"),
    ("a key that is not ASCII", {"Idempotency-Key": "é"}, 400, "idempotency-key-malformed"),
]


@pytest.mark.parametrize(("headers", "status", "code"), [row[1:] for row in HEADERS], ids=[row[0] for row in HEADERS])
async def test_a_bad_header(api: httpx.AsyncClient, headers: dict[str, str], status: int, code: str) -> None:
    sent = {"Idempotency-Key": "k", **headers}
    encoded = [(name.encode(), value.encode()) for name, value in sent.items()]
    _is_problem(await api.post("/promises", content=promise(), headers=encoded), status, code)


async def test_a_key_is_required(api: httpx.AsyncClient) -> None:
    answer = await api.post("/promises", content=promise(), headers={"Content-Type": "application/json"})
    _is_problem(answer, 400, "idempotency-key-missing")


async def test_a_header_that_stands_twice_is_refused(api: httpx.AsyncClient) -> None:
    headers = [("Content-Type", "application/json"), ("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    _is_problem(await api.post("/promises", content=promise(), headers=headers), 400, "header-repeated")


async def test_a_body_where_none_belongs_is_refused(api: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "k", "If-Match": '"3"'}
    answer = await api.post("/promises/p1/withdrawal", content=b"CANARY7", headers=headers)
    _is_problem(answer, 400, "body-unexpected")


PATHS: list[tuple[str, int, str]] = [
    ("/promises?limit=0", 400, "limit-invalid"),
    ("/promises?limit=-1", 400, "limit-invalid"),
    ("/promises?limit=CANARY7", 400, "limit-invalid"),
    ("/promises?limit=", 400, "limit-invalid"),
    ("/promises?limit=1.0", 400, "limit-invalid"),
    ("/promises?limit=%EF%BC%91", 400, "limit-invalid"),
    ("/promises?limit=1&limit=2", 400, "query-invalid"),
    ("/promises?CANARY7=1", 400, "query-invalid"),
    ("/promises/p001?CANARY7=1", 400, "query-invalid"),
    ("/promises?currency=CANARY7", 400, "query-invalid"),
    ("/promises?days=1_0", 400, "query-invalid"),
    ("/promises?days=%201", 400, "query-invalid"),
    ("/promises?due=CANARY7", 400, "query-invalid"),
    ("/promises?due=1777852800", 400, "query-invalid"),
    ("/promises?due=-1", 400, "query-invalid"),
    ("/promises?due=2026-06-02T00:00:00", 400, "query-invalid"),
    ("/promises?due=2026-02-30", 400, "query-invalid"),
    ("/promises?kept=yes", 400, "query-invalid"),
    ("/promises?kept=1", 400, "query-invalid"),
    ("/promises?kept=True", 400, "query-invalid"),
    ("/promises?due=%00", 400, "query-invalid"),
    ("/promises?due=%FF", 400, "query-invalid"),
    ("/promises?cursor=CANARY7", 400, "cursor-invalid"),
    ("/promises?cursor=", 400, "cursor-invalid"),
    ("/promises?cursor=%F0%9F%98%80", 400, "cursor-invalid"),
    ("/promises/CANARY7", 404, "not-found"),
    ("/promises/CANARY7%20%00", 404, "not-found"),
    ("/promises/4111111111111111", 422, "card-number"),
    ("/promises/", 404, "not-found"),
    ("/CANARY7", 404, "not-found"),
]


@pytest.mark.parametrize(("path", "status", "code"), PATHS)
async def test_a_bad_path_or_query(api: httpx.AsyncClient, path: str, status: int, code: str) -> None:
    _is_problem(await api.get(path), status, code)


NO_PLACES = ["x/99999999999/0", "x/2147483648/0", "x/0/1000000000000000000", "x/-1/0", "x/0/-1", "%00/0/0", "x%20y/0/0"]


@pytest.mark.parametrize("place", NO_PLACES)
async def test_a_place_where_no_record_can_lie_is_not_there(
    anonymous: httpx.AsyncClient, issuer: Any, place: str
) -> None:
    token = issuer.token(permissions=["dead-letter:read", "dead-letter:resolve"])
    headers = {"Authorization": f"Bearer {token}", **_json()}
    _is_problem(await anonymous.get(f"/dead-letters/{place}", headers=headers), 404, "not-found")
    for how in ("skips", "replays"):
        answer = await anonymous.post(f"/dead-letters/{place}/{how}", content=b'{"by":"lin"}', headers=headers)
        _is_problem(answer, 404, "not-found")


async def test_a_method_that_is_not_there(api: httpx.AsyncClient) -> None:
    answer = await api.delete("/promises/p001")
    _is_problem(answer, 405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET"


async def test_a_chunked_body_too_large_is_answered(api: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 16_384

    _is_problem(await api.post("/promises", content=chunks(), headers=_json()), 413, "body-too-large")


async def test_a_body_without_end_is_cut_off(api: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100_000_000:
            sent += 16_384
            yield b" " * 16_384
            await asyncio.sleep(0)

    with contextlib.suppress(httpx.TransportError):  # it is cut off while it sends: it may see the answer, or a reset
        _is_problem(await api.post("/promises", content=endless(), headers=_json()), 413, "body-too-large")
    assert sent < 100_000_000


async def test_a_body_that_says_it_is_too_large_is_not_waited_for(address: str, api: httpx.AsyncClient) -> None:
    answer = await _raw(address, api, "Content-Length: 99999999", b"")
    assert b" 413 " in answer


async def test_a_chunked_body_is_read_like_any_other(address: str, api: httpx.AsyncClient) -> None:
    body = promise()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:10], body[10:])) + b"0\r\n\r\n"
    assert b" 201 " in await _raw(address, api, "Transfer-Encoding: chunked", chunks)


async def _raw(address: str, api: httpx.AsyncClient, framing: str, body: bytes) -> bytes:
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = ["POST /promises HTTP/1.1", f"Host: {host}", f"Authorization: {api.headers['Authorization']}"]
    head += ["Content-Type: application/json", "Idempotency-Key: raw", framing]
    writer.write("\r\n".join([*head, "", ""]).encode() + body)
    async with asyncio.timeout(5):
        answer = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return answer


def _json() -> dict[str, str]:
    return {"Content-Type": "application/json", "Idempotency-Key": "3f0b7f3e-7d0b-4f3c-9a55-1df26a1c1a10"}


def _is_problem(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:arrears:problem:{code}")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    ours = {"x-correlation-id", "content-length", "date"}
    said = str([value for name, value in answer.headers.items() if name not in ours])
    for echo in (CANARY, "4111", "1500", "１５００"):
        assert echo not in answer.text + said
