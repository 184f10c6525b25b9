"""uvicorn as we run it: one worker, and silent, for its access log would write down paths and queries."""

import uvicorn
from fastapi import FastAPI

from arrears_runtime.http.settings import HttpSettings

IDLE_SECONDS = 75
"""A connection is kept for longer than clients and proxies keep theirs: who closes last meets no request on its way."""


def server(application: FastAPI, settings: HttpSettings) -> uvicorn.Server:
    """To be awaited with `serve()`."""
    return uvicorn.Server(
        uvicorn.Config(
            application,
            host=settings.host,
            port=settings.port,
            loop="uvloop",
            http="httptools",
            timeout_keep_alive=IDLE_SECONDS,
            ws="none",
            lifespan="on",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=int(settings.shutdown_within.total_seconds()),
        )
    )
