"""Which unit a row belongs to, and who holds it (sync-protocol, 1 and 7)."""

from __future__ import annotations

import pytest

from crm.changes.entity import Row
from crm.changes.scope import Holder, fixed_holders, holders_of, unit_of
from crm.ids import CATALOGUE, COMPANY, DIRECTORY
from crm.schema import SCHEMA as PRODUCT
from tests.unit.crm.changes.subjects import ANNA, SCHEMA, Stored

THING, PAPER = b"T" * 16, b"P" * 16


@pytest.fixture
def stored() -> Stored:
    stored = Stored()
    for table, row_id in (("thing", THING), ("paper", PAPER)):
        row = SCHEMA[table].blank()
        row.update(id=row_id, unit=THING)
        stored.rows[table, row_id] = row
    return stored


@pytest.mark.parametrize(
    ("table", "values", "unit"),
    [
        ("thing", {"id": b"x" * 16}, b"x" * 16),
        ("person", {"id": b"x" * 16}, DIRECTORY),
        ("piece", {"thing_id": THING}, THING),
        ("paper_line", {"paper_id": PAPER}, THING),
        ("diary", {"person_id": ANNA}, ANNA),
        ("remark", {"table_name": "thing", "row_id": THING}, THING),
        ("remark", {"table_name": "paper", "row_id": PAPER}, THING),
        ("piece", {"thing_id": b"?" * 16}, None),
        ("piece", {"thing_id": None}, None),
        ("remark", {"table_name": "nothing", "row_id": THING}, None),
    ],
)
def test_the_unit_of_a_row_follows_from_its_scope(
    stored: Stored, table: str, values: Row, unit: bytes | None
) -> None:
    row = {**SCHEMA[table].blank(), **values}
    assert unit_of(SCHEMA, SCHEMA[table], row, stored.get) == unit


def test_a_unit_is_held_by_the_owner_of_its_root_dead_or_alive() -> None:
    for deleted in (0, 1):
        row = {**SCHEMA["thing"].blank(), "owner_id": ANNA, "deleted": deleted}
        assert holders_of(SCHEMA["thing"], row) == {Holder(ANNA, "owner", "edit")}
    assert holders_of(SCHEMA["piece"], SCHEMA["piece"].blank()) == frozenset()


def test_everybody_reads_the_catalogue_and_the_directory() -> None:
    assert fixed_holders() == {
        CATALOGUE: Holder(COMPANY, "company", "read"),
        DIRECTORY: Holder(COMPANY, "company", "read"),
    }


def test_every_row_of_the_product_has_a_scope_and_its_parents_come_first() -> None:
    seen: set[str] = set()
    for entity in PRODUCT:
        parent = PRODUCT.parents.get(entity.name)
        assert parent is None or parent in seen
        seen.add(entity.name)
