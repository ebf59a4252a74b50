"""Everything that the local copy holds, as one JSON document: for those who hold the key, and for recounting.

    {"format": 1, "product_version": …, "schema_version": …, "device": {…},
     "tables": {table: [row, …], …},        what the person sees: the replicated tables, rows in order of id
     "journal": [entry, …],                 every changeset of this laptop, opened, in the order it was made
     "overlay": [copy, …], …}               and the other local tables

Rows are objects; bytes are hexadecimal text, whatever their length.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, BinaryIO, Final

from desktop.settings import Enrolment, product_version
from desktop.store import status
from desktop.store.store import Store
from desktop.store.tables import LOCAL

FORMAT: Final = 1


def write_dump(store: Store, enrolment: Enrolment, out: BinaryIO) -> None:
    """Write the document to ``out`` as UTF-8, row by row; all of it is one state of the copy."""
    for piece in _pieces(store, enrolment):
        out.write(piece.encode())
    out.flush()


def _pieces(store: Store, enrolment: Enrolment) -> Iterator[str]:
    head = {
        "format": FORMAT,
        "product_version": product_version(),
        "schema_version": store.schema.version,
        "device": {
            "device_id": enrolment.device_id.hex(),
            "incarnation": enrolment.incarnation.hex(),
            "person": enrolment.person.hex(),
            "device_code": enrolment.device_code,
            "zone": enrolment.zone,
        },
    }
    yield _text(head)[:-1]
    replicated = list(store.rows.tables)
    local = [table.name for table in LOCAL.sorted_tables]
    groups = groupby(status.dump(store), key=itemgetter(0))
    # A table without rows does not come by itself.
    found = next(groups, None)
    for place, name in enumerate((*replicated, *local)):
        yield ', "tables": {' if place == 0 else "" if place == len(replicated) else ", "
        if place == len(replicated):
            yield "}, "
        yield f"{_text(name)}: ["
        if found is not None and found[0] == name:
            yield from _rows(found[1])
            found = next(groups, None)
        yield "]"
    yield "}\n"
    if found is not None:
        raise AssertionError(f"the dump of {found[0]} came out of turn")


def _rows(rows: Iterator[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    first = True
    for _, row in rows:
        yield f"{'' if first else ','}\n{_text(row)}"
        first = False


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
