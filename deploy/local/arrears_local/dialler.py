"""A telephone dialler as a call centre rents one, over HTTP. It rings nobody: how a call ends is read off its number.

| last digit | result |
|---|---|
| 0–4 | `answered` by the customer, who talks for 20 s and 10 s more for each of the digit |
| 5, 6 | `no-answer`: it rings out |
| 7 | `busy` |
| 8 | `voicemail` |
| 9 | `not-in-service` |

`PUT /numbers/{number} {"result", "talk_seconds"}` says another result beforehand, for all later calls to the number.

- `POST /calls {"call_id", "to", "from", "callback_url", "script"}`: 202. The call id is the caller's own: seen again it
  is not dialled twice (202), with another content it is refused (409).
- `GET /calls/{call_id}`: its state, or 404. So a caller that died asks whether its call was taken.
- Every request has the secret `dialler` as bearer.
- A moment later the result is POSTed to callback_url: `{"call_id", "to", "result", "talk_seconds", "ended_at"}` with
  `X-Timestamp` (unix seconds) and `X-Signature`, the hex HMAC-SHA256 under the same secret of timestamp, "." and body.
  Until a 2xx it is told again, 12 times over some two minutes. It can come twice: a reader knows calls by their id.

What was taken outlasts a kill of the dialler, which goes on with it when it starts again.
"""

from pathlib import Path

from arrears_local.home import Home
from arrears_local.ports import port_of
from arrears_local.python_part import python_part

NAME = "dialler"

part = python_part(NAME, "arrears_local.dialler_server", ports=(NAME,), door=NAME, secrets=(NAME,))


def journal_of(home: Home) -> Path:
    return home.folder(NAME) / "calls.jsonl"


def settings(home: Home) -> dict[str, str]:
    """What a service needs to have calls made, and to know their results for the dialler's."""
    return {
        "ARREARS_DIALLER_URL": f"http://127.0.0.1:{port_of(home, NAME)}",
        "ARREARS_DIALLER_SECRET": home.secret(NAME),
    }
