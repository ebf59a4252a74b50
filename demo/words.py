"""How the tour speaks: plain sentences, one step after another, and bars where somebody is looking."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from crm.money import exponent

INDENT: Final = 3


class Teller:
    """Says what happens, on standard output. Not thread-safe."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)
        self._step = 0
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long the tour has lasted."""
        return time.monotonic() - self._began

    def step(self, title: str) -> None:
        """The next part of the story begins."""
        self._step += 1
        self.console.print()
        self.console.print(Text(f"{self._step}. {title}", style="bold"), soft_wrap=True)

    def say(self, sentence: str, style: str = "") -> None:
        """One sentence of it."""
        text = Text(sentence, style=style)
        if self.console.is_terminal:
            self.console.print(Padding(text, (0, 0, 0, INDENT)))
        else:
            self.console.print(" " * INDENT + sentence, markup=False, soft_wrap=True)

    def last(self, line: str) -> None:
        """The last line, for programs: exactly as it is."""
        self.console.file.flush()
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    @contextmanager
    def bar(self, what: str) -> Iterator[Bar]:
        """A bar that fills while the block runs; nothing where nobody looks."""
        progress = Progress(
            TextColumn(" " * INDENT + "{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
            transient=True,
        )
        with progress:
            yield Bar(progress, what)


class Bar:
    """A bar of a `Teller`."""

    def __init__(self, progress: Progress, what: str) -> None:
        self._progress = progress
        self._task = progress.add_task(what, total=None)

    def __call__(self, done: int, total: int) -> None:
        """So much of so much is done."""
        self._progress.update(self._task, completed=done, total=max(done, total))


def amount(minor: int, currency: str) -> str:
    """``26860000`` fen as ``CNY 268,600.00``."""
    digits = exponent(currency)
    whole, part = divmod(abs(minor), 10**digits)
    fraction = f".{part:0{digits}d}" if digits else ""
    return f"{currency} {'-' if minor < 0 else ''}{whole:,}{fraction}"


def clock_time(instant_ms: int, zone: str) -> str:
    """Hours, minutes and seconds of an instant."""
    return datetime.fromtimestamp(instant_ms / 1000, tz=UTC).astimezone(ZoneInfo(zone)).strftime("%H:%M:%S")


def count(number: int, one: str, many: str | None = None) -> str:
    """``3 orders``, ``1 order``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
