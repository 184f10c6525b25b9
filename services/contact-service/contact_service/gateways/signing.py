"""How a partner signs what it tells us: under a secret that we share, with the moment, so that it is heard in time.

Its headers are X-Timestamp (unix seconds) and X-Signature (the hex HMAC-SHA-256 of timestamp, "." and body).
"""

import hmac
import re
from datetime import datetime, timedelta

REPLAY_WINDOW = timedelta(minutes=5)
"""How far the partner's clock may be from ours; what was caught and is told again later is not heard."""
TIMESTAMP = re.compile(r"[0-9]{1,12}")


def is_signed_now(timestamp: str, signature: str, body: bytes, now: datetime, secret: str) -> bool:
    """Whether it is the partner's own word, and of now."""
    signed = hmac.digest(secret.encode(), timestamp.encode(errors="replace") + b"." + body, "sha256").hex()
    is_the_partners = hmac.compare_digest(signed.encode(), signature.encode(errors="replace"))
    return is_the_partners and _is_of_now(timestamp, now)


def _is_of_now(timestamp: str, now: datetime) -> bool:
    if not TIMESTAMP.fullmatch(timestamp):
        return False
    return abs(now.timestamp() - int(timestamp)) <= REPLAY_WINDOW.total_seconds()
