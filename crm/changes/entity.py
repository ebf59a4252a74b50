"""What a replicated entity is: fields with policy and reach, the unit a row belongs to, and the schema of them all.

An entity is declared once, in ``crm/<subject>/entities.py``; the tables of both databases, the wire, merging,
rights and scope follow from the declaration. See ``docs/adding-an-entity.md``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, ClassVar, Final, TypeAlias, cast, dataclass_transform

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from crm.changes.policies import REVIEW, Policy, Reach, Rule
from crm.errors import Code, InvalidInput

Wire: TypeAlias = int | str | bytes | None
"""A value as it is stored and as it travels: both databases and the wire use the same few kinds."""
Row: TypeAlias = dict[str, Wire]

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
INT_LIMIT: Final = 1 << 62


class Day(TypeDecorator[date]):
    """A calendar day in the company's time zone, stored as ``YYYY-MM-DD``."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


class Flag(TypeDecorator[bool]):
    """Yes or no, stored as 1 or 0 in both databases."""

    class Comparator(TypeDecorator.Comparator[bool]):
        """``IS`` compares with a number, which PostgreSQL does not know; a flag is never NULL where it is asked for."""

        def is_(self, other: Any) -> ColumnElement[bool]:
            """``column = other``."""
            return cast("ColumnElement[bool]", self == other)

        def is_not(self, other: Any) -> ColumnElement[bool]:
            """``column != other``."""
            return cast("ColumnElement[bool]", self != other)

    impl = SmallInteger
    cache_ok = True
    comparator_factory = Comparator

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> bool | None:
        return None if value is None else bool(value)


def field(
    kind: TypeEngine[Any] | type[TypeEngine[Any]],
    *,
    policy: Policy = REVIEW,
    reach: Reach = Reach.ALL,
    ref: str | None = None,
    index: bool = False,
    default: Any = ...,
    init: bool = True,
    right: str | None = None,
) -> Any:
    """A replicated column.

    ``right`` is what changing the field needs where that is not the entity's right; making a new row needs the
    entity's right alone. ``kind`` is one of ``String(n)``, ``Text``, ``BigInteger``, ``LargeBinary(n)``, `Day`, `Flag`. ``ref`` names the
    table whose row this id points to; there are no foreign keys in the database, the office checks references
    when a change arrives. ``default`` is the Python-side default of a new row.
    """
    options: dict[str, Any] = {"init": init}
    if default is not ...:
        options["default"] = default
    return mapped_column(
        kind,
        active_history=True,
        index=index,
        info={"policy": policy, "reach": reach, "ref": ref, "right": right},
        **options,
    )


def reference(
    to: str,
    *,
    policy: Policy = REVIEW,
    reach: Reach = Reach.ALL,
    index: bool = False,
    default: Any = ...,
    right: str | None = None,
) -> Any:
    """The id of a row of table ``to``."""
    return field(
        LargeBinary(16), policy=policy, reach=reach, ref=to, index=index, default=default, right=right
    )


# --- scope: which unit a row belongs to (sync-protocol, 1 and 7) ---------------------------------------------------


@dataclass(frozen=True)
class Root:
    """The row is the root of a unit of its own.

    Its holder is the person in column ``owner``; its feed is the division in column ``division`` of that person's
    row, as it was when the unit was born.
    """

    kind: str
    owner: str
    division: str = "division_id"


@dataclass(frozen=True)
class Part:
    """The row belongs to the unit of its parent, the row that column ``via`` points to."""

    via: str


@dataclass(frozen=True)
class Fixed:
    """Every row of the entity is in one unit that the whole company holds."""

    unit: bytes


@dataclass(frozen=True)
class Personal:
    """The row belongs to the own things of the person in column ``person``; the unit's id is the person's."""

    person: str


@dataclass(frozen=True)
class Beside:
    """The row belongs to the unit of the row that columns ``table`` and ``row`` name. Only the office makes such rows."""

    table: str
    row: str


