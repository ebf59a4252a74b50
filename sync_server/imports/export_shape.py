"""What an export holds of an entity: its columns, where they are read, and which of them an import takes back (R-098)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from crm.changes.entity import Beside, Entity, Field, Fixed, Part, Personal, Schema
from crm.changes.policies import Rule
from sync_server.imports.wanted import DELETED
from sync_server.store.rows import quoted

INSTANT: Final = "instant"
"""The kind of a column whose UTC milliseconds are written for people (``2026-11-22T01:49:44.123Z``)."""
CAPTIONS: Final = ("name", "label", "number", "code")
"""The first of these fields that an entity has is what people call its records."""
KNOWN_AGAIN: Final = {"division": ("code",), "app_user": ("rep_code",)}
"""Records that a new office may have already, such as its administrator, and the fields that tell them."""


@dataclass(frozen=True)
class Column:
    """A column of an export.

    ``kind`` is that of the field (`crm.changes.entity.Field`) or `INSTANT`; ``sql`` reads it. ``field`` is the field
    that an import fills from it; None for columns that are there for people only.
    """

    name: str
    kind: str
    sql: str
    field: Field | None = None


@dataclass(frozen=True)
class Shape:
    """The columns of an entity, ``id`` first, and the joins that captions need.

    ``comes_back``: an import may bring such records. It brings nothing that replication itself left for people to see.
    """

    entity: Entity
    columns: tuple[Column, ...]
    joins: tuple[str, ...]
    comes_back: bool

    @property
    def name(self) -> str:
        """The entity's name, which files and sheets are called by."""
        return self.entity.name

    @cached_property
    def for_people(self) -> tuple[str, ...]:
        """The columns that an import passes over."""
        taken = {"id", DELETED.name}
        return tuple(each.name for each in self.columns if each.field is None and each.name not in taken)


def shape_of(schema: Schema, entity: Entity) -> Shape:
    """The columns of an entity: every field, a caption beside each reference, what the office computes, who and when.

    Keys that are only made to be compared (derived ids) are left out.
    """
    columns = [Column("id", "id", "t.id"), Column(DELETED.name, "flag", "t.deleted")]
    joins: list[str] = []

    def caption(name: str, table: str) -> None:
        called = next((each for each in CAPTIONS if each in schema[table].fields), None)
        if called is not None:
            alias = f"r{len(joins)}"
            joins.append(f"LEFT JOIN {quoted(table)} {alias} ON {alias}.id = t.{quoted(name)}")
            columns.append(Column(f"{name}.{called}", "text", f"{alias}.{quoted(called)}"))

    for item in entity.fields.values():
        if item.policy.rule is Rule.DERIVED and item.kind == "id":
            continue
        computed = item.policy.rule is Rule.DERIVED
        columns.append(Column(item.name, item.kind, f"t.{quoted(item.name)}", None if computed else item))
        if item.ref is not None:
            caption(item.name, item.ref)
    for moment, person in (("created_at", "created_by"), ("changed_at", "changed_by")):
        columns += [Column(moment, INSTANT, f"t.{moment}"), Column(person, "id", f"t.{person}")]
        caption(person, "app_user")
    comes_back = not isinstance(entity.scope, Beside | Personal)
    return Shape(entity, tuple(columns), tuple(joins), comes_back)


def in_order(schema: Schema, names: Iterable[str]) -> list[Entity]:
    """Entities of these names, each after those that it names (parts of documents after their roots)."""
    wanted = set(names)
    placed: dict[str, Entity] = {}

    def place(entity: Entity) -> None:
        if entity.name in placed or entity.name not in wanted:
            return
        wanted.discard(entity.name)
        for item in entity.references:
            place(schema[str(item.ref)])
        placed[entity.name] = entity

    for entity in schema:
        place(entity)
    return list(placed.values())


def parents(schema: Schema, entity: Entity) -> tuple[str, list[str]]:
    """Joins from a row to the records it is a part of, up to the unit's root, and their aliases."""
    joins: list[str] = []
    aliases: list[str] = []
    below, at = "t", entity
    while isinstance(at.scope, Part):
        table, alias = schema.parents[at.name], f"p{len(aliases)}"
        if table == at.name:
            break
        joins.append(f"JOIN {quoted(table)} {alias} ON {alias}.id = {below}.{quoted(at.scope.via)}")
        aliases.append(alias)
        below, at = alias, schema[table]
    return " ".join(joins), aliases


def is_of_the_company(entity: Entity) -> bool:
    """Whether its records belong to no division: the directory and the catalogue."""
    return isinstance(entity.scope, Fixed)


def root_of(schema: Schema, entity: Entity) -> str | None:
    """The root table of the documents that the rows are parts of, seals and decisions too; None for other rows."""
    parent = schema.parents.get(entity.name)
    return parent if parent is not None and schema[parent].is_document_root else None
