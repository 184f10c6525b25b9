"""A client: a collector who sends command after command, and each one again, with its key, until it was answered."""

import asyncio
from datetime import timedelta
from random import Random
from time import monotonic
from typing import Any

import httpx

from tests.chaos.bank import Bank
from tests.chaos.history import Answer, History, Request
from tests.chaos.stack import Stack

ANSWER_SECONDS_MAX = 240.0
"""After so long without an answer a request is given up, and is a finding."""
PATIENCE_SECONDS = 3.0
UNKNOWN = frozenset({500, 502, 503, 504})
"""After these a client knows as little as after a broken connection."""
AGAIN_SECONDS = (0.1, 0.5)
THINKS_SECONDS = (0.0, 0.1)
CANCEL, DISPUTE, CONTACT = 0.25, 0.35, 0.7
"""Below the first it cancels, below the next it disputes, then it wants a contact; above, it makes a promise."""
CHANNELS = ("sms", "sms", "email", "call")
TWICE, REPEATED = 0.05, 0.15
"""Shares of requests sent twice at the same time, and once more after the answer."""
STALE_MOST = 3
ASKED_AGAIN_MOST = 250
CASES_SECONDS = 3.0
CURRENCY = "TWD"


class Client:
    def __init__(self, number: int, seed: int, stack: Stack, bank: Bank, history: History) -> None:
        self.subject = f"collector-{number}"
        self._stack, self._bank, self._history = stack, bank, history
        self._random = Random(f"{seed}/client/{number}")
        self._keys = 0
        self._promises: list[Answer] = []
        self._cases: list[dict[str, Any]] = []
        self._cases_of = 0.0
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {stack.token(self.subject)}"},
            timeout=PATIENCE_SECONDS,
            trust_env=False,
        )

    async def work(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await self._act()
            await asyncio.sleep(self._random.uniform(*THINKS_SECONDS))

    async def ask_again(self) -> int:
        """Keys that were acknowledged, once more; gives how many."""
        done = [request for request in self._history.done if request.subject == self.subject]
        chosen = self._random.sample(done, min(len(done), ASKED_AGAIN_MOST))
        for request in chosen:
            await self.send(request)
        return len(chosen)

    async def send(self, request: Request) -> Answer | None:
        """None when it was not answered in all the time that there is."""
        deadline = monotonic() + ANSWER_SECONDS_MAX
        while monotonic() < deadline:
            answer = await self._ask(request)
            if isinstance(answer, Answer):
                request.answers.append(answer)
                return answer
            request.unknown.append(answer)
            await asyncio.sleep(self._random.uniform(*AGAIN_SECONDS))
        return None

    async def _act(self) -> None:
        chance = self._random.random()
        if chance < CANCEL and self._promises:
            await self._cancel(self._promises.pop(0))
        elif CANCEL <= chance < DISPUTE and await self._know_cases():
            await self._dispute(self._random.choice(self._cases))
        elif DISPUTE <= chance < CONTACT and await self._know_cases():
            await self._contact(self._random.choice(self._cases))
        else:
            await self._promise()

    async def _promise(self) -> None:
        customer = self._random.choice(list(self._bank.customers))
        body = {
            "customer_id": customer,
            "accounts": self._bank.customers[customer],
            "amount": {"amount": f"{self._random.randint(1, 5000)}.00", "currency": CURRENCY},
            "due": str(self._bank.today + timedelta(days=self._random.randint(0, 25))),
        }
        answer = await self._command(self._request("plan-service", "/promises", body, f"commitments/{customer}"))
        if answer and answer.done:
            self._promises.append(answer)

    async def _cancel(self, promise: Answer) -> None:
        """With the version that was seen; the bank's payments may have moved it since."""
        version, path = promise.version, f"/promises/{promise.id}/cancellations"
        for _ in range(STALE_MOST):
            request = self._request("plan-service", path, {"reason": "withdrawn"}, if_match=version)
            answer = await self._command(request)
            if answer is None or answer.code != "version-stale":
                return
            version = answer.version

    async def _dispute(self, case: dict[str, Any]) -> None:
        amount = {"amount": f"{self._random.randint(1, 20)}.00", "currency": CURRENCY}
        body = {"kind": "wrong_amount", "disputed_amount": amount}
        path, streamid = f"/cases/{case['case_id']}/disputes", f"account/{case['account_id']}"
        await self._command(self._request("case-service", path, body, streamid))

    async def _contact(self, case: dict[str, Any]) -> None:
        """That it is asked for is all that is answered; what becomes of it, the log and the receivers tell."""
        customer, channel = case["customer_id"], self._random.choice(CHANNELS)
        body = {"customer_id": customer, "purpose": "collection", "channel": channel, "accounts": [case["account_id"]]}
        await self._command(self._request("contact-service", "/contacts", body, f"contacts/{customer}"))

    async def _know_cases(self) -> bool:
        """A read is not asked again: it is old by then."""
        if monotonic() > self._cases_of + CASES_SECONDS:
            url = self._stack.addresses.services["case-service"]
            try:
                found = await self._http.get(f"{url}/cases", params={"status": "open", "limit": 50})
            except httpx.TransportError:
                return bool(self._cases)
            if found.status_code == 200:
                self._cases, self._cases_of = found.json()["items"], monotonic()
        return bool(self._cases)

    def _request(
        self, service: str, path: str, body: dict[str, Any], streamid: str = "", if_match: int | None = None
    ) -> Request:
        self._keys += 1
        request = Request(self.subject, f"key-{self._keys}", service, path, body, streamid, if_match)
        self._history.requests.append(request)
        return request

    async def _command(self, request: Request) -> Answer | None:
        if self._random.random() < TWICE:
            await asyncio.gather(self.send(request), self.send(request))
        else:
            await self.send(request)
        if self._random.random() < REPEATED:
            await self.send(request)
        return request.done or (request.answers[-1] if request.answers else None)

    async def _ask(self, request: Request) -> Answer | str:
        """The answer, or why there is none."""
        url = self._stack.addresses.services[request.service] + request.path
        headers = {"Idempotency-Key": request.key}
        headers |= {} if request.if_match is None else {"If-Match": f'"{request.if_match}"'}
        try:
            response = await self._http.post(url, json=request.body, headers=headers)
            if response.status_code in UNKNOWN:
                return str(response.status_code)
            return _answer(response)
        except httpx.TransportError as error:
            return type(error).__name__


def _answer(response: httpx.Response) -> Answer:
    body = response.json()
    version = int(response.headers.get("ETag", '"0"').strip('"'))
    if response.status_code == 201:
        assert body["version"] == version, "body and ETag tell different versions"
        return Answer(201, id=body["id"], version=version)
    return Answer(response.status_code, body["type"].rpartition(":")[2], version=version)
