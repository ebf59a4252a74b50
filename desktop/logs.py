"""The log of one data folder: event names and numbers, never names of customers, never tokens."""

from __future__ import annotations

import copy
import logging
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Final

from crm.errors import RoundsmanError

log = logging.getLogger(__name__)

FILE: Final = "roundsman.log"
MAX_BYTES: Final = 1024 * 1024
BACKUPS: Final = 4
MAX_LINES: Final = 100
OURS: Final = ("desktop", "crm")


class _Lines(logging.Formatter):
    """One line an event, in UTC. An exception is told by its kind and frames: its text may carry what people entered."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """One event. Another handler may have kept its own text of the exception in the record."""
        own = copy.copy(record)
        own.exc_text = None
        return super().format(own)

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return described(ei[1]) if isinstance(ei[1], BaseException) else ""


def described(error: BaseException) -> str:
    """Kind and frames of an error and of what led to it, without any of their texts."""
    parts: list[str] = []
    current: BaseException | None = error
    while current is not None and len(parts) < MAX_LINES:
        parts += [
            f"  {frame.filename}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(current.__traceback__)
        ]
        parts.append(type(current).__name__)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(parts)


@contextmanager
def log_to(folder: Path) -> Iterator[None]:
    """Write what our modules log into ``folder`` while the block runs; what other packages log, from warnings on.

    An error that nobody expected is logged on its way out. Hold the data folder: the files turn over.
    """
    from desktop.vault.files import make_private_folder  # with it comes all of the vault

    make_private_folder(folder)
    handler = RotatingFileHandler(
        folder / FILE, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8", delay=True
    )
    handler.setFormatter(_Lines())
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or record.name.split(".")[0] in OURS)
    root = logging.getLogger()
    before = {name: logging.getLogger(name).level for name in OURS}
    for name in OURS:
        if logging.getLogger(name).getEffectiveLevel() > logging.INFO:
            logging.getLogger(name).setLevel(logging.INFO)
    root.addHandler(handler)
    try:
        yield
    except Exception as error:
        if not isinstance(error, RoundsmanError | BrokenPipeError):
            log.critical("program.broken error=%s\n%s", type(error).__name__, described(error))
        raise
    finally:
        root.removeHandler(handler)
        handler.close()
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
