"""What the back office can do with suppliers (R-098).

Errors common to all: `NotAllowed` 2002 no such supplier, 2003 no right; `RuleBroken` 3170 a field holds what it cannot,
3171 the code is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypedDict, Unpack

from crm.changes.actor import Standing
from crm.changes.work import Work
from crm.errors import Code, InvalidInput, RuleBroken
from crm.ids import COMPANY
from crm.rights import Right, demand
from crm.rules import enforce, row_of
from crm.suppliers import queries
from crm.suppliers.entities import Supplier
from crm.suppliers.rules import CODE_TAKEN, supplier_findings

_STANDING: Final = Standing(COMPANY, frozenset())


class SupplierDetails(TypedDict, total=False):
    """What a supplier may begin with beside code and name."""

    contact_name: str
    contact_title: str
    phone: str
    fax: str
    website: str
    address_country: str
    address_province: str
    address_city: str
    address_street: str
    address_postcode: str
    note: str


class SupplierFields(SupplierDetails, total=False):
    """What may be edited of a supplier."""

    code: str
    name: str


def create_supplier(work: Work, *, code: str, name: str, **fields: Unpack[SupplierDetails]) -> Supplier:
    """A new supplier."""
    demand(work.actor, Right.CATALOGUE_EDIT, _STANDING)
    supplier = Supplier(id=work.new_id(), code=code.strip(), name=name.strip())
    _take_over(supplier, fields, SupplierDetails)
    return _kept(work, supplier)


def edit_supplier(work: Work, supplier_id: bytes, **fields: Unpack[SupplierFields]) -> Supplier:
    """Change what is known of a supplier.

    :raises InvalidInput: 1004 for a field that is not in `SupplierFields`.
    """
    demand(work.actor, Right.CATALOGUE_EDIT, _STANDING)
    supplier = queries.find_supplier(work.session, supplier_id)
    _take_over(supplier, fields, SupplierFields)
    return _kept(work, supplier)


def delete_supplier(work: Work, supplier_id: bytes) -> None:
    """Mark a supplier as deleted. Products keep naming it."""
    demand(work.actor, Right.CATALOGUE_EDIT, _STANDING)
    queries.find_supplier(work.session, supplier_id).deleted = True
    work.session.flush()


def _take_over(supplier: Supplier, fields: Mapping[str, object], known: type) -> None:
    for name, value in fields.items():
        if name not in known.__annotations__:
            raise InvalidInput(Code.UNKNOWN_FIELD, "That cannot be edited here.", field=name)
        setattr(supplier, name, value.strip() if isinstance(value, str) else value)


def _kept(work: Work, supplier: Supplier) -> Supplier:
    enforce(supplier_findings(row_of(supplier)))
    with work.session.no_autoflush:
        if any(other.id != supplier.id for other in work.session.scalars(queries.with_code(supplier.code))):
            raise RuleBroken(CODE_TAKEN, "Another supplier has this code.", field="code")
    work.session.add(supplier)
    work.session.flush()
    return supplier
