"""Which customers may be the firm that is being entered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.changes.entity import Row
from crm.customers.rules import keys_of
from desktop.store.reads.twins import Why, is_one_slip, twins
from desktop.store.store import Store
from tests.unit.desktop.store.search.copies import customer as make_customer
from tests.unit.desktop.store.search.copies import make_copy, put, row_id


def customer(name: str, row_name: str, **fields: str) -> Row:
    row = make_customer(name, row_name, **fields)
    return {**row, **keys_of(row)}


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Store]:
    store = make_copy(tmp_path / "copy.db")
    put(
        store,
        "customer",
        customer(
            "palm", "海口椰风置业有限公司", phone="0898-66001122", tax_registration_no="91460000MA000001"
        ),
        customer("bright", "Bright Media Co., Ltd.", phone="0898-77001122"),
        customer("other", "三亚大酒店", phone=""),
    )
    store.build_search()
    yield store
    store.close()
    store.engine.dispose()


def whys(
    copy: Store, name: str = "", *, phone: str = "", tax_registration_no: str = ""
) -> list[tuple[str, tuple[Why, ...]]]:
    with copy.session() as session:
        found = twins(session, name=name, phone=phone, tax_registration_no=tax_registration_no)
        return [(twin.name, twin.whys) for twin in found]


def test_same_name_without_its_legal_form_is_the_same(copy: Store) -> None:
    assert whys(copy, "海口椰风置业") == [("海口椰风置业有限公司", (Why.NAME,))]
    assert whys(copy, "bright media") == [("Bright Media Co., Ltd.", (Why.NAME,))]


def test_name_that_sounds_the_same_is_found(copy: Store) -> None:
    assert whys(copy, "海口耶丰置业") == [("海口椰风置业有限公司", (Why.SOUND,))]


def test_name_with_one_slip_is_found(copy: Store) -> None:
    assert whys(copy, "海口椰树置业") == [("海口椰风置业有限公司", (Why.SLIP,))]
    assert whys(copy, "Brihgt Media") == [("Bright Media Co., Ltd.", (Why.SLIP,))]


def test_part_of_a_name_is_found(copy: Store) -> None:
    assert whys(copy, "海口椰风") == [("海口椰风置业有限公司", (Why.PART,))]


def test_phone_and_tax_number_are_found_in_any_writing(copy: Store) -> None:
    assert whys(copy, phone="+86 898 6600 1122") == [("海口椰风置业有限公司", (Why.PHONE,))]
    assert whys(copy, tax_registration_no="9146 0000 ma000001") == [("海口椰风置业有限公司", (Why.REGISTRY,))]


def test_all_reasons_stand_together_the_surest_first(copy: Store) -> None:
    found = whys(copy, "海口椰风置业", phone="0898 66001122", tax_registration_no="91460000MA000001")
    assert found == [("海口椰风置业有限公司", (Why.REGISTRY, Why.NAME, Why.PHONE))]


def test_another_firm_is_left_alone(copy: Store) -> None:
    assert whys(copy, "文昌贸易", phone="0898-11112222") == []
    assert whys(copy) == []


def test_record_that_is_edited_is_no_twin_of_itself(copy: Store) -> None:
    with copy.session() as session:
        assert twins(session, name="海口椰风置业", besides=row_id("palm")) == []


def test_short_names_are_too_easily_alike() -> None:
    assert not is_one_slip("海口", "海南")
    assert is_one_slip("海口椰风", "海口椰树")
    assert not is_one_slip("海口椰风置业", "海口椰风")
