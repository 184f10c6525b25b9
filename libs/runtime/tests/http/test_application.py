"""The assembly: start-up, documents, health, metrics, logs, and what a failure says."""

import json
import logging
import re
from typing import Any

import httpx
import pytest
from arrears_runtime.http.application import application
from arrears_runtime.http.callers import CallerRequest
from arrears_runtime.http.commands import Answer
from arrears_runtime.http.logs import log_to_stdout
from arrears_runtime.http.routing import Router
from arrears_runtime.http.service import Check
from arrears_runtime.http.settings import HttpSettings
from pydantic import SecretStr, ValidationError


def demo(service: Any, *routers: Router, issuer: str = "http://127.0.0.1:1") -> Any:
    settings = HttpSettings(port=1, issuer=issuer, cursor_key=SecretStr("0123456789abcdef" * 2))
    return application(title="demo", routers=routers, service=service, settings=settings, refusals={})


async def test_a_route_without_a_permission_fails_the_start(service: Any) -> None:
    made = demo(service)

    @made.get("/open-door")
    async def open_door() -> None: ...

    with pytest.raises(RuntimeError, match="without a declared permission: /open-door"):
        async with made.router.lifespan_context(made):
            pass


async def test_an_empty_permission_is_none(service: Any) -> None:
    router = Router(tag="doors")

    @router.get("/door", permission="")
    async def door(request: CallerRequest) -> Answer:
        raise AssertionError

    with pytest.raises(RuntimeError, match="/door"):
        async with (made := demo(service, router)).router.lifespan_context(made):
            pass


async def test_an_issuer_that_is_away_does_not_fail_the_start_but_is_not_ready(service: Any) -> None:
    made = demo(service)
    async with made.router.lifespan_context(made):
        assert not made.state.tokens.known


async def test_an_issuer_that_comes_back_is_asked_again(service: Any, issuer: Any) -> None:
    made = demo(service, issuer=issuer.url)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(made), base_url="http://demo") as client:
        assert (await client.get("/health/ready")).json()["checks"]["issuer"]["ok"]


@pytest.mark.parametrize("key", ["", "short"])
def test_a_cursor_key_has_no_weak_default(key: str) -> None:
    with pytest.raises(ValidationError) as told:
        HttpSettings(port=1, issuer="http://x", cursor_key=SecretStr(key))
    assert "cursor_key" in str(told.value)


async def test_the_document_says_who_may_and_what_can_go_wrong(anonymous: httpx.AsyncClient) -> None:
    document = (await anonymous.get("/openapi.json")).json()
    make = document["paths"]["/promises"]["post"]
    assert (make["x-permission"], make["security"], make["operationId"]) == (
        "promise:make",
        [{"bearer": []}],
        "make_promise",
    )
    assert [parameter["name"] for parameter in make["parameters"]] == ["Idempotency-Key"]
    assert set(make["responses"]) == {"201", "400", "401", "403", "409", "413", "415", "422", "503"}
    assert list(make["responses"]["422"]["content"]) == ["application/problem+json"]
    listed = [parameter["name"] for parameter in document["paths"]["/promises"]["get"]["parameters"]]
    assert sorted(listed) == ["currency", "cursor", "days", "due", "kept", "limit"]
    withdraw = document["paths"]["/promises/{promise_id}/withdrawal"]["post"]
    assert [parameter["name"] for parameter in withdraw["parameters"]] == ["promise_id", "Idempotency-Key", "If-Match"]
    assert "HTTPValidationError" not in json.dumps(document)


async def test_the_document_is_the_same_for_the_same_code(service: Any) -> None:
    def written() -> str:
        router = Router(tag="doors")

        @router.get("/doors/{door_id}", permission="door:read")
        async def door(door_id: str, request: CallerRequest, wide: bool = False) -> Answer:
            raise AssertionError

        return json.dumps(demo(service, router).openapi())

    assert written() == written()


async def test_the_docs_load_nothing_from_elsewhere(anonymous: httpx.AsyncClient) -> None:
    page = await anonymous.get("/docs")
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert loaded == ["data:,", "docs/swagger-ui.css", "docs/swagger-ui-bundle.js"]
    for path in loaded[1:]:
        assert (await anonymous.get(f"/{path}")).status_code == 200
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; connect-src 'self'")


