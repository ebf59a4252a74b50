"""``roundsman-server import`` and ``imports``: what the command line says and how it can be stopped."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, Self
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from crm.errors import OfficeFault
from crm.ids import id_text
from crm.money import EXPONENTS
from sync_server.imports.load import STOPPED, Bystander, Cancelled
from sync_server.imports.load_plan import OUTCOMES, REPAIRED
from sync_server.imports.runs import Run, Runs
from sync_server.imports.undo import Undone, undo
from sync_server.sync.office import Office

if TYPE_CHECKING:
    from sync_server.imports.load_run import Result

DONE: Final = 0
REJECTED: Final = 1
LOOK_EVERY: Final = 200
"""The bar moves after so many rows."""


def add_import(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``import``."""
    parser.add_argument(
        "where",
        type=Path,
        metavar="DIR|FILE",
        help="the folder with the files (CSV, XLSX, JSON), or one of them",
    )
    parser.add_argument(
        "--map",
        required=True,
        metavar="NAME|FILE",
        help="which column feeds which field: a map that comes with the program, such as northwind, or a TOML file "
        "(docs/imports.md says how one is written; an export brings its own)",
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="import into a copy of the office, say what happened, and throw it away",
    )
    parser.add_argument(
        "--rejects",
        type=Path,
        metavar="DIR",
        help="a folder for the rejected rows, to be mended and imported like others, and the list",
    )
    parser.add_argument(
        "--as", dest="login", metavar="LOGIN", help="who imports; the office itself by default"
    )


