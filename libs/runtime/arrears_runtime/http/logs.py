"""Logs: one JSON object a line on stdout, without query, body, id or exception text: those may hold personal data."""

import logging
import traceback
from typing import Any

import structlog
from pydantic_core import to_json

_FRAMES_MAX = 12  # the innermost; above them stands the framework

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


def log_to_stdout(service: str) -> None:
    """Called once by a process, before all else."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            lambda _logger, _method, event: {"service": service, **event},
            structlog.processors.JSONRenderer(_line),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [_Forward()]
    root.setLevel(logging.WARNING)


def failure(error: BaseException) -> dict[str, Any]:
    """An exception by type and place. Its message stays out: it often quotes what it choked on."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES_MAX:]
    cause = error.__cause__ or error.__context__
    told: dict[str, Any] = {
        "error": type(error).__name__,
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    return {**told, "cause": type(cause).__name__} if cause else told


def _line(event: dict[str, Any], **_: Any) -> str:
    return to_json(event, serialize_unknown=True).decode()


class _Forward(logging.Handler):
    """What libraries log, with the words of their code and without the values they put in."""

    def emit(self, record: logging.LogRecord) -> None:
        told = failure(record.exc_info[1]) if record.exc_info and record.exc_info[1] else {}
        log.log(record.levelno, str(record.msg), logger=record.name, **told)
