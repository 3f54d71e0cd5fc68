"""JSON logs on standard output; what identifies a person never reaches them."""

import logging
from collections.abc import MutableMapping
from typing import Any

import structlog

PERSONAL = frozenset({"email", "recipient", "name", "address", "password", "token"})


def mask_personal(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for key in PERSONAL & event.keys():
        event[key] = "[redacted]"
    return event


def configure(level: str) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            mask_personal,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
    )