def add_imports(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``imports``."""
    parser.add_argument(
        "--undo", type=int, metavar="ID", help="take this import back; without it all are listed"
    )
    parser.add_argument("--as", dest="login", metavar="LOGIN", help="who takes it back")


def run_import(
    office: Office, arguments: argparse.Namespace, person: bytes
) -> tuple[int, str, dict[str, Any]]:
    """Import; gives the exit code, and the answer as sentences and as plain values."""
    # What reads files is heavy, and no other command needs it.
    from sync_server.imports.load_run import import_files
    from sync_server.imports.maps import load_map

    import_map = load_map(arguments.map, office.schema)
    with Terminal() as terminal:
        result = import_files(
            office,
            import_map,
            arguments.where,
            person=person,
            dry_run=arguments.dry_run,
            rejects=arguments.rejects,
            bystander=terminal,
        )
    values = {**result.plain(), **({"dry_run": True} if arguments.dry_run else {})}
    return (REJECTED if result.rejected else DONE), _told(result, arguments), values


def run_imports(
    office: Office, arguments: argparse.Namespace, person: bytes
) -> tuple[int, str, dict[str, Any]]:
    """List the runs, or take one back; the answer as `run_import` gives it."""
    runs = Runs(office.database)
    if arguments.undo is None:
        found = runs.all()
        listed = "\n".join(_line(run, office.zone) for run in found) or "Nothing was imported yet."
        return DONE, listed, {"imports": [_plain(run) for run in found]}
    run = runs.get(arguments.undo)
    with Terminal() as terminal, runs.only_one(run.source):
        try:
            undone = undo(
                office,
                runs.get(arguments.undo),
                person,
                should_stop=lambda: terminal.stops() > 0,
                progress=terminal.undoing,
            )
        except Cancelled:
            raise OfficeFault(
                STOPPED,
                f"The undoing of import {run.id} was stopped in the middle. Do it again to finish it.",
            ) from None
    values = {
        "undone": run.id,
        "deleted": undone.deleted,
        "restored": undone.restored,
        "stayed": undone.stayed,
        "examples": [
            {"table": one.table, "id": id_text(one.row_id), "reason": one.reason} for one in undone.examples
        ],
    }
    return DONE, _told_undone(run, undone), values


class Terminal(Bystander):
    """A bar on standard error where that is a terminal; Ctrl-C and SIGTERM are counted instead of obeyed.

    ``stopping`` is what is said to the first of them.
    """

    def __init__(self, *, stopping: str = "Giving up; once more stops at once.") -> None:
        self._asked = 0
        self._stopping = stopping
        self._console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task: TaskID | None = None
        self._new_rows = 0

    def __enter__(self) -> Self:
        self._before = {
            number: signal.signal(number, self._ask) for number in (signal.SIGINT, signal.SIGTERM)
        }
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def stops(self) -> int:
        """See `Bystander.stops`."""
        return self._asked

    def surveying(self, label: str, rows: int) -> None:
        """See `Bystander.surveying`."""
        if self._task is None:
            self._task = self._progress.add_task("Looking at", total=None)
        self._progress.update(self._task, description=f"Looking at {label}", completed=rows)

    def loading(self, totals: Mapping[str, int]) -> None:
        """See `Bystander.loading`."""
        self._begin("Importing", sum(totals.values()))

    def loaded(self, label: str) -> None:
        """See `Bystander.loaded`."""
        self._new_rows += 1
        if self._new_rows >= LOOK_EVERY and self._task is not None:
            self._progress.update(self._task, description=f"Importing {label}", advance=self._new_rows)
            self._new_rows = 0

    def exporting(self, label: str, rows: int, of: int) -> None:
        """See `Bystander.exporting`."""
        if self._task is None:
            self._begin("Exporting", of)
        assert self._task is not None
        self._progress.update(self._task, description=f"Exporting {label}", completed=rows)

    def undoing(self, done: int, of: int) -> None:
        """See `Bystander.undoing`."""
        if done == 1:
            self._begin("Taking back", of)
        if self._task is not None:
            self._progress.update(self._task, completed=done)

    def _begin(self, text: str, total: int) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(text, total=total)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked += 1
        self._console.print(self._stopping if self._asked == 1 else "Stopping.")


# --- sentences ------------------------------------------------------------------------------------------------------


def _told(result: Result, arguments: argparse.Namespace) -> str:
    lines = [f"{'file':24}" + "".join(f"{name:>11}" for name in OUTCOMES)]
    lines += [
        f"{label:24}" + "".join(f"{counts.get(name, 0):>11,}" for name in OUTCOMES)
        for label, counts in result.outcomes.items()
    ]
    lines += [f"{note.file}, line {note.line}: {note.outcome}: {note.reason}" for note in result.notes]
    more = result.noted - len(result.notes)
    if more > 0:
        lines.append(f"… and {more:,} more.")
    if result.files:
        lines.append("Written: " + ", ".join(str(path) for path in result.files))
    elif result.noted and arguments.rejects is None:
        lines.append("With --rejects DIR the whole list and the rejected rows are written as files.")
    for currency, sums in (result.sums or {}).items():
        gross, net = _amount(sums.gross_minor, currency), _amount(sums.net_minor, currency)
        lines.append(f"The order lines come to {gross}, after discounts {net}.")
    ending = (
        "Nothing was written: this was a dry run." if result.run is None else f"Import {result.run} is done."
    )
    lines.append(f"{ending} {result.changed:,} records created or changed in {result.seconds:.1f} s.")
    return "\n".join(lines)


def _amount(amount_minor: int, currency: str) -> str:
    """An amount as people read it: ``USD 1,354,458.59``."""
    digits = EXPONENTS.get(currency)
    if digits is None:
        return f"{currency} {amount_minor:,} (in its smallest unit)"
    return f"{currency} {Decimal(amount_minor).scaleb(-digits):,.{digits}f}"


def _told_undone(run: Run, undone: Undone) -> str:
    told = f"{undone.deleted:,} records deleted, {undone.restored:,} changed back, {undone.stayed:,} stay as they are."
    lines = [f"Import {run.id} was taken back: {told}"]
    lines += [f"{one.table} {id_text(one.row_id)} stays: {one.reason}" for one in undone.examples]
    more = undone.stayed - len(undone.examples)
    if more > 0:
        lines.append(f"… and {more:,} more.")
    return "\n".join(lines)


def _line(run: Run, zone: str) -> str:
    began = datetime.fromtimestamp(run.started_at / 1000, ZoneInfo(zone))
    rows = sum(sum(n for name, n in counts.items() if name != REPAIRED) for counts in run.counts.values())
    return f"{run.id:5} {run.state.value:10} {began:%Y-%m-%d %H:%M} {run.source:20} {rows:>10,} rows  {run.title}"


def _plain(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "source": run.source,
        "title": run.title,
        "state": run.state.value,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "outcomes": {label: dict(counts) for label, counts in run.counts.items()},
    }
