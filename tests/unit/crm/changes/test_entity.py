"""Entities are declared once, and a declaration that breaks a rule of replicated tables is none (sync-protocol, 2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import count
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, ForeignKey, LargeBinary, MetaData, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.changes.entity import Fixed, Part, Replicated, Scope, build_schema, field, reference, to_wire
from crm.changes.policies import REVIEW, Reach
from crm.errors import Code, InvalidInput
from crm.ids import CATALOGUE
from crm.schema import SCHEMA as PRODUCT
from tests.unit.crm.changes.subjects import SCHEMA

NUMBERS = count(1)


def declare(body: Callable[[dict[str, Any]], None]) -> type[Replicated]:
    """An entity of a metadata of its own; ``body`` adds to what it declares."""
    scope: Scope = Fixed(CATALOGUE)
    base: type[Replicated] = type(
        f"Base{next(NUMBERS)}",
        (Replicated,),
        {"__abstract__": True, "metadata": MetaData(), "__module__": __name__},
    )
    said: dict[str, Any] = {
        "__tablename__": "odd",
        "__module__": __name__,
        "scope": scope,
        "right": "r",
        "__annotations__": {"scope": ClassVar[Scope], "right": ClassVar[str]},
    }
    body(said)
    return type(f"Odd{next(NUMBERS)}", (base,), said)


def column(said: dict[str, Any], name: str, made: Any) -> None:
    said["__annotations__"][name] = Mapped[Any]
    said[name] = made


def with_info(*arguments: Any, **options: Any) -> Any:
    info = {"policy": REVIEW, "reach": Reach.ALL, "ref": None, "right": None}
    return mapped_column(*arguments, info=info, default=None, **options)


@pytest.mark.parametrize(
    "made",
    [
        lambda: with_info(LargeBinary(16), ForeignKey("thing.id")),
        lambda: with_info(String(5), server_default="x"),
        lambda: with_info(String(5), onupdate="x"),
        lambda: with_info(String(5), unique=True),
        lambda: with_info(String(5), unique=True, index=True),
        lambda: with_info(Numeric(5, 2)),
        lambda: reference("nothing", default=None),
    ],
    ids=["foreign key", "server default", "onupdate", "unique", "unique index", "number", "reference"],
)
def test_a_column_that_no_two_databases_share_is_refused(made: Callable[[], Any]) -> None:
    odd = declare(lambda said: column(said, "one", made()))
    with pytest.raises(TypeError):
        build_schema(1, [odd])


def test_uniqueness_that_people_can_violate_is_no_constraint() -> None:
    def body(said: dict[str, Any]) -> None:
        column(said, "one", field(String(5), default=""))
        said["__table_args__"] = (UniqueConstraint("one"),)

    with pytest.raises(TypeError):
        build_schema(1, [declare(body)])


def test_a_part_names_its_parent() -> None:
    def body(said: dict[str, Any]) -> None:
        column(said, "one", field(LargeBinary(16), default=None))
        said["scope"] = Part("one")

    with pytest.raises(TypeError):
        build_schema(1, [declare(body)])


def test_no_replicated_table_of_the_product_enforces_what_people_can_violate() -> None:
    for entity in PRODUCT:
        assert not entity.table.foreign_keys
        assert [type(one).__name__ for one in entity.table.constraints] == ["PrimaryKeyConstraint"]
        assert not any(index.unique for index in entity.table.indexes)


def test_what_stays_at_the_office_is_in_no_page() -> None:
    assert set(SCHEMA["thing"].columns) - set(SCHEMA["thing"].wire_columns) == {
        "secret",
        "margin",
        "feed_id",
        "stamps",
    }
    for entity in PRODUCT:
        kept = {name for name, item in entity.fields.items() if item.reach is Reach.OFFICE}
        assert not (kept | {"feed_id", "stamps"}) & set(entity.wire_columns)
    assert {"cost_minor", "floor_price_minor"} <= set(PRODUCT["product"].columns) - set(
        PRODUCT["product"].wire_columns
    )


def test_only_the_office_writes_what_never_leaves_it() -> None:
    for entity in PRODUCT:
        for item in entity.fields.values():
            if item.reach is Reach.OFFICE:
                assert item.policy.rule.value in {"server", "derived", "group"}, f"{entity.name}.{item.name}"
                assert item.has_default, f"{entity.name}.{item.name}"


def test_a_blank_row_is_a_row_of_ones_own() -> None:
    one, other = SCHEMA["thing"].blank(), SCHEMA["thing"].blank()
    one["title"] = "x"
    assert other["title"] is None
    assert (other["version"], other["deleted"], other["door"]) == (0, 0, "new")


@given(value=st.dates())
def test_days_are_kept_as_they_are_written(value: date) -> None:
    assert SCHEMA["thing"].fields["seen_on"].check(to_wire(value)) == value.isoformat()


@given(value=st.integers(-(1 << 70), 1 << 70))
def test_numbers_fit_into_eight_bytes_with_room_to_add(value: int) -> None:
    amount = SCHEMA["thing"].fields["amount"]
    if abs(value) < 1 << 62:
        assert amount.check(value) == value
        return
    with pytest.raises(InvalidInput) as refusal:
        amount.check(value)
    assert refusal.value.code == Code.BAD_VALUE


def test_what_has_no_form_on_the_wire_is_a_mistake_of_the_program() -> None:
    with pytest.raises(TypeError):
        to_wire(1.5)


def test_a_number_column_says_what_it_is() -> None:
    kinds = {item.kind for entity in PRODUCT for item in entity.fields.values()}
    assert kinds == {"id", "bytes", "text", "int", "flag", "day"}
    assert isinstance(PRODUCT["product"].table.c.cost_minor.type, BigInteger)
