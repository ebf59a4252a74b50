"""Recounting after the tour, from both databases and without the code that wrote them: SQL, and the laptop's dump."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

from demo.premises import PROJECT, TourFailed

Dump: TypeAlias = Mapping[str, Any]
ACCEPTED: Final = frozenset({"applied", "merged"})
BIRTH: Final = 0


@dataclass(frozen=True)
class Recount:
    """What both databases say together.

    ``lost`` counts what the laptop was told had arrived and the office does not hold; ``doubled`` what is there more
    than once; ``unlike`` rows that differ between laptop and office; ``waiting`` changes never answered.
    """

    orders: int
    changesets: int
    conflicts: int
    lost: int
    doubled: int
    unlike: int
    waiting: int


def dump_laptop(folder: Path, passphrase: str) -> Dump:
    """What ``roundsman dump --json`` says of a data folder."""
    done = subprocess.run(
        [sys.executable, "-m", "desktop", "dump", "--json", "--data", str(folder)],
        cwd=PROJECT,
        env={**os.environ, "ROUNDSMAN_PASSPHRASE": passphrase},
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        raise TourFailed(f"The laptop's copy cannot be read: {done.stderr.decode(errors='replace').strip()}")
    return cast("Dump", json.loads(done.stdout))


def recount(office_database: Path, dump: Dump) -> Recount:
    """Count everything that can be counted on both sides."""
    with closing(sqlite3.connect(f"{office_database.absolute().as_uri()}?mode=ro", uri=True)) as office:
        changes = [row[0].hex() for row in office.execute("SELECT change_id FROM changeset")]
        numbers = [row[0] for row in office.execute("SELECT number FROM sales_order")]
        return Recount(
            orders=len(numbers),
            changesets=len(changes),
            conflicts=_one(office, "SELECT count(*) FROM conflict"),
            lost=sum(1 for _each in _lost(office, dump, frozenset(changes))),
            doubled=_doubled(office, dump, changes, numbers),
            unlike=sum(1 for _each in _unlike(office, dump)),
            waiting=sum(1 for entry in dump["journal"] if entry["outcome"] is None),
        )


def _one(office: sqlite3.Connection, statement: str, values: tuple[object, ...] = ()) -> int:
    return int(office.execute(statement, values).fetchone()[0])


def _lost(office: sqlite3.Connection, dump: Dump, changes: frozenset[str]) -> Iterator[str]:
    """Acknowledged changesets that the office does not have, and rows they made that are not there."""
    for entry in dump["journal"]:
        if entry["outcome"] is None:
            continue
        if entry["change_id"] not in changes:
            yield entry["change_id"]
        elif entry["outcome"] in ACCEPTED:
            yield from (row_id for table, row_id in _born(entry) if not _is_there(office, table, row_id))


def _born(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for table, row_id, kind, *_rest in entry["body"]["ops"]:
        if kind == BIRTH:
            yield table, row_id


def _is_there(office: sqlite3.Connection, table: str, row_id: str) -> bool:
    statement = f'SELECT count(*) FROM "{table}" WHERE id = ?'  # noqa: S608 - a table of our own dump
    return _one(office, statement, (bytes.fromhex(row_id),)) == 1


def _doubled(office: sqlite3.Connection, dump: Dump, changes: Iterable[str], numbers: Iterable[str]) -> int:
    """Changesets taken twice, numbers given twice, and orders of this laptop that its journal does not know."""
    taken = [
        (incarnation, n)
        for incarnation, n in office.execute("SELECT incarnation, n FROM changeset WHERE n > 0")
    ]
    on_laptop = [order["number"] for order in dump["tables"]["sales_order"]]
    made = sum(1 for entry in dump["journal"] for table, _id in _born(entry) if table == "sales_order")
    begin = f"{dump['device']['device_code']}-"
    arrived = sum(1 for number in numbers if number.startswith(begin))
    return sum(map(_surplus, (changes, numbers, taken, on_laptop))) + max(arrived - made, 0)


def _surplus(values: Iterable[object]) -> int:
    return sum(times - 1 for times in Counter(values).values())


def _unlike(office: sqlite3.Connection, dump: Dump) -> Iterator[str]:
    """Rows of the units that the laptop holds which the two sides show differently."""
    person = bytes.fromhex(dump["device"]["person"])
    held = (
        "SELECT unit FROM holder WHERE leave_seq IS NULL AND (principal = ? OR principal IN "
        "(SELECT principal FROM member WHERE person = ? AND leave_seq IS NULL) OR why = 'company')"
    )
    office.row_factory = sqlite3.Row
    for table, rows in dump["tables"].items():
        statement = f'SELECT * FROM "{table}" WHERE unit IN ({held})'  # noqa: S608 - a table of our own dump
        theirs = {row["id"].hex(): row for row in office.execute(statement, (person, person))}
        mine = {row["id"]: row for row in rows}
        yield from theirs.keys() ^ mine.keys()
        for row_id in theirs.keys() & mine.keys():
            if any(_plain(theirs[row_id][name]) != value for name, value in mine[row_id].items()):
                yield row_id
    office.row_factory = None


def _plain(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value


# --- nothing in plain text -------------------------------------------------------------------------------------------


def customer_names(office_database: Path) -> list[str]:
    """Both names of every customer of the office."""
    with closing(sqlite3.connect(f"{office_database.absolute().as_uri()}?mode=ro", uri=True)) as office:
        rows = office.execute("SELECT name, name_en FROM customer").fetchall()
    return sorted({name for row in rows for name in row if name})


def files_that_name(names: Iterable[str], folder: Path) -> list[Path]:
    """The files below ``folder`` in which one of the names can be read, in UTF-8 or UTF-16."""
    wanted = [name.encode(encoding) for name in names for encoding in ("utf-8", "utf-16-le")]
    return sorted(path for path in folder.rglob("*") if path.is_file() and _holds_any(path, wanted))


def _holds_any(path: Path, wanted: Iterable[bytes]) -> bool:
    content = path.read_bytes()
    return any(name in content for name in wanted)
