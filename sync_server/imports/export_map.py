"""The map that reads an export back without loss, made from the schema (R-153)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from crm.changes.entity import Schema
from sync_server.imports.export_shape import KNOWN_AGAIN, Shape, root_of
from sync_server.imports.identity import LINKS
from sync_server.imports.maps import Setting
from sync_server.imports.wanted import DELETED

SOURCE = "roundsman"
"""The name under which keys of exports are remembered: ids, which are the same in every export."""
SETTINGS = ("archive_months",)
"""Settings of the office that an export brings along."""


def map_text(
    schema: Schema, files: Sequence[tuple[Shape, str]], *, title: str, settings: Mapping[str, Setting]
) -> str:
    """The map of files (with their names), in the order in which they are to be loaded."""
    blocks = [_head(title)]
    if settings:
        blocks.append(
            "\n".join(["[office]", *(f"{key} = {_toml(settings[key])}" for key in sorted(settings))])
        )
    there = {shape.name for shape, _name in files}
    for shape, name in files:
        root = root_of(schema, shape.entity)
        blocks.append("\n".join(_file(shape, name, root if root in there else None)))
    return "\n\n".join(blocks) + "\n"


def _head(title: str) -> str:
    return "\n".join(
        [
            "# Made by `roundsman-server export`. It reads the files beside it back as they were.",
            "",
            f"name = {_toml(SOURCE)}",
            f"title = {_toml(title)}",
            "exact = true",
        ]
    )


def _file(shape: Shape, name: str, root: str | None) -> Iterator[str]:
    entity = shape.entity
    yield "[[file]]"
    yield f"name = {_toml(name)}"
    yield f"label = {_toml(shape.name)}"
    yield 'key = ["id"]'
    yield f"ignore = {_list(shape.for_people)}"
    if root is not None:
        yield f"part_of = {{ file = {_toml(root)}, by = {_list([str(getattr(entity.scope, 'via', ''))])} }}"
    yield ""
    yield "[[file.record]]"
    yield f"entity = {_toml(shape.name)}"
    if shape.name in KNOWN_AGAIN:
        yield f"match = {_list(KNOWN_AGAIN[shape.name])}"
    yield "[file.record.fields]"
    if shape.name not in LINKS:
        yield 'id = "id"'
    yield f"{DELETED.name} = {_toml(DELETED.name)}"
    for column in shape.columns:
        if column.field is not None:
            source = _toml(column.name)
            if column.field.ref is not None:
                source = f'{{ ref = {_toml(column.field.ref)}, match = "id", column = {source} }}'
            yield f"{column.name} = {source}"


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_toml, texts))}]"


def _toml(value: Setting) -> str:
    """A value as TOML writes it, whose plain texts, numbers and flags are those of JSON."""
    return json.dumps(value, ensure_ascii=False)
