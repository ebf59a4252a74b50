"""Writes docs/entities.md, the tables as they travel, from the schema: `python -m tools.entities_doc`.

A test compares, so that the page is never older than the schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from crm.changes.actor import Extent
from crm.changes.entity import SYSTEM, Beside, Entity, Field, Fixed, Part, Personal, Root, Schema
from crm.changes.policies import Policy, Reach, Rule
from crm.ids import CATALOGUE, DIRECTORY, id_text
from crm.rights import RIGHTS, Right, Role
from crm.schema import SCHEMA

PAGE: Final = Path(__file__).parents[1] / "docs" / "entities.md"

_UNITS: Final = {bytes(CATALOGUE): "the catalogue", bytes(DIRECTORY): "the directory"}
_SYSTEM: Final = {
    "id": ("id", "made where the row is born"),
    "unit": ("id", "the unit the row belongs to; the office computes it"),
    "version": ("int", "the `seq` of its last change in the feed of its unit, from 1"),
    "deleted": ("flag", "1: deleted. The only one of these that an operation may change"),
    "created_at": ("int", "UTC milliseconds, from the stamp of the changeset that made it"),
    "created_by": ("id", "the person; an id that is no row of `app_user` where the office itself did it"),
    "changed_at": ("int", "UTC milliseconds, from the stamp of the last changeset that changed a field"),
    "changed_by": ("id", "likewise"),
}

_BEGINNING: Final = """\
# The tables as they travel

This page is made from the schema by `python -m tools.entities_doc`; do not edit it. How to read it:
[sync.md](sync.md), sections 3, 7 and 10.

Schema version {version}. Tables stand in the order in which the office sends them, parents before their parts. Fields
that never leave the office are not named here; an operation that names one is refused as if there were no such field.

Every table also has these columns, which are no fields:

{system}

The columns of the tables below:

- *kind*: what values the field takes. `text ≤ n` counts Unicode code points, `bytes ≤ n` bytes; `id → table` is the id
  of a row of that table.
- *null*: whether it may be null.
- *default*: what a new row has when the birth does not name the field; **required** when the birth must name it.
- *merges*: the policy. Fields with the same `group(…)` of one table merge, and travel, as one. `document` fields merge
  as one with all rows of the document. A field `server` or `derived` is never sent by a device.
- *right*: what changing the field needs where that is not the right of the table.
"""


_RIGHTS: Final = """\
## Rights of the roles

A person has the rights of all their roles (`user_role`), and of each right the widest extent:

- *own*: on units that the person holds;
- *tree*: also on units held by people below in the staff tree (`app_user.superior_id`), or by people whose data was
  granted (`data_grant`);
- *division*: also on all units of the person's division;
- *all*: on every unit. The catalogue and the directory belong to no division: their rights are of use with *all* only.

An unknown role gives nothing.
"""


def page(schema: Schema = SCHEMA) -> str:
    """The whole page."""
    system = "\n".join(
        ["| column | kind | meaning |", "|---|---|---|"]
        + [f"| `{name}` | {_SYSTEM[name][0]} | {_SYSTEM[name][1]} |" for name in SYSTEM]
    )
    parts = [_BEGINNING.format(version=schema.version, system=system)]
    parts += ["\n".join(_table(entity)) + "\n" for entity in schema]
    parts += [_RIGHTS, "\n".join(_rights()) + "\n"]
    return "\n".join(parts)


def _table(entity: Entity) -> Iterator[str]:
    yield f"## `{entity.name}`"
    yield ""
    yield f"Unit: {_unit(entity)}. Right: `{entity.right}`.{_document(entity)}"
    yield ""
    yield "| field | kind | null | default | merges | right |"
    yield "|---|---|---|---|---|---|"
    for item in entity.fields.values():
        if item.reach is Reach.ALL:
            yield (
                f"| `{item.name}` | {_kind(item)} | {'yes' if item.nullable else ''} | {_default(entity, item)} "
                f"| {_merges(item.policy)} | {f'`{item.right}`' if item.right else ''} |"
            )
    for item in entity.machines:
        machine = item.policy.machine
        assert machine is not None
        yield ""
        yield f"`{item.name}` begins as `{machine.start}` and moves:"
        yield ""
        yield "| from | to | right |"
        yield "|---|---|---|"
        for (before, after), right in machine.moves.items():
            yield f"| `{before}` | `{after}` | `{right}` |"


def _unit(entity: Entity) -> str:
    scope = entity.scope
    if isinstance(scope, Root):
        return f"the row is the root of a unit of its own, kind `{scope.kind}`, held by the person in `{scope.owner}`"
    if isinstance(scope, Part):
        return f"that of the row in `{scope.via}`"
    if isinstance(scope, Fixed):
        return f"{_UNITS[scope.unit]} (`{id_text(scope.unit)}`)"
    if isinstance(scope, Personal):
        return f"the own things of the person in `{scope.person}`"
    assert isinstance(scope, Beside)
    return f"that of the row which `{scope.table}` and `{scope.row}` name; only the office makes such rows"


def _document(entity: Entity) -> str:
    if entity.document is None:
        return ""
    if entity.is_document_root:
        return " The row is the root of a document."
    return f" The row is part of the document whose root is in `{entity.document}`."


def _kind(item: Field) -> str:
    if item.kind == "id":
        return f"id → `{item.ref}`" if item.ref is not None else "id"
    if item.kind in ("text", "bytes") and item.max_length is not None:
        return f"{item.kind} ≤ {item.max_length}"
    return item.kind


def _default(entity: Entity, item: Field) -> str:
    if item.name in entity.required:
        return "**required**" if item.policy.rule is not Rule.SERVER else ""
    if isinstance(item.default, bytes):
        return f"0x{item.default.hex()}"
    return f"`{json.dumps(item.default)}`"


def _merges(policy: Policy) -> str:
    if policy.rule is Rule.STATE:
        return "state"
    if policy.rule is not Rule.GROUP:
        return policy.rule.value
    if policy.group == "document":
        return "document"
    then = f", {policy.then.value}" if policy.then is not Rule.REVIEW else ""
    return f"group({policy.group}{then})"


def _rights() -> Iterator[str]:
    yield f"| right | {' | '.join(f'`{role.value}`' for role in Role)} |"
    yield "|---" * (len(Role) + 1) + "|"
    for right in Right:
        extents = (RIGHTS[role].get(right, Extent.NONE) for role in Role)
        cells = ("" if extent is Extent.NONE else extent.name.lower() for extent in extents)
        yield f"| `{right.value}` | {' | '.join(cells)} |"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