async def test_alive_and_ready(anonymous: httpx.AsyncClient) -> None:
    assert (await anonymous.get("/health/live")).status_code == 200
    ready = await anonymous.get("/health/ready")
    assert (ready.status_code, ready.json()) == (
        200,
        {
            "ready": True,
            "lag": 5,
            "outbox": 1,
            "waiting": 0,
            "positions": {"bank.events": [10, 11]},
            "checks": {"database": {"ok": True, "detail": ""}, "issuer": {"ok": True, "detail": ""}},
        },
    )


async def test_not_ready_while_a_check_fails(anonymous: httpx.AsyncClient, service: Any) -> None:
    service.checks = {"broker": Check(False, "no progress for 40 s")}
    ready = await anonymous.get("/health/ready")
    assert (ready.status_code, ready.json()["ready"]) == (503, False)


async def test_a_service_that_cannot_say_how_it_is_is_not_ready(anonymous: httpx.AsyncClient, service: Any) -> None:
    service.failing = True
    ready = await anonymous.get("/health/ready")
    assert (ready.status_code, ready.json()["checks"]["condition"]["ok"]) == (503, False)
    assert "hunter2" not in ready.text
    assert 'arrears_check_ok{check="condition"} 0.0' in (await anonymous.get("/metrics")).text


async def test_what_is_not_known_while_postgresql_is_away_is_null_and_no_metric(
    anonymous: httpx.AsyncClient, service: Any
) -> None:
    """A zero would say that nothing is unpublished and nobody stopped."""
    service.database_away = True
    ready = await anonymous.get("/health/ready")
    said = ready.json()
    assert (ready.status_code, said["lag"], said["outbox"], said["waiting"]) == (503, None, None, None)
    metrics = (await anonymous.get("/metrics")).text
    assert 'arrears_check_ok{check="database"} 0.0' in metrics
    unknown = ("outbox_records", "lag_records{", "dead_letters_open", "oldest_unpublished_seconds")
    assert [name for name in unknown if f"\narrears_{name}" in metrics] == []
    service.database_away = False
    assert "\narrears_outbox_records 1.0" in (await anonymous.get("/metrics")).text


async def test_metrics_name_templates_and_never_ids(api: httpx.AsyncClient) -> None:
    await api.get("/promises/p001")
    await api.request("CANARY7", "/promises/p001")
    text = (await api.get("/metrics")).text
    assert 'arrears_http_request_seconds_count{method="GET",route="/promises/{promise_id}",status="200"}' in text
    assert 'arrears_lag_records{topic="bank.events"} 3.0' in text
    assert "arrears_oldest_unpublished_seconds 0.5" in text
    assert "arrears_dead_letters_open 2.0" in text
    assert "p001" not in text
    assert "CANARY7" not in text


async def test_one_line_a_request_without_ids(api: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stdout("demo")
    await api.get("/promises/p001?due=CANARY7", headers={"X-Correlation-ID": "call-9"})
    [line] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/promises/{promise_id}", 400)
    assert (line["correlation_id"], line["role"], line["service"]) == ("call-9", "collector", "demo")
    assert "p001" not in str(line)
    assert "CANARY7" not in str(line)


async def test_a_failure_says_only_a_correlation_id(api: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stdout("demo")
    answer = await api.get("/broken/CANARY7")
    assert answer.status_code == 500
    assert answer.json() == {
        "type": "urn:arrears:problem:internal-error",
        "title": "Something went wrong here",
        "status": 500,
        "correlation_id": answer.headers["X-Correlation-ID"],
    }
    failed, request = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (failed["error"], request["status"]) == ("ValueError", 500)
    assert "broken" in failed["at"][-1]
    assert "CANARY7" not in str(failed)


async def test_what_libraries_log_loses_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stdout("demo")
    try:
        raise ValueError("CANARY7")
    except ValueError:
        logging.getLogger("library").exception("could not do %s", "CANARY7")
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["error"], line["logger"]) == ("could not do %s", "ValueError", "library")
    assert "CANARY7" not in str(line)


async def test_a_refusal_raised_at_the_door_is_a_problem_too(api: httpx.AsyncClient) -> None:
    answer = await api.get("/broken/refused")
    assert (answer.status_code, answer.json()["latest"]) == (409, "2026-07-01")
    assert answer.json()["amount"] == {"amount": "1.00", "currency": "CNY"}


async def test_a_resource_has_its_version_and_no_cache_keeps_it(api: httpx.AsyncClient) -> None:
    answer = await api.get("/promises/p001")
    assert (answer.status_code, answer.headers["ETag"], answer.headers["Cache-Control"]) == (200, '"7"', "no-store")