Scope: TypeAlias = Root | Part | Fixed | Personal | Beside


@dataclass_transform(kw_only_default=True, field_specifiers=(field, reference, mapped_column))
class Replicated(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False, repr=False):
    """Base of every replicated entity: the columns that each row has (sync-protocol, 2).

    Subclasses set ``scope`` and ``right`` (the right that making or changing a row needs). ``document`` names the
    column that holds the id of the document's root row, for rows that merge as one with it; the root itself names
    ``id``. Physical deletion does not exist: `deleted` is set and can be revived.
    """

    __abstract__ = True
    scope: ClassVar[Scope]
    right: ClassVar[str]
    document: ClassVar[str | None] = None

    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True, sort_order=-100)
    unit: Mapped[bytes] = mapped_column(LargeBinary(16), default=b"", sort_order=-99)
    version: Mapped[int] = mapped_column(BigInteger, default=0, init=False, sort_order=-98)
    deleted: Mapped[bool] = mapped_column(
        Flag, default=False, init=False, active_history=True, sort_order=-97
    )
    created_at: Mapped[int] = mapped_column(BigInteger, default=0, init=False, sort_order=100)
    created_by: Mapped[bytes | None] = mapped_column(
        LargeBinary(16), default=None, init=False, sort_order=101
    )
    changed_at: Mapped[int] = mapped_column(BigInteger, default=0, init=False, sort_order=102)
    changed_by: Mapped[bytes | None] = mapped_column(
        LargeBinary(16), default=None, init=False, sort_order=103
    )
    feed_id: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=None, init=False, sort_order=104)
    stamps: Mapped[bytes | None] = mapped_column(LargeBinary, default=None, init=False, sort_order=105)


SYSTEM: Final = ("id", "unit", "version", "deleted", "created_at", "created_by", "changed_at", "changed_by")
OFFICE_ONLY: Final = ("feed_id", "stamps")


# --- the schema: what follows from the declarations ----------------------------------------------------------------


@dataclass(frozen=True)
class Field:
    """One replicated business field, as everything but the ORM sees it."""

    name: str
    kind: str  # "id" | "bytes" | "text" | "int" | "flag" | "day"
    nullable: bool
    max_length: int | None
    policy: Policy
    reach: Reach
    ref: str | None
    right: str | None
    default: Wire
    has_default: bool

    @cached_property
    def check(self) -> Callable[[object], Wire]:
        """Gives a value as it will be stored.

        Raises InvalidInput with code 1005 when the type, length or range is wrong.
        """
        nullable = self.nullable

        def otherwise(value: object) -> Wire:
            if value is None and nullable:
                return None
            raise InvalidInput(
                Code.BAD_VALUE, f"The value of {self.name} is not acceptable.", field=self.name
            )

        return _checking(self.kind, self.max_length, otherwise)


def _checking(
    kind: str, max_length: int | None, otherwise: Callable[[object], Wire]
) -> Callable[[Any], Wire]:
    """Gives what can be stored in a field of some kind, and asks ``otherwise`` about everything else. Called for every
    value that arrives, so it is one call.
    """
    longest = INT_LIMIT if max_length is None else max_length
    match kind:
        case "text":
            return lambda value: (
                value
                if isinstance(value, str)
                and len(value) <= longest
                and (value.isprintable() or not _CONTROL.search(value))
                else otherwise(value)
            )
        case "int":
            return lambda value: (
                value if type(value) is int and -INT_LIMIT < value < INT_LIMIT else otherwise(value)
            )
        case "flag":
            return lambda value: int(value) if value in (0, 1) else otherwise(value)
        case "id":
            return lambda value: value if isinstance(value, bytes) and len(value) == 16 else otherwise(value)
        case "day":
            return lambda value: (
                value if isinstance(value, str) and len(value) == 10 and _is_day(value) else otherwise(value)
            )
    return lambda value: value if isinstance(value, bytes) and len(value) <= longest else otherwise(value)


