"""How the log is written: a line for people, or one JSON object a line for whatever gathers logs."""

from __future__ import annotations

import datetime as dt
import json
import logging

from bot import tracing


class JsonLines(logging.Formatter):
    """`reference` is what the person concerned has read: ours, or Graph's request-id. Of a line that is a part of
    something that is watched, `trace_id` and `span_id` say of what.
    """

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if reference := getattr(record, "reference", ""):
            said["reference"] = reference
        if where := tracing.here():
            said["trace_id"], said["span_id"] = where
        if record.exc_info:
            said["trace"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


FORMATS = {
    "text": logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"),
    "json": JsonLines(),
}


def handler(log_format: str) -> logging.Handler:
    """To standard error."""
    made = logging.StreamHandler()
    made.setFormatter(FORMATS[log_format])
    return made
