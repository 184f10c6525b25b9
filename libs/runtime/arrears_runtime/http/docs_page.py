"""The operations as one static page. FastAPI's own load scripts from a CDN, which a bank's network does not reach."""

from collections.abc import Iterator
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}code{background:#eee}h2{font-size:1em}"
)
_POLICY = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


async def docs(request: Request) -> HTMLResponse:
    found = request.app.openapi()
    title = escape(found["info"]["title"])
    operations = "".join(_operations(found["paths"]))
    return HTMLResponse(
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{title}</title><style>{_STYLE}</style>"
        f"<h1>{title}</h1><p>The whole document: <a href='openapi.json'>openapi.json</a></p>{operations}</html>",
        headers=_POLICY,
    )


def _operations(paths: dict[str, dict[str, Any]]) -> Iterator[str]:
    for path, methods in paths.items():
        for method, operation in methods.items():
            yield f"<h2><code>{method.upper()} {escape(path)}</code></h2>"
            yield f"<p>{escape(operation.get('description', ''))}</p>"
            yield f"<p>Needs {escape(operation['x-permission'])}; answers {', '.join(operation['responses'])}.</p>"
