"""The API to read and to try, in Swagger UI. FastAPI's page has it from a CDN, which no bank's network reaches."""

from base64 import b64encode
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

swagger_ui = StaticFiles(packages=[("fastapi_offline", "static")])
_START = "SwaggerUIBundle({url: 'openapi.json', dom_id: '#api', validatorUrl: null, showExtensions: true})"
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "connect-src 'self'",
        "img-src data:",
        "style-src 'self' 'unsafe-inline'",
        f"script-src 'self' 'sha256-{b64encode(sha256(_START.encode()).digest()).decode()}'",
    )
)


async def docs(request: Request) -> HTMLResponse:
    """A token goes into the form behind Authorize, and stays in the page."""
    page = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{request.app.title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
<div id="api"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script>{_START}</script>
</html>"""
    return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})