def _text(name: str) -> str:
    """A plain str of SQLAlchemy's own kind of name."""
    return str.__str__(name)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text  # not the week dates that it also reads
    except ValueError:
        return False


def to_wire(value: object) -> Wire:
    """A Python attribute value as it is stored and travels."""
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no wire form for {type(value).__name__}")


@dataclass(frozen=True)
class Entity:
    """One replicated table as capture, merge, push and fold see it."""

    name: str
    cls: type[Replicated]
    table: Table
    scope: Scope
    right: str
    document: str | None
    fields: Mapping[str, Field]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every stored column, in table order."""
        return tuple(_text(column.name) for column in self.table.columns)

    @cached_property
    def wire_columns(self) -> tuple[str, ...]:
        """The columns a page carries: no office field, nothing the office keeps beside the row."""
        return tuple(
            name
            for name in self.columns
            if name in SYSTEM or (name in self.fields and self.fields[name].reach is Reach.ALL)
        )

    @cached_property
    def squeezable(self) -> tuple[int, ...]:
        """The places in `wire_columns` of columns that a block may leave out when all rows agree (`ops.Block`)."""
        kept = {"id", "unit", "version", *(item.name for item in self.references)}
        return tuple(place for place, name in enumerate(self.wire_columns) if name not in kept)

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """Merge groups: name to the fields in it."""
        found: dict[str, list[str]] = {}
        for item in self.fields.values():
            if item.policy.rule is Rule.GROUP and item.policy.group is not None:
                found.setdefault(item.policy.group, []).append(item.name)
        return {name: tuple(names) for name, names in found.items()}

    @cached_property
    def references(self) -> tuple[Field, ...]:
        """The fields that hold the id of another row."""
        return tuple(item for item in self.fields.values() if item.ref is not None)

    @cached_property
    def free(self) -> Mapping[str, Callable[[object], Wire]]:
        """The fields that whoever makes a row may fill, on a laptop too, with the checks of their values."""
        return {
            item.name: item.check
            for item in self.fields.values()
            if item.reach is Reach.ALL and item.policy.rule not in (Rule.DERIVED, Rule.SERVER)
        }

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The fields that a new row must bring."""
        return tuple(
            item.name
            for item in self.fields.values()
            if not item.has_default and item.policy.rule is not Rule.DERIVED
        )

    @cached_property
    def machines(self) -> tuple[Field, ...]:
        """The fields that move along a state machine."""
        return tuple(item for item in self.fields.values() if item.policy.machine is not None)

    @property
    def is_document_root(self) -> bool:
        """Whether the row is the head of a document whose lines merge with it."""
        return self.document == "id"

    def blank(self) -> Row:
        """A new row with every column at its default."""
        return dict(self._blank)

    @cached_property
    def _blank(self) -> Row:
        row: Row = dict.fromkeys(self.columns)
        row.update(version=0, deleted=0, created_at=0, changed_at=0)
        for item in self.fields.values():
            row[item.name] = item.default
        return row


