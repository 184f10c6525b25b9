"""docs/reference/http.md: what every service's API has in common, and where each is described."""

from arrears_runtime.http.problems import KNOWN

from tests.architecture import markdown, openapi

INTRODUCTION = """\
# HTTP

Each service describes its own API at `/openapi.json`, and shows it at `/docs`; the documents are kept beside the code,
for whoever makes a client. What all have in common:

- **Who asks**: `Authorization: Bearer …`, a JWT signed with RS256 by the issuer (`ARREARS_ISSUER`, found by OIDC
  discovery) with a `kid` of its JWKS. Claims: `iss`, `aud`, `exp`; `sub` and `role`, which events name;
  `permissions`, a list of texts, of which each operation needs the one in its `x-permission`; `on_behalf_of`, an
  agency, where there is one.
- **Commands** need an `Idempotency-Key` of 1 to 128 visible ASCII characters: the same caller and key are the same
  command, and a repeated request has the answer of the first. A change of what was read needs its `ETag` as
  `If-Match: "3"`.
- **Lists** give `items`, and `next_cursor` while there is more: ask again with `cursor=` and the same filter.
- **Money** is `{"amount": "1250.00", "currency": "TWD"}`, the amount a text. JSON is strict: no unknown field, no key
  twice.
- **Health**: `/health/live`; `/health/ready` says by its checks why it is not; `/metrics`."""
PROBLEMS = """\
## Problems
Whatever is no success is `application/problem+json` (RFC 9457), and never holds what was sent. `type` is
`urn:arrears:problem:` and a code, stable for ever; facts that decided stand beside it. Beyond these each service's
README lists what its own rules refuse."""


def document() -> str:
    rows = [(markdown.code(code), str(status), title) for code, (status, title) in sorted(KNOWN.items())]
    return markdown.page(
        INTRODUCTION, _services(), f"{PROBLEMS}\n\n{markdown.table(('code', 'status', 'title'), rows)}"
    )


def _services() -> str:
    told = [f"- [{name}](../../services/{name}/openapi.json)" for name in sorted(openapi.documents())]
    return "\n".join(("## The services", *told))
