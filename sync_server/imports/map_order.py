"""Checks what the files of a map have to do with each other: who refers to whom, and what must come first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from crm.changes.entity import Schema
from sync_server.imports.maps import Cell, Count, FileMap, Fixed, ImportMap
from sync_server.imports.wanted import Reference


def check_order(found: ImportMap, schema: Schema, problems: list[str]) -> None:
    """Add to ``problems`` what is wrong between the files and constants of a map that is right in itself."""
    _check_constants(found, problems)
    _check_parts(found, schema, problems)
    if not problems:
        _check_references(found, problems)


def _check_constants(found: ImportMap, problems: list[str]) -> None:
    known: set[tuple[str, str]] = set()
    for constant in found.constants:
        for name, value in constant.values.items():
            if isinstance(value, Reference) and (value.table, value.key) not in known:
                problems.append(
                    f"constant {constant.entity} {constant.key}, field {name}: "
                    f"there is no constant {value.table} {value.key} before this one."
                )
        if (constant.entity, constant.key) in known:
            problems.append(f"constant {constant.entity} {constant.key}: it is there twice.")
        known.add((constant.entity, constant.key))
    for file in found.files:
        for record in file.records:
            for name, source in record.fields.items():
                if isinstance(source, Fixed) and isinstance(source.value, Reference):
                    named = source.value
                    if (named.table, named.key) not in known:
                        problems.append(
                            f"{file.title}, {record.entity}.{name}: there is no constant {named.table} {named.key}."
                        )


def _check_parts(found: ImportMap, schema: Schema, problems: list[str]) -> None:
    for file in found.files:
        if file.part_of is None:
            counted = [
                name
                for record in file.records
                for name, source in record.fields.items()
                if isinstance(source, Count)
            ]
            if counted:
                problems.append(f"{file.title}, field {counted[0]}: count is for files with part_of.")
            continue
        root = found.by_label[file.part_of.file]
        if root.part_of is not None or root is file:
            problems.append(f"{file.title}, part_of: the rows of {root.title} are no documents.")
        elif len(root.key) != len(file.part_of.by):
            problems.append(
                f"{file.title}, part_of: by has {_columns(file.part_of.by)}, the key of {root.title} {len(root.key)}."
            )
        elif not any(schema[record.entity].is_document_root for record in root.records):
            problems.append(f"{file.title}, part_of: {root.title} makes no documents (no order or the like).")


def _check_references(found: ImportMap, problems: list[str]) -> None:
    """Every reference by key must lead to a file before, to the document itself, or to a constant."""
    place = {file.label: number for number, file in enumerate(found.files)}
    stands: dict[str, int] = {}
    for file in found.files:
        stands[file.label] = place[file.part_of.file if file.part_of else file.label]
    makers: dict[str, list[FileMap]] = defaultdict(list)
    for file in found.files:
        for record in file.records:
            makers[record.entity].append(file)
    constants = {constant.entity for constant in found.constants}
    later: dict[int, set[int]] = defaultdict(set)
    complaints: list[tuple[int, int, str]] = []
    for file in found.files:
        for where, cell in _references(file):
            table = str(cell.ref)
            if not makers[table]:
                if table not in constants:
                    problems.append(
                        f"{where}: no file of this map makes records of {table}, so they have no keys."
                    )
                continue
            if all(len(maker.key) != len(cell.columns) for maker in makers[table]):
                problems.append(
                    f"{where}: the key of {makers[table][0].title} has {_columns(makers[table][0].key)}, "
                    f"this reference {len(cell.columns)}."
                )
            here = stands[file.label]
            there = min(stands[maker.label] for maker in makers[table])
            later[here].add(there)
            if there > here and not any(stands[maker.label] <= here for maker in makers[table]):
                complaints.append((here, there, where))
    for here, there, where in complaints:
        first, second = found.files[here].title, found.files[there].title
        if here in _reached(there, later):
            problems.append(
                f"{where}: {first} and {second} refer to each other, so neither can be loaded first."
            )
        else:
            problems.append(f"{where}: it refers to {second}, which must stand before {first}.")


def _references(file: FileMap) -> Iterator[tuple[str, Cell]]:
    """The references by key of a file, each with its place."""
    for record in file.records:
        for name, source in record.fields.items():
            if isinstance(source, Cell) and source.ref is not None and source.match is None:
                yield f"{file.title}, {record.entity}.{name}", source


def _columns(names: tuple[str, ...]) -> str:
    return "1 column" if len(names) == 1 else f"{len(names)} columns"


def _reached(start: int, edges: dict[int, set[int]]) -> set[int]:
    """Every file that ``start`` refers to, also by way of others."""
    found: set[int] = set()
    todo = [start]
    while todo:
        for following in edges[todo.pop()]:
            if following not in found:
                found.add(following)
                todo.append(following)
    return found