@dataclass(frozen=True)
class Schema:
    """All entities of one schema version, parents before their parts."""

    version: int
    entities: Mapping[str, Entity]

    def __getitem__(self, name: str) -> Entity:
        return self.entities[name]

    def get(self, name: str) -> Entity | None:
        """The entity of table ``name``, or None."""
        return self.entities.get(name)

    def __iter__(self) -> Iterator[Entity]:
        return iter(self.entities.values())

    @cached_property
    def by_class(self) -> Mapping[type[Replicated], Entity]:
        """Entity by mapped class."""
        return {entity.cls: entity for entity in self.entities.values()}

    @cached_property
    def parents(self) -> Mapping[str, str]:
        """For entities with scope `Part`: the table the parent row is in."""
        return {
            entity.name: cast(str, entity.fields[entity.scope.via].ref)
            for entity in self.entities.values()
            if isinstance(entity.scope, Part)
        }

    @cached_property
    def lines(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """For document roots: (table, column) of the rows that are part of the document."""
        found: dict[str, list[tuple[str, str]]] = {}
        for entity in self.entities.values():
            if entity.document not in (None, "id"):
                column = str(entity.document)
                found.setdefault(cast(str, entity.fields[column].ref), []).append((entity.name, column))
        return {name: tuple(parts) for name, parts in found.items()}


_KINDS: Final[tuple[tuple[type[Any], str], ...]] = (
    (Day, "day"),
    (Flag, "flag"),
    (BigInteger, "int"),
    (Text, "text"),
    (String, "text"),
    (LargeBinary, "bytes"),
)


def _kind_of(column: Column[Any]) -> tuple[str, int | None]:
    for type_, kind in _KINDS:
        if isinstance(column.type, type_):
            length = getattr(column.type, "length", None)
            if kind == "bytes" and length == 16:
                return "id", 16
            return kind, length if kind in ("text", "bytes") else None
    raise TypeError(f"{column.table.name}.{column.name}: {column.type!r} is no replicated type")


def _field_of(column: Column[Any]) -> Field:
    kind, length = _kind_of(column)
    default: Wire = None
    has_default = column.default is not None
    if column.default is not None and not column.default.is_callable:
        default = to_wire(getattr(column.default, "arg", None))
    if column.foreign_keys or column.server_default is not None or column.onupdate is not None:
        raise TypeError(f"{column.table.name}.{column.name}: no foreign key, server default or onupdate here")
    policy: Policy = column.info["policy"]
    return Field(
        name=_text(column.name),
        kind=kind,
        nullable=bool(column.nullable),
        max_length=length,
        policy=policy,
        reach=column.info["reach"],
        ref=column.info["ref"],
        right=column.info["right"],
        default=default,
        has_default=has_default or bool(column.nullable),
    )


def build_schema(version: int, classes: Sequence[type[Replicated]]) -> Schema:
    """The schema of ``classes``, in the order in which rows must be written (parents first).

    :raises TypeError: when a declaration breaks a rule of replicated tables (a unique index, a foreign key, a
        server default, an unknown reference, a part without a parent).
    """
    entities: dict[str, Entity] = {}
    for cls in classes:
        table = cast(Table, cls.__table__)
        for rule in (*table.indexes, *table.constraints):
            if isinstance(rule, UniqueConstraint) or (isinstance(rule, Index) and rule.unique):
                raise TypeError(f"{table.name}: uniqueness that people can violate is a rule, not an index")
        fields = {
            _text(column.name): _field_of(column) for column in table.columns if "policy" in column.info
        }
        name = _text(table.name)
        entities[name] = Entity(
            name=name,
            cls=cls,
            table=table,
            scope=cls.scope,
            right=cls.right,
            document=cls.document,
            fields=fields,
        )
    for entity in entities.values():
        for item in entity.fields.values():
            if item.ref is not None and item.ref not in entities:
                raise TypeError(f"{entity.name}.{item.name} points to {item.ref}, which is not in the schema")
        if isinstance(entity.scope, Part) and entity.fields[entity.scope.via].ref is None:
            raise TypeError(f"{entity.name}: its scope column must be a reference")
    return Schema(version, _parents_first(entities))


def _parents_first(entities: Mapping[str, Entity]) -> Mapping[str, Entity]:
    ordered: dict[str, Entity] = {}

    def place(entity: Entity) -> None:
        if entity.name in ordered:
            return
        if isinstance(entity.scope, Part):
            parent = cast(str, entity.fields[entity.scope.via].ref)
            if parent != entity.name:
                place(entities[parent])
        ordered[entity.name] = entity

    for entity in entities.values():
        place(entity)
    return ordered


EntityPicker: TypeAlias = Callable[[str], Entity | None]
