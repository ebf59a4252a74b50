"""Reads where the fields of one record of a map come from, and checks it against the entity."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from crm.changes.entity import Entity, Field, Schema, Wire
from crm.changes.policies import Rule
from crm.errors import InvalidInput
from crm.money import exponent
from sync_server.imports.map_toml import Table
from sync_server.imports.maps import Blank, Cell, Count, Fixed, Lookup, Source, Template, TextLine
from sync_server.imports.wanted import DELETED, Copied, Reference

SCALES: Final[Mapping[str, int]] = {"milli": 3, "fraction": 4, "percent": 2}
"""How many decimals a number is shifted to the left: thousandths, and basis points of a fraction or of a per cent."""

_PIECE: Final = re.compile(r"\{([^{}]*)\}")
_AS_DAY: Final = ":day"
_WAYS: Final = ("column", "columns", "value", "text", "copy", "count", "constant", "lookup")


class FieldReader:
    """Reads the fields of records of one entity.

    ``currency`` is that of money columns without their own, ``labels`` what files may be called, to their labels.
    """

    def __init__(self, schema: Schema, entity: Entity, currency: str, labels: Mapping[str, str]) -> None:
        self._schema = schema
        self._entity = entity
        self._currency = currency
        self._labels = labels

    def read(self, given: Mapping[str, object], record: Table) -> dict[str, Source]:
        """The sources of the fields that could be read; what is wrong is said to ``record``."""
        found: dict[str, Source] = {}
        for name, spec in given.items():
            item = DELETED if name == DELETED.name else self._entity.fields.get(name)
            where = Table({}, f"{record.place}, field {name}", record.problems)
            if item is None and name != "id":
                where.say(f"{self._entity.name} has no such field.")
                continue
            if item is not None and item.policy.rule is Rule.DERIVED:
                where.say("the office computes it; it cannot be imported.")
                continue
            source = self._source(spec, item, where)
            if source is not None:
                found[name] = source
        for name, source in found.items():
            if isinstance(source, Fixed) and isinstance(source.value, Copied):
                self._check_copy(name, source.value, found, record)
        return found

    def check_required(self, sources: Mapping[str, Source], record: Table) -> None:
        """Say which fields a new record of the entity cannot be without."""
        given = record.table("fields")
        for name in self._entity.required:
            if name not in sources and name not in given:
                record.say(f"{name} is missing: {self._entity.name} cannot be without it.")

    # -- one field

    def _source(self, spec: object, item: Field | None, where: Table) -> Source | None:
        if isinstance(spec, str):
            spec = {"column": spec}
        if not isinstance(spec, dict):
            where.say('this must be the name of a column, or a table such as { value = "C" }.')
            return None
        table = Table(spec, where.place, where.problems)
        ways = [way for way in _WAYS if way in spec and not (way.startswith("column") and "lookup" in spec)]
        if len(ways) != 1:
            table.say(f"exactly one of {', '.join(_WAYS)} is needed.")
            return None
        before = len(table.problems)
        way = ways[0]
        source: Source
        if way == "value":
            source = Fixed(self._stored(table.value("value"), item, table))
        elif way == "text":
            source = self._template(table, item)
        elif way == "count":
            source = Count()
            if table.value("count") is not True:
                table.say("count can only be true.")
            self._demand_kind(item, ("int",), "count", table)
        elif way == "copy":
            via, _, field = table.text("copy").partition(".")
            if not field:
                table.say('copy needs a reference and a field, such as "product_id.name".')
            source = Fixed(Copied(via, field))
        elif way == "constant":
            source = Fixed(Reference(self._ref(table, item) or "", key=table.text("constant")))
        else:
            source = self._cell(table, item)
        table.end()
        return source if len(table.problems) == before else None

    def _cell(self, table: Table, item: Field | None) -> Cell:
        lookup = None
        columns: tuple[str, ...] = ()
        if "columns" in table:
            columns = table.texts("columns")
        elif "column" in table:
            columns = (table.text("column"),)
        if "lookup" in table:
            lookup, column = self._lookup(table)
            columns = columns or (column,)
        ref = self._ref(table, item)
        match = table.text("match") if "match" in table else None
        if match is not None and (ref is None or match not in {"id", *self._schema[ref].fields}):
            table.say(f"match: {match} is no field of {ref or 'the record that ref names'}.")
        if len(columns) > 1 and (ref is None or match is not None or lookup is not None):
            table.say("several columns are for a reference by key only.")
        values = None
        if "values" in table:
            if ref is not None:
                table.say("values and ref do not go together.")
            given = table.table("values")
            values = {cell: self._stored(value, item, table) for cell, value in given.items()}
        return Cell(
            columns=columns,
            lookup=lookup,
            default=self._default(table),
            values=values,
            digits=self._digits(table, item),
            ref=ref,
            match=match,
        )

    def _ref(self, table: Table, item: Field | None) -> str | None:
        """The table that the cell names a record of."""
        if "ref" not in table:
            if "constant" in table:
                table.say("ref is missing: the entity of the constant.")
            return None
        ref = table.text("ref")
        if ref and self._schema.get(ref) is None:
            table.say(f"ref: there is no entity {ref}.")
            return None
        if item is None or item.kind != "id":
            table.say("ref: the field holds no reference.")
        elif item.ref is not None and item.ref != ref:
            table.say(f"ref: the field refers to {item.ref}, not to {ref}.")
        return ref or None

    def _lookup(self, table: Table) -> tuple[Lookup, str]:
        return self._looked_up(Table(table.table("lookup"), f"{table.place}, lookup", table.problems))

    def _looked_up(self, inner: Table) -> tuple[Lookup, str]:
        file, by, take = inner.text("file"), inner.text("by"), inner.text("take")
        last = inner.text("last") if "last" in inner else None
        column = inner.text("column", by)
        inner.end()
        if file and file not in self._labels:
            inner.say(f"there is no file {file} in this map.")
        return Lookup(self._labels.get(file, file), by, take, last), column

    def _default(self, table: Table) -> str | None:
        value = table.value("default")
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, bool) or not isinstance(value, str | int | None):
            table.say("default must be written as a cell would be: a text or a whole number.")
            return None
        return None if value is None else str(value)

    def _digits(self, table: Table, item: Field | None) -> int | None:
        chosen = [word for word in ("money", *SCALES) if table.flag(word, default=False)]
        currency = table.text("currency", self._currency)
        if len(chosen) > 1:
            table.say(f"{' and '.join(chosen)} do not go together.")
        if not chosen:
            return None
        self._demand_kind(item, ("int",), chosen[0], table)
        if chosen[0] != "money":
            return SCALES[chosen[0]]
        try:
            return exponent(currency)
        except InvalidInput:
            table.say("money needs a currency that is known here, for the map or for the field.")
            return None

    def _template(self, table: Table, item: Field | None) -> Template:
        self._demand_kind(item, ("text",), "text", table)
        lookups = {
            column: self._looked_up(Table(given, f"{table.place}, lookup of {column}", table.problems))[0]
            for column, given in table.table("lookups").items()
            if isinstance(given, dict)
        }
        lines = tuple(self._text_line(line, lookups, table) for line in table.text("text").split("\n"))
        found = Template(lines)
        if not found.columns:
            table.say("text names no column; for the same text in every row there is value.")
        for column in lookups.keys() - set(found.columns):
            table.say(f"lookups: the text does not name {column}.")
        return found

    def _text_line(self, line: str, lookups: Mapping[str, Lookup], table: Table) -> TextLine:
        pieces = _PIECE.split(line)
        if any("{" in piece or "}" in piece for piece in pieces[::2]) or not all(pieces[1::2]):
            table.say("text: columns stand in braces, such as {name}.")
        blanks = []
        for piece in pieces[1::2]:
            column = piece.removesuffix(_AS_DAY)
            blanks.append(Blank(column, piece.endswith(_AS_DAY), lookups.get(column)))
        return TextLine(tuple(pieces[::2]), tuple(blanks))

    def _check_copy(self, name: str, copied: Copied, found: Mapping[str, Source], record: Table) -> None:
        where = Table({}, f"{record.place}, field {name}", record.problems)
        via = found.get(copied.via)
        item = self._entity.fields.get(copied.via)
        is_reference = (isinstance(via, Cell) and via.ref is not None) or (
            isinstance(via, Fixed) and isinstance(via.value, Reference)
        )
        if not is_reference or item is None or item.ref is None:
            where.say(f"copy: {copied.via} is no reference that this record fills.")
            return
        other = self._schema[item.ref].fields.get(copied.field)
        if other is None:
            where.say(f"copy: {item.ref} has no field {copied.field}.")
        elif other.kind != self._entity.fields[name].kind:
            where.say(f"copy: {item.ref}.{copied.field} is of another kind.")

    def _demand_kind(self, item: Field | None, kinds: tuple[str, ...], word: str, table: Table) -> None:
        if item is None or item.kind not in kinds:
            table.say(
                f"{word} does not fit the field, which is {item.kind if item else 'the record itself'}."
            )

    def _stored(self, value: object, item: Field | None, table: Table) -> Wire:
        """A value of the map as it is stored."""
        if item is None:
            table.say("the id of a record cannot be the same in every row.")
            return None
        if isinstance(value, date) and not isinstance(value, datetime):
            value = value.isoformat()
        try:
            found = item.check(int(value) if isinstance(value, bool) else value)
        except InvalidInput:
            table.say(f"{value!r} is no value of this field ({describe(item)}).")
            return None
        machine = item.policy.machine
        if machine is not None and found not in machine.states:
            table.say(f"{found!r} is none of its states: {', '.join(sorted(map(str, machine.states)))}.")
        return found


def describe(item: Field) -> str:
    """What a field holds, for people."""
    names = {
        "id": "an id",
        "bytes": "bytes",
        "text": "text",
        "int": "a whole number",
        "flag": "true or false",
    }
    name = names.get(item.kind, "a day")
    if item.kind == "text" and item.max_length is not None:
        name = f"text of at most {item.max_length} characters"
    return name if item.nullable else f"{name}, never empty" if item.kind != "text" else name
