"""A whole import: survey, run, files in the order of the map, and what it comes to in the end (R-039, R-153)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from crm.changes.actor import Actor
from crm.errors import InvalidInput, OfficeFault
from crm.money import MILLI, round_half_up
from sync_server.imports.load import CANCELLED, STOPPED, Bystander, Cancelled, Loader
from sync_server.imports.load_plan import REJECTED, REPAIRED
from sync_server.imports.maps import ImportMap
from sync_server.imports.places import Place, lookup_places, reject_name
from sync_server.imports.rehearsal import rehearsal
from sync_server.imports.report import Note, RejectFile, Report, demand_room
from sync_server.imports.runs import Counts, Run, Runs, RunState
from sync_server.imports.survey import Survey
from sync_server.imports.undo import undo
from sync_server.imports.wanted import WantedRow
from sync_server.store.database import Database
from sync_server.store.rows import quoted
from sync_server.sync.office import Office

BAD_CONSTANT: Final = 1121
_LINES: Final = "order_line"


class Sums(NamedTuple):
    """What order lines of one currency come to: quantity times unit price, and net amounts."""

    gross_minor: int
    net_minor: int


@dataclass(frozen=True)
class Result:
    """What an import came to.

    ``rows`` are the living records of each file as they stand in the database, ``outcomes`` what became of its rows.
    ``changed`` counts records made or changed. ``sums`` are those of the imported living order lines by currency; None
    when the map has no order lines. ``files`` are those written for people.
    """

    run: int | None
    rows: Mapping[str, int]
    outcomes: Counts
    repaired: int
    rejected: int
    changed: int
    sums: Mapping[str, Sums] | None
    seconds: float
    notes: tuple[Note, ...] = ()
    noted: int = 0
    files: tuple[Path, ...] = field(default=())

    def plain(self) -> dict[str, Any]:
        """As plain values for a program."""
        totals = {}
        if self.sums is not None:
            totals["gross_minor"] = sum(each.gross_minor for each in self.sums.values())
            totals["net_minor"] = sum(each.net_minor for each in self.sums.values())
        return {
            "rows": dict(self.rows),
            "repaired": self.repaired,
            "rejected": self.rejected,
            "changed": self.changed,
            **totals,
            "outcomes": {label: dict(counts) for label, counts in self.outcomes.items()},
            "run": self.run,
            "seconds": round(self.seconds, 3),
        }


def import_files(
    office: Office,
    import_map: ImportMap,
    where: Path,
    *,
    person: bytes,
    dry_run: bool = False,
    rejects: Path | None = None,
    bystander: Bystander | None = None,
) -> Result:
    """Import the files of a map from a folder or file, as ``person``.

    A ``dry_run`` does the same in a copy of the office. What was repaired or rejected is listed in files in the folder
    ``rejects``, where one is given.

    :raises InvalidInput: 1102 a file cannot be read at all, 1121 a constant of the map is refused; nothing was written.
    :raises OfficeFault: 9021 another import of the source is under way; 9022 it was cancelled and taken back; 9023 it
        was stopped in the middle; 9001.
    """
    began = time.monotonic()
    follower = bystander or Bystander()

    def surveying(label: str, rows: int) -> None:
        follower.surveying(label, rows)
        if follower.stops():
            raise OfficeFault(CANCELLED, "The import was cancelled. Nothing was written.")

    with Survey(import_map, where, office.schema, progress=surveying) as survey:
        files = _reject_files(import_map, where, survey)
        if rejects is not None:
            demand_room(rejects, files.values())
        with Report(files) as report, _office(office, dry_run=dry_run) as stage:
            work = _Import(stage, import_map, survey, report, person, follower)
            run = work.all()
            kept = report.keep(rejects) if rejects is not None else []
            rows, sums = _standing(stage.database, import_map)
        return Result(
            run=None if dry_run else run.id,
            rows=rows,
            outcomes={label: dict(counts) for label, counts in report.counts.items()},
            repaired=report.total(REPAIRED),
            rejected=report.total(REJECTED),
            changed=work.changed,
            sums=sums,
            seconds=time.monotonic() - began,
            notes=report.notes,
            noted=report.noted,
            files=tuple(kept),
        )


def _reject_files(import_map: ImportMap, where: Path, survey: Survey) -> dict[str, RejectFile]:
    paths = {file.label: file.path for file in survey.files}
    places = [Place(file.spec, file.path) for file in survey.files]
    paths.update((place.file.label, place.path) for place in lookup_places(import_map, where, places))
    return {
        file.label: RejectFile(
            reject_name(file.spec),
            file.columns,
            tuple(dict.fromkeys(paths[lookup.file] for lookup in import_map.lookups_of(file.spec))),
        )
        for file in survey.files
    }


@contextmanager
def _office(office: Office, *, dry_run: bool) -> Iterator[Office]:
    if not dry_run:
        yield office
        return
    with rehearsal(office.database) as scratch:
        yield Office(scratch, office.rulebook, _nobody, zone=office.zone)


def _nobody(_connection: Connection, _person: bytes, _at_office: bool) -> Actor:
    raise AssertionError("an import names its actor itself")


class _Import:
    """One run over an office."""

    def __init__(
        self,
        office: Office,
        import_map: ImportMap,
        survey: Survey,
        report: Report,
        person: bytes,
        follower: Bystander,
    ) -> None:
        self._office = office
        self._map = import_map
        self._survey = survey
        self._report = report
        self._person = person
        self._follower = follower
        self._runs = Runs(office.database)
        self.changed = 0

    def all(self) -> Run:
        """Load everything; a run that is cancelled is taken back.

        :raises OfficeFault: 9021, 9022, 9023, 9001. :raises InvalidInput: 1121.
        """
        settings = {key: json.dumps(value) for key, value in self._map.office.items()}
        with self._runs.only_one(self._map.name):
            run = self._runs.begin(self._map.name, self._map.title, self._person, settings)
            loader = Loader(self._office, run, should_stop=lambda: self._follower.stops() > 0)
            try:
                self._load(loader)
            except Cancelled:
                self._take_back(run)
                raise OfficeFault(
                    CANCELLED, f"Import {run.id} was cancelled, and what it had brought was taken back."
                ) from None
            except _ConstantRefusedError as refused:
                self._take_back(run)
                raise InvalidInput(BAD_CONSTANT, str(refused)) from None
            except BaseException:
                self._runs.mark(run.id, RunState.UNFINISHED, self._report.counts)
                raise
            self._runs.mark(run.id, RunState.DONE, self._report.counts)
            self.changed = loader.done.records
        return run

    def row(self, row: WantedRow, outcome: str, reason: str) -> None:
        """See `sync_server.imports.load.Watch.row`."""
        self._report.row(row, outcome, reason)
        self._follower.loaded(row.file)

    def _load(self, loader: Loader) -> None:
        files = self._survey.files
        self._follower.loading({file.label: file.rows for file in files})
        constants = (WantedRow("", 0, (), one.key, (one,)) for one in self._map.constants)
        loader.load(((row, []) for row in constants), _Constants())
        for file in files:
            loader.load(self._survey.documents(file), self)

    def _take_back(self, run: Run) -> None:
        try:
            undo(
                self._office,
                run,
                self._person,
                should_stop=lambda: self._follower.stops() > 1,
                state=RunState.CANCELLED,
                progress=self._follower.undoing,
            )
        except Cancelled:
            self._runs.mark(run.id, RunState.UNFINISHED, self._report.counts)
            raise OfficeFault(
                STOPPED,
                f"Import {run.id} was stopped in the middle. Import the same files again to finish it, or undo it.",
            ) from None


class _ConstantRefusedError(Exception):
    """A record that the map itself holds cannot be made."""


class _Constants:
    """The records that the map itself holds: none of them may be missing."""

    def row(self, row: WantedRow, outcome: str, reason: str) -> None:
        """See `sync_server.imports.load.Watch.row`."""
        if outcome == REJECTED:
            [record] = row.records
            raise _ConstantRefusedError(
                f"The map's {record.entity} {record.key!r} cannot be made: {reason} Nothing was imported."
            )


def _standing(database: Database, import_map: ImportMap) -> tuple[dict[str, int], dict[str, Sums] | None]:
    """What stands in the database of each file, and the sums of the order lines."""
    with database.snapshot() as connection:
        rows: dict[str, int] = {}
        sums: dict[str, Sums] | None = None
        for file in import_map.files:
            if not file.records or not file.counted:
                continue
            table = file.records[0].entity
            imported = (
                f"FROM import_key k JOIN {quoted(table)} t ON t.id = k.row_id AND t.deleted = 0 {{joins}} "
                "WHERE k.source = ? AND k.entity = ? {group}"
            )
            given = [import_map.name, table]
            if table != _LINES:
                [(count,)] = database.rows(
                    connection, f"SELECT COUNT(*) {imported.format(joins='', group='')}", given
                )
                rows[file.label] = int(count)
                continue
            joined = imported.format(
                joins="JOIN sales_order o ON o.id = t.order_id",
                group="GROUP BY o.currency ORDER BY o.currency",
            )
            found = database.rows(
                connection,
                "SELECT o.currency, COUNT(*), SUM(t.quantity_milli * t.unit_price_minor), SUM(t.net_minor) "
                f"{joined}",
                given,
            )
            rows[file.label] = sum(int(count) for _currency, count, _gross, _net in found)
            sums = {
                currency: Sums(round_half_up(int(gross), MILLI), int(net))
                for currency, _count, gross, net in found
            }
    return rows, sums
