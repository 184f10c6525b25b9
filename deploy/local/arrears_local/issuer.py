"""The issuer of tokens as services see it: an OpenID provider's discovery document and its public keys.

It has no door that hands out tokens: who may read the signing key makes them with `arrears stack token`.
"""

import sys
from pathlib import Path

from arrears_local.home import Home
from arrears_local.ports import port_of
from arrears_local.python_part import python_part

NAME = "issuer"

part = python_part(NAME, "arrears_local.issuer", ports=(NAME,), door=NAME, page="/jwks")


def serve(home: Home) -> None:
    """Until it is stopped."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    from arrears_local.tokens import ALGORITHM, issuer_url, signing_key

    url = issuer_url(home)
    keys = {"keys": [{**signing_key(home).as_dict(private=False), "use": "sig", "alg": ALGORITHM}]}
    about = {
        "issuer": url,
        "jwks_uri": f"{url}/jwks",
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
    }

    async def discovery(_: Request) -> JSONResponse:
        return JSONResponse(about)

    async def jwks(_: Request) -> JSONResponse:
        return JSONResponse(keys)

    app = Starlette(routes=[Route("/.well-known/openid-configuration", discovery), Route("/jwks", jwks)])
    uvicorn.run(app, host="127.0.0.1", port=port_of(home, NAME), log_level="warning", access_log=False)


if __name__ == "__main__":
    serve(Home(Path(sys.argv[1])))
