"""Suppliers: what the office can do with them, and what is refused (R-098)."""

from __future__ import annotations

import pytest

from crm.catalogue import actions as catalogue
from crm.errors import Code, InvalidInput, NotAllowed, RuleBroken
from crm.ids import CATALOGUE
from crm.suppliers import actions, queries, rules
from crm.suppliers.entities import Supplier
from tests.unit.crm.desk import ADMIN, Desk, MemoryView, change_of

ONE, TWO = b"1" * 16, b"2" * 16


def supplier(desk: Desk, code: str, name: str) -> bytes:
    with desk.work() as work:
        return actions.create_supplier(work, code=code, name=name, address_country="").id


def test_suppliers_are_listed_by_name_and_deleted_ones_are_not(desk: Desk) -> None:
    first, second = supplier(desk, "1", " Tokyo Traders "), supplier(desk, "2", "Pavlova, Ltd.")
    gone = supplier(desk, "3", "Exotic Liquids")
    with desk.work() as work:
        actions.delete_supplier(work, gone)
    assert [row.id for row in desk.session.scalars(queries.suppliers())] == [second, first]
    with pytest.raises(NotAllowed) as refused, desk.work() as work:
        actions.edit_supplier(work, gone, name="Exotic")
    assert refused.value.code == Code.NOT_FOUND


def test_an_edit_says_what_changed(desk: Desk) -> None:
    supplier_id = supplier(desk, "1", "Tokyo Traders")
    with desk.work() as work:
        row = actions.edit_supplier(work, supplier_id, phone=" (03) 3555-5011 ", address_country="JP")
    assert work.fields_of(row)["phone"] == ["", "(03) 3555-5011"]
    assert work.fields_of(row)["address_country"] == ["", "JP"]


@pytest.mark.parametrize(
    ("values", "field"),
    [({"name": " "}, "name"), ({"code": ""}, "code"), ({"address_country": "Japan"[:2]}, "address_country")],
)
def test_a_supplier_that_cannot_stand_is_not_kept(desk: Desk, values: dict[str, str], field: str) -> None:
    supplier_id = supplier(desk, "1", "Tokyo Traders")
    with pytest.raises(RuleBroken) as refused, desk.work() as work:
        actions.edit_supplier(work, supplier_id, **values)
    assert (refused.value.code, refused.value.details) == (rules.BAD_FIELD, {"field": field})
    assert desk.session.get_one(Supplier, supplier_id).name == "Tokyo Traders"


def test_only_known_fields_are_edited(desk: Desk) -> None:
    supplier_id = supplier(desk, "1", "Tokyo Traders")
    with pytest.raises(InvalidInput) as refused, desk.work() as work:
        actions.edit_supplier(work, supplier_id, deleted="1")  # type: ignore[call-arg]
    assert refused.value.code == Code.UNKNOWN_FIELD


def test_a_code_is_given_once_even_to_a_deleted_supplier(desk: Desk) -> None:
    gone = supplier(desk, "1", "Tokyo Traders")
    with desk.work() as work:
        actions.delete_supplier(work, gone)
    with pytest.raises(RuleBroken) as refused:
        supplier(desk, "1", "Others")
    assert refused.value.code == rules.CODE_TAKEN


def test_a_rep_makes_no_suppliers(desk: Desk) -> None:
    rep = desk.actor(desk.person("Anna", division_id=desk.division("N")))
    with pytest.raises(NotAllowed) as refused, desk.work(rep) as work:
        actions.create_supplier(work, code="1", name="Tokyo Traders")
    assert refused.value.code == Code.NO_RIGHT


def test_a_product_names_a_supplier_that_is_there(desk: Desk) -> None:
    known = supplier(desk, "1", "Tokyo Traders")
    with desk.work() as work:
        product = catalogue.create_product(work, code="9", name="Beef", base_unit="box", supplier_id=known)
        assert product.supplier_id == known
    with desk.work() as work:
        actions.delete_supplier(work, known)
    with pytest.raises(NotAllowed) as refused, desk.work() as work:
        catalogue.create_product(work, code="10", name="Ikura", base_unit="box", supplier_id=known)
    assert refused.value.code == Code.NOT_FOUND


def test_the_office_refuses_a_code_that_another_supplier_has() -> None:
    view = MemoryView()
    view.add("supplier", id=ONE, unit=CATALOGUE, code="1", name="T")
    row = view.add("supplier", id=TWO, unit=CATALOGUE, code="1", name="U")
    judge = rules.SupplierRules()
    found = judge.judge(view, change_of("supplier", None, row, ADMIN))
    assert [finding.code for finding in found] == [rules.CODE_TAKEN]
    (want,) = judge.wants(view, [row])
    assert want.values == {bytes(CATALOGUE)}
    assert list(judge.wants(view, [])) == []
